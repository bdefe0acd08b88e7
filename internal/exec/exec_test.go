package exec_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/exec"
	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

// network is a small residual network with one of everything that the executor
// treats specially.
type network struct {
	g            *G.ExprGraph
	x, w1, w2, y *G.Node
	logits, loss *G.Node
	grads        G.Nodes
}

func newNetwork(t testing.TB) *network {
	t.Helper()
	n := &network{g: G.NewGraph()}
	param := func(name string, a float64, shape ...int) *G.Node {
		v := optest.Det(tensor.Shape(shape).TotalSize(), a, 0.1)
		f := make([]float32, len(v))
		for i := range v {
			f[i] = float32(v[i]) / 2
		}
		return G.NewTensor(n.g, tensor.Float32, len(shape), G.WithShape(shape...), G.WithName(name), G.WithValue(tensor.New(tensor.WithShape(shape...), tensor.WithBacking(f))))
	}
	must := func(m *G.Node, err error) *G.Node {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	n.x = param("x", 0.7, 4, 5, 5, 3)
	n.w1 = param("w1", 0.5, 3, 3, 3, 3)
	n.w2 = param("w2", 0.3, 75, 4)
	n.y = G.NewVector(n.g, tensor.Int, G.WithShape(4), G.WithName("y"), G.WithValue(tensor.New(tensor.WithShape(4), tensor.WithBacking([]int{0, 3, -1, 2}))))
	norm := func(x *G.Node, name string) *G.Node {
		y, _, err := ops.BatchNorm(x, param("gamma"+name, 0.4, 3), param("beta"+name, 0.6, 3), 1e-5)
		return must(y, err)
	}
	conv := func(x *G.Node) *G.Node { return must(ops.Conv2D(x, n.w1, nil, ops.Filter{Pad: [2]int{1, 1}})) }
	h := must(ops.Relu(conv(n.x)))
	h = must(ops.Add(h, n.x))
	h = must(ops.Relu(norm(conv(h), "1")))
	h = must(ops.Dropout(h, 0.25, 1, func() uint64 { return 1 }))
	h = must(ops.Relu(must(ops.Add(norm(conv(h), "2"), h))))
	h = must(ops.Tanh(h))
	n.logits = must(ops.FullyConnected(h, n.w2, nil))
	n.loss = must(ops.SoftmaxCrossEntropy(n.logits, n.y, ops.Loss{}))
	var err error
	if n.grads, err = G.Grad(n.loss, n.x, n.w1, n.w2); err != nil {
		t.Fatal(err)
	}
	return n
}

func (n *network) outputs() G.Nodes { return append(G.Nodes{n.loss, n.logits}, n.grads...) }

func (n *network) run(t testing.TB, vm exec.VM) (values [][]float32) {
	t.Helper()
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	for _, o := range n.outputs() {
		switch d := vm.Value(o).Data().(type) {
		case float32:
			values = append(values, []float32{d})
		case []float32:
			values = append(values, slices.Clone(d))
		}
	}
	return values
}

func TestEqualsTapeMachine(t *testing.T) {
	n := newNetwork(t)
	read := make([]G.Value, len(n.outputs()))
	tape := newNetwork(t)
	for i, o := range tape.outputs() {
		G.Read(o, &read[i])
	}
	m := G.NewTapeMachine(tape.g)
	defer m.Close()
	if err := m.RunAll(); err != nil {
		t.Fatal(err)
	}
	for _, opts := range [][]exec.Option{{exec.WithoutFusion()}, nil, {exec.WithProfile()}} {
		vm, err := exec.New(n.g, n.outputs(), opts...)
		if err != nil {
			t.Fatal(err)
		}
		for run := range 3 {
			for i, have := range n.run(t, vm) {
				want, ok := read[i].Data().([]float32)
				if !ok {
					want = []float32{read[i].Data().(float32)}
				}
				for k := range want {
					if math.Float32bits(have[k]) != math.Float32bits(want[k]) {
						t.Fatalf("%d: run %d, output %d at %d: have %v, want %v", len(opts), run, i, k, have[k], want[k])
					}
				}
			}
		}
	}
}

func TestLeavesAreUnchanged(t *testing.T) {
	n := newNetwork(t)
	vm, err := exec.New(n.g, n.outputs())
	if err != nil {
		t.Fatal(err)
	}
	leaves := G.Nodes{n.x, n.w1, n.w2}
	var before [][]float32
	for _, l := range leaves {
		before = append(before, slices.Clone(l.Value().Data().([]float32)))
	}
	n.run(t, vm)
	n.run(t, vm)
	for i, l := range leaves {
		if !slices.Equal(before[i], l.Value().Data().([]float32)) {
			t.Errorf("%s was changed by a run", l.Name())
		}
	}
}

// Gorgonia's Reshape shares its argument's memory, and its Add may overwrite it.
func TestBuiltInOpsDoNotShareMemory(t *testing.T) {
	g := G.NewGraph()
	b := G.NewVector(g, tensor.Float32, G.WithShape(4), G.WithName("b"), G.WithValue(tensor.New(tensor.WithBacking([]float32{1, 2, 3, 4}))))
	y := G.NewMatrix(g, tensor.Float32, G.WithShape(2, 2), G.WithName("y"), G.WithValue(tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{10, 10, 10, 10}))))
	reshaped, err := G.Reshape(b, tensor.Shape{2, 2})
	if err != nil {
		t.Fatal(err)
	}
	sum := G.Must(G.Sum(G.Must(G.Square(G.Must(G.Add(reshaped, y))))))
	grads, err := G.Grad(sum, b)
	if err != nil {
		t.Fatal(err)
	}
	vm, err := exec.New(g, append(G.Nodes{sum}, grads...))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		if have := vm.Value(sum).Data().(float32); have != 121+144+169+196 {
			t.Fatalf("have %v, want 630", have)
		}
		if have := vm.Value(grads[0]).Data().([]float32); !slices.Equal(have, []float32{22, 24, 26, 28}) {
			t.Fatalf("gradient: have %v", have)
		}
	}
}

