package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// Dropout sets each element of x, of any shape, to 0 with probability p, and
// divides the others by 1 − p (Hinton et al. 2012; Srivastava et al. 2014,
// inverted). p is in [0, 1); for p = 0 the result is x itself.
//
// Whether an element is dropped depends only on seed, step() and the element's
// index: no mask is stored, and a resumed run drops the same elements.
// step is called once for each forward pass; give each Dropout of a network its
// own seed.
func Dropout(x *G.Node, p float64, seed uint64, step func() uint64) (*G.Node, error) {
	if !(p >= 0 && p < 1) {
		return nil, fmt.Errorf("dropout: have probability %v, want it in [0, 1)", p)
	}
	if p == 0 {
		return x, nil
	}
	return Apply(&dropout[float32]{p: p, seed: seed, step: step}, &dropout[float64]{p: p, seed: seed, step: step}, x)
}

type dropout[F f32.Float] struct {
	p    float64
	seed uint64
	step func() uint64
	key  uint64 // of the last forward pass, for Backward
}

func (*dropout[F]) Name() string                                  { return "dropout" }
func (*dropout[F]) Batched() int                                  { return 1 }
func (*dropout[F]) elementwise()                                  {}
func (*dropout[F]) Shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }
func (*dropout[F]) Reads() ([]int, bool)                          { return nil, false }

func (k *dropout[F]) ForwardPasses() []Pass[F] {
	return []Pass[F]{{
		Begin: func(*Ctx[F], *Args[F]) { k.key = f32.SplitMix(k.seed ^ f32.SplitMix(k.step()+f32.Weyl)) },
		Each:  func(c *Ctx[F], a *Args[F]) { k.run(c, a.Out, a.In[0]) },
	}}
}

func (k *dropout[F]) BackwardPasses() []Pass[F] {
	return []Pass[F]{{Each: func(c *Ctx[F], a *Args[F]) {
		if a.DIn[0].V != nil {
			k.run(c, a.DIn[0], a.DOut)
		}
	}}}
}

// run scales src, and drops the same elements at each call of one step.
func (k *dropout[F]) run(c *Ctx[F], dst, src Tensor[F]) {
	k.mask(dst.V, src.V, c.Part().First*(len(src.V)/src.Shape[0]))
}

// mask is dst[i] = src[i]/(1−p), or 0 where element start+i is dropped.
func (k *dropout[F]) mask(dst, src []F, start int) {
	f32.Dropout(dst, src, k.p, F(1/(1-k.p)), k.key, start)
}
