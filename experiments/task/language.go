package task

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/experiments/metric"
	"zoo/experiments/run"
)

func init() { Register("language", func() Task { return &Language{} }) }

// Language is to tell at each position of a sequence of tokens which one comes next. What
// else is given is labels of the whole sequence, such as who speaks it.
type Language struct{}

// Accepts implements Task: inputs and targets are tokens of one vocabulary, and any further
// input is one class of a number.
func (Language) Accepts(s datasets.Spec) error {
	err := target(s, "tokens, and for each the one that comes next", isSequence)
	if err == nil && (len(s.Inputs) == 0 || !isSequence(s.Inputs[0]) || s.Inputs[0].Size != s.Targets[0].Size || !slices.Equal(s.Inputs[0].Shape, s.Targets[0].Shape)) {
		err = fmt.Errorf("requires tokens, and for each the one that comes next: have %s", describe(s))
	}
	if err == nil && slices.ContainsFunc(s.Inputs[1:], func(f datasets.Field) bool { return !isLabel(f) }) {
		err = fmt.Errorf("requires tokens, and besides them only classes of the whole: have %s", describe(s))
	}
	return err
}

// Metrics implements Task.
func (Language) Metrics(datasets.Spec) []metric.Metric {
	return []metric.Metric{metric.Loss, metric.Perplexity, metric.Bits, metric.Accuracy}
}

// Selects implements Task.
func (Language) Selects() metric.Metric { return metric.Loss }

// Chance implements Task.
func (Language) Chance(s datasets.Spec) map[string]float64 {
	return map[string]float64{"accuracy": 1 / float64(s.Classes())}
}

// Count implements Task: N are tokens, and More the hits and the characters that the tokens
// stand for.
func (Language) Count(loss float64, out *tensor.Dense, b datasets.Batch) Sums {
	h := hitsOf(out, b.Y[0])
	return Sums{N: h.n, Loss: loss * float64(h.n), More: []float64{float64(h.correct), cmp.Or(b.Characters, float64(h.n))}}
}

// Values implements Task. Bits are those of a character, so that they can be compared whatever
// a token is.
func (Language) Values(sum Sums, _ datasets.Spec) run.Values {
	loss := sum.mean(sum.Loss)
	return run.Values{"loss": loss, "perplexity": math.Exp(loss), "bits": sum.Loss / math.Ln2 / sum.More[1], "accuracy": sum.mean(sum.More[0])}
}
