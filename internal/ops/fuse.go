package ops

import "zoo/internal/f32"

// A Link is a pass in a chain: each gives its first output, or the gradient of
// its first input, to the next as its first input, or as its output's gradient.
type Link struct {
	Kernel   Kernel
	Backward bool
	Pass     int
}

// Fuse returns a function that does in one loop what the Each of the first n
// links do one after the other, to the same bits. a holds their arguments. n is 0
// where there is no such function.
//
// What a forward link gives to the next is not written: the next must be its only
// reader.
func Fuse[F f32.Float](chain []Link) (run func(c *Ctx[F], a []*Args[F]), n int) {
	if len(chain) < 2 {
		return nil, 0
	}
	if chain[0].Backward {
		return fuseBackward[F](chain)
	}
	k, ok := chain[0].Kernel.(normalizer[F])
	if !ok || chain[0].Pass != k.normalizes() {
		return nil, 0
	}
	next, adds := chain[1:], false
	if _, adds = next[0].Kernel.(add[F]); adds {
		next = next[1:]
	}
	relus := len(next) > 0 && isRelu[F](next[0].Kernel)
	switch {
	case adds && relus:
		return func(_ *Ctx[F], a []*Args[F]) {
			mean, scale, shift := k.coefficients(a[0].In)
			f32.NormalizeAddRelu(a[2].Out.V, a[0].In[0].V, mean, scale, shift, a[1].In[1].V)
		}, 3
	case adds:
		return func(_ *Ctx[F], a []*Args[F]) {
			mean, scale, shift := k.coefficients(a[0].In)
			f32.NormalizeAdd(a[1].Out.V, a[0].In[0].V, mean, scale, shift, a[1].In[1].V)
		}, 2
	case relus:
		return func(_ *Ctx[F], a []*Args[F]) {
			mean, scale, shift := k.coefficients(a[0].In)
			f32.NormalizeRelu(a[1].Out.V, a[0].In[0].V, mean, scale, shift)
		}, 2
	}
	return nil, 0
}

// fuseBackward takes the sums of a batch norm's gradient while a ReLU's is made.
func fuseBackward[F f32.Float](chain []Link) (run func(c *Ctx[F], a []*Args[F]), n int) {
	k, ok := chain[1].Kernel.(*batchNorm[F])
	if !ok || chain[1].Pass != 0 || !isRelu[F](chain[0].Kernel) {
		return nil, 0
	}
	return func(c *Ctx[F], a []*Args[F]) {
		sum, dot := k.sums.of(c.Part().Index)
		f32.ReluGradSums(a[0].DIn[0].V, sum, dot, a[0].DOut.V, a[0].Out.V, a[1].In[0].V, k.mean)
	}, 2
}

// A normalizer is a kernel with a pass that is f32.Normalize of its first input.
type normalizer[F f32.Float] interface {
	normalizes() (pass int)
	coefficients(in []Tensor[F]) (mean, scale, shift []F)
}

func isRelu[F f32.Float](k Kernel) bool {
	u, ok := k.(unary[F])
	return ok && u.name == "relu"
}
