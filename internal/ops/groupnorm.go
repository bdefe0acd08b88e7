package ops

import (
	"fmt"
	"math"
	"sync"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// GroupNorm normalises images x (N, H, W, C) to mean 0 and variance 1 over the
// pixels and channels of each of the groups into which the channels are cut,
// image by image, then applies gamma and beta, both (C) (Wu and He 2018). One
// group is layer norm over (H, W, C), and C groups are instance norm.
func GroupNorm(x, gamma, beta *G.Node, groups int, eps float64) (*G.Node, error) {
	return Apply(newGroupNorm[float32]("groupnorm", groups, eps), newGroupNorm[float64]("groupnorm", groups, eps), x, gamma, beta)
}

// groupNorm sees x as n examples of rows×channels. Without beta it is RMSNorm of
// images: the mean is taken to be 0.
type groupNorm[F f32.Float] struct {
	name   string
	groups int
	eps    float64

	n, rows, c  int       // n is of the whole batch
	zeros       []F       // for a norm without beta
	materialise func()    // makes these, in the first run: a graph that never runs holds none
	mean, rstd  []float64 // of each example's groups, from Forward for Backward
	scratch     perWorker
	reduction
}

var normalises = map[string]string{
	"groupnorm": "(N, H, W, C)",
	"layernorm": "(N, ..., D)",
	"rmsnorm":   "(N, C), (N, T, C) or (N, H, W, C)",
}

func newGroupNorm[F f32.Float](name string, groups int, eps float64) Kernel {
	return &groupNorm[F]{name: name, groups: groups, eps: eps, scratch: newPerWorker()}
}

func (k *groupNorm[F]) Name() string { return k.name }
func (*groupNorm[F]) Batched() int   { return 1 }

func (k *groupNorm[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x := in[0]
	if x.Dims() != 4 {
		return nil, fmt.Errorf("have input %v, want %s", x, normalises[k.name])
	}
	k.n, k.rows, k.c = x[0], x[1]*x[2], x[3]
	if err := perChannel(x, in[1:], "gamma", "beta"); err != nil {
		return nil, err
	}
	if k.groups < 1 || k.c%k.groups != 0 {
		return nil, fmt.Errorf("have %d channels and %d groups, want groups of equal size", k.c, k.groups)
	}
	if k.size() < 2 {
		return nil, fmt.Errorf("have input %v with 1 value in each of %d groups, want at least 2: the result would not depend on the input", x, k.groups)
	}
	k.materialise = sync.OnceFunc(func() {
		k.mean, k.rstd, k.zeros = make([]float64, k.n*k.groups), make([]float64, k.n*k.groups), make([]F, k.c)
	})
	return x.Clone(), nil
}

// size is how many values share a mean.
func (k *groupNorm[F]) size() int { return k.rows * k.c / k.groups }

func (k *groupNorm[F]) Forward(ctx *Ctx[F], out Tensor[F], in []Tensor[F]) {
	k.materialise()
	x, gamma, beta, example := in[0].V, in[1].V, k.zeros, k.rows*k.c
	if len(in) == 3 {
		beta = in[2].V
	}
	first := ctx.Part().First
	mean, scale := split2(ctx.Scratch(ctx.Worker(), 2*k.c), k.c)
	for i := range len(x) / example {
		x := x[i*example : (i+1)*example]
		k.measure(ctx.Worker(), first+i, x, gamma, mean, scale, len(in) == 2)
		f32.Normalize(out.V[i*example:(i+1)*example], x, mean, scale, beta)
	}
}

// measure leaves the statistics of example i in k.mean and k.rstd, and sets the
// coefficients of f32.Normalize.
func (k *groupNorm[F]) measure(worker, i int, x, gamma, mean, scale []F, rms bool) {
	sum, squares := split2(k.scratch.zeros(worker, 2*k.c), k.c)
	f32.Sums(sum, squares, x, x)
	per := k.c / k.groups
	for g := range k.groups {
		lo, hi := g*per, (g+1)*per
		s, q := f32.Sum(sum[lo:hi]), f32.Sum(squares[lo:hi])
		if rms {
			s = 0
		}
		m, variance := moments(s, q, k.size())
		rstd := 1 / math.Sqrt(variance+k.eps)
		k.mean[i*k.groups+g], k.rstd[i*k.groups+g] = m, rstd
		for j := lo; j < hi; j++ {
			mean[j], scale[j] = F(m), F(rstd*float64(gamma[j]))
		}
	}
}

func (*groupNorm[F]) Reads() ([]int, bool) { return []int{0, 1}, false }

// Backward is, with x̂ the normalised input, g = dy·gamma and means over a group,
// dx = rstd·(g − mean(g) − x̂·mean(g·x̂)); without mean(g) for RMSNorm.
func (k *groupNorm[F]) Backward(ctx *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	x, dy, example := in[0].V, dout.V, k.rows*k.c
	total := k.over(k.n, example, 2*k.c, func(part []float64, worker, lo, hi int) {
		dbeta, dgamma := split2(part, k.c)
		coefficients := ctx.Scratch(worker, 4*k.c)
		for i := lo; i < hi; i++ {
			x, dy := x[i*example:(i+1)*example], dy[i*example:(i+1)*example] // (rows, C)
			sum, dot := split2(k.scratch.zeros(worker, 2*k.c), k.c)          // (C), (C)
			f32.Sums(sum, dot, dy, x)
			k.grads(i, sum, dot, in[1].V, dbeta, dgamma, coefficients, len(in) == 2)
			if dx := din[0].V; dx != nil {
				mean, scale := split2(coefficients[:2*k.c], k.c)
				slope, shift := split2(coefficients[2*k.c:], k.c)
				f32.NormalizeGrad(dx[i*example:(i+1)*example], dy, x, mean, scale, slope, shift)
			}
		}
	})
	for i, d := range din[1:] {
		for j := range d.V {
			d.V[j] = F(total[(1-i)*k.c+j]) // dgamma is the second half
		}
	}
}

// grads adds example i's part of dbeta and dgamma, and sets the coefficients of
// f32.NormalizeGrad, from the channels' sums of dy and of dy·x.
func (k *groupNorm[F]) grads(i int, sum, dot []float64, gamma []F, dbeta, dgamma []float64, coefficients []F, rms bool) {
	mean, scale := split2(coefficients[:2*k.c], k.c)
	slope, shift := split2(coefficients[2*k.c:], k.c)
	per := k.c / k.groups
	for g := range k.groups {
		m, rstd := k.mean[i*k.groups+g], k.rstd[i*k.groups+g]
		var meanG, meanGX float64
		for j := g * per; j < (g+1)*per; j++ {
			d := (dot[j] - m*sum[j]) * rstd
			dbeta[j] += sum[j]
			dgamma[j] += d
			meanG += float64(gamma[j]) * sum[j]
			meanGX += float64(gamma[j]) * d
		}
		meanG, meanGX = meanG/float64(k.size()), meanGX/float64(k.size())
		if rms {
			meanG = 0
		}
		for j := g * per; j < (g+1)*per; j++ {
			mean[j], scale[j] = F(m), F(rstd*float64(gamma[j]))
			slope[j], shift[j] = F(rstd*rstd*meanGX), F(rstd*meanG)
		}
	}
}