func TestMemoryIsShared(t *testing.T) {
	n := newNetwork(t)
	var sums []int
	for _, opts := range [][]exec.Option{nil, {exec.WithoutFusion()}} {
		vm, err := exec.New(n.g, n.outputs(), opts...)
		if err != nil {
			t.Fatal(err)
		}
		m := vm.Memory()
		if m.Arena <= 0 || m.Arena >= m.Sum {
			t.Errorf("have an arena of %d bytes for values of %d", m.Arena, m.Sum)
		}
		sums = append(sums, m.Sum)
	}
	if sums[0] >= sums[1] {
		t.Errorf("have values of %d bytes, and of %d op by op: those that live in one stage should take none", sums[0], sums[1])
	}
}

// What an op keeps for its gradient is memory, too: an LSTM its gates and its cell, once.
func TestKeptMemoryCounts(t *testing.T) {
	const n, steps, units = 2, 8, 16
	g := G.NewGraph()
	leaf := func(name string, shape ...int) *G.Node {
		return G.NewTensor(g, tensor.Float32, len(shape), G.WithShape(shape...), G.WithName(name))
	}
	x, w, b := leaf("x", n, steps, 4*units), leaf("w", units, 4*units), leaf("b", 4*units)
	y, err := ops.Recurrent(ops.LSTM, x, w, b, nil, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	dy := leaf("dy", n, steps, units)
	grads, err := G.Backpropagate(G.Nodes{y}, G.Nodes{dy}, G.Nodes{x})
	if err != nil {
		t.Fatal(err)
	}
	vm, err := exec.New(g, append(G.Nodes{y}, grads...))
	if err != nil {
		t.Fatal(err)
	}
	const values = n * steps * (1 + 4 + 5) * units // the outputs, the gradient of x, the gates and the cell
	if have := vm.Memory(); have.Arena != 4*values || have.Sum != 4*values {
		t.Errorf("have %+v, want %d bytes", have, 4*values)
	}
}

// TestSteadyStateAllocations: what a run allocates does not grow with the data.
func TestSteadyStateAllocations(t *testing.T) {
	n := newNetwork(t)
	vm, err := exec.New(n.g, n.outputs())
	if err != nil {
		t.Fatal(err)
	}
	n.run(t, vm)
	if a := testing.AllocsPerRun(20, func() {
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
	}); a > 60 {
		t.Errorf("a run allocates %v times", a)
	}
}

func TestErrorsNameTheOp(t *testing.T) {
	n := newNetwork(t)
	G.WithName("head.loss")(n.loss)
	vm, err := exec.New(n.g, n.outputs())
	if err != nil {
		t.Fatal(err)
	}
	n.y.Value().Data().([]int)[1] = 9
	err = vm.RunAll()
	if err == nil || !strings.Contains(err.Error(), "head.loss") || !strings.Contains(err.Error(), "(4, 4)") || !strings.Contains(err.Error(), "9") {
		t.Errorf("a target out of range: have error %v", err)
	}
}

func TestWatchNaN(t *testing.T) {
	n := newNetwork(t)
	G.WithName("head.linear")(n.logits)
	n.w2.Value().Data().([]float32)[0] = float32(math.Inf(1))
	vm, err := exec.New(n.g, n.outputs())
	if err != nil {
		t.Fatal(err)
	}
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	vm.WatchNaN(true)
	if err := vm.RunAll(); err == nil || !strings.Contains(err.Error(), "head.linear") {
		t.Errorf("have error %v, want one that names head.linear", err)
	}
}

func TestMissingInput(t *testing.T) {
	g := G.NewGraph()
	x := G.NewMatrix(g, tensor.Float32, G.WithShape(2, 2), G.WithName("x"))
	y, err := ops.Relu(x)
	if err != nil {
		t.Fatal(err)
	}
	vm, err := exec.New(g, G.Nodes{y})
	if err != nil {
		t.Fatal(err)
	}
	if err := vm.RunAll(); err == nil || !strings.Contains(err.Error(), "input x has no value") {
		t.Errorf("have error %v", err)
	}
	if _, err := exec.New(g, nil); err == nil {
		t.Error("no outputs: have no error")
	}
}

// What the passes of a stage feed each other is computed in one loop.
func TestFusion(t *testing.T) {
	n := newNetwork(t)
	for _, c := range []struct {
		opts  []exec.Option
		fused bool
	}{{nil, true}, {[]exec.Option{exec.WithoutFusion()}, false}} {
		vm, err := exec.New(n.g, n.outputs(), append(c.opts, exec.WithProfile())...)
		if err != nil {
			t.Fatal(err)
		}
		n.run(t, vm)
		var have []string
		for _, o := range vm.Profile() {
			have = append(have, o.Op)
		}
		for _, loop := range []string{"batchnorm, relu", "batchnorm, add, relu", "relu', batchnorm'"} {
			if slices.Contains(have, loop) != c.fused {
				t.Errorf("%v: have loops %q, want %q among them: %v", c.opts, have, loop, c.fused)
			}
		}
	}
}

// The gradient of an input is not computed if it is not needed.
func TestUnwantedGradients(t *testing.T) {
	n := newNetwork(t)
	vm, err := exec.New(n.g, G.Nodes{n.loss, n.grads[2]}, exec.WithProfile())
	if err != nil {
		t.Fatal(err)
	}
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	for _, o := range vm.Profile() {
		if o.Op == "conv2d'" {
			t.Error("the convolutions' gradients are computed, though only the linear layer's is wanted")
		}
	}
}
