package ops_test

import (
	"crypto/sha256"
	le "encoding/binary"
	"fmt"
	"maps"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/exec"
	"zoo/internal/ops"
	"zoo/internal/ops/optest"
	"zoo/internal/rerun"
)

// TestKernelContract checks of every kernel what the executor relies on.
func TestKernelContract(t *testing.T) {
	for name, k := range kernels {
		t.Run(name, func(t *testing.T) { checkContract(t, newCall[float32](t, k.op, k.in...)) })
	}
}

func checkContract(t *testing.T, c *call[float32]) {
	var inputs [][]float32
	for _, x := range c.in {
		inputs = append(inputs, slices.Clone(x.V))
	}
	out := slices.Clone(c.forward())
	equal(t, "output of a second run", c.forward(), out)

	dout := c.upstream()
	all := c.grads(dout)
	for i, d := range all {
		if c.in[i].I != nil {
			continue
		}
		one := c.backward(dout, func(j int) bool { return j == i })[i]
		equal(t, fmt.Sprintf("only the gradient of input %d", i), one.V, d.V)
	}
	c.backward(dout, func(int) bool { return false })
	for i, x := range c.in {
		equal(t, fmt.Sprintf("input %d after the run", i), x.V, inputs[i])
	}

	if e, ok := c.kernel.(ops.Elementwise); ok {
		if !c.in[0].Shape.Eq(c.out.Shape) {
			t.Errorf("an elementwise kernel makes %v of %v: these cannot be cut into the same lines", c.out.Shape, c.in[0].Shape)
		}
		x := ops.Tensor[float32]{Shape: c.in[0].Shape, V: slices.Clone(c.in[0].V)}
		ops.RunForward(e, c.ctx, x, append([]ops.Tensor[float32]{x}, c.in[1:]...))
		equal(t, "output in place", x.V, out)
		din := make([]ops.Tensor[float32], len(c.in))
		din[0] = dout
		ops.RunBackward(e, c.ctx, din, dout, c.out, c.in)
		equal(t, "gradient in place", dout.V, all[0].V)
	}
}

// A steady-state run allocates nothing worth naming: the closures of parallel
// loops only.
func TestKernelsDoNotAllocate(t *testing.T) {
	const most = 2048
	for name, k := range kernels {
		vm := machine(t, k.op, k.in...)
		step := func() {
			if err := vm.RunAll(); err != nil {
				t.Fatal(err)
			}
		}
		for range 8 { // until every worker has had its scratch memory
			step()
		}
		var before, after runtime.MemStats
		least := uint64(math.MaxUint64)
		for range 5 {
			runtime.ReadMemStats(&before)
			step()
			runtime.ReadMemStats(&after)
			least = min(least, after.TotalAlloc-before.TotalAlloc)
		}
		if least > most {
			t.Errorf("%s: a run allocates %d bytes, want at most %d", name, least, most)
		}
	}
}

// machine executes a kernel and its gradients.
func machine(t *testing.T, op optest.Op, in ...optest.Input) exec.VM {
	t.Helper()
	c := newCall[float32](t, op, in...)
	var nodes G.Nodes
	y, err := build(tensor.Float32, func(in ...*G.Node) (*G.Node, error) {
		nodes = in
		return op(in...)
	}, in...)
	if err != nil {
		t.Fatal(err)
	}
	dout := G.NewTensor(nodes[0].Graph(), tensor.Float32, y.Dims(), G.WithShape(y.Shape()...), G.WithName("dout"))
	grads, err := y.Op().(*ops.Forward[float32]).SymDiff(nodes, y, dout)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range append(slices.Clone(c.in), c.upstream()) {
		var v G.Value
		switch {
		case x.I != nil:
			v = tensor.New(tensor.WithShape(x.Shape...), tensor.WithBacking(x.I))
		case x.Shape.IsScalar():
			v = G.NewF32(x.V[0])
		default:
			v = tensor.New(tensor.WithShape(x.Shape...), tensor.WithBacking(x.V))
		}
		if err := G.Let(append(slices.Clone(nodes), dout)[i], v); err != nil {
			t.Fatal(err)
		}
	}
	outputs := G.Nodes{y}
	for _, d := range grads {
		if d != nil && d != dout {
			outputs = append(outputs, d)
		}
	}
	vm, err := exec.New(y.Graph(), outputs)
	if err != nil {
		t.Fatal(err)
	}
	return vm
}

// TestThreads runs every kernel in processes of 1, 2 and 3 threads, and compares
// the bytes of outputs and gradients.
func TestThreads(t *testing.T) {
	const variable = "ZOO_TEST_DIGEST"
	if os.Getenv(variable) != "" {
		for _, name := range slices.Sorted(maps.Keys(kernels)) {
			fmt.Printf("%s %x\n", name, digest(newCall[float32](t, kernels[name].op, kernels[name].in...)))
		}
		return
	}
	var one []string
	for threads := 1; threads <= 3; threads++ {
		cmd := rerun.Command("-test.run=^TestThreads$")
		cmd.Env = append(os.Environ(), variable+"=1", fmt.Sprint("GOMAXPROCS=", threads))
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		lines := strings.Split(string(out), "\n")[:len(kernels)]
		if threads == 1 {
			one = lines
		}
		for i, line := range lines {
			if line != one[i] {
				t.Errorf("%d threads: have %s, want %s", threads, line, one[i])
			}
		}
	}
}

func digest(c *call[float32]) []byte {
	h := sha256.New()
	le.Write(h, le.LittleEndian, c.forward())
	for _, d := range c.grads(c.upstream()) {
		le.Write(h, le.LittleEndian, d.V)
	}
	return h.Sum(nil)[:8]
}
