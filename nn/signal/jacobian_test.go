package signal_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/nn"
	"zoo/nn/signal"
)

// jacobian are the singular values, of which those that are not resolved are
// upper bounds.
func jacobian(t testing.TB, p *nn.Params, net nn.Network, set nn.Settings) (values []float64, resolved int) {
	t.Helper()
	x, _ := batchOf(set, p.Dtype())
	s, err := signal.Jacobian(p, net, set, x)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range s.Logs {
		values = append(values, math.Exp(l))
	}
	return values, s.Resolved
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
	have, _ := jacobian(t, p, stack(5, 12), settings(linear, 2, 4, 7))
	product := times(times(matrix64(t, p, "fc2.weight"), matrix64(t, p, "fc3.weight")), matrix64(t, p, "fc4.weight"))
	wantSingular(t, "linear", have, singularValues(t, product), 1e-12)
}

// TestJacobianOfRelu against the matrices between which the inactive units of the
// one example are left out.
func TestJacobianOfRelu(t *testing.T) {
	p := nn.NewParams(3, tensor.Float64)
	set := settings(options(), 2, 4, 7)
	have, _ := jacobian(t, p, stack(4, 12), set)
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
	have, _ := jacobian(t, p, net, settings(options(), 2, 4, 2, 4, 2))
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
		s, _ := jacobian(t, nn.NewParams(1, tensor.Float32), stack(depth, width), settings(o, 1, 4, 7))
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
		if _, err := signal.Jacobian(p, c.net, set, x); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("have error %v, want one with %q", err, c.want)
		}
	}
	set := settings(options(func(o *nn.Options) { o.Norm = "layer" }), 2, 4, 7)
	if s, _ := jacobian(t, nn.NewParams(1, tensor.Float32), normed, set); len(s) != 5 {
		t.Errorf("layer norm: have singular values %v, want 5", s)
	}
}

// TestJacobianOfManyGaussian is the isometry experiment's deepest arm: 99 matrices
// of independent weights. The largest values are those of the product in float64,
// the smallest one over those of the product of the inverses, and their product is
// that of the determinants.
func TestJacobianOfManyGaussian(t *testing.T) {
	const depth, width = 101, 30
	linear := options(func(o *nn.Options) { o.Activation, o.Init = "linear", "lecun_normal" })
	p := nn.NewParams(3, tensor.Float32)
	set := settings(linear, 2, 4, 7)
	x, _ := batchOf(set, p.Dtype())
	s, err := signal.Jacobian(p, stack(depth, width), set, x)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Logs) != width || s.Resolved != width {
		t.Fatalf("have %d values, %d of them resolved, want %d", len(s.Logs), s.Resolved, width)
	}
	forward, backward := mat.NewDense(width, width, nil), mat.NewDense(width, width, nil)
	logDet := 0.0
	for i := 2; i < depth; i++ {
		w := mat.NewDense(width, width, nil)
		for _, q := range p.All() {
			if q.Path == fmt.Sprintf("fc%d.weight", i) {
				for k, v := range q.Value.Data().([]float32) {
					w.Set(k/width, k%width, float64(v))
				}
			}
		}
		var inverse mat.Dense
		if err := inverse.Inverse(w); err != nil {
			t.Fatal(err)
		}
		if i == 2 {
			forward.CloneFrom(w)
			backward.CloneFrom(&inverse)
		} else {
			var f, b mat.Dense
			f.Mul(forward, w)
			b.Mul(&inverse, backward)
			forward, backward = &f, &b
		}
		l, _ := mat.LogDet(w)
		logDet += l
	}
	values := func(m *mat.Dense) []float64 {
		var svd mat.SVD
		if !svd.Factorize(m, mat.SVDNone) {
			t.Fatal("no singular values")
		}
		return svd.Values(nil)
	}
	near := func(what string, have, want, tolerance float64) {
		t.Helper()
		if !(math.Abs(have-want) <= tolerance) {
			t.Errorf("%s: have logarithm %v, want %v", what, have, want)
		}
	}
	sum := 0.0
	for _, l := range s.Logs {
		sum += l
	}
	near("product of all", sum, logDet, 1e-9*math.Abs(logDet))
	large, small := values(forward), values(backward)
	for k := range width {
		if large[k] > 1e-6*large[0] {
			near(fmt.Sprintf("value %d", k), s.Logs[k], math.Log(large[k]), 1e-8)
		}
		if small[k] > 1e-6*small[0] {
			near(fmt.Sprintf("value %d from below", k), s.Logs[width-1-k], -math.Log(small[k]), 1e-8)
		}
	}
	if spread := (s.Logs[0] - s.Logs[width-1]) / math.Ln10; spread < 40 {
		t.Errorf("the values are over %v decades: plain float64 would do", spread)
	}
}

