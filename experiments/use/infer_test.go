package use_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"zoo/experiments/use"
	"zoo/experiments/weights"
	"zoo/internal/npy"
	"zoo/internal/safetensors"
	"zoo/nn"
)

// images are n examples of some pixels, channels first.
func images(n, c, h, w int) npy.Array {
	x := npy.Array{Shape: []int{n, c, h, w}, Data: make([]float32, n*c*h*w)}
	for i := range x.Data {
		x.Data[i] = float32(math.Sin(float64(3*i + i*i%11)))
	}
	return x
}

// Infer gives what a program of one example gives for channels-last pixels, and
// the size of its batches does not show.
func TestInfer(t *testing.T) {
	for _, c := range []struct {
		model     string
		overrides []string
		x         npy.Array
	}{
		{"lenet5", nil, images(33, 1, 28, 28)},
		{"resnet20", []string{"width=4"}, images(3, 3, 9, 7)},
		{"resnet20-b", []string{"width=4"}, images(1, 2, 8, 8)},
		{"mlp", []string{"width=8"}, images(65, 3, 5, 4)},
	} {
		t.Run(c.model, func(t *testing.T) {
			s, err := use.Find(c.model, c.overrides...)
			if err != nil {
				t.Fatal(err)
			}
			n, channels, h, w := c.x.Shape[0], c.x.Shape[1], c.x.Shape[2], c.x.Shape[3]
			spec, err := s.Spec([]int{h, w, channels}, 0)
			if err != nil {
				t.Fatal(err)
			}
			p := nn.NewParams(7, tensor.Float32)
			pr, err := nn.Build(p, nn.Infer, s.Model.Network(), nn.Settings{Options: s.Model.Options, Spec: spec, Batch: 1})
			if err != nil {
				t.Fatal(err)
			}
			y, err := use.Infer(context.Background(), s, saved(t, p), c.x, 0)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(y.Shape, []int{n, 10}) {
				t.Fatalf("have shape %v, want [%d 10]", y.Shape, n)
			}
			for i := range n {
				x := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(1, h, w, channels))
				for at := range h * w * channels {
					pixel, k := at/channels, at%channels
					x.Data().([]float32)[at] = c.x.Data[(i*channels+k)*h*w+pixel]
				}
				if _, err := pr.Run([]*tensor.Dense{x}, nil); err != nil {
					t.Fatal(err)
				}
				for k, want := range pr.Logits().Data().([]float32) {
					if have := y.Data[10*i+k]; math.Abs(float64(have-want)) > 1e-4*(1+math.Abs(float64(want))) {
						t.Fatalf("example %d, class %d: have %v, want %v", i, k, have, want)
					}
				}
			}
		})
	}
}

// Tokens come as numbers, and each position has logits.
func TestInferTokens(t *testing.T) {
	s, err := use.Find("gpt", "dim=8", "depth=1", "heads=2")
	if err != nil {
		t.Fatal(err)
	}
	spec, err := s.Spec([]int{5}, 10)
	if err != nil {
		t.Fatal(err)
	}
	p := nn.NewParams(7, tensor.Float32)
	pr, err := nn.Build(p, nn.Infer, s.Model.Network(), nn.Settings{Options: s.Model.Options, Spec: spec, Batch: 2})
	if err != nil {
		t.Fatal(err)
	}
	tokens := []int{1, 2, 3, 4, 5, 9, 8, 7, 6, 0}
	x := npy.Array{Shape: []int{2, 5}}
	for _, token := range tokens {
		x.Data = append(x.Data, float32(token))
	}
	y, err := use.Infer(t.Context(), s, saved(t, p), x, 10)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pr.Run([]*tensor.Dense{tensor.New(tensor.WithShape(2, 5), tensor.WithBacking(tokens))}, nil); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(y.Shape, []int{2, 5, 10}) || !slices.Equal(y.Data, pr.Logits().Data().([]float32)) {
		t.Errorf("have shape %v and %v, want %v", y.Shape, y.Data, pr.Logits())
	}
	for _, v := range []float32{-1, 10, 0.5} {
		x.Data[6] = v
		want := fmt.Sprintf("have %v at (1, 1), want tokens: whole numbers from 0 to 9", v)
		if _, err := use.Infer(t.Context(), s, saved(t, p), x, 10); err == nil || err.Error() != want {
			t.Errorf("have error %v, want %s", err, want)
		}
	}
	want := "have input (8, 8, 1), want tokens (T)"
	if _, err := use.Infer(t.Context(), s, saved(t, p), images(2, 1, 8, 8), 0); err == nil || err.Error() != want {
		t.Errorf("have error %v, want %s", err, want)
	}
}

