package train

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/experiments/run"
	"zoo/nn"
)

// tally adds up the losses and hits of a number of examples.
type tally struct {
	N       int     `json:"n"`
	Loss    float64 `json:"loss"`
	Correct int     `json:"correct"`
	Top5    int     `json:"top5"` // whose class is among the five likeliest
}

// add adds examples with their mean loss.
func (t *tally) add(loss float64, h hits) {
	t.N += h.n
	t.Loss += loss * float64(h.n)
	t.Correct += h.correct
	t.Top5 += h.top5
}

// leastForTop5 is the least number of classes for which top-5 accuracy means something:
// of ten classes, five hold the right one half of the time by chance.
const leastForTop5 = 11

// means are the means over the examples, with that number of classes.
func (t tally) means(classes int) Means {
	m := Means{Loss: t.Loss / float64(t.N), Accuracy: float64(t.Correct) / float64(t.N)}
	if classes >= leastForTop5 {
		m.Top5 = new(float64(t.Top5) / float64(t.N))
	}
	return m
}

// Means are a mean loss in nats, the share of examples that are classified right,
// and with more than ten classes the share of those whose class is among the five
// likeliest.
type Means struct {
	Loss     float64  `json:"loss"`
	Accuracy float64  `json:"accuracy"`
	Top5     *float64 `json:"top5,omitempty"`
}

// values are the means by name.
func (m Means) values() run.Values {
	v := run.Values{"loss": m.Loss, "accuracy": m.Accuracy}
	if m.Top5 != nil {
		v["top5"] = *m.Top5
	}
	return v
}

// addMeans puts the means of a part of the data into a summary.
func addMeans(s run.Summary, part string, m Means) {
	for name, v := range m.values() {
		s[part+"."+name] = v
	}
}

// evaluate runs the eval program over a part of the data, with the averaged
// weights where there are any.
func (t *Trial) evaluate(ctx context.Context, split datasets.Split) (Means, error) {
	if t.ema != nil {
		t.ema.Swap(t.averaged)
		defer t.ema.Swap(t.averaged)
	}
	return t.evaluateInPlace(ctx, split, 1)
}

// evaluateInPlace evaluates the weights as they are. A loss that is NaN, infinite or
// above the bound is a divergence: that of the last step shows only here.
func (t *Trial) evaluateInPlace(ctx context.Context, split datasets.Split, crops int) (Means, error) {
	m, err := Evaluate(ctx, t.Eval, t.Data, split, crops)
	if err == nil && diverges(t.Config.Train, m.Loss) {
		err = &divergence{t.at.Step, m.Loss, fmt.Errorf("this is the loss on %v, after the step", split)}
	}
	return m, err
}

// Evaluate returns the means of a program in mode nn.Eval on a part of a dataset.
// With ten crops an example's probabilities are averaged over ten parts of its image
// (Krizhevsky et al. 2012); crops is 1 otherwise.
func Evaluate(ctx context.Context, p *nn.Program, data datasets.Dataset, split datasets.Split, crops int) (Means, error) {
	if crops > 1 {
		viewed, ok := data.(datasets.Viewed)
		if !ok {
			return Means{}, fmt.Errorf("have %d crops of each example, want 1: these data have only one view of an example", crops)
		}
		var err error
		if data, err = viewed.Views(crops); err != nil {
			return Means{}, err
		}
	}
	var sum tally
	classes := data.Spec().Classes()
	average := viewAverage{views: crops, sum: make([]float64, classes)}
	for b, err := range data.Batches(ctx, datasets.Plan{Split: split, Size: p.Batch}) {
		if err != nil {
			return Means{}, err
		}
		loss, err := p.Run(b.X, b.Y)
		if err != nil {
			return Means{}, err
		}
		if crops > 1 {
			average.add(&sum, floats(p.Logits()), b.Y[0].Data().([]int))
		} else {
			sum.add(loss, hitsOf(p.Logits(), b.Y[0]))
		}
	}
	return sum.means(classes), nil
}

// A viewAverage averages the probabilities of the views of an example, which come in
// rows one after the other, in one batch or in two.
type viewAverage struct {
	views int       // of each example
	seen  int       // views of the current example
	sum   []float64 // of their probabilities, by class
}

// add adds the rows of a batch, and counts the examples that they complete.
func (a *viewAverage) add(t *tally, logits []float32, targets []int) {
	classes := len(a.sum)
	for i, target := range targets {
		if target < 0 {
			return // padding
		}
		for k, p := range Softmax(logits[i*classes : (i+1)*classes]) {
			a.sum[k] += p
		}
		if a.seen++; a.seen < a.views {
			continue
		}
		var h hits
		count(&h, a.sum, target)
		t.add(-math.Log(a.sum[target]/float64(a.views)), h)
		a.seen = 0
		clear(a.sum)
	}
}

// Softmax returns the probabilities of logits.
func Softmax(logits []float32) []float64 {
	top := float64(slices.Max(logits))
	p := make([]float64, len(logits))
	sum := 0.0
	for k, v := range logits {
		p[k] = math.Exp(float64(v) - top)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

// hits are a number of examples, those whose class is the likeliest, and those
// whose class is among the five likeliest.
type hits struct{ n, correct, top5 int }

// hitsOf counts the rows that have a target.
func hitsOf(logits, targets *tensor.Dense) (h hits) {
	v, y := floats(logits), targets.Data().([]int)
	classes := len(v) / len(y)
	for i, target := range y {
		if target >= 0 {
			count(&h, v[i*classes:(i+1)*classes], target)
		}
	}
	return h
}

// count counts a row of scores. Of equal scores the first is the highest.
func count[F float32 | float64](h *hits, scores []F, target int) {
	h.n++
	above := 0
	mine := scores[target]
	for k, x := range scores {
		// NaN compares as above everything, so a NaN row is never a hit.
		if !(x < mine || x == mine && k >= target) {
			above++
		}
	}
	if above == 0 {
		h.correct++
	}
	if above < 5 {
		h.top5++
	}
}
