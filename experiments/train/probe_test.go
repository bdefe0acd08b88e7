package train

import (
	"maps"
	"math"
	"slices"
	"testing"

	"zoo/experiments/results"
	"zoo/experiments/run"
)

// TestReadings: a number of the probe that rounding has left no digit of is a bound.
func TestReadings(t *testing.T) {
	layer := func(std, gradStd run.Number) results.Signal {
		return results.Signal{Op: "linear", Weighted: true, Std: std, GradStd: gradStd}
	}
	least := run.Number(0x1p-126) // normal float32
	for _, c := range []struct {
		name string
		p    results.Probe
		want map[string]float64
	}{
		{"ratios", results.Probe{Signals: []results.Signal{layer(2, 1e-30), layer(1, 1), layer(1e-30, 4), layer(1, 1)}},
			map[string]float64{"probe.activation_ratio": 5e-31, "probe.gradient_ratio": 2.5e-31}},
		{"underflow", results.Probe{Signals: []results.Signal{layer(2, 0), layer(1, 1), layer(least/8, 4), layer(1, 1)}},
			map[string]float64{"probe.activation_ratio_below": 0x1p-127, "probe.gradient_ratio_below": 0x1p-128}},
		{"over rounding", results.Probe{Signals: []results.Signal{layer(0, 1), layer(1, 1), layer(1, least/2), layer(1, 1)}}, nil},
		{"differences of equal numbers", results.Probe{Signals: []results.Signal{layer(2, 1), {Op: "linear", Weighted: true, Mean: 8, Std: 1e-7, GradStd: 1}, layer(1, 1)}},
			map[string]float64{"probe.activation_ratio_below": 0x1p-21, "probe.gradient_ratio": 1}},
		{"singular values", results.Probe{Singular: []run.Number{8, 4, 2, 1e-300}, Resolved: 4},
			map[string]float64{"probe.singular_max": 8, "probe.singular_median": 3, "probe.singular_min": 1e-300}},
		{"unresolved ones", results.Probe{Singular: []run.Number{8, 4, 2, 1e-13}, Resolved: 2},
			map[string]float64{"probe.singular_max": 8, "probe.singular_median_below": 3, "probe.singular_min_below": 1e-13}},
		{"one less than a float64 holds", results.Probe{Singular: []run.Number{8, 4, 0}, Resolved: 3},
			map[string]float64{"probe.singular_max": 8, "probe.singular_median": 4, "probe.singular_min_below": 0x1p-1022}},
		{"lags", results.Probe{LagGradient: []run.Number{1, 0.5, 1e-200}}, map[string]float64{"probe.lag_gradient": 1e-200}},
		{"no influence", results.Probe{LagGradient: []run.Number{1, 0.5, 0}}, map[string]float64{"probe.lag_gradient_below": 0x1p-1022}},
	} {
		s := run.Summary{}
		addReadings(s, c.p)
		delete(s, "probe.loss")
		for name, want := range c.want {
			if have, ok := s.Float(name); !ok || math.Abs(have-want) > 1e-9*want {
				t.Errorf("%s: have %s %v, want %v", c.name, name, s[name], want)
			}
		}
		if len(s) != len(c.want) {
			t.Errorf("%s: have %v, want %v", c.name, slices.Sorted(maps.Keys(s)), slices.Sorted(maps.Keys(c.want)))
		}
	}
	trial := results.Trial{State: run.Complete, Record: run.Record{Summary: run.Summary{"probe.singular_min_below": 1e-13}}}
	if _, ok := trial.Value("probe.singular_min"); ok {
		t.Error("a bound is taken for a value")
	}
	if bound, ok := trial.Below("probe.singular_min"); !ok || bound != 1e-13 {
		t.Errorf("have bound %v, %v", bound, ok)
	}
}
