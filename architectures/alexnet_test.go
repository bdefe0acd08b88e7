package architectures_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/nn"
)

// halves is AlexNet of 2012 written as two programs on two GPUs: each has half of the
// filters, and they exchange their outputs before conv3 and fc6.
type halves struct{ architectures.AlexNet }

func (m halves) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := [2]*G.Node{in[0], in[0]}
	conv := func(n, k, pad int, see func(gpu int) *G.Node) {
		var y [2]*G.Node
		for gpu := range y {
			s := s.In("gpu%d", gpu)
			y[gpu] = nn.Act(s.In("relu%d", n), nn.Conv(s.In("conv%d", n), see(gpu), m.Filters[n-1]/2, k, 1, pad))
			if n <= 2 || n == 5 {
				y[gpu] = nn.MaxPoolCeil(s.In("pool%d", n), y[gpu], 3, 2, 0)
			}
		}
		x = y
	}
	own := func(gpu int) *G.Node { return x[gpu] }
	conv(1, 5, 2, own)
	conv(2, 5, 2, own)
	conv(3, 3, 1, func(gpu int) *G.Node { return nn.Concat(s.In("all%d", gpu), x[0], x[1]) })
	conv(4, 3, 1, own)
	conv(5, 3, 1, own)
	all := nn.Concat(s.In("all"), x[0], x[1])
	all = nn.Act(s.In("relu6"), nn.FullyConnected(s.In("fc6"), all, m.Hidden[0]))
	return nn.Logits(s.In("fc7"), all)
}

// inParts divides the tensors whose names begin with prefix, and whose first axis
// has the filters, between parts; format, such as gpu%d., goes before their names.
func inParts(tensors []nn.Published, parts int, prefix, format string) (out []nn.Published) {
	for _, q := range tensors {
		if !strings.HasPrefix(q.Name, prefix) {
			out = append(out, q)
			continue
		}
		shape := slices.Clone(q.Shape)
		shape[0] /= parts
		for i, data := range slices.Collect(slices.Chunk(q.Data, len(q.Data)/parts)) {
			out = append(out, nn.Published{Name: fmt.Sprintf(format, i) + q.Name, Shape: shape, Data: data})
		}
	}
	return out
}

// gradients runs a program and returns its logits, and its gradients as PyTorch
// has them.
func gradients(t *testing.T, p *nn.Params, pr *nn.Program, x, y []*tensor.Dense) (logits []float32, grads []nn.Published) {
	t.Helper()
	if _, err := pr.Run(x, y); err != nil {
		t.Fatal(err)
	}
	exchange := func() {
		for _, q := range pr.Trained() {
			w, g := q.Value.Data().([]float32), q.Grad.Data().([]float32)
			for i := range w {
				w[i], g[i] = g[i], w[i]
			}
		}
	}
	exchange()
	defer exchange()
	return pr.Logits().Data().([]float32), p.Export()
}

// compareParts checks that b, with the weights of a divided into parts, computes
// what a computes, and has the same gradients in parts.
func compareParts(t *testing.T, a, b nn.Network, set nn.Settings, x, y []*tensor.Dense, parts func([]nn.Published) []nn.Published) {
	t.Helper()
	pa, pb := nn.NewParams(3, tensor.Float32), nn.NewParams(4, tensor.Float32)
	whole, err := nn.Build(pa, nn.Train, a, set)
	if err != nil {
		t.Fatal(err)
	}
	divided, err := nn.Build(pb, nn.Train, b, set)
	if err != nil {
		t.Fatal(err)
	}
	if err := pb.Import(parts(pa.Export())); err != nil {
		t.Fatal(err)
	}
	wantLogits, grads := gradients(t, pa, whole, x, y)
	haveLogits, have := gradients(t, pb, divided, x, y)
	near(t, "logits", haveLogits, wantLogits)
	byName := map[string][]float32{}
	for _, q := range have {
		byName[q.Name] = q.Data
	}
	for _, q := range parts(grads) {
		near(t, "the gradient of "+q.Name, byName[q.Name], q.Data)
	}
}

func near(t *testing.T, what string, have, want []float32) {
	t.Helper()
	if len(have) != len(want) {
		t.Fatalf("%s: have %d values, want %d", what, len(have), len(want))
	}
	var largest, worst float64
	for i, v := range want {
		largest = max(largest, math.Abs(float64(v)))
		worst = max(worst, math.Abs(float64(have[i]-v)))
	}
	if largest == 0 || !(worst <= 1e-5*largest) {
		t.Errorf("%s: have values that differ by %v, the largest is %v", what, worst, largest)
	}
}

