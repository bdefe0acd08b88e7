package ops

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// BatchNorm is gamma·(x − mean)/√(variance + eps) + beta, with the mean and the
// biased variance of each channel over the batch and all its tokens or pixels
// (Ioffe and Szegedy 2015). x is (N, C), (N, T, C) or (N, H, W, C), gamma and
// beta (C).
// The statistics of each run are left in stats.
func BatchNorm(x, gamma, beta *G.Node, eps float64) (y *G.Node, stats *BatchStats, err error) {
	stats = &BatchStats{}
	y, err = Apply(&batchNorm[float32]{stats: stats, eps: eps}, &batchNorm[float64]{stats: stats, eps: eps}, x, gamma, beta)
	return y, stats, err
}

type batchNorm[F f32.Float] struct {
	stats *BatchStats
	eps   float64

	sums  partSums[F]
	mean  []F // the batch's
	scale []F // gamma/√(variance + eps)
	slope []F // of the gradient, see f32.NormalizeGrad
	shift []F
}

func (*batchNorm[F]) Name() string { return "batchnorm" }
func (*batchNorm[F]) Batched() int { return 1 }

func (k *batchNorm[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x := in[0]
	if x.Dims() < 2 || x.Dims() > 4 {
		return nil, fmt.Errorf("have input %v, want (N, C), (N, T, C) or (N, H, W, C)", x)
	}
	if err := perChannel(x, in[1:], "gamma", "beta"); err != nil {
		return nil, err
	}
	k.stats.count = x.TotalSize() / channels(x)
	if k.stats.count < 2 {
		return nil, fmt.Errorf("have input %v with 1 value a channel, want at least 2 to have a variance", x)
	}
	return x.Clone(), nil
}

// perChannel checks that the parameters of x (..., C) are (C).
func perChannel(x tensor.Shape, params []tensor.Shape, names ...string) error {
	for i, p := range params {
		if !same(p, tensor.Shape{channels(x)}) {
			return fmt.Errorf("have %s %v for input %v, want (%d)", names[i], p, x, channels(x))
		}
	}
	return nil
}

// ForwardPasses are two: one for the statistics, and one that applies them.
func (k *batchNorm[F]) ForwardPasses() []Pass[F] {
	return []Pass[F]{{
		Lines: EachLine,
		Begin: func(c *Ctx[F], a *Args[F]) { k.sums.reset(c.Part().Of, len(a.In[1].V)) },
		Each:  func(c *Ctx[F], a *Args[F]) { k.sums.moments(c.Part().Index, a.In[0].V) },
		End:   func(_ *Ctx[F], a *Args[F]) { k.measure(a.In[1].V) },
	}, {
		Lines: EachLine,
		Each:  func(_ *Ctx[F], a *Args[F]) { f32.Normalize(a.Out.V, a.In[0].V, k.mean, k.scale, a.In[2].V) },
	}}
}

func (*batchNorm[F]) normalizes() (pass int) { return 1 }

func (k *batchNorm[F]) coefficients(in []Tensor[F]) (mean, scale, shift []F) {
	return k.mean, k.scale, in[2].V
}

// measure leaves the batch's statistics in stats, and the scale that follows from them.
func (k *batchNorm[F]) measure(gamma []F) {
	s := k.stats
	if s.mean == nil {
		c := len(gamma)
		s.mean, s.variance = make([]float64, c), make([]float64, c)
		k.mean, k.scale, k.slope, k.shift = make([]F, c), make([]F, c), make([]F, c), make([]F, c)
	}
	k.sums.combine(s.mean, s.variance)
	for j, g := range gamma {
		k.mean[j] = F(s.mean[j])
		k.scale[j] = F(float64(g) / math.Sqrt(s.variance[j]+k.eps))
	}
}

// moments turns the sum and the sum of squares of n values into their mean and
// biased variance. In float64 the difference keeps about nine digits where the
// mean of float32 data is a thousand times its deviation.
func moments(sum, squares float64, n int) (mean, variance float64) {
	mean = sum / float64(n)
	return mean, max(0, squares/float64(n)-mean*mean)
}

func (*batchNorm[F]) Reads() ([]int, bool) { return []int{0, 1}, false }

// BackwardPasses compute, with x̂ the normalised input and means over the batch,
// dx = gamma/√(variance + eps)·(dy − mean(dy) − x̂·mean(dy·x̂)).
func (k *batchNorm[F]) BackwardPasses() []Pass[F] {
	return []Pass[F]{{
		Lines: EachLine,
		Begin: func(c *Ctx[F], a *Args[F]) { k.sums.reset(c.Part().Of, len(a.In[1].V)) },
		Each:  func(c *Ctx[F], a *Args[F]) { k.sums.grads(c.Part().Index, a.DOut.V, a.In[0].V, k.mean) },
		End:   func(_ *Ctx[F], a *Args[F]) { k.gradients(a.DIn, a.In[1].V) },
	}, {
		Lines: EachLine,
		Each: func(_ *Ctx[F], a *Args[F]) {
			if dx := a.DIn[0].V; dx != nil {
				f32.NormalizeGrad(dx, a.DOut.V, a.In[0].V, k.mean, k.scale, k.slope, k.shift)
			}
		},
	}}
}

// gradients sets the gradients of gamma and beta, and the coefficients of the last pass.
func (k *batchNorm[F]) gradients(din []Tensor[F], gamma []F) {
	sum, dot, n := k.sums.sum, k.sums.dot, float64(k.stats.count)
	k.sums.total()
	for j, g := range gamma {
		m, rstd := k.stats.mean[j], 1/math.Sqrt(k.stats.variance[j]+k.eps)
		dgamma := (dot[j] - (m-float64(k.mean[j]))*sum[j]) * rstd // the sums are around the rounded mean
		k.slope[j] = F(float64(g) * rstd * rstd * dgamma / n)
		k.shift[j] = F(float64(g) * rstd * sum[j] / n)
		if d := din[1].V; d != nil {
			d[j] = F(dgamma)
		}
		if d := din[2].V; d != nil {
			d[j] = F(sum[j])
		}
	}
}

// split2 cuts a slice of 2·c values in two.
func split2[T any](s []T, c int) (a, b []T) { return s[:c:c], s[c : 2*c] }
