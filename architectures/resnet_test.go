package architectures_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/nn"
	"zoo/nn/nntest"
)

// thin is resnet18 with few filters, for small images.
func thin(change func(*architectures.ResNet)) architectures.ResNet {
	net := architectures.ResNet{Block: "basic", Blocks: []int{1, 2, 1}, Width: 4, Cardinality: 1, Stem: "small", Shortcut: "B"}
	change(&net)
	return net
}

// smallImages is resnet18 with its choices, on small images of ten classes.
func smallImages() architectures.Model {
	m, _ := architectures.Lookup("resnet18")
	m.Data = datasets.Images(8, 8, 3, 10)
	return m
}

// TestResNetGradients: each block with each shortcut, in both orders.
func TestResNetGradients(t *testing.T) {
	for _, shortcut := range []string{"A", "B", "C", "none"} {
		for _, net := range []architectures.ResNet{
			thin(func(*architectures.ResNet) {}),
			thin(func(m *architectures.ResNet) { m.Block = "bottleneck" }),
			thin(func(m *architectures.ResNet) { m.PreAct = true }),
			thin(func(m *architectures.ResNet) { m.Block, m.Cardinality, m.GroupWidth = "bottleneck", 2, 3 }),
			thin(func(m *architectures.ResNet) { m.Block, m.StrideFirst, m.PreAct = "bottleneck", true, true }),
		} {
			net.Shortcut = shortcut
			t.Run(fmt.Sprintf("%+v", net), func(t *testing.T) {
				checkGradient(t, smallImages(), net)
				checkFusion(t, smallImages(), net)
			})
		}
	}
	t.Run("imagenet stem", func(t *testing.T) {
		m := smallImages()
		m.Data = datasets.Images(32, 32, 3, 10)
		net := thin(func(m *architectures.ResNet) { m.Stem = "imagenet" })
		checkGradient(t, m, net)
		checkFusion(t, m, net)
	})
}

// TestResNetZeroInit: where branches start at zero and shortcuts have no
// parameters, blocks are the identity: a block more changes nothing, bit by bit.
// Of a post-activation block, y = relu(x), x is an activation already.
func TestResNetZeroInit(t *testing.T) {
	m := smallImages()
	x, y := batch(m.Data, 3, tensor.Float32)
	logits := func(net architectures.ResNet, residual string) []float32 {
		o := m.Options
		o.ResidualInit = residual
		pr := build(t, nn.NewParams(3, tensor.Float32), nn.Train, m, net, o, 3)
		if _, err := pr.Run(x, y); err != nil {
			t.Fatal(err)
		}
		return slices.Clone(pr.Logits().Data().([]float32))
	}
	for _, block := range []string{"basic", "bottleneck"} {
		for _, preact := range []bool{false, true} {
			net := thin(func(m *architectures.ResNet) { m.Block, m.PreAct, m.Shortcut = block, preact, "A" })
			deep := net
			deep.Blocks = []int{3, 2, 4}
			if !slices.Equal(logits(net, "zero"), logits(deep, "zero")) {
				t.Errorf("%+v: more blocks that start as the identity change the logits", net)
			}
			if slices.Equal(logits(net, "none"), logits(deep, "none")) {
				t.Errorf("%+v: more blocks change nothing without zero init either", net)
			}
		}
	}
}

// TestResNetPlain: the plain network has the parameters of the residual one of
// option A, by name and value.
func TestResNetPlain(t *testing.T) {
	m := smallImages()
	for _, block := range []string{"basic", "bottleneck"} {
		params := func(shortcut string) (all []*nn.Param) {
			p := nn.NewParams(3, tensor.Float32)
			build(t, p, nn.Infer, m, thin(func(m *architectures.ResNet) { m.Block, m.Shortcut = block, shortcut }), m.Options, 1)
			return p.All()
		}
		plain, residual := params("none"), params("A")
		if len(plain) != len(residual) {
			t.Fatalf("%s: have %d tensors, and %d in the residual network", block, len(plain), len(residual))
		}
		for i, q := range plain {
			if r := residual[i]; q.Path != r.Path || !slices.Equal(q.Value.Data().([]float32), r.Value.Data().([]float32)) {
				t.Errorf("%s: tensor %d is %s, and %s in the residual network, or differs", block, i, q.Path, r.Path)
			}
		}
	}
}

// TestResNeXtOfOneGroup: ResNeXt of cardinality 1 is the bottleneck network of
// that width, bit by bit.
func TestResNeXtOfOneGroup(t *testing.T) {
	m := smallImages()
	x, y := batch(m.Data, 3, tensor.Float32)
	gradients := func(net architectures.ResNet) (all []float32) {
		pr := build(t, nn.NewParams(3, tensor.Float32), nn.Train, m, net, m.Options, 3)
		if _, err := pr.Run(x, y); err != nil {
			t.Fatal(err)
		}
		for _, q := range pr.Trained() {
			all = append(all, q.Grad.Data().([]float32)...)
		}
		return all
	}
	bottleneck := thin(func(m *architectures.ResNet) { m.Block = "bottleneck" })
	grouped := thin(func(m *architectures.ResNet) { m.Block, m.GroupWidth = "bottleneck", 4 })
	if !slices.Equal(gradients(bottleneck), gradients(grouped)) {
		t.Error("the gradients differ")
	}
	if wide := thin(func(m *architectures.ResNet) { m.Block, m.GroupWidth = "bottleneck", 8 }); slices.Equal(gradients(bottleneck), gradients(wide)) {
		t.Error("group_width does nothing")
	}
}

