package task

import (
	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/experiments/metric"
	"zoo/experiments/run"
)

func init() { Register("labelling", func() Task { return &Labelling{} }) }

// Labelling is to tell the class of each position of a sequence.
type Labelling struct{}

// Accepts implements Task: the target is a class at each position.
func (Labelling) Accepts(s datasets.Spec) error {
	return target(s, "a class for each position of a sequence", isSequence)
}

// isSequence tells whether a field is integers (T).
func isSequence(f datasets.Field) bool { return f.Dtype == tensor.Int && len(f.Shape) == 1 }

// Metrics implements Task.
func (Labelling) Metrics(datasets.Spec) []metric.Metric {
	return []metric.Metric{metric.Loss, metric.Accuracy, metric.Exact}
}

// Selects implements Task.
func (Labelling) Selects() metric.Metric { return metric.Accuracy }

// Chance implements Task: that a whole sequence is right by chance is next to impossible.
func (Labelling) Chance(s datasets.Spec) map[string]float64 {
	return map[string]float64{"accuracy": 1 / float64(s.Classes()), "exact": 0}
}

// Count implements Task: N are positions, and More the hits, the sequences that are right
// at every position, and the sequences.
func (Labelling) Count(loss float64, out *tensor.Dense, b datasets.Batch) Sums {
	v, y := out.Data().([]float32), b.Y[0].Data().([]int) // (N, T, classes), (N, T)
	rows := b.Y[0].Shape()[0]
	length, classes := len(y)/rows, len(v)/len(y)
	var all hits
	exact, sequences := 0, 0
	for r := range rows {
		var h hits
		for i := r * length; i < (r+1)*length; i++ {
			if y[i] >= 0 {
				count(&h, v[i*classes:(i+1)*classes], y[i])
			}
		}
		if h.n == 0 {
			continue // padding
		}
		sequences++
		if h.correct == h.n {
			exact++
		}
		all.n, all.correct = all.n+h.n, all.correct+h.correct
	}
	return Sums{N: all.n, Loss: loss * float64(all.n), More: []float64{float64(all.correct), float64(exact), float64(sequences)}}
}

// Values implements Task.
func (Labelling) Values(sum Sums, _ datasets.Spec) run.Values {
	return run.Values{"loss": sum.mean(sum.Loss), "accuracy": sum.mean(sum.More[0]), "exact": sum.More[1] / sum.More[2]}
}