// TestJacobianBelowFloat64: 60 layers that each stretch the same directions, turned
// at random between, have the 60th powers of one layer's singular values, down to
// 1e-540.
func TestJacobianBelowFloat64(t *testing.T) {
	const depth = 62
	each := []float64{2, 1, 0.5, 1e-5, 1e-7, 1e-9}
	width := len(each)
	linear := options(func(o *nn.Options) { o.Activation, o.Init = "linear", "orthogonal(1)" })
	p := nn.NewParams(3, tensor.Float64)
	set := settings(linear, 2, 4, 7)
	build(t, p, nn.Infer, stack(depth, width), set)
	turn := func(i int) *mat.Dense { // the layer's own weights, which are orthogonal
		m := mat.NewDense(width, width, nil)
		for r, row := range matrix64(t, p, fmt.Sprintf("fc%d.weight", i)) {
			m.SetRow(r, row)
		}
		return m
	}
	stretch := mat.NewDiagDense(width, each)
	var turns []*mat.Dense
	for i := 2; i < depth; i++ {
		turns = append(turns, turn(i))
	}
	for i := 2; i < depth; i++ { // Uᵢ₋₁ᵀ·D·Uᵢ
		var w mat.Dense
		if w.Mul(stretch, turns[i-2]); i > 2 {
			w.Mul(turns[i-3].T(), mat.DenseCopyOf(&w))
		}
		for r, row := range matrix64(t, p, fmt.Sprintf("fc%d.weight", i)) {
			copy(row, w.RawRowView(r))
		}
	}
	x, _ := batchOf(set, p.Dtype())
	s, err := signal.Jacobian(p, stack(depth, width), set, x)
	if err != nil {
		t.Fatal(err)
	}
	if s.Resolved != width {
		t.Errorf("%d are resolved, want %d", s.Resolved, width)
	}
	for k, v := range each {
		if want := 60 * math.Log(v); !(math.Abs(s.Logs[k]-want) <= 1e-4) {
			t.Errorf("value %d: have logarithm %v, want %v", k, s.Logs[k], want)
		}
	}
}

// TestJacobianUnresolved: ReLUs that are inactive take dimensions away, and what
// rounding puts in their place is not a singular value; through a bottleneck the rest
// are exactly 0.
func TestJacobianUnresolved(t *testing.T) {
	p := nn.NewParams(3, tensor.Float64)
	set := settings(options(), 2, 4, 7)
	have, resolved := jacobian(t, p, stack(7, 24), set)
	uncut := uncutJacobian(t, p, stack(7, 24), set)
	rank := 0
	for rank < len(uncut) && uncut[rank] > 1e-12*uncut[0] {
		rank++
	}
	if resolved != rank || rank == 0 || rank == 24 {
		t.Errorf("have %d resolved values, want %d", resolved, rank)
	}
	wantSingular(t, "resolved", have[:resolved], uncut[:rank], 1e-12)
	for k, bound := range have[resolved:] {
		if !(bound > 0 && bound <= 1e-10*have[0]) {
			t.Errorf("value %d: have bound %v", resolved+k, bound)
		}
	}

	bottleneck := network(func(s *nn.Scope, x *G.Node) *G.Node {
		for i, n := range []int{8, 3, 8} {
			x = nn.Linear(s.In("fc%d", i+1), x, n)
		}
		return nn.Logits(s.In("fc4"), x)
	})
	linear := options(func(o *nn.Options) { o.Activation = "linear" })
	have, resolved = jacobian(t, nn.NewParams(3, tensor.Float64), bottleneck, settings(linear, 2, 4, 7))
	if resolved != 8 || have[2] == 0 || have[3] != 0 || have[7] != 0 {
		t.Errorf("bottleneck: have %v, %d resolved", have, resolved)
	}
}

