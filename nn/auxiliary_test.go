package nn_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/nn"
)

// headed is a network with a classifier in the middle. With weight 0 that is its
// only one.
type headed struct{ weight float64 }

func (n headed) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := nn.Act(s.In("act1"), nn.Linear(s.In("fc1"), in[0], 6))
	aux := nn.Logits(s.In("aux.fc2"), nn.Act(s.In("aux.act"), nn.Linear(s.In("aux.fc1"), x, 5)))
	if n.weight > 0 {
		s.In("aux").Auxiliary(n.weight, aux)
	}
	x = nn.Act(s.In("act2"), nn.Linear(s.In("fc2"), x, 4))
	x = nn.Logits(s.In("fc3"), x)
	if n.weight == 0 {
		return aux
	}
	return x
}

// TestAuxiliaryGradient compares, in float64, the slope of the weighted sum of
// the losses, which the test works out from the logits of both classifiers, with
// the gradient of every parameter.
func TestAuxiliaryGradient(t *testing.T) {
	const weight, smoothing, h = 0.3, 0.1, 1e-6
	p := nn.NewParams(3, tensor.Float64)
	set := settings(options(func(o *nn.Options) { o.Activation, o.BiasInit = "tanh", "normal(0.3)" }), 4, 3, 5)
	set.LabelSmoothing = smoothing
	train := build(t, p, nn.Train, headed{weight}, set)
	main, aux := build(t, p, nn.Infer, headed{weight}, set), build(t, p, nn.Infer, headed{0}, set)
	x, y := batchOf(set, tensor.Float64)
	crossEntropy := func(pr *nn.Program) (mean float64) {
		run(t, pr, x, nil)
		z := pr.Logits().Data().([]float64)
		for r, target := range y[0].Data().([]int) {
			row, sum := z[3*r:3*r+3], 0.0
			for _, v := range row {
				sum += math.Exp(v)
			}
			for k, v := range row {
				share := smoothing / 3
				if k == target {
					share += 1 - smoothing
				}
				mean -= share * (v - math.Log(sum)) / 4
			}
		}
		return mean
	}
	if have, want := run(t, train, x, y), crossEntropy(main); math.Abs(have-want) > 1e-12 {
		t.Errorf("have the loss %v, want that of the network's own logits, %v", have, want)
	}
	r := rand.New(rand.NewPCG(5, 6))
	for _, q := range train.Trained() {
		w, g := q.Value.Data().([]float64), q.Grad.Data().([]float64)
		i := r.IntN(len(w))
		before := w[i]
		at := func(v float64) float64 {
			w[i] = v
			return crossEntropy(main) + weight*crossEntropy(aux)
		}
		slope := (at(before+h) - at(before-h)) / (2 * h)
		w[i] = before
		if math.Abs(slope-g[i]) > 1e-7 || slope == 0 {
			t.Errorf("%s[%d]: have the gradient %v, want %v", q.Path, i, g[i], slope)
		}
	}
}

// TestAuxiliaryOnlyTrains: the parameters of an auxiliary classifier are there in
// every mode; only training computes it, and no count of multiply-adds has it.
func TestAuxiliaryOnlyTrains(t *testing.T) {
	set := settings(options(), 4, 3, 5)
	set.Profile = true
	x, y := batchOf(set, tensor.Float32)
	for mode, linears := range map[nn.Mode]int{nn.Train: 5, nn.Eval: 3, nn.Infer: 3} {
		p := nn.NewParams(1, tensor.Float32)
		pr := build(t, p, mode, headed{0.3}, set)
		if have, want := p.Count(), 6*6+(7*5+6*3)+7*4+5*3; have != want {
			t.Errorf("mode %v: have %d parameters, want %d", mode, have, want)
		}
		if have, want := pr.MACs(), 5*6+6*4+4*3; have != want {
			t.Errorf("mode %v: have %d multiply-adds, want %d", mode, have, want)
		}
		for _, l := range pr.Layers {
			if l.Auxiliary != strings.HasPrefix(l.Path, "aux.") {
				t.Errorf("mode %v: have %+v", mode, l)
			}
		}
		run(t, pr, x, y)
		calls := 0
		for _, o := range pr.Profile() {
			if o.Op == "linear" {
				calls += o.Calls
			}
		}
		if calls != linears {
			t.Errorf("mode %v: have %d calls of linear layers, want %d", mode, calls, linears)
		}
	}
}