// TestResNetFold: a convolution followed by a batch norm is a convolution with
// weights w·γ/√(σ²+ε) and a bias β − μ·γ/√(σ²+ε).
func TestResNetFold(t *testing.T) {
	m := smallImages()
	for _, block := range []string{"basic", "bottleneck"} {
		net := thin(func(m *architectures.ResNet) { m.Block = block })
		normed, folded := nn.NewParams(3, tensor.Float32), nn.NewParams(3, tensor.Float32)
		with := build(t, normed, nn.Infer, m, net, m.Options, 2)
		nntest.FillByFormula(t, normed)
		o := m.Options
		o.Norm = "none"
		without := build(t, folded, nn.Infer, m, net, o, 2)
		fold(t, folded, normed)

		x, _ := batch(m.Data, 2, tensor.Float32)
		for _, pr := range []*nn.Program{with, without} {
			if _, err := pr.Run(x, nil); err != nil {
				t.Fatal(err)
			}
		}
		have, want := without.Logits().Data().([]float32), with.Logits().Data().([]float32)
		var worst, largest float64
		for i, v := range want {
			worst = max(worst, math.Abs(float64(have[i]-v)))
			largest = max(largest, math.Abs(float64(v)))
		}
		if !(worst < 1e-4*largest) {
			t.Errorf("%s: logits differ by %g, the largest is %g", block, worst, largest)
		}
	}
}

// fold sets the parameters of a network without norms to those of one with.
func fold(t *testing.T, folded, normed *nn.Params) {
	t.Helper()
	values := map[string][]float32{}
	for _, q := range normed.All() {
		values[q.Path] = q.Value.Data().([]float32)
	}
	norms := 0
	for _, q := range folded.All() {
		layer, name := q.Path[:strings.LastIndexByte(q.Path, '.')], q.Path[strings.LastIndexByte(q.Path, '.')+1:]
		norm := strings.Replace(layer, "conv", "bn", 1)
		if strings.HasSuffix(layer, "downsample.0") {
			norm = strings.TrimSuffix(layer, "0") + "1"
		}
		v := q.Value.Data().([]float32)
		if values[norm+".running_var"] == nil { // the linear layer
			copy(v, values[q.Path])
			continue
		}
		norms++
		for i := range v {
			c := i % len(values[norm+".weight"])
			scale := values[norm+".weight"][c] / float32(math.Sqrt(float64(values[norm+".running_var"][c])+1e-5))
			if name == "weight" {
				v[i] = values[q.Path][i] * scale
			} else {
				v[i] = values[norm+".bias"][c] - values[norm+".running_mean"][c]*scale
			}
		}
	}
	if norms == 0 {
		t.Fatal("nothing was folded")
	}
}

// TestResNetInitialLoss: with a last layer of zeros all classes are equal, and
// the loss is ln C.
func TestResNetInitialLoss(t *testing.T) {
	m := smallImages()
	x, y := batch(m.Data, 3, tensor.Float32)
	p := nn.NewParams(3, tensor.Float32)
	pr := build(t, p, nn.Train, m, thin(func(m *architectures.ResNet) { m.Block = "bottleneck" }), m.Options, 3)
	for _, q := range p.All() {
		if q.Path == "fc.weight" {
			clear(q.Value.Data().([]float32))
		}
	}
	loss, err := pr.Run(x, y)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(loss-math.Log(10)) > 1e-6 {
		t.Errorf("have the loss %v, want ln 10 = %v", loss, math.Log(10))
	}
}

// TestResNetValidate: every field that makes no network is named.
func TestResNetValidate(t *testing.T) {
	var keys []string
	for _, p := range (architectures.ResNet{Block: "basic", Blocks: []int{2, 0}, GroupWidth: -1, StrideFirst: true}).Validate() {
		keys = append(keys, p.Key)
	}
	for _, change := range []func(*architectures.ResNet){
		func(m *architectures.ResNet) { m.Block, m.Cardinality = "bottleneck", 3 },
		func(m *architectures.ResNet) { m.Cardinality = 2 },
	} {
		for _, p := range thin(change).Validate() {
			keys = append(keys, p.Key)
		}
	}
	if want := []string{"stem", "shortcut", "blocks", "width", "cardinality", "group_width", "stride_first", "cardinality", "block"}; !slices.Equal(keys, want) {
		t.Errorf("have problems with %v, want %v", keys, want)
	}
	if ps := thin(func(*architectures.ResNet) {}).Validate(); len(ps) > 0 {
		t.Errorf("have %v for a network that is one", ps)
	}
}
