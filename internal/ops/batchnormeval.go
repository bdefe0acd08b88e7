package ops

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// BatchNormEval is BatchNorm with given statistics, the running ones of
// training: gamma·(x − mean)/√(variance + eps) + beta. x is (N, C), (N, T, C) or
// (N, H, W, C), all others (C).
func BatchNormEval(x, gamma, beta, mean, variance *G.Node, eps float64) (*G.Node, error) {
	return Apply(&batchNormEval[float32]{eps: eps}, &batchNormEval[float64]{eps: eps}, x, gamma, beta, mean, variance)
}

type batchNormEval[F f32.Float] struct {
	reduction
	eps   float64
	scale []F // gamma/√(variance + eps)
}

func (*batchNormEval[F]) Name() string { return "batchnorm-eval" }
func (*batchNormEval[F]) Batched() int { return 1 }

func (k *batchNormEval[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x := in[0]
	if x.Dims() < 2 || x.Dims() > 4 {
		return nil, fmt.Errorf("have input %v, want (N, C), (N, T, C) or (N, H, W, C)", x)
	}
	if err := perChannel(x, in[1:], "gamma", "beta", "mean", "variance"); err != nil {
		return nil, err
	}
	return x.Clone(), nil
}

// rstd is 1/√(variance + eps).
func (k *batchNormEval[F]) rstd(variance F) float64 { return 1 / math.Sqrt(float64(variance)+k.eps) }

func (k *batchNormEval[F]) ForwardPasses() []Pass[F] {
	return []Pass[F]{{
		Lines: EachLine,
		Begin: func(_ *Ctx[F], a *Args[F]) { k.rescale(a.In) },
		Each:  func(_ *Ctx[F], a *Args[F]) { f32.Normalize(a.Out.V, a.In[0].V, a.In[3].V, k.scale, a.In[2].V) },
	}}
}

func (*batchNormEval[F]) normalizes() (pass int) { return 0 }

func (k *batchNormEval[F]) coefficients(in []Tensor[F]) (mean, scale, shift []F) {
	return in[3].V, k.scale, in[2].V
}

func (k *batchNormEval[F]) rescale(in []Tensor[F]) {
	if k.scale == nil {
		k.scale = make([]F, len(in[1].V))
	}
	for j, g := range in[1].V {
		k.scale[j] = F(float64(g) * k.rstd(in[4].V[j]))
	}
}

func (*batchNormEval[F]) Reads() ([]int, bool) { return []int{0, 1, 3, 4}, false }

// BackwardPasses are one pass that is not cut: only tests send gradients through
// running statistics.
func (k *batchNormEval[F]) BackwardPasses() []Pass[F] {
	return []Pass[F]{{Begin: func(_ *Ctx[F], a *Args[F]) { k.backward(a.DIn, a.DOut, a.In) }}}
}

func (k *batchNormEval[F]) backward(din []Tensor[F], dout Tensor[F], in []Tensor[F]) {
	x, dy, gamma := in[0].V, dout.V, in[1].V
	c := len(gamma)
	if dx := din[0].V; dx != nil {
		k.rescale(in)
		f32.Chunks(len(dx)/c, rowsOf(c), func(_, lo, hi int) {
			f32.ScaleColumns(dx[lo*c:hi*c], dy[lo*c:hi*c], k.scale)
		})
	}
	if din[1].V == nil && din[2].V == nil && din[3].V == nil && din[4].V == nil {
		return
	}
	sum, dot := split2(k.over(len(x)/c, c, 2*c, func(part []float64, _, lo, hi int) {
		f32.Sums(part[:c], part[c:], dy[lo*c:hi*c], x[lo*c:hi*c])
	}), c)
	set := func(input, j int, d float64) {
		if v := din[input].V; v != nil {
			v[j] = F(d)
		}
	}
	for j, g := range gamma {
		rstd := k.rstd(in[4].V[j])
		dgamma := (dot[j] - float64(in[3].V[j])*sum[j]) * rstd
		set(1, j, dgamma)
		set(2, j, sum[j])
		set(3, j, -float64(g)*rstd*sum[j])
		set(4, j, -0.5*float64(g)*rstd*rstd*dgamma)
	}
}