// saved are parameters that went to a file.
func saved(t testing.TB, p *nn.Params) *weights.File {
	t.Helper()
	name := filepath.Join(t.TempDir(), "w.safetensors")
	if err := safetensors.WriteFile(name, nil, weights.Tensors(p)...); err != nil {
		t.Fatal(err)
	}
	w, err := weights.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

// A NaN stays with its example.
func TestInferNaN(t *testing.T) {
	s, err := use.Find("lenet5")
	if err != nil {
		t.Fatal(err)
	}
	x := images(2, 1, 28, 28)
	x.Data[0] = float32(math.NaN())
	spec, _ := s.Spec([]int{28, 28, 1}, 0)
	p := nn.NewParams(7, tensor.Float32)
	if _, err := nn.Build(p, nn.Infer, s.Model.Network(), nn.Settings{Options: s.Model.Options, Spec: spec, Batch: 1}); err != nil {
		t.Fatal(err)
	}
	y, err := use.Infer(context.Background(), s, saved(t, p), x, 0)
	if err != nil {
		t.Fatal(err)
	}
	if clean := fmt.Sprint(y.Data[10:]); strings.Contains(clean, "NaN") {
		t.Errorf("the example without a NaN has %s", clean)
	}
}

func TestInferEnds(t *testing.T) {
	s, err := use.Find("mlp", "width=4")
	if err != nil {
		t.Fatal(err)
	}
	x := images(1, 1, 2, 2)
	spec, _ := s.Spec([]int{2, 2, 1}, 0)
	p, _, err := s.Build(t.Context(), nn.Infer, spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := use.Infer(ctx, s, saved(t, p), x, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("have %v, want the error of the context", err)
	}
}

// A reference's input is that of the data that the config names, as far as it is
// known without reading them.
func TestSpec(t *testing.T) {
	for _, c := range []struct {
		name, overrides string
		input           []int
		classes         int
	}{
		{"lenet5", "", []int{28, 28, 1}, 10},
		{"resnet20-mnist14", "", []int{14, 14, 1}, 10},
		{"resnet20-mnist14", "data.pad=2", []int{18, 18, 1}, 10},
		{"mlp-digits", "", []int{8, 8, 1}, 10},
		{"mlp-digits", "data.name=cifar100", []int{32, 32, 3}, 100},
	} {
		s, err := use.Find(c.name, strings.Fields(c.overrides)...)
		if err != nil {
			t.Fatal(err)
		}
		spec, err := s.Spec(nil, 0)
		if err != nil || !slices.Equal(spec.Inputs[0].Shape, c.input) || spec.Classes() != c.classes {
			t.Errorf("%s %s: have %v, %d, %v, want %v, %d", c.name, c.overrides, spec.Inputs, spec.Classes(), err, c.input, c.classes)
		}
	}
}

// TestInferPth: what PyTorch saved gives what PyTorch computed; see
// internal/pth/testdata/make.py.
func TestInferPth(t *testing.T) {
	s, err := use.Find("mlp", "width=2", "depth=2")
	if err != nil {
		t.Fatal(err)
	}
	w, err := weights.Open(filepath.Join("..", "..", "internal", "pth", "testdata", "mlp.pth"), "module.*=*")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	y, err := use.Infer(context.Background(), s, w, npy.Array{Shape: []int{1, 4}, Data: []float32{0.5, -1, 2, 0.25}}, 3)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{-2.0474, 0.3349, 3.0254} {
		if math.Abs(float64(y.Data[i])-want) > 1e-4 {
			t.Errorf("have the logits %v, want %v at %d", y.Data, want, i)
		}
	}
}
