package exec_test

import (
	"math"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/exec"
	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

// Few examples are cut into lines, many are not: each example's results have the
// same bits, and so do those of an unfused run.
func TestLines(t *testing.T) {
	const most = 9
	const h, w, c = 29, 31, 8
	image := h * w * c
	images := make([]float32, most*image)
	for i, v := range optest.Det(len(images), 0.7, 0.1) {
		images[i] = float32(v)
	}
	param := func(g *G.ExprGraph, name string, a float64, shape ...int) *G.Node {
		v := optest.Det(tensor.Shape(shape).TotalSize(), a, 0.3)
		f := make([]float32, len(v))
		for i := range v {
			f[i] = 0.5 + float32(v[i])/4
		}
		return G.NewTensor(g, tensor.Float32, len(shape), G.WithShape(shape...), G.WithName(name), G.WithValue(tensor.New(tensor.WithShape(shape...), tensor.WithBacking(f))))
	}
	run := func(t *testing.T, batch int, opts ...exec.Option) (y, dx []float32) {
		must := func(n *G.Node, err error) *G.Node {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		g := G.NewGraph()
		v := tensor.New(tensor.WithShape(batch, h, w, c), tensor.WithBacking(images[:batch*image]))
		x := G.NewTensor(g, tensor.Float32, 4, G.WithShape(batch, h, w, c), G.WithName("x"), G.WithValue(v))
		norm := func(x *G.Node, name string) *G.Node {
			vec := func(s string) *G.Node { return param(g, s+name, 0.4, x.Shape()[3]) }
			return must(ops.BatchNormEval(x, vec("gamma"), vec("beta"), vec("mean"), vec("var"), 1e-5))
		}
		a := must(ops.Relu(norm(must(ops.Conv2D(x, param(g, "w1", 0.5, 3, 3, c, 24), nil, ops.Filter{Pad: [2]int{1, 1}})), "1")))
		b := norm(must(ops.Conv2D(a, param(g, "w2", 0.6, 3, 3, 24, 24), param(g, "b2", 0.2, 24), ops.Filter{Pad: [2]int{1, 1}})), "2")
		a = must(ops.Relu(must(ops.Add(b, a))))
		a = must(ops.MaxPool(a, ops.Window{Size: [2]int{3, 3}, Stride: [2]int{2, 2}, Ceil: true}))
		a = must(ops.Concat(a, must(ops.LRN(a, 5, 1, 0.1, 0.75))))
		a = must(ops.Conv2D(a, param(g, "w3", 0.8, 5, 5, 48, 20), nil, ops.Filter{Stride: [2]int{2, 2}, Pad: [2]int{1, 1}}))
		out := must(ops.AvgPool(a, ops.Window{Size: [2]int{3, 3}, Stride: [2]int{1, 1}, Pad: [2]int{1, 1}}, false))
		out = must(ops.AdaptiveAvgPool(out, 4, 3))
		pooled := must(ops.GlobalAvgPool(out))
		loss := must(ops.SoftmaxCrossEntropy(pooled, G.NewVector(g, tensor.Int, G.WithShape(batch), G.WithName("t"),
			G.WithValue(tensor.New(tensor.WithShape(batch), tensor.WithBacking(make([]int, batch))))), ops.Loss{}))
		grads, err := G.Grad(loss, x)
		if err != nil {
			t.Fatal(err)
		}
		vm, err := exec.New(g, G.Nodes{out, loss, grads[0]}, opts...)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second run finds the first one's values
			if err := vm.RunAll(); err != nil {
				t.Fatal(err)
			}
		}
		y, dx = vm.Value(out).Data().([]float32), vm.Value(grads[0]).Data().([]float32)
		for i := range dx {
			dx[i] *= float32(batch) // the loss is a mean
		}
		return y, dx
	}
	wantY, wantDX := run(t, most)
	for _, batch := range []int{1, 2, 4, 7, 8} {
		y, dx := run(t, batch)
		y1, dx1 := run(t, batch, exec.WithoutFusion())
		for i := range y {
			if math.Float32bits(y[i]) != math.Float32bits(wantY[i]) || math.Float32bits(y[i]) != math.Float32bits(y1[i]) {
				t.Fatalf("batch %d: output %d is %v, unfused %v, in a batch of %d %v", batch, i, y[i], y1[i], most, wantY[i])
			}
		}
		for i := range dx {
			if math.Float32bits(dx[i]) != math.Float32bits(dx1[i]) || math.Abs(float64(dx[i]-wantDX[i])) > 1e-3*math.Abs(float64(wantDX[i]))+1e-4 {
				t.Fatalf("batch %d: gradient %d is %v, unfused %v, in a batch of %d %v", batch, i, dx[i], dx1[i], most, wantDX[i])
			}
		}
	}
}

// What is made of weights is kept while they are held, and no longer.
func TestHoldWeights(t *testing.T) {
	g := G.NewGraph()
	leaf := func(name string, shape ...int) (*G.Node, []float32) {
		v := make([]float32, tensor.Shape(shape).TotalSize())
		for i := range v {
			v[i] = float32(i%7) - 3
		}
		return G.NewTensor(g, tensor.Float32, len(shape), G.WithShape(shape...), G.WithName(name), G.WithValue(tensor.New(tensor.WithShape(shape...), tensor.WithBacking(v)))), v
	}
	x, _ := leaf("x", 1, 6, 6, 16)
	w, weights := leaf("w", 3, 3, 16, 80)
	y, err := ops.Conv2D(x, w, nil, ops.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	vm, err := exec.New(g, G.Nodes{y})
	if err != nil {
		t.Fatal(err)
	}
	first := func() float32 {
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		return vm.Value(y).Data().([]float32)[0]
	}
	before, memory := first(), vm.Memory().Scratch
	vm.HoldWeights(true)
	if have := first(); have != before {
		t.Errorf("held: have %v, want %v", have, before)
	}
	if kept := vm.Memory().Scratch - memory; kept < 4*len(weights) {
		t.Errorf("have %d bytes more when held, want at least the %d of the weights", kept, 4*len(weights))
	}
	for i := range weights {
		weights[i] *= 2
	}
	if have := first(); have != before {
		t.Errorf("weights that changed while held: have %v, want %v as before", have, before)
	}
	vm.HoldWeights(true)
	if have := first(); have != 2*before {
		t.Errorf("held again: have %v, want %v", have, 2*before)
	}
	if kept := vm.Memory().Scratch - memory; kept >= 8*len(weights) {
		t.Errorf("held again: have %d bytes more, want those of the weights once", kept)
	}
	for i := range weights {
		weights[i] *= 2
	}
	vm.HoldWeights(false)
	if have := first(); have != 4*before {
		t.Errorf("thawed: have %v, want %v", have, 4*before)
	}
}