func uncutJacobian(t testing.TB, p *nn.Params, net nn.Network, set nn.Settings) (values []float64) {
	t.Helper()
	x, _ := batchOf(set, p.Dtype())
	s, err := signal.UncutJacobian(p, net, set, x)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range s.Logs {
		values = append(values, math.Exp(l))
	}
	return values
}

// TestJacobianOfParts: where a network is cut, the product of its parts has the
// singular values of the whole.
func TestJacobianOfParts(t *testing.T) {
	layer := options(func(o *nn.Options) { o.Norm, o.Activation = "layer", "tanh" })
	tanh := options(func(o *nn.Options) { o.Activation = "tanh" })
	for _, c := range []struct {
		name  string
		net   nn.Network
		o     nn.Options
		shape []int
		parts int
	}{
		{"perceptron", architectures.MLP{Depth: 6, Width: 12}, tanh, []int{7}, 4},
		{"perceptron that narrows", stackOf(20, 9, 5), tanh, []int{7}, 2},
		{"residual perceptron", architectures.MLP{Depth: 8, Width: 12, Residual: true}, layer, []int{7}, 4}, // at two sums, and in the last branch, whose shortcut ends elsewhere
		{"residual", architectures.CIFARResNet{Depth: 14, Width: 2, Shortcut: "A"}, layer, []int{8, 8, 1}, 7},
		{"pre-activation", architectures.CIFARResNet{Depth: 8, Width: 2, Shortcut: "B", PreAct: true}, layer, []int{8, 8, 1}, 3},
		{"dense", architectures.DenseNet{Blocks: []int{2, 2}, Growth: 3, Width: 4, Compression: 1, Stem: "small"}, layer, []int{8, 8, 1}, 0},
		{"transformer", architectures.ViT{Patch: 4, Depth: 2, Dim: 8, Heads: 2, MLP: 8, Pool: "mean", Position: "learned"}, layer, []int{8, 8, 1}, 0},
		{"lenet", architectures.LeNet5{Filters: []int{4, 4}, Hidden: []int{12, 8}, Pad: 2}, tanh, []int{16, 16, 1}, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := nn.NewParams(5, tensor.Float64)
			set := settings(c.o, 2, 4, c.shape...)
			parts, err := signal.Cuts(p, c.net, set)
			if err != nil {
				t.Fatal(err)
			}
			if c.parts > 0 && parts != c.parts {
				t.Errorf("have %d parts, want %d", parts, c.parts)
			}
			have, resolved := jacobian(t, p, c.net, set)
			want := uncutJacobian(t, p, c.net, set)
			if resolved == 0 {
				t.Fatal("no value is resolved")
			}
			wantSingular(t, c.name, have, want, 1e-11)
		})
	}
}

// stackOf are linear layers of these widths.
func stackOf(units ...int) network {
	return func(s *nn.Scope, x *G.Node) *G.Node {
		for i, n := range units {
			x = nn.Act(s.In("act%d", i), nn.Linear(s.In("fc%d", i), x, n))
		}
		return nn.Logits(s.In("fc"), x)
	}
}
