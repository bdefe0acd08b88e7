package architectures_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/nn"
	"zoo/nn/nntest"
)

// smallViT has twelve patches in images of 8×6 pixels.
func smallViT(change func(*architectures.ViT)) architectures.ViT {
	net := architectures.ViT{Patch: 2, Dim: 12, Depth: 2, Heads: 3, MLP: 16, Pool: "cls", Position: "learned"}
	change(&net)
	return net
}

func vitImages() architectures.Model {
	m, _ := architectures.Lookup("vit-cifar")
	m.Data = datasets.Images(8, 6, 3, 10)
	return m
}

// TestViTKnobs: every norm that tokens have, without one, with Fixup, and each of
// the pools and positions.
func TestViTKnobs(t *testing.T) {
	for name, change := range map[string]func(*nn.Options){
		"layer": func(*nn.Options) {}, "rms": func(o *nn.Options) { o.Norm = "rms" }, "batch": func(o *nn.Options) { o.Norm = "batch" },
		"none":   func(o *nn.Options) { o.Norm = "none" },
		"scaled": func(o *nn.Options) { o.ResidualInit = "scaled" }, "dropout": func(o *nn.Options) { o.Dropout = 0.2 },
		"prelu": func(o *nn.Options) { o.Activation = "prelu" },
	} {
		t.Run(name, func(t *testing.T) {
			m := vitImages()
			change(&m.Options)
			checkGradient(t, m, smallViT(func(*architectures.ViT) {}))
			checkFusion(t, m, smallViT(func(*architectures.ViT) {}))
		})
	}
	for _, position := range []string{"sin", "none"} {
		for _, pool := range []string{"cls", "mean"} {
			t.Run(position+", "+pool, func(t *testing.T) {
				checkGradient(t, vitImages(), smallViT(func(m *architectures.ViT) { m.Position, m.Pool = position, pool }))
			})
		}
	}
	t.Run("fixup", func(t *testing.T) { // its last layers are zero: there is no slope to check
		m := vitImages()
		m.Options.Norm, m.Options.ResidualInit = "none", "fixup"
		checkFusion(t, m, smallViT(func(*architectures.ViT) {}))
	})
}

// vitLogits are those of a new network for images.
func vitLogits(t *testing.T, m architectures.Model, net architectures.ViT, images []float32) []float32 {
	t.Helper()
	pr := build(t, nn.NewParams(3, tensor.Float32), nn.Infer, m, net, m.Options, 2)
	x := tensor.New(tensor.WithShape(append([]int{2}, m.Data.Inputs[0].Shape...)...), tensor.WithBacking(images))
	if _, err := pr.Run([]*tensor.Dense{x}, nil); err != nil {
		t.Fatal(err)
	}
	return slices.Clone(pr.Logits().Data().([]float32))
}

// TestViTPermutedPatches: without positions the order of patches makes no difference; with
// positions it does.
func TestViTPermutedPatches(t *testing.T) {
	m := vitImages()
	h, w, c := 8, 6, 3
	x, _ := batch(m.Data, 2, tensor.Float32)
	images := x[0].Data().([]float32)
	permuted := make([]float32, len(images))
	order := rand.New(rand.NewPCG(1, 2)).Perm(h / 2 * w / 2)
	pixel := func(image, patch, i, j int) int {
		return ((image*h+patch/(w/2)*2+i)*w + patch%(w/2)*2 + j) * c
	}
	for image := range 2 {
		for to, from := range order {
			for i := range 2 {
				for j := range 2 {
					copy(permuted[pixel(image, to, i, j):][:c], images[pixel(image, from, i, j):])
				}
			}
		}
	}
	for _, pool := range []string{"cls", "mean"} {
		for position, sees := range map[string]bool{"learned": true, "sin": true, "none": false} {
			net := smallViT(func(m *architectures.ViT) { m.Position, m.Pool = position, pool })
			a, b := vitLogits(t, m, net, images), vitLogits(t, m, net, permuted)
			var largest, differ float64
			for i := range a {
				largest = max(largest, math.Abs(float64(a[i])))
				differ = max(differ, math.Abs(float64(a[i]-b[i])))
			}
			t.Logf("%s, %s: logits up to %.2g differ by %.2g", pool, position, largest, differ)
			if sees && differ < 1e-3*largest || !sees && differ > 1e-5*largest {
				t.Errorf("%s, %s: logits up to %v differ by %v where patches are permuted", pool, position, largest, differ)
			}
		}
	}
}

// TestViTZeroInit: where branches start at zero, layers are the identity: more of
// them change nothing, bit by bit.
func TestViTZeroInit(t *testing.T) {
	m := vitImages()
	x, _ := batch(m.Data, 2, tensor.Float32)
	logits := func(residual string, depth int) []float32 {
		m.Options.ResidualInit = residual
		return vitLogits(t, m, smallViT(func(m *architectures.ViT) { m.Depth = depth }), x[0].Data().([]float32))
	}
	if !slices.Equal(logits("zero", 1), logits("zero", 5)) {
		t.Error("more layers that start as the identity change the logits")
	}
	if slices.Equal(logits("none", 1), logits("none", 5)) {
		t.Error("more layers change nothing without zero init either")
	}
}

// TestViTZeroHead: all logits start at zero, and only the head has a gradient in the first step.
func TestViTZeroHead(t *testing.T) {
	m := vitImages()
	x, y := batch(m.Data, 2, tensor.Float32)
	pr := build(t, nn.NewParams(3, tensor.Float32), nn.Train, m, smallViT(func(m *architectures.ViT) { m.ZeroHead = true }), m.Options, 2)
	loss, err := pr.Run(x, y)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(loss-math.Log(10)) > 1e-6 {
		t.Errorf("have the loss %v, want ln 10", loss)
	}
	for _, q := range pr.Trained() {
		zero := !slices.ContainsFunc(q.Grad.Data().([]float32), func(g float32) bool { return g != 0 })
		if head := strings.HasPrefix(q.Path, "heads.head"); zero == head {
			t.Errorf("the gradient of %s is zero: %v", q.Path, zero)
		}
	}
}

