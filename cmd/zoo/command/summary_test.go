package command

import (
	"slices"
	"strings"
	"testing"

	"zoo/architectures"
	"zoo/experiments/use"
	"zoo/nn"
)

// The rows of zoo summary add up to the totals of zoo models, for every model and
// however its options add parameters.
func TestSummariesAddUp(t *testing.T) {
	for _, name := range architectures.Names() {
		m, err := describe(t.Context(), name)
		if err != nil {
			t.Error(err)
			continue
		}
		branches := false
		for _, overrides := range [][]string{nil, {"norm=none", "activation=prelu"}, {"norm=none", "residual_init=fixup", "activation=prelu"}} {
			if overrides != nil && m.Params > 1e7 {
				continue // slow, and of the same code as smaller ones
			}
			s, err := use.Find(name, overrides...)
			if err != nil {
				t.Fatal(err)
			}
			spec, err := s.Spec(nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			if overrides == nil {
				_, pr, err := s.Outline(t.Context(), nn.Infer, spec, 1)
				if err != nil {
					t.Fatal(err)
				}
				branches = !slices.Contains(pr.Unasked, "residual_init")
			}
			if slices.Contains(overrides, "residual_init=fixup") && !branches {
				continue // refused
			}
			sum, err := summarise(t.Context(), name, s, spec, 2)
			if overrides != nil && err != nil && strings.Contains(err.Error(), "have activation prelu, want tanh or relu") {
				continue // that of a recurrent layer
			}
			if err != nil {
				t.Errorf("%s %v: %v", name, overrides, err)
				continue
			}
			params, macs := 0, 0
			for _, l := range sum.Layers {
				params += l.Params
				if !l.Auxiliary {
					macs += l.MACs
				}
			}
			if params != sum.Params || macs != sum.MACs {
				t.Errorf("%s %v: the rows have %d parameters and %d multiply-adds, the totals %d and %d", name, overrides, params, macs, sum.Params, sum.MACs)
			}
			if overrides == nil && (params != m.Params || macs != m.MACs) {
				t.Errorf("%s: zoo models has %d parameters and %d multiply-adds, zoo summary %d and %d", name, m.Params, m.MACs, params, macs)
			}
			if f := sum.Training; f.Gradients != 4*params || f.Parameters < 4*params || f.Values <= 0 || f.Unshared < f.Values {
				t.Errorf("%s %v: have footprint %+v", name, overrides, f)
			}
		}
	}
}