// TestAuxiliaryCriterion: an auxiliary classifier has the network's own loss.
func TestAuxiliaryCriterion(t *testing.T) {
	set := settings(options(), 4, 3, 5)
	x, y := batchOf(set, tensor.Float32)
	p := nn.NewParams(1, tensor.Float32)
	gradient := func(net nn.Network) float32 {
		pr := build(t, p, nn.Train, net, set)
		run(t, pr, x, y)
		for _, q := range pr.Trained() {
			if q.Path == "aux.fc2.bias" {
				return q.Grad.Data().([]float32)[0]
			}
		}
		t.Fatal("aux.fc2.bias is not trained")
		return 0
	}
	one := gradient(criterion{headed{1}})
	if half := gradient(criterion{headed{0.5}}); half != one/2 || one == 0 {
		t.Errorf("have the gradient %v with weight 0.5 and %v with weight 1", half, one)
	}
	if entropy := gradient(headed{1}); entropy == one {
		t.Errorf("have the gradient %v whichever the loss", one)
	}
}

func TestAuxiliaryErrors(t *testing.T) {
	for want, aux := range map[string]func(s *nn.Scope, x *G.Node){
		"aux: auxiliary classifier: have weight 0, want a positive number": func(s *nn.Scope, x *G.Node) {
			s.Auxiliary(0, nn.Logits(s, x))
		},
		"aux: auxiliary classifier: have weight NaN, want a positive number": func(s *nn.Scope, x *G.Node) {
			s.Auxiliary(math.NaN(), nn.Logits(s, x))
		},
		"aux: auxiliary classifier: have (4, 2), want logits (4, 3)": func(s *nn.Scope, x *G.Node) {
			s.Auxiliary(1, nn.Linear(s, x, 2))
		},
	} {
		net := network(func(s *nn.Scope, x *G.Node) *G.Node {
			aux(s.In("aux"), x)
			return nn.Logits(s.In("fc"), x)
		})
		if _, err := nn.Build(nn.NewParams(1, tensor.Float32), nn.Infer, net, settings(options(), 4, 3, 5)); err == nil || err.Error() != want {
			t.Errorf("have error %v, want %q", err, want)
		}
	}
}

// TestNormEps: a norm of a value so small that its variance is the addend.
func TestNormEps(t *testing.T) {
	for norm, inputs := range map[string][]float32{"batch": {1e-4, -1e-4, 0, 0}, "layer": {1e-4, 0, -1e-4, 0}, "rms": {1e-4, 0, 1e-4, 0}} {
		var have [2]float64
		for i, eps := range []float64{0, 1e-3} {
			net := network(func(s *nn.Scope, x *G.Node) *G.Node { return nn.Norm(s.In("norm"), x) })
			set := settings(options(func(o *nn.Options) { o.Norm, o.NormEps = norm, eps }), 2, 2, 2)
			x := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{inputs[0], inputs[2], inputs[1], inputs[3]}))
			pr := build(t, nn.NewParams(1, tensor.Float32), nn.Train, net, set)
			have[i] = float64(logits(t, pr, []*tensor.Dense{x}, []*tensor.Dense{tensor.New(tensor.WithShape(2), tensor.WithBacking([]int{0, 1}))})[0])
		}
		if ratio := have[0] / have[1]; math.Abs(ratio-10) > 0.1 {
			t.Errorf("%s: have %v with 1e-5 and %v with 1e-3, want 10 times as much", norm, have[0], have[1])
		}
	}
}