// TestViTImages: images of any size that the patch divides, but learned positions
// belong to one.
func TestViTImages(t *testing.T) {
	m := vitImages()
	build := func(p *nn.Params, h, w int, net architectures.ViT) error {
		m.Data = datasets.Images(h, w, 3, 10)
		_, err := nn.Build(p, nn.Infer, net, nn.Settings{Options: m.Options, Spec: m.Data, Batch: 1})
		return err
	}
	for _, position := range []string{"sin", "none"} {
		p := nn.NewParams(1, tensor.Float32)
		net := smallViT(func(m *architectures.ViT) { m.Position = position })
		for _, size := range [][2]int{{8, 6}, {2, 2}, {4, 20}} {
			if err := build(p, size[0], size[1], net); err != nil {
				t.Errorf("%s, %v: %v", position, size, err)
			}
		}
	}
	p, net := nn.NewParams(1, tensor.Float32), smallViT(func(*architectures.ViT) {})
	for _, c := range []struct {
		h, w int
		want string
	}{
		{8, 6, "<nil>"},
		{8, 8, "encoder: parameter encoder.pos_embedding: have shape (1, 17, 12), want (1, 13, 12)"},
		{8, 7, "conv_proj: patches: have images of 8×7 pixels, want sides that patches of 2×2 divide"},
	} {
		if err := build(p, c.h, c.w, net); fmt.Sprint(err) != c.want {
			t.Errorf("%d×%d: have error %v, want %s", c.h, c.w, err, c.want)
		}
	}
	m.Options.Norm = "group(2)"
	want := "encoder.layers.encoder_layer_0.ln_1: group norm: have input (1, 13, 12), want images"
	if err := build(nn.NewParams(1, tensor.Float32), 8, 6, net); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("have error %v, want %s", err, want)
	}
}

// TestViTOfPaperSize: 197 tokens of 768 values with 12 heads, for which kernels divide their
// work in ways that no other test covers. The first of two images has the logits of plain
// loops in float64, and both images have the same logits one by one, together, and unfused.
func TestViTOfPaperSize(t *testing.T) {
	m, _ := architectures.Lookup("vit_b_16")
	m.Data = datasets.Images(224, 224, 3, 10)
	net := m.Network.(architectures.ViT)
	net.Depth, net.MLP = 2, 64 // the class token of the second layer depends on all tokens of the first
	p, double := nn.BlankParams(tensor.Float32), nn.BlankParams(tensor.Float64)
	one := build(t, p, nn.Infer, m, net, m.Options, 1)
	two := build(t, p, nn.Infer, m, net, m.Options, 2)
	apart := build(t, p, nn.Infer, m, net, m.Options, 2, unfused)
	reference := build(t, double, nn.Infer, m, net, m.Options, 1)
	nntest.FillByFormula(t, p)
	copyDouble(double, p)

	x, _ := goldenExamples(m.Data, 2)
	images := x[0].Data().([]float32)
	image := func(i int) []*tensor.Dense {
		size := len(images) / 2
		return []*tensor.Dense{tensor.New(tensor.WithShape(append([]int{1}, m.Data.Inputs[0].Shape...)...), tensor.WithBacking(images[i*size:][:size]))}
	}
	if _, err := reference.Run(float64s(image(0)), nil); err != nil {
		t.Fatal(err)
	}
	compareLogits(t, one, image(0), reference.Logits().Data().([]float64), 1e-5)
	var want []float64
	for i := range 2 {
		if _, err := one.Run(image(i), nil); err != nil {
			t.Fatal(err)
		}
		for _, v := range one.Logits().Data().([]float32) {
			want = append(want, float64(v))
		}
	}
	compareLogits(t, two, x, want, 1e-5)
	compareLogits(t, apart, x, want, 1e-5)
	if !slices.Equal(two.Logits().Data().([]float32), apart.Logits().Data().([]float32)) {
		t.Errorf("have logits %v fused and %v unfused", two.Logits(), apart.Logits())
	}
}

func TestViTValidate(t *testing.T) {
	for want, change := range map[string]func(*architectures.ViT){
		"":                                                    func(*architectures.ViT) {},
		"patch: have 0, want at least 1":                      func(m *architectures.ViT) { m.Patch = 0 },
		"dim: have -1, want at least 1":                       func(m *architectures.ViT) { m.Dim = -1 },
		"depth: have 0, want at least 1":                      func(m *architectures.ViT) { m.Depth = 0 },
		"mlp: have 0, want at least 1":                        func(m *architectures.ViT) { m.MLP = 0 },
		"heads: have 0, want at least 1":                      func(m *architectures.ViT) { m.Heads = 0 },
		"heads: have 5, want a divisor of dim 12":             func(m *architectures.ViT) { m.Heads = 5 },
		`pool: have "max", want one of cls, mean`:             func(m *architectures.ViT) { m.Pool = "max" },
		`position: have "2d", want one of learned, sin, none`: func(m *architectures.ViT) { m.Position = "2d" },
	} {
		var have []string
		for _, p := range smallViT(change).Validate() {
			have = append(have, p.Key+": "+p.Message)
		}
		if got := strings.Join(have, "; "); got != want {
			t.Errorf("have %q, want %q", got, want)
		}
	}
}
