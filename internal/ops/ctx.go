package ops

import "zoo/internal/f32"

// A Ctx is what an executor lends to a running kernel: memory, and which examples
// of the batch it is to compute.
type Ctx[F f32.Float] struct {
	scratch *Scratch[F]
	shared  *[]F
	worker  int
	part    Part
	held    uint64
	kept    int // values that Keep has returned
}

// A Part of the batch is what one worker computes before it takes the next. Sums over
// the batch are made part by part, then over the parts in order, so that they do not
// depend on the number of workers.
type Part struct {
	Index, Of int // this part, and how many there are
	First     int // the example with which the tensors at hand begin
	// Of the example's lines, which are cut into Bands bands, only those of Band are
	// computed; 0 bands mean all.
	Band, Bands int
}

// Lines is the range of the n lines that belongs to this band.
func (p Part) Lines(n int) (lo, hi int) {
	if p.Bands == 0 {
		return 0, n
	}
	return p.Band * n / p.Bands, (p.Band + 1) * n / p.Bands
}

// Scratch is the working memory of each worker.
type Scratch[F f32.Float] [][]F

// NewScratch returns scratch memory that grows as kernels ask for it.
func NewScratch[F f32.Float]() *Scratch[F] {
	s := make(Scratch[F], f32.Workers())
	return &s
}

// Bytes is the memory that s holds.
func (s *Scratch[F]) Bytes() (n int) {
	for _, v := range *s {
		n += Bytes(v[:cap(v)])
	}
	return n
}

// Bytes is the memory that the values of v take.
func Bytes[F f32.Float](v []F) int {
	if _, ok := any(v).([]float32); ok {
		return 4 * len(v)
	}
	return 8 * len(v)
}

// NewCtx returns a Ctx with no memory yet.
func NewCtx[F f32.Float]() *Ctx[F] {
	return NewScratch[F]().Ctx(new([]F))
}

// Ctx returns a Ctx of the scratch memory s. shared is where the memory of
// Shared is kept from one run to the next.
func (s *Scratch[F]) Ctx(shared *[]F) *Ctx[F] {
	return &Ctx[F]{scratch: s, shared: shared, part: Part{Of: 1}}
}

// Hold says that the inputs that all examples share, such as weights, keep the values of
// the next call from now on. number differs from hold to hold; 0 says that they may
// change.
func (c *Ctx[F]) Hold(number uint64) { c.held, c.kept = number, 0 }

// Held is the number of the current hold, 0 where the shared inputs may change. What a
// kernel makes of them only is worth keeping until the number changes.
func (c *Ctx[F]) Held() uint64 { return c.held }

// Keep returns n values of undefined contents that belong to the kernel.
func (c *Ctx[F]) Keep(n int) []F {
	c.kept += n
	return make([]F, n)
}

// Kept is how many values Keep has returned in the current hold.
func (c *Ctx[F]) Kept() int { return c.kept }

// In sets c for a call of Pass.Each, by a worker in a part of the batch.
func (c *Ctx[F]) In(worker int, part Part) { c.worker, c.part = worker, part }

// Worker is the index of the worker that runs the call, for Scratch.
func (c *Ctx[F]) Worker() int { return c.worker }

// Part is the part of the batch that is being computed.
func (c *Ctx[F]) Part() Part { return c.part }

// SetParts sets c for a call of Pass.Begin or End: there are n parts.
func (c *Ctx[F]) SetParts(n int) { c.worker, c.part = 0, Part{Of: n} }

// Scratch returns n values of undefined contents that belong to the worker until
// its next call.
func (c *Ctx[F]) Scratch(worker, n int) []F { return (*c.scratch).take(worker, n) }

func (s Scratch[F]) take(worker, n int) []F {
	if cap(s[worker]) < n {
		s[worker] = make([]F, n)
	}
	return s[worker][:n]
}

// Shared returns n values of undefined contents that belong to the kernel until
// the end of its pass. It is called at most once in a pass, by Begin.
func (c *Ctx[F]) Shared(n int) []F {
	if cap(*c.shared) < n {
		*c.shared = make([]F, n)
	}
	return (*c.shared)[:n]
}
