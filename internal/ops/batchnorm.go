package ops

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// BatchNorm is gamma·(x − mean)/√(variance + eps) + beta, with the mean and the
// biased variance of each channel over the batch and, for images, the pixels
// (Ioffe and Szegedy 2015). x is (N, C) or (N, H, W, C), gamma and beta (C).
// The statistics of each run are left in stats.
func BatchNorm(x, gamma, beta *G.Node, eps float64) (y *G.Node, stats *BatchStats, err error) {
	stats = &BatchStats{}
	y, err = Apply(&batchNorm[float32]{stats: stats, eps: eps}, &batchNorm[float64]{stats: stats, eps: eps}, x, gamma, beta)
	return y, stats, err
}

type batchNorm[F f32.Float] struct {
	reduction
	stats *BatchStats
	eps   float64
}

func (*batchNorm[F]) Name() string { return "batchnorm" }
func (*batchNorm[F]) Finishes()    {}

func (k *batchNorm[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x := in[0]
	if x.Dims() != 2 && x.Dims() != 4 {
		return nil, fmt.Errorf("have input %v, want (N, C) or (N, H, W, C)", x)
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

func (k *batchNorm[F]) Forward(ctx *Ctx[F], out Tensor[F], in []Tensor[F]) {
	x, gamma, beta := in[0].V, in[1].V, in[2].V
	c := len(gamma)
	k.measure(x, c)
	mean, scale := split2(ctx.Shared(2*c), c)
	for j, g := range gamma {
		mean[j] = F(k.stats.mean[j])
		scale[j] = F(float64(g) / math.Sqrt(k.stats.variance[j]+k.eps))
	}
	normalize(ctx, out.V, x, mean, scale, beta)
}

// measure leaves the statistics of x in stats.
func (k *batchNorm[F]) measure(x []F, c int) {
	sum, squares := split2(k.over(len(x)/c, c, 2*c, func(part []float64, _, lo, hi int) {
		rows := x[lo*c : hi*c]
		f32.Sums(part[:c], part[c:], rows, rows)
	}), c)
	s := k.stats
	if s.mean == nil {
		s.mean, s.variance = make([]float64, c), make([]float64, c)
	}
	for j := range c {
		s.mean[j], s.variance[j] = moments(sum[j], squares[j], s.count)
	}
}

// moments turns the sum and the sum of squares of n values into their mean and
// biased variance. In float64 the difference keeps about nine digits where the
// mean of float32 data is a thousand times its deviation.
func moments(sum, squares float64, n int) (mean, variance float64) {
	mean = sum / float64(n)
	return mean, max(0, squares/float64(n)-mean*mean)
}

// normalize is y = (x − mean)·scale + shift, each of the three (C), in parallel.
func normalize[F f32.Float](ctx *Ctx[F], y, x, mean, scale, shift []F) {
	c := len(mean)
	f32.Chunks(len(x)/c, rowsOf(c), func(_, lo, hi int) {
		part := y[lo*c : hi*c]
		f32.Normalize(part, x[lo*c:hi*c], mean, scale, shift)
		ctx.Done(part)
	})
}

func (*batchNorm[F]) Reads() ([]int, bool) { return []int{0, 1}, false }

// Backward is, with x̂ the normalised input and means over the batch,
// dx = gamma/√(variance + eps)·(dy − mean(dy) − x̂·mean(dy·x̂)).
func (k *batchNorm[F]) Backward(ctx *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	x, gamma, dy := in[0].V, in[1].V, dout.V
	c, n := len(gamma), float64(k.stats.count)
	sum, dot := split2(k.over(len(x)/c, c, 2*c, func(part []float64, _, lo, hi int) {
		f32.Sums(part[:c], part[c:], dy[lo*c:hi*c], x[lo*c:hi*c])
	}), c)
	shared := ctx.Shared(4 * c)
	mean, scale := split2(shared[:2*c], c)
	slope, shift := split2(shared[2*c:], c)
	for j, g := range gamma {
		m, rstd := k.stats.mean[j], 1/math.Sqrt(k.stats.variance[j]+k.eps)
		dgamma := (dot[j] - m*sum[j]) * rstd
		mean[j], scale[j] = F(m), F(float64(g)*rstd)
		slope[j] = F(float64(g) * rstd * rstd * dgamma / n)
		shift[j] = F(float64(g) * rstd * sum[j] / n)
		if d := din[1].V; d != nil {
			d[j] = F(dgamma)
		}
		if d := din[2].V; d != nil {
			d[j] = F(sum[j])
		}
	}
	if dx := din[0].V; dx != nil {
		f32.Chunks(len(x)/c, rowsOf(c), func(_, lo, hi int) {
			f32.NormalizeGrad(dx[lo*c:hi*c], dy[lo*c:hi*c], x[lo*c:hi*c], mean, scale, slope, shift)
		})
	}
}

// split2 cuts a slice of 2·c values in two.
func split2[T any](s []T, c int) (a, b []T) { return s[:c:c], s[c : 2*c] }
