package task

import (
	"math"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/experiments/metric"
	"zoo/experiments/run"
)

func init() { Register("regression", func() Task { return &Regression{} }) }

// Regression is to tell numbers.
type Regression struct{}

// Accepts implements Task: the target is numbers.
func (Regression) Accepts(s datasets.Spec) error {
	return target(s, "a target of numbers", func(f datasets.Field) bool { return f.Dtype == tensor.Float32 })
}

// Metrics implements Task.
func (Regression) Metrics(datasets.Spec) []metric.Metric {
	return []metric.Metric{metric.Loss, metric.MAE}
}

// Selects implements Task.
func (Regression) Selects() metric.Metric { return metric.Loss }

// Chance implements Task: no error is the largest possible.
func (Regression) Chance(datasets.Spec) map[string]float64 { return nil }

// Count implements Task: N are numbers, and More the sum of the absolute errors. A target
// that is NaN does not count.
func (Regression) Count(loss float64, out *tensor.Dense, b datasets.Batch) Sums {
	v, y := out.Data().([]float32), b.Y[0].Data().([]float32)
	n, sum := 0, 0.0
	for i, want := range y {
		if want == want {
			n++
			sum += math.Abs(float64(v[i]) - float64(want))
		}
	}
	return Sums{N: n, Loss: loss * float64(n), More: []float64{sum}}
}

// Values implements Task.
func (Regression) Values(sum Sums, _ datasets.Spec) run.Values {
	return run.Values{"loss": sum.mean(sum.Loss), "mae": sum.mean(sum.More[0])}
}