// TestTwoGPUs: a network of two groups is two networks of half as many filters
// whose channels are put together before conv3 and fc6.
func TestTwoGPUs(t *testing.T) {
	m, _ := architectures.Lookup("alexnet-cifar")
	net := architectures.AlexNet{Stem: "small", Filters: []int{8, 16, 24, 24, 16}, Groups: 2, Overlap: true, Hidden: []int{32}}
	m.Options.BiasInit = "normal(0.1)"
	x, y := batch(m.Data, 5, tensor.Float32)
	compareParts(t, net, halves{net}, nn.Settings{Options: m.Options, Spec: m.Data, Batch: 5}, x, y, func(q []nn.Published) []nn.Published {
		return inParts(q, 2, "conv", "gpu%d.")
	})
}

// grouped is one convolution in groups of all inputs together; apart is one convolution per
// input.
type (
	grouped struct{ filters int }
	apart   struct{ filters int }
)

func (m grouped) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	f := nn.Filter{Size: [2]int{3, 3}, Stride: [2]int{2, 2}, Pad: [2]int{1, 1}, Groups: len(in)}
	return nn.Logits(s.In("fc"), nn.Conv2D(s.In("conv"), nn.Concat(s.In("concat"), in...), m.filters, f))
}

func (m apart) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	var ys []*G.Node
	for i, x := range in {
		ys = append(ys, nn.Conv(s.In("part%d.conv", i), x, m.filters/len(in), 3, 2, 1))
	}
	return nn.Logits(s.In("fc"), nn.Concat(s.In("concat"), ys...))
}

// TestGroups: a convolution in groups equals one convolution per group.
func TestGroups(t *testing.T) {
	for _, groups := range []int{2, 3, 8} {
		t.Run(fmt.Sprint(groups), func(t *testing.T) {
			spec := datasets.Spec{Targets: []datasets.Field{datasets.Label(10)}}
			var x, y []*tensor.Dense
			for i := range groups {
				in := datasets.Field{Name: fmt.Sprintf("images%d", i), Dtype: tensor.Float32, Shape: []int{7, 6, 2}}
				one := datasets.Spec{Inputs: []datasets.Field{in}, Targets: spec.Targets}
				var xs []*tensor.Dense
				xs, y = batch(one, 4, tensor.Float32)
				for j, v := range xs[0].Data().([]float32) { // each input has its own
					xs[0].Data().([]float32)[j] = v * float32(1+i)
				}
				spec.Inputs, x = append(spec.Inputs, in), append(x, xs[0])
			}
			set := nn.Settings{Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "none", Activation: "relu", BiasInit: "normal(0.1)"}, Spec: spec, Batch: 4}
			compareParts(t, grouped{24}, apart{24}, set, x, y, func(q []nn.Published) []nn.Published {
				return inParts(q, groups, "conv", "part%d.")
			})
		})
	}
}

// outline builds a model without weights.
func outline(t *testing.T, m architectures.Model, net nn.Network) (*nn.Params, *nn.Program) {
	t.Helper()
	p := nn.OutlineParams(tensor.Float32)
	return p, build(t, p, nn.Infer, m, net, m.Options, 1)
}

// TestReceptiveFields: the side of what the last pooling sees, for AlexNet and
// VGG-16 in the literature 195 and 212.
func TestReceptiveFields(t *testing.T) {
	for _, c := range []struct {
		model, path string
		want        int
	}{
		{"alexnet-2012", "pool5", 195},
		{"alexnet", "features.12", 195},
		{"zfnet", "pool5", 171},
		{"vgg16", "features.30", 212},
		{"vgg16_bn", "features.43", 212},
		{"vgg11", "features.20", 150},
	} {
		m, _ := architectures.Lookup(c.model)
		_, pr := outline(t, m, m.Network)
		i := slices.IndexFunc(pr.Layers, func(l nn.Layer) bool { return l.Path == c.path })
		if i < 0 || !strings.HasPrefix(pr.Layers[i].Op, "max pool") {
			t.Errorf("%s: there is no pooling %s", c.model, c.path)
		} else if pr.Layers[i].Field != c.want {
			t.Errorf("%s: %s sees %d pixels, want %d", c.model, c.path, pr.Layers[i].Field, c.want)
		}
	}
}

// TestTooSmall: for images that are too small the error names the first layer whose input is
// too small.
func TestTooSmall(t *testing.T) {
	for _, c := range []struct {
		model string
		side  int
		path  string // empty: large enough
	}{
		{"alexnet-2012", 10, "conv1"}, {"alexnet-2012", 54, "pool5"}, {"alexnet-2012", 55, ""},
		{"alexnet", 62, "features.12"}, {"alexnet", 63, ""},
		{"zfnet", 20, "conv2"},
		{"alexnet-cifar", 1, "pool1"},
		{"vgg16", 31, "features.30"}, {"vgg16", 32, ""},
		{"vgg11-cifar", 7, "features.10"},
	} {
		m, _ := architectures.Lookup(c.model)
		m.Data = datasets.Images(c.side, c.side, 3, 10)
		_, err := nn.Build(nn.OutlineParams(tensor.Float32), nn.Infer, m.Network, nn.Settings{Options: m.Options, Spec: m.Data, Batch: 1})
		if c.path == "" && err != nil || c.path != "" && (err == nil || !strings.HasPrefix(err.Error(), c.path+": ")) {
			t.Errorf("%s with %d×%d pixels: have error %v, want one of %q", c.model, c.side, c.side, err, c.path)
		}
	}
}

