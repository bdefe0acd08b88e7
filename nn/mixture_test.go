package nn_test

import (
	"math"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/nn"
)

// The loss and the gradients of a mixture are those of the two, mixed; label
// smoothing goes with it, and a run without Mix is one of plain examples.
func TestMixture(t *testing.T) {
	net := network(func(s *nn.Scope, x *G.Node) *G.Node { return nn.Logits(s.In("fc"), x) })
	set := settings(options(), 4, 3, 5)
	set.LabelSmoothing = 0.1
	p := nn.NewParams(1, tensor.Float64)
	plain := build(t, p, nn.Train, net, set)
	set.Mixing = true
	mixing := build(t, p, nn.Train, net, set)
	x, y := batchOf(set, tensor.Float64)
	others := tensor.New(tensor.WithShape(4), tensor.WithBacking([]int{2, 1, 0, 2}))

	gradient := func(pr *nn.Program, y []*tensor.Dense) (loss float64, g []float64) {
		loss = run(t, pr, x, y)
		for _, q := range pr.Trained() {
			g = append(g, q.Grad.Data().([]float64)...)
		}
		return loss, g
	}
	first, gFirst := gradient(plain, y)
	second, gSecond := gradient(plain, []*tensor.Dense{others})
	want := func(what string, share float64) {
		t.Helper()
		loss, g := gradient(mixing, y)
		if d := math.Abs(loss - share*first - (1-share)*second); d > 1e-12 {
			t.Errorf("%s: the loss is off by %g", what, d)
		}
		for i := range g {
			if d := math.Abs(g[i] - share*gFirst[i] - (1-share)*gSecond[i]); d > 1e-12 {
				t.Fatalf("%s: gradient %d is off by %g", what, i, d)
			}
		}
	}
	want("without Mix", 1)
	for _, share := range []float64{0, 0.3, 1} {
		if err := mixing.Mix(others, share); err != nil {
			t.Fatal(err)
		}
		want("mixed", share)
	}
	want("after Mix", 1)
}

func TestMixtureErrors(t *testing.T) {
	net := network(func(s *nn.Scope, x *G.Node) *G.Node { return nn.Logits(s.In("fc"), x) })
	set := settings(options(), 2, 3, 5)
	others := func(n int) *tensor.Dense { return tensor.New(tensor.WithShape(n), tensor.Of(tensor.Int)) }
	plain := build(t, nn.NewParams(1, tensor.Float32), nn.Train, net, set)
	set.Mixing = true
	mixing := build(t, nn.NewParams(1, tensor.Float32), nn.Train, net, set)
	eval := build(t, nn.NewParams(1, tensor.Float32), nn.Eval, net, set)
	for _, c := range []struct {
		pr    *nn.Program
		rows  int
		share float64
		want  string
	}{
		{plain, 2, 0.5, "this program was not built for mixtures"},
		{eval, 2, 0.5, "this program was not built for mixtures"},
		{mixing, 3, 0.5, "other targets: have (3), want (2)"},
		{mixing, 2, 1.5, "share: have 1.5, want it in [0, 1]"},
		{mixing, 2, math.NaN(), "share: have NaN, want it in [0, 1]"},
	} {
		if err := c.pr.Mix(others(c.rows), c.share); err == nil || err.Error() != c.want {
			t.Errorf("have error %v, want %q", err, c.want)
		}
	}
	if _, err := nn.Build(nn.NewParams(1, tensor.Float32), nn.Train, criterion{net}, set); err == nil || err.Error() != "mixup, cutmix: have a network with a loss of its own, which does not take mixtures, want one without" {
		t.Errorf("a criterion: have error %v", err)
	}
}
