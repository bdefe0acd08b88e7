package ops

import (
	"zoo/internal/f32"
)

// A Ctx is what an executor lends to a running kernel: scratch memory, and the
// elementwise function fused to the kernel's output. One runs one kernel at a time.
type Ctx[F f32.Float] struct {
	perWorker [][]F
	shared    []F
	epilogue  func(dst, src []F)
}

// NewCtx returns a Ctx with no scratch memory yet.
func NewCtx[F f32.Float]() *Ctx[F] { return &Ctx[F]{perWorker: make([][]F, f32.Workers())} }

// Scratch returns n values of undefined contents that belong to the worker of a
// parallel loop until its next call.
func (c *Ctx[F]) Scratch(worker, n int) []F {
	if cap(c.perWorker[worker]) < n {
		c.perWorker[worker] = make([]F, n)
	}
	return c.perWorker[worker][:n]
}

// Shared returns n values of undefined contents that belong to the kernel until
// its next call.
func (c *Ctx[F]) Shared(n int) []F {
	if cap(c.shared) < n {
		c.shared = make([]F, n)
	}
	return c.shared[:n]
}

// SetEpilogue makes Done apply map, the Map of an Elementwise kernel; nil makes
// it do nothing.
func (c *Ctx[F]) SetEpilogue(epilogue func(dst, src []F)) { c.epilogue = epilogue }

// Done says that a part of the kernel's output is final. See Finisher.
func (c *Ctx[F]) Done(part []F) {
	if c.epilogue != nil {
		c.epilogue(part, part)
	}
}

// ScratchBytes is the memory that the scratch buffers hold.
func (c *Ctx[F]) ScratchBytes() int {
	n := cap(c.shared)
	for _, s := range c.perWorker {
		n += cap(s)
	}
	var f F
	if _, ok := any(f).(float32); ok {
		return 4 * n
	}
	return 8 * n
}