// TestAlexNetStart: section 5 of the paper.
func TestAlexNetStart(t *testing.T) {
	m, _ := architectures.Lookup("alexnet-2012")
	net := m.Network.(architectures.AlexNet)
	net.Hidden = []int{64, 64}
	p := nn.NewParams(3, tensor.Float32)
	build(t, p, nn.Infer, m, net, m.Options, 1)
	one := map[string]bool{"conv2.bias": true, "conv4.bias": true, "conv5.bias": true, "fc6.bias": true, "fc7.bias": true}
	for _, q := range p.Export() {
		var sum, squares float64
		for _, v := range q.Data {
			sum += float64(v)
			squares += float64(v) * float64(v)
		}
		n := float64(len(q.Data))
		want := 0.0
		if one[q.Name] {
			want = 1
		}
		if std := math.Sqrt(squares / n); len(q.Shape) > 1 && math.Abs(std-0.01) > 0.01*4/math.Sqrt(2*n) {
			t.Errorf("%s: have a standard deviation of %v, want 0.01", q.Name, std)
		} else if len(q.Shape) == 1 && (sum != want*n || squares != want*n) {
			t.Errorf("%s: have %v, want %v", q.Name, q.Data[:3], want)
		}
	}
}

// names lists the parameters with their shapes.
func names(p *nn.Params) (s []string) {
	for _, q := range p.All() {
		s = append(s, fmt.Sprint(q.Path, q.Shape))
	}
	return s
}

// TestAblationsArePaired: response norm and overlapping pooling change no parameter, so that
// networks with and without them start from the same weights.
func TestAblationsArePaired(t *testing.T) {
	for _, side := range []int{28, 32} {
		m, _ := architectures.Lookup("alexnet-cifar")
		m.Data = datasets.Images(side, side, 3, 10)
		net := m.Network.(architectures.AlexNet)
		p, _ := outline(t, m, net)
		for _, change := range []func(){func() { net.LRN = false }, func() { net.Overlap = false }, func() { net.LRN = true }} {
			change()
			if q, _ := outline(t, m, net); !slices.Equal(names(p), names(q)) {
				t.Errorf("%d×%d pixels, %+v: have parameters %v, want %v", side, side, net, names(q), names(p))
			}
		}
	}
	a, _ := architectures.Lookup("vgg11")
	lrn, _ := architectures.Lookup("vgg-a-lrn")
	p, _ := outline(t, a, a.Network)
	if q, _ := outline(t, lrn, lrn.Network); !slices.Equal(names(p), names(q)) {
		t.Errorf("vgg-a-lrn: have parameters %v, want vgg11's %v", names(q), names(p))
	}
}

// TestAlexNetAndVGGValidate: every invalid field is named.
func TestAlexNetAndVGGValidate(t *testing.T) {
	filters := []int{4, 8, 8, 8, 8}
	for _, c := range []struct {
		net  interface{ Validate() []nn.Problem }
		want []string
	}{
		{architectures.AlexNet{Stem: "small", Filters: filters, Groups: 4}, nil},
		{architectures.AlexNet{}, []string{"stem", "filters", "groups"}},
		{
			net:  architectures.AlexNet{Stem: "zfnet", Filters: []int{4, 8, 8, 8, 0}, Groups: 2, Hidden: []int{8, 0}},
			want: []string{"filters", "hidden"},
		},
		{architectures.AlexNet{Stem: "zfnet", Filters: filters, Groups: 8}, []string{"groups"}},
		{architectures.AlexNetOneTower{Filters: filters, Pool: 1}, nil},
		{architectures.AlexNetOneTower{Filters: filters[:4], Hidden: []int{-1}}, []string{"filters", "pool", "hidden"}},
		{architectures.VGG{Blocks: []int{1}, Width: 1}, nil},
		{architectures.VGG{Pool: -1, Hidden: []int{0}}, []string{"blocks", "width", "pool", "hidden"}},
		{architectures.VGG{Blocks: []int{1, 0}, Width: 1}, []string{"blocks"}},
	} {
		var have []string
		for _, p := range c.net.Validate() {
			have = append(have, p.Key)
		}
		if !slices.Equal(have, c.want) {
			t.Errorf("%+v: have problems with %v, want %v", c.net, have, c.want)
		}
	}
}
