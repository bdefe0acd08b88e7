package ops

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// Attention is softmax(q·kᵀ/√d)·v, for each example and each of the heads by
// itself (Vaswani et al. 2017). x is (N, T, 3·D): the queries, keys and values of
// T tokens, side by side; in each of the three, head h has the columns from h·d on,
// with d = D/heads. The result is (N, T, D).
func Attention(x *G.Node, heads int) (*G.Node, error) {
	return Apply(&attention[float32]{heads: heads}, &attention[float64]{heads: heads}, x)
}

// attention keeps, for each row of scores, the two numbers that turn them into
// probabilities, e^(score − top)·part, and not the probabilities, of which there are T
// times as many: computing the scores again is one of the five products of Backward.
type attention[F f32.Float] struct {
	heads     int
	top, part []F // (N, heads, T)
}

func (*attention[F]) Name() string { return "attention" }

func (k *attention[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x := in[0]
	if x.Dims() != 3 || x[2]%3 != 0 {
		return nil, fmt.Errorf("have input %v, want queries, keys and values (N, T, 3·D)", x)
	}
	if k.heads < 1 || x[2]/3%k.heads != 0 {
		return nil, fmt.Errorf("have %d heads for %d channels, want heads of equal size", k.heads, x[2]/3)
	}
	return tensor.Shape{x[0], x[1], x[2] / 3}, nil
}

// A head is one head of one example; its tokens are rows.
type head[F f32.Float] struct {
	t, d    int
	line    int // t, rounded up so that every row of t values begins a cache line
	q, k, v []F // rows 3·heads·d apart
	out     int // where its columns begin in those of the output
	scale   F   // 1/√d

	top, part []F // (t)
}

// each calls f for every head of every example, in parallel. i is the number of
// the head among those of all examples.
func (k *attention[F]) each(x []F, out tensor.Shape, f func(worker, i int, h head[F])) {
	t, width := out[1], out[2]
	d := width / k.heads
	f32.Parallel(out[0]*k.heads, func(worker, i int) {
		x := x[i/k.heads*t*3*width+i%k.heads*d:]
		f(worker, i, head[F]{
			t: t, d: d, line: aligned(t), q: x, k: x[width:], v: x[2*width:], out: i/k.heads*t*width + i%k.heads*d,
			scale: F(1 / math.Sqrt(float64(d))), top: k.top[i*t:][:t], part: k.part[i*t:][:t],
		})
	})
}

// block is how many rows of scores exist at once: the second-level cache holds them
// twice.
func (h *head[F]) block() int {
	const most = 1 << 16
	cuts := (h.t*h.t + most - 1) / most
	return (h.t + cuts - 1) / cuts
}

func (k *attention[F]) Forward(c *Ctx[F], out Tensor[F], in []Tensor[F]) {
	width := out.Shape[2]
	if k.top == nil { // made by the first run: a graph that never runs holds none
		rows := out.Shape[0] * k.heads * out.Shape[1]
		k.top, k.part = make([]F, rows), make([]F, rows)
	}
	k.each(in[0].V, out.Shape, func(worker, _ int, h head[F]) {
		m := memory[F](c.Scratch(worker, h.line*(2*h.d+h.block())))
		keys, values, scores := m.take(h.line*h.d), m.take(h.line*h.d), m.take(h.line*h.block())
		h.transpose(keys, h.k, 3*width, h.scale) // (d, T)
		h.pack(values, h.v, 3*width)             // (T, d)
		for lo, hi := range h.blocks() {
			// scores (hi−lo, T) = q·kᵀ/√d
			f32.Gemm(false, hi-lo, h.t, h.d, h.q[lo*3*width:], 3*width, keys, h.line, scores, h.line, false)
			for r := lo; r < hi; r++ {
				row := scores[(r-lo)*h.line:][:h.t]
				h.top[r] = f32.MaxOf(row)
				h.part[r] = F(1 / f32.ExpSum(row, row, h.top[r]))
			}
			y := out.V[h.out+lo*width:] // (hi−lo, d)
			f32.Gemm(false, hi-lo, h.d, h.t, scores, h.line, values, h.d, y, width, false)
			for r := lo; r < hi; r++ {
				row := y[(r-lo)*width:][:h.d]
				f32.Scale(row, row, h.part[r])
			}
		}
	})
}

func (*attention[F]) Reads() ([]int, bool) { return []int{0}, true }

// Backward is, with the probabilities p and the output y of a head, dv = pᵀ·dy,
// dp = dy·vᵀ, ds = p∘(dp − Σ dy∘y)/√d with a sum for each row, dq = ds·k and dk = dsᵀ·q.
func (k *attention[F]) Backward(c *Ctx[F], din []Tensor[F], dout, out Tensor[F], in []Tensor[F]) {
	dx := din[0].V
	if dx == nil {
		return
	}
	width := out.Shape[2]
	k.each(in[0].V, out.Shape, func(worker, i int, h head[F]) {
		size, at := h.line*h.d, i/k.heads*h.t*3*width+i%k.heads*h.d
		m := memory[F](c.Scratch(worker, 5*size+2*h.line*h.block()))
		keys, queries, dy := m.take(size), m.take(size), m.take(size)
		keysT, valuesT := m.take(size), m.take(size)
		p, ds := m.take(h.line*h.block()), m.take(h.line*h.block())
		h.pack(keys, h.k, 3*width)                // (T, d), as are queries and dy
		h.transpose(keysT, h.k, 3*width, h.scale) // (d, T), as is valuesT
		h.transpose(valuesT, h.v, 3*width, 1)
		h.pack(queries, h.q, 3*width)
		h.pack(dy, dout.V[h.out:], width)
		for lo, hi := range h.blocks() {
			more := lo > 0
			// p and ds (hi−lo, T)
			f32.Gemm(false, hi-lo, h.t, h.d, queries[lo*h.d:], h.d, keysT, h.line, p, h.line, false)
			f32.Gemm(false, hi-lo, h.t, h.d, dy[lo*h.d:], h.d, valuesT, h.line, ds, h.line, false)
			for r := lo; r < hi; r++ {
				p, ds := p[(r-lo)*h.line:][:h.t], ds[(r-lo)*h.line:][:h.t]
				f32.ScaledExp(p, p, h.top[r], float64(h.part[r]), 0)
				sum := f32.Dot(dy[r*h.d:][:h.d], out.V[h.out+r*width:][:h.d])
				f32.SoftmaxGrad(ds, ds, p, F(sum), h.scale)
			}
			f32.Gemm(false, hi-lo, h.d, h.t, ds, h.line, keys, h.d, dx[at+lo*3*width:], 3*width, false)
			f32.Gemm(true, h.t, h.d, hi-lo, ds, h.line, queries[lo*h.d:], h.d, dx[at+width:], 3*width, more)
			f32.Gemm(true, h.t, h.d, hi-lo, p, h.line, dy[lo*h.d:], h.d, dx[at+2*width:], 3*width, more)
		}
	})
}

// blocks goes through the rows of scores.
func (h *head[F]) blocks() func(yield func(lo, hi int) bool) {
	return func(yield func(lo, hi int) bool) {
		for lo, size := 0, h.block(); lo < h.t; lo += size {
			if !yield(lo, min(h.t, lo+size)) {
				return
			}
		}
	}
}

// pack copies the head's rows of x, which are ld apart, to dst (t, d).
func (h *head[F]) pack(dst, x []F, ld int) {
	for r := range h.t {
		copy(dst[r*h.d:][:h.d], x[r*ld:])
	}
}

// transpose is dst (d, t) = scale·xᵀ, for rows of x that are ld apart.
func (h *head[F]) transpose(dst, x []F, ld int, scale F) {
	f32.TransposeInto(dst, h.line, x, ld, h.t, h.d)
	if scale != 1 {
		for r := range h.d {
			row := dst[r*h.line:][:h.t]
			f32.Scale(row, row, scale)
		}
	}
}

// memory is the scratch memory that has not been taken yet.
type memory[F f32.Float] []F

func (m *memory[F]) take(n int) (v []F) {
	v, *m = (*m)[:n:n], (*m)[n:]
	return v
}
