package nn_test

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/nn"
)

func jacobian(t testing.TB, p *nn.Params, net nn.Network, set nn.Settings) []float64 {
	t.Helper()
	x, _ := batchOf(set, p.Dtype())
	s, err := nn.Jacobian(p, net, set, x)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func singularValues(t testing.TB, rows [][]float64) []float64 {
	t.Helper()
	m := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, r := range rows {
		m.SetRow(i, r)
	}
	var svd mat.SVD
	if !svd.Factorize(m, mat.SVDNone) {
		t.Fatal("no singular values")
	}
	return svd.Values(nil)
}

func wantSingular(t testing.TB, what string, have, want []float64, tolerance float64) {
	t.Helper()
	if len(have) != len(want) {
		t.Fatalf("%s: have %d singular values, want %d", what, len(have), len(want))
	}
	for i := range want {
		if !(math.Abs(have[i]-want[i]) <= tolerance*want[0]) {
			t.Errorf("%s: have the singular value %d %v, want %v", what, i, have[i], want[i])
		}
	}
}

// TestJacobianOfLinear: the Jacobian is the product of the matrices between the
// two layers.
func TestJacobianOfLinear(t *testing.T) {
	linear := options(func(o *nn.Options) { o.Activation, o.Init = "linear", "lecun_normal" })
	p := nn.NewParams(3, tensor.Float64)
	have := jacobian(t, p, stack(5, 12), settings(linear, 2, 4, 7))
	product := times(times(matrix64(t, p, "fc2.weight"), matrix64(t, p, "fc3.weight")), matrix64(t, p, "fc4.weight"))
	wantSingular(t, "linear", have, singularValues(t, product), 1e-12)
}

// TestJacobianOfRelu against the matrices between which the inactive units of the
// one example are left out.
func TestJacobianOfRelu(t *testing.T) {
	p := nn.NewParams(3, tensor.Float64)
	set := settings(options(), 2, 4, 7)
	have := jacobian(t, p, stack(4, 12), set)
	x, _ := batchOf(set, tensor.Float64)
	h := times([][]float64{x[0].Data().([]float64)[:7]}, matrix64(t, p, "fc1.weight"))
	var product [][]float64
	for i, path := range []string{"fc2.weight", "fc3.weight"} {
		active := h
		w := mapped(matrix64(t, p, path), func(r, _ int, v float64) float64 {
			if active[0][r] > 0 {
				return v
			}
			return 0
		})
		if h = times(h, w); i == 0 {
			product = w
		} else {
			product = times(product, w)
		}
	}
	wantSingular(t, "relu", have, singularValues(t, product), 1e-12)
}

// TestJacobianOfConv: convolutions of 1×1 are linear layers at each pixel, so each
// singular value of the matrix comes once for each pixel; shortcuts add 1.
func TestJacobianOfConv(t *testing.T) {
	net := network(func(s *nn.Scope, x *G.Node) *G.Node {
		x = nn.Conv(s.In("conv1"), x, 3, 3, 1, 1)
		x = nn.Add(s.In("add"), nn.Conv(s.In("conv2"), x, 3, 1, 1, 0), x)
		x = nn.Conv(s.In("conv3"), x, 3, 1, 1, 0)
		return nn.Logits(s.In("fc"), nn.GlobalAvgPool(s.In("pool"), x))
	})
	p := nn.NewParams(3, tensor.Float64)
	have := jacobian(t, p, net, settings(options(), 2, 4, 2, 4, 2))
	filters := func(path string) (rows [][]float64) {
		for _, q := range p.All() {
			if q.Path == path {
				for i := range 3 {
					rows = append(rows, q.Value.Data().([]float64)[3*i:3*i+3])
				}
			}
		}
		return rows
	}
	around := mapped(filters("conv2.weight"), func(i, j int, v float64) float64 {
		if i == j {
			return v + 1
		}
		return v
	})
	var want []float64
	for _, v := range singularValues(t, times(around, filters("conv3.weight"))) {
		for range 8 {
			want = append(want, v)
		}
	}
	wantSingular(t, "conv", have, want, 1e-12)
}

// TestJacobianOfOrthogonal: a product of orthogonal matrices is one, whatever the
// depth, and a product of normal ones is not (Saxe et al. 2013).
func TestJacobianOfOrthogonal(t *testing.T) {
	const depth, width = 60, 24
	for init, isometry := range map[string]bool{"orthogonal": true, "lecun_normal": false} {
		o := options(func(o *nn.Options) { o.Activation, o.Init = "linear", init })
		s := jacobian(t, nn.NewParams(1, tensor.Float32), stack(depth, width), settings(o, 1, 4, 7))
		if len(s) != width {
			t.Fatalf("%s: have %d singular values, want %d", init, len(s), width)
		}
		if near := math.Abs(s[0]-1) < 1e-4 && math.Abs(s[width-1]-1) < 1e-4; near != isometry {
			t.Errorf("%s: have singular values from %v to %v", init, s[0], s[width-1])
		}
	}
}

func TestJacobianErrors(t *testing.T) {
	normed := network(func(s *nn.Scope, x *G.Node) *G.Node {
		x = nn.Norm(s.In("bn"), nn.Linear(s.In("fc1").BeforeNorm(), x, 5))
		return nn.Logits(s.In("fc3"), nn.Linear(s.In("fc2"), x, 5))
	})
	aside := network(func(s *nn.Scope, x *G.Node) *G.Node {
		nn.Linear(s.In("fc1"), x, 5)
		return nn.Logits(s.In("fc3"), nn.Linear(s.In("fc2"), x, 5))
	})
	for _, c := range []struct {
		net  nn.Network
		norm string
		want string
	}{
		{normed, "batch", "jacobian: bn is a batch norm"},
		{stack(2, 5), "none", "jacobian: have 1 hidden layers, want at least 2"},
		{stack(4, 4097), "none", "jacobian: fc3 has 4097 outputs, want at most 4096"},
		{aside, "none", "jacobian: Non Differentiable"},
	} {
		set := settings(options(func(o *nn.Options) { o.Norm = c.norm }), 2, 4, 7)
		x, _ := batchOf(set, tensor.Float32)
		p := nn.NewParams(1, tensor.Float32)
		if _, err := nn.Jacobian(p, c.net, set, x); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("have error %v, want one with %q", err, c.want)
		}
	}
	set := settings(options(func(o *nn.Options) { o.Norm = "layer" }), 2, 4, 7)
	if s := jacobian(t, nn.NewParams(1, tensor.Float32), normed, set); len(s) != 5 {
		t.Errorf("layer norm: have singular values %v, want 5", s)
	}
}
