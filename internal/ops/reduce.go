package ops

import (
	"slices"

	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// elements is how many elements one chunk of an elementwise loop takes.
const elements = 1 << 14

// rowsOf is how many rows of the given width make such a chunk.
func rowsOf(width int) int { return max(1, elements/width) }

// A reduction sums over rows, in float64, and keeps the memory of the partial sums.
type reduction struct{ sums []float64 }

// over returns the sum of the partial sums that f adds to its zeroed part for
// the rows [lo, hi) of n rows of the given width. The chunks are cut by shape
// and added in order: the result does not depend on the number of threads. It
// is valid until the next call.
func (r *reduction) over(n, width, values int, f func(part []float64, worker, lo, hi int)) []float64 {
	// A part takes at most 1/16 of the memory of its rows, where they are float32.
	size := max(rowsOf(width), 32*values/width)
	parts := (n + size - 1) / size
	if need := (parts + 1) * values; cap(r.sums) < need {
		r.sums = make([]float64, need)
	}
	total, rest := r.sums[:values], r.sums[values:(parts+1)*values]
	f32.Chunks(n, size, func(worker, lo, hi int) {
		part := rest[lo/size*values:][:values]
		clear(part)
		f(part, worker, lo, hi)
	})
	f32.SumRows(total, rest, parts)
	return total
}

// perWorker is float64 scratch memory for each worker of a parallel loop.
type perWorker [][]float64

func newPerWorker() perWorker { return make(perWorker, f32.Workers()) }

// zeros returns n zeros that belong to the worker until its next call.
func (p perWorker) zeros(worker, n int) []float64 {
	if cap(p[worker]) < n {
		p[worker] = make([]float64, n)
	}
	p[worker] = p[worker][:n]
	clear(p[worker])
	return p[worker]
}

// same says whether two shapes are equal. (tensor.Shape.Eq takes (n, 1) for (n).)
func same(a, b tensor.Shape) bool { return slices.Equal(a, b) }

// channels is the length of a shape's last axis.
func channels(s tensor.Shape) int { return s[len(s)-1] }
