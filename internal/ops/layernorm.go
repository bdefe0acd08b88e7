package ops

import (
	"fmt"
	"math"
	"sync"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// LayerNorm normalises each row of x (N, ..., D) to mean 0 and variance
// 1 over the last axis, then applies gamma and beta, both (D) (Ba et al. 2016).
func LayerNorm(x, gamma, beta *G.Node, eps float64) (*G.Node, error) {
	return Apply(newLayerNorm[float32]("layernorm", eps), newLayerNorm[float64]("layernorm", eps), x, gamma, beta)
}

// RMSNorm is gamma·x/√(mean(x²) + eps), with gamma of (C) (Zhang and Sennrich
// 2019). The mean is over the last axis of x (N, C) or (N, T, C), and over all
// axes but the first of images x (N, H, W, C), as for a group norm of one group.
func RMSNorm(x, gamma *G.Node, eps float64) (*G.Node, error) {
	if x.Dims() == 4 {
		return Apply(newGroupNorm[float32]("rmsnorm", 1, eps), newGroupNorm[float64]("rmsnorm", 1, eps), x, gamma)
	}
	return Apply(newLayerNorm[float32]("rmsnorm", eps), newLayerNorm[float64]("rmsnorm", eps), x, gamma)
}

// layerNorm is LayerNorm, and without beta RMSNorm: the mean is taken to be 0.
type layerNorm[F f32.Float] struct {
	name string
	eps  float64

	tokens      int       // rows of an example
	line        int       // rows of a line of it
	mean, rstd  []float64 // of each row, from Forward for Backward
	zeros       []F       // for a norm without beta
	materialise func()    // makes these, in the first run: a graph that never runs holds none
	reduction
}

func newLayerNorm[F f32.Float](name string, eps float64) Kernel {
	return &layerNorm[F]{name: name, eps: eps}
}

func (k *layerNorm[F]) Name() string { return k.name }
func (*layerNorm[F]) Batched() int   { return 1 }

func (*layerNorm[F]) lines() (forward, backward Lines) { return EachLine, NoLines }

func (k *layerNorm[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x := in[0]
	if x.Dims() < 2 {
		return nil, fmt.Errorf("have input %v, want %s", x, normalises[k.name])
	}
	if err := perChannel(x, in[1:], "gamma", "beta"); err != nil {
		return nil, err
	}
	if channels(x) < 2 {
		return nil, fmt.Errorf("have input %v with 1 value in each row, want at least 2: the result would not depend on the input", x)
	}
	rows := x.TotalSize() / channels(x)
	k.tokens, k.line = rows/x[0], rows/x[:min(2, x.Dims()-1)].TotalSize()
	k.materialise = sync.OnceFunc(func() {
		k.mean, k.rstd, k.zeros = make([]float64, rows), make([]float64, rows), make([]F, channels(x))
	})
	return x.Clone(), nil
}

func (k *layerNorm[F]) Forward(c *Ctx[F], out Tensor[F], in []Tensor[F]) {
	k.materialise()
	gamma, beta, d := in[1].V, k.zeros, len(in[1].V)
	if len(in) == 3 {
		beta = in[2].V
	}
	lo, _ := c.Part().Lines(k.tokens / k.line)
	first := c.Part().First*k.tokens + lo*k.line
	for r := range len(out.V) / d {
		x := in[0].V[r*d:][:d]
		sum := 0.0
		if len(in) == 3 {
			sum = f32.Sum(x)
		}
		m, variance := moments(sum, f32.Dot(x, x), d)
		rstd := 1 / math.Sqrt(variance+k.eps)
		k.mean[first+r], k.rstd[first+r] = m, rstd
		f32.LayerNorm(out.V[r*d:][:d], x, gamma, beta, F(m), F(rstd))
	}
}

func (*layerNorm[F]) Reads() ([]int, bool) { return []int{0, 1}, false }

// sumRows is how many rows are added up in float32.
const sumRows = 64

// Backward is, with x̂ the normalised row, g = dy·gamma and means over the row,
// dx = rstd·(g − mean(g) − x̂·mean(g·x̂)); without mean(g) for RMSNorm.
func (k *layerNorm[F]) Backward(c *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	gamma, d := in[1].V, len(in[1].V)
	total := k.over(len(k.mean), d, 2*d, func(part []float64, worker, lo, hi int) {
		m := memory[F](c.Scratch(worker, 3*d))
		sums, row := m.take(2*d), m.take(d)
		dgamma, dbeta := split2(sums, d) // (D), (D)
		for ; lo < hi; lo += sumRows {
			clear(sums)
			for r := lo; r < min(hi, lo+sumRows); r++ {
				x, dy, dx := in[0].V[r*d:][:d], dout.V[r*d:][:d], row // (D) each
				if din[0].V != nil {
					dx = din[0].V[r*d:][:d]
				}
				mean, rstd := k.mean[r], k.rstd[r]
				f32.ScaleColumns(row, dy, gamma)
				sum := f32.Sum(row)
				slope := (f32.Dot(row, x) - mean*sum) * rstd / float64(d)
				shift := sum / float64(d)
				if len(in) == 2 {
					shift = 0
				}
				f32.LayerNormGrad(dx, dgamma, dbeta, dy, x, gamma, F(mean), F(rstd), F(rstd*rstd*slope), F(rstd*shift))
			}
			for j, s := range sums {
				part[j] += float64(s)
			}
		}
	})
	for i, d := range din[1:] {
		for j := range d.V {
			d.V[j] = F(total[i*len(gamma)+j])
		}
	}
}
