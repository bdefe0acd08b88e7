package config

import (
	"fmt"

	"zoo/experiments/claims"
	"zoo/experiments/metric"
	"zoo/experiments/results"
	"zoo/experiments/task"
	"zoo/internal/problem"
	"zoo/internal/strict"
)

// Report is the report section.
type Report struct {
	X         string      `doc:"the axis along which curves run, such as model.depth; empty: the last one with at least three values that are numbers"`
	Metrics   []string    `doc:"what curves and tables show, the most important first, such as test.error and train.loss; none: the task's metric on test, and train.loss"`
	Log       []string    `doc:"what has a logarithmic axis: x, or one of the metrics"`
	Baseline  strict.Word `doc:"the label that other arms are compared with; empty: the first one of the first axis"`
	Reference []Reference `doc:"figures of the paper, drawn dashed beside the measured ones"`
	Margin    []Margin    `doc:"differences that would not matter: arms whose interval lies within are called equivalent"`
}

// Margin is a difference of a metric that would not matter.
type Margin struct {
	Metric string  `doc:"the metric, such as test.error"`
	Within float64 `doc:"the difference, errors and accuracies as shares of 1"`
}

// Validate reports a margin that says nothing.
func (m Margin) Validate() (ps []problem.Problem) {
	if !claims.Known(m.Metric) {
		ps = append(ps, problem.Problem{Key: "metric", Message: claims.UnknownMetric(m.Metric)})
	}
	switch {
	case !(m.Within > 0):
		ps = append(ps, problem.Problem{Key: "within", Message: fmt.Sprintf("have %v, want more than 0", m.Within)})
	case metric.Share(m.Metric) && m.Within > 1:
		ps = append(ps, problem.Problem{Key: "within", Message: fmt.Sprintf("have %v for a share, want at most 1: 0.01 is 1 %%", m.Within)})
	}
	return ps
}

// Reference is a curve from a paper.
type Reference struct {
	Label  strict.Word `doc:"whose it is and on what data"`
	Metric string      `doc:"the metric beside which it is drawn"`
	X      []float64   `doc:"where it has values"`
	Y      []float64   `doc:"its values, errors and accuracies as shares of 1"`
}

// Validate reports a curve that cannot be drawn.
func (r Reference) Validate() (ps []problem.Problem) {
	if len(r.X) == 0 || len(r.X) != len(r.Y) {
		ps = append(ps, problem.Problem{Key: "y", Message: fmt.Sprintf("have %d values at %d places, want as many, and at least one", len(r.Y), len(r.X))})
	}
	return ps
}

// View is how a study with these axes, of a task, is shown.
func (r *Report) View(axes []results.Axis, t task.Section) (v results.Display, baseline string) {
	if r == nil {
		r = &Report{}
	}
	v = results.Display{X: r.X, Metrics: r.Metrics, Log: r.Log}
	if v.Metrics == nil {
		v.Metrics = []string{"train.loss"}
		if t.Task != nil {
			v.Metrics = []string{"test." + t.Headline().Name, "train.loss"}
		}
	}
	for _, a := range axes {
		if r.X == "" && len(a.Values) >= 3 {
			v.X = a.Param
		}
	}
	for _, f := range r.Reference {
		v.Reference = append(v.Reference, results.Reference{Label: string(f.Label), Metric: f.Metric, X: f.X, Y: f.Y})
	}
	for _, m := range r.Margin {
		if v.Margin == nil {
			v.Margin = map[string]float64{}
		}
		v.Margin[m.Metric] = m.Within
	}
	baseline = string(r.Baseline)
	if baseline == "" && len(axes) > 0 {
		baseline = axes[0].Labels[0]
	}
	return v, baseline
}
