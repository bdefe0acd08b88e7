package nn

import (
	"context"
	"fmt"
	"math"
	"strings"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/exec"
)

// lsuvTolerance and lsuvRounds are those of Mishkin & Matas 2015, "All you need
// is a good init", algorithm 1.
const (
	lsuvTolerance = 0.1
	lsuvRounds    = 10
)

// LSUV is the second half of the initialisation of Mishkin & Matas 2015. In the order of
// the network, it divides the weights of each convolution and linear layer by the
// standard deviation of the layer's output on a batch, of inputs x (batch, ...) and
// targets y (batch), until the output's variance is within 0.1 of 1. The first half is
// done already: the choice lsuv makes orthonormal weights. Batch norm uses the batch's
// statistics, as in training, and the running ones do not move. It is an error if no
// scale makes the variance 1, or if ctx ends.
func (p *Program) LSUV(ctx context.Context, x, y []*tensor.Dense) error {
	if _, err := p.Run(x, y); err != nil {
		return err
	}
	for _, q := range p.trained {
		out := p.weighted[q.Path]
		if out == nil || q.Kind != Weight {
			continue
		}
		vm, err := exec.New(p.graph, G.Nodes{out}, exec.WithoutFusion())
		if err != nil {
			return err
		}
		for range lsuvRounds {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := vm.RunAll(); err != nil {
				return err
			}
			v := variance(vm.Value(out))
			if math.Abs(v-1) < lsuvTolerance {
				break
			}
			if !(v > 0) || math.IsInf(v, 0) {
				return fmt.Errorf("lsuv: the output of %s has variance %v on the batch, and no scale of the weights makes it 1; use another init, or residual_init none", strings.TrimSuffix(q.Path, ".weight"), v)
			}
			scale(q.Value, 1/math.Sqrt(v))
		}
	}
	return nil
}

func variance(v G.Value) float64 {
	var sum, squares float64
	var n int
	add := func(x float64) {
		n++
		sum += x
		squares += x * x
	}
	switch d := v.Data().(type) {
	case []float32:
		for _, x := range d {
			add(float64(x))
		}
	case []float64:
		for _, x := range d {
			add(x)
		}
	}
	mean := sum / float64(n)
	return squares/float64(n) - mean*mean
}

func scale(t *tensor.Dense, by float64) {
	switch d := t.Data().(type) {
	case []float32:
		for i := range d {
			d[i] *= float32(by)
		}
	case []float64:
		for i := range d {
			d[i] *= by
		}
	}
}
