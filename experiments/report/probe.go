package report

import (
	"fmt"
	"math"

	"zoo/experiments/results"
	"zoo/experiments/run"
	"zoo/experiments/stats"
)

// Probes are the tables of the signal before training: one table per arm, one row per
// layer, means over the seeds; and one of the gradient by lag, if probes looked at it.
func Probes(s *Study) (tables []Table) {
	for i := range s.Arms {
		layers := layersOf(&s.Arms[i])
		if len(layers) == 0 {
			continue
		}
		t := Table{
			Title:  fmt.Sprintf("Signal before training: %s (mean over seeds)", armName(s, &s.Arms[i])),
			Header: []string{"layer", "op", ">std", ">predicted", ">gradient std", ">predicted", ">dead"},
		}
		for _, l := range layers {
			dead := ""
			if !math.IsNaN(l.dead) {
				dead = fixed(100*l.dead, 1) + " %"
			}
			t.add(l.path, l.op, known(l.std), known(l.predicted), known(l.grad), known(l.predictedGrad), dead)
		}
		tables = append(tables, t)
	}
	if t, ok := lagTable(s); ok {
		tables = append(tables, t)
	}
	return tables
}

// lagTable has the gradient by lag of each arm, with a row for what is predicted; ok is false
// if no probe looked at it.
func lagTable(s *Study) (t Table, ok bool) {
	positions := 0
	for i := range s.Arms {
		measured, _ := lagsOf(&s.Arms[i])
		positions = max(positions, len(measured))
	}
	if positions == 0 {
		return t, false
	}
	t = Table{Title: "Gradient by lag before training, relative to lag 0 (geometric mean over seeds)", Header: []string{"arm"}}
	lags := results.ShownLags(positions)
	for _, lag := range lags {
		t.Header = append(t.Header, ">"+fmt.Sprint(lag))
	}
	row := func(name string, values []float64) {
		if values == nil {
			return
		}
		cells := []string{name}
		for _, lag := range lags {
			v := math.NaN()
			if lag < len(values) {
				v = values[lag]
			}
			cells = append(cells, known(v))
		}
		t.add(cells...)
	}
	for i := range s.Arms {
		measured, predicted := lagsOf(&s.Arms[i])
		name := armName(s, &s.Arms[i])
		row(name, measured)
		row(name+", predicted", predicted)
	}
	return t, true
}

// known is a number, or nothing.
func known(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return fixed(v, -1)
}

// A layer is a signal with means over seeds; NaN is unknown.
type layer struct {
	path, op                                  string
	weighted                                  bool
	std, grad, dead, predicted, predictedGrad float64
}

// layersOf are the layers in the probes of an arm's trials. A probe of another network
// than the first trial's is left out.
func layersOf(a *results.Arm) (layers []layer) {
	var probes []*results.Probe
	for _, t := range a.Trials {
		if t.Probe != nil && (probes == nil || len(t.Probe.Signals) == len(probes[0].Signals)) {
			probes = append(probes, t.Probe)
		}
	}
	if probes == nil {
		return nil
	}
	for i, signal := range probes[0].Signals {
		mean := func(of func(results.Signal) *run.Number) float64 {
			var v []float64
			for _, p := range probes {
				if x := of(p.Signals[i]); x != nil {
					v = append(v, float64(*x))
				}
			}
			return stats.Mean(v)
		}
		layers = append(layers, layer{
			path: plain(signal.Path), op: plain(signal.Op), weighted: signal.Weighted,
			std:           mean(func(g results.Signal) *run.Number { return &g.Std }),
			grad:          mean(func(g results.Signal) *run.Number { return &g.GradStd }),
			dead:          mean(func(g results.Signal) *run.Number { return g.Dead }),
			predicted:     mean(func(g results.Signal) *run.Number { return g.PredictedStd }),
			predictedGrad: mean(func(g results.Signal) *run.Number { return g.PredictedGradStd }),
		})
	}
	return layers
}

// singularOf are the means over the seeds of the singular values of an arm that are
// resolved in every seed, and how many others there are.
func singularOf(a *results.Arm) (v []float64, more int) {
	var probes []*results.Probe
	resolved := math.MaxInt
	for _, t := range a.Trials {
		if p := t.Probe; p != nil && len(p.Singular) > 0 && (probes == nil || len(p.Singular) == len(probes[0].Singular)) {
			probes = append(probes, p)
			resolved = min(resolved, p.Resolved)
		}
	}
	if probes == nil {
		return nil, 0
	}
	for i := range resolved {
		var seeds []float64
		for _, p := range probes {
			seeds = append(seeds, float64(p.Singular[i]))
		}
		v = append(v, stats.Mean(seeds))
	}
	return v, len(probes[0].Singular) - resolved
}

// lagsOf are the gradients by lag of an arm, and what is predicted: geometric means over the
// seeds, as the values of seeds differ by orders of magnitude. A probe of sequences of
// another length than the first one's is left out.
func lagsOf(a *results.Arm) (measured, predicted []float64) {
	var probes []*results.Probe
	for _, t := range a.Trials {
		if p := t.Probe; p != nil && len(p.LagGradient) > 0 && (probes == nil || len(p.LagGradient) == len(probes[0].LagGradient)) {
			probes = append(probes, p)
		}
	}
	mean := func(of func(*results.Probe) []run.Number) (means []float64) {
		for _, p := range probes {
			for lag, v := range of(p) {
				if lag == len(means) {
					means = append(means, 0)
				}
				means[lag] += math.Log(float64(v)) / float64(len(probes))
			}
		}
		for lag, log := range means {
			means[lag] = math.Exp(log)
		}
		return means
	}
	measured = mean(func(p *results.Probe) []run.Number { return p.LagGradient })
	return measured, mean(func(p *results.Probe) []run.Number { return p.PredictedLagGradient })
}
