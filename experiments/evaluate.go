package experiments

import (
	"context"
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/nn"
)

// tally adds up the losses and hits of a number of examples.
type tally struct {
	N       int     `json:"n"`
	Loss    float64 `json:"loss"`
	Correct int     `json:"correct"`
}

// add counts a batch with n examples that count, of mean loss.
func (t *tally) add(loss float64, n, correct int) {
	t.N += n
	t.Loss += loss * float64(n)
	t.Correct += correct
}

func (t tally) means() Means {
	return Means{Loss: t.Loss / float64(t.N), Accuracy: float64(t.Correct) / float64(t.N)}
}

// Means are a mean loss in nats and the share of examples that are classified right.
type Means struct {
	Loss     float64 `json:"loss"`
	Accuracy float64 `json:"accuracy"`
}

// evaluate runs the eval program over a part of the data, with the averaged
// weights where there are any.
func (t *Trial) evaluate(ctx context.Context, split datasets.Split) (Means, error) {
	if t.ema != nil {
		t.ema.Swap(t.averaged)
		defer t.ema.Swap(t.averaged)
	}
	return t.finite(ctx, split)
}

// finite evaluates the weights that are in place. A loss that is no number is a
// divergence: that of the last step shows here alone.
func (t *Trial) finite(ctx context.Context, split datasets.Split) (Means, error) {
	m, err := Evaluate(ctx, t.Eval, t.Data, split)
	if err == nil && (math.IsNaN(m.Loss) || math.IsInf(m.Loss, 0)) {
		err = &divergence{t.at.Step, m.Loss, fmt.Errorf("this is the loss on %v, after the step", split)}
	}
	return m, err
}

// Evaluate returns the mean loss and the accuracy of a program in mode nn.Eval
// on a part of a dataset.
func Evaluate(ctx context.Context, p *nn.Program, data datasets.Dataset, split datasets.Split) (Means, error) {
	var sum tally
	for b, err := range data.Batches(ctx, datasets.Plan{Split: split, Size: p.Batch}) {
		if err != nil {
			return Means{}, err
		}
		loss, err := p.Run(b.X, b.Y)
		if err != nil {
			return Means{}, err
		}
		n, correct := hits(p.Logits(), b.Y)
		sum.add(loss, n, correct)
	}
	return sum.means(), nil
}

// hits counts the rows that have a target, and those whose largest logit is the
// target's.
func hits(logits, targets *tensor.Dense) (n, correct int) {
	v, y := floats(logits), targets.Data().([]int)
	classes := len(v) / len(y)
	for i, target := range y {
		if target < 0 {
			continue
		}
		n++
		row := v[i*classes : (i+1)*classes]
		at := 0
		for k, x := range row {
			if x > row[at] {
				at = k
			}
		}
		if at == target {
			correct++
		}
	}
	return n, correct
}
