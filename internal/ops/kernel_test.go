package ops_test

import (
	"crypto/sha256"
	le "encoding/binary"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"

	"zoo/internal/ops"
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

	c.ctx.SetEpilogue(func(dst, src []float32) {
		for i, v := range src {
			dst[i] = v + 1
		}
	})
	c.forward()
	plusOne := slices.Clone(out)
	if _, ok := c.kernel.(ops.Finisher); ok {
		for i := range plusOne {
			plusOne[i]++
		}
	}
	equal(t, "output with an epilogue", c.out.V, plusOne)
	c.ctx.SetEpilogue(nil)
	c.forward()

	dout := c.upstream()
	all := c.grads(dout)
	for i, d := range all {
		if c.in[i].I != nil {
			continue
		}
		one := c.backward(dout, func(j int) bool { return j == i })[i]
		equal(t, fmt.Sprintf("gradient of input %d alone", i), one.V, d.V)
	}
	c.backward(dout, func(int) bool { return false })
	for i, x := range c.in {
		equal(t, fmt.Sprintf("input %d after the run", i), x.V, inputs[i])
	}

	if e, ok := c.kernel.(ops.Elementwise[float32]); ok {
		x := slices.Clone(c.in[0].V)
		e.Map(x, x)
		equal(t, "output in place", x, out)
		e.Backward(c.ctx, []ops.Tensor[float32]{dout}, dout, c.out, c.in)
		equal(t, "gradient in place", dout.V, all[0].V)
	}
}

// A steady-state step allocates nothing worth naming: the closures of parallel
// loops only.
func TestKernelsDoNotAllocate(t *testing.T) {
	const most = 2048
	for name, k := range kernels {
		c := newCall[float32](t, k.op, k.in...)
		dout, din := c.upstream(), []ops.Tensor[float32]{}
		for _, x := range c.in {
			din = append(din, ops.Tensor[float32]{Shape: x.Shape, V: make([]float32, len(x.V))})
			if x.I != nil {
				din[len(din)-1].V = nil
			}
		}
		step := func() {
			c.kernel.Forward(c.ctx, c.out, c.in)
			c.kernel.Backward(c.ctx, din, dout, c.out, c.in)
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
			t.Errorf("%s: a step allocates %d bytes, want at most %d", name, least, most)
		}
	}
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
		cmd := exec.Command(os.Args[0], "-test.run=^TestThreads$")
		cmd.Env = append(os.Environ(), variable+"=1", fmt.Sprint("GOMAXPROCS=", threads))
		out, err := cmd.CombinedOutput()
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
