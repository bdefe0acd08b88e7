package ops

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// AttentionOptions say who sees whom in an attention of Tq queries and Tk keys. The
// zero value, but for Heads, is that of an encoder: every query sees every key.
type AttentionOptions struct {
	Heads   int
	Causal  bool    // query i sees the keys up to i + Tk − Tq: the last query sees the last key
	Lengths *G.Node // integers (N) or (N, 1): how many keys of each example are seen, from the first on; nil: all
	Bias    *G.Node // (heads, Tq, Tk) or (B, heads, Tq, Tk), where B divides N: added to the scores of N/B examples in a row; nil: nothing
}

// Attention is [AttentionOf] of queries, keys and values that lie side by side, as one
// linear map makes them: x is (N, T, 3·D), and the result (N, T, D).
func Attention(x *G.Node, o AttentionOptions) (*G.Node, error) { return o.apply(true, x) }

// AttentionOf is softmax(q·kᵀ/√d + bias)·v, for each example and each of the heads by
// itself (Vaswani et al. 2017), with d = D/heads. q is (N, Tq, D), k (N, Tk, D) and v
// (N, Tk, E); head h has their columns from h·D/heads, or h·E/heads, on. The result is
// (N, Tq, E). A query that sees no key has the result 0.
func AttentionOf(q, k, v *G.Node, o AttentionOptions) (*G.Node, error) {
	return o.apply(false, q, k, v)
}

func (o AttentionOptions) apply(packed bool, in ...*G.Node) (*G.Node, error) {
	n := view{heads: o.Heads, causal: o.Causal, packed: packed}
	if o.Lengths != nil {
		if err := wantIntegers("attention", "lengths", o.Lengths); err != nil {
			return nil, err
		}
		n.lengths, in = len(in), append(in, o.Lengths)
	}
	if o.Bias != nil {
		n.bias, in = len(in), append(in, o.Bias)
	}
	return Apply(&attention[float32]{view: n}, &attention[float64]{view: n}, in...)
}

// A view is who sees whom, and where the inputs are.
type view struct {
	heads          int
	causal, packed bool
	lengths, bias  int // the numbers of these inputs; 0: there is none
}

// attention keeps of each row of scores what makes probabilities of them, e^(score −
// top)·part, and not the probabilities, which are Tk times as many: to compute the
// scores anew is one of the five products of Backward.
type attention[F f32.Float] struct {
	view
	top, part []F // (N, heads, Tq)
}

func (*attention[F]) Name() string { return "attention" }

func (k *attention[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	q := in[0]
	var keys, v tensor.Shape
	if k.packed {
		x := in[0]
		if x.Dims() != 3 || x[2]%3 != 0 {
			return nil, fmt.Errorf("have input %v, want queries, keys and values (N, T, 3·D)", x)
		}
		q = tensor.Shape{x[0], x[1], x[2] / 3}
		keys, v = q, q
	} else {
		keys, v = in[1], in[2]
		if q.Dims() != 3 || keys.Dims() != 3 || v.Dims() != 3 || q[0] != keys[0] || q[2] != keys[2] || !same(keys[:2], v[:2]) {
			return nil, fmt.Errorf("have queries %v, keys %v and values %v, want (N, Tq, D), (N, Tk, D) and (N, Tk, E)", q, keys, v)
		}
	}
	if k.heads < 1 || q[2]%k.heads != 0 {
		return nil, fmt.Errorf("have %d heads for %d channels, want heads of equal size", k.heads, q[2])
	}
	if v[2]%k.heads != 0 {
		return nil, fmt.Errorf("have %d heads for %d channels of values, want heads of equal size", k.heads, v[2])
	}
	if k.causal && q[1] > keys[1] {
		return nil, fmt.Errorf("causal: have %d queries and %d keys, want no more queries than keys", q[1], keys[1])
	}
	if k.lengths > 0 {
		if err := checkLengths(in[k.lengths], q[0]); err != nil {
			return nil, err
		}
	}
	if k.bias > 0 {
		b, scores := in[k.bias], tensor.Shape{k.heads, q[1], keys[1]}
		if !same(b, scores) && !(b.Dims() == 4 && b[0] > 0 && q[0]%b[0] == 0 && same(b[1:], scores)) {
			return nil, fmt.Errorf("have bias %v, want %v, or the same for each of B parts of the %d examples, (B, ...)", b, scores, q[0])
		}
	}
	return tensor.Shape{q[0], q[1], v[2]}, nil
}

// rows are those of one head in a tensor (N, T, ...), of one example after the other.
type rows[F f32.Float] struct {
	v       []F // from the first value of the first head on; nil where it is not asked for
	n       int // rows of an example
	ld      int // from one row to the next
	columns int // of a head
}

// of returns the rows of head h of an example.
func (r rows[F]) of(example, h int) []F {
	if r.v == nil {
		return nil
	}
	return r.v[example*r.n*r.ld+h*r.columns:]
}

// rows finds queries, keys and values, or their gradients, of which some may be nil.
func (k *attention[F]) rows(in []Tensor[F]) (q, keys, v rows[F]) {
	if !k.packed {
		of := func(t Tensor[F]) rows[F] { return rows[F]{t.V, t.Shape[1], t.Shape[2], t.Shape[2] / k.heads} }
		return of(in[0]), of(in[1]), of(in[2])
	}
	x := in[0]
	d := x.Shape[2] / 3
	of := func(part int) rows[F] {
		r := rows[F]{nil, x.Shape[1], 3 * d, d / k.heads}
		if x.V != nil {
			r.v = x.V[part*d:]
		}
		return r
	}
	return of(0), of(1), of(2)
}

// A head is a head of one example.
type head[F f32.Float] struct {
	tq, tk, d, e  int
	line          int // tk, rounded up so that every row of scores begins a cache line
	q, k, v       []F
	ldq, ldk, ldv int
	y             int // where its rows begin in the output
	bias          []F // (Tq, Tk), or nil
	scale         F   // 1/√d
	limit         int // how many keys the example has
	causal        bool

	top, part []F // (Tq)
}

// head returns head h of an example.
func (k *attention[F]) head(in []Tensor[F], out tensor.Shape, example, h int) head[F] {
	q, keys, v := k.rows(in)
	i := example*k.heads + h
	one := head[F]{
		tq: q.n, tk: keys.n, d: q.columns, e: v.columns, line: aligned(keys.n),
		q: q.of(example, h), k: keys.of(example, h), v: v.of(example, h), ldq: q.ld, ldk: keys.ld, ldv: v.ld,
		y: example*out[1]*out[2] + h*v.columns, scale: F(1 / math.Sqrt(float64(q.columns))),
		limit: keys.n, causal: k.causal,
		top: k.top[i*q.n:][:q.n], part: k.part[i*q.n:][:q.n],
	}
	if k.lengths > 0 {
		one.limit = in[k.lengths].I[example]
		checkLength(one.limit, example, keys.n)
	}
	if k.bias > 0 {
		one.bias = k.biasOf(in[k.bias], out[0], example, h)
	}
	return one
}

// biasOf cuts the rows (Tq, Tk) of an example's head out of a bias, or out of its gradient.
func (k *attention[F]) biasOf(b Tensor[F], examples, example, h int) []F {
	if b.V == nil {
		return nil
	}
	part, size := 0, b.Shape[len(b.Shape)-2]*b.Shape[len(b.Shape)-1]
	if b.Shape.Dims() == 4 {
		part = example / (examples / b.Shape[0])
	}
	return b.V[(part*k.heads+h)*size:][:size]
}

// sees is how many keys query r sees: those are the first ones.
func (h *head[F]) sees(r int) int {
	if h.causal {
		return min(h.limit, r+1+h.tk-h.tq)
	}
	return h.limit
}

// block is how many rows of scores are there at once: the second-level cache holds
// them twice. In small blocks there is less that no query sees.
func (h *head[F]) block() int {
	const most, causal = 1 << 16, 64
	cuts := (h.tq*h.tk + most - 1) / most
	if h.causal {
		cuts = max(cuts, (h.tq+causal-1)/causal)
	}
	return (h.tq + cuts - 1) / cuts
}

// blocks goes through the rows of scores.
func (h *head[F]) blocks() func(yield func(lo, hi int) bool) {
	return func(yield func(lo, hi int) bool) {
		for lo, size := 0, h.block(); lo < h.tq; lo += size {
			if !yield(lo, min(h.tq, lo+size)) {
				return
			}
		}
	}
}

// scores are those of the queries [lo, hi) for the first width keys.
func (h *head[F]) scores(dst []F, lo, hi, width int, q []F, ldq int, turnedKeys []F) {
	f32.Gemm(false, hi-lo, width, h.d, q[lo*ldq:], ldq, turnedKeys, h.line, dst, h.line, false)
	if h.bias != nil {
		for r := lo; r < hi; r++ {
			row := dst[(r-lo)*h.line:][:h.sees(r)]
			f32.Add(row, row, h.bias[r*h.tk:])
		}
	}
}

func (k *attention[F]) Forward(c *Ctx[F], out Tensor[F], in []Tensor[F]) {
	if k.top == nil { // a graph that is only looked at holds none
		rows := out.Shape[0] * k.heads * out.Shape[1]
		k.top, k.part = make([]F, rows), make([]F, rows)
	}
	width := out.Shape[2]
	f32.Parallel(out.Shape[0]*k.heads, func(worker, i int) {
		h := k.head(in, out.Shape, i/k.heads, i%k.heads)
		if h.tq == 1 {
			h.answer(out.V[h.y:][:h.e], c.Scratch(worker, h.line))
			return
		}
		m := memory[F](c.Scratch(worker, h.line*(h.d+h.e+h.block())))
		keys, values, scores := m.take(h.line*h.d), m.take(h.line*h.e), m.take(h.line*h.block())
		turn(keys, h.line, h.k, h.ldk, h.limit, h.d, h.scale)
		pack(values, h.v, h.ldv, h.limit, h.e)
		for lo, hi := range h.blocks() {
			y, seen := out.V[h.y+lo*width:], h.sees(hi-1) // and no query before sees more
			if seen == 0 {
				clearRows(y, width, h.e, 0, hi-lo)
				continue
			}
			h.scores(scores, lo, hi, seen, h.q, h.ldq, keys)
			for r := lo; r < hi; r++ {
				row, sees := scores[(r-lo)*h.line:][:seen], h.sees(r)
				h.top[r], h.part[r] = 0, 0
				if sees > 0 {
					h.top[r] = f32.MaxOf(row[:sees])
					h.part[r] = F(1 / f32.ExpSum(row[:sees], row[:sees], h.top[r]))
				}
				clear(row[sees:])
			}
			f32.Gemm(false, hi-lo, h.e, seen, scores, h.line, values, h.e, y, width, false)
			for r := lo; r < hi; r++ {
				row := y[(r-lo)*width:][:h.e]
				f32.Scale(row, row, h.part[r])
			}
		}
	})
}

// answer is the output y of a single query, as in a program of steps. It reads keys and
// values where they are: to turn the keys for a product of matrices takes longer than to
// multiply them by one query.
func (h *head[F]) answer(y, scores []F) {
	clear(y)
	seen := h.sees(0)
	h.top[0], h.part[0] = 0, 0
	if seen == 0 {
		return
	}
	scores = scores[:seen]
	for j := range scores {
		scores[j] = h.scale * F(f32.Dot(h.q[:h.d], h.k[j*h.ldk:][:h.d]))
	}
	if h.bias != nil {
		f32.Add(scores, scores, h.bias)
	}
	h.top[0] = f32.MaxOf(scores)
	h.part[0] = F(1 / f32.ExpSum(scores, scores, h.top[0]))
	for j, p := range scores {
		f32.Axpy(y, p, h.v[j*h.ldv:][:h.e])
	}
	f32.Scale(y, y, h.part[0])
}

func (k *attention[F]) Reads() (in []int, out bool) {
	last := max(0, k.lengths, k.bias)
	if !k.packed {
		last = max(2, last)
	}
	for i := range last + 1 {
		in = append(in, i)
	}
	return in, true
}

// Backward is, with the probabilities p and the output y of a head, dv = pᵀ·dy,
// dp = dy·vᵀ, ds = p∘(dp − Σ dy∘y) with a sum for each row, dq = ds·k/√d,
// dk = dsᵀ·q/√d, and the sum of the ds of all examples that share a bias is its
// gradient.
func (k *attention[F]) Backward(c *Ctx[F], din []Tensor[F], dout, out Tensor[F], in []Tensor[F]) {
	dq, dk, dv := k.rows(din)
	n, groups := out.Shape[0], out.Shape[0]
	var dbias Tensor[F]
	if k.bias > 0 && din[k.bias].V != nil {
		dbias, groups = din[k.bias], 1
		if dbias.Shape.Dims() == 4 {
			groups = dbias.Shape[0]
		}
	}
	// The examples of a group add to one gradient, one after the other.
	f32.Parallel(groups*k.heads, func(worker, i int) {
		head, each := i%k.heads, n/groups
		for example := i / k.heads * each; example < (i/k.heads+1)*each; example++ {
			h := k.head(in, out.Shape, example, head)
			g := headGrads[F]{
				dy: dout.V[h.y:], y: out.V[h.y:], ldy: out.Shape[2],
				dq: dq.of(example, head), dk: dk.of(example, head), dv: dv.of(example, head),
				ldq: dq.ld, ldk: dk.ld, ldv: dv.ld,
			}
			if dbias.V != nil {
				g.dbias = k.biasOf(dbias, n, example, head)
				if example%each == 0 {
					clear(g.dbias)
				}
			}
			g.run(c, worker, &h)
		}
	})
}

// headGrads are the gradients of a head of one example, and what they are made of.
type headGrads[F f32.Float] struct {
	dy, y         []F // rows ldy apart
	ldy           int
	dq, dk, dv    []F // nil where it is not asked for
	ldq, ldk, ldv int
	dbias         []F // (Tq, Tk), added to; or nil
}

func (g *headGrads[F]) run(c *Ctx[F], worker int, h *head[F]) {
	m := memory[F](c.Scratch(worker, h.line*(2*h.d+h.e)+h.tq*(h.d+h.e)+2*h.line*h.block()))
	keys, turnedKeys, turnedValues := m.take(h.line*h.d), m.take(h.line*h.d), m.take(h.line*h.e)
	queries, dy := m.take(h.tq*h.d), m.take(h.tq*h.e)
	p, ds := m.take(h.line*h.block()), m.take(h.line*h.block())
	pack(keys, h.k, h.ldk, h.limit, h.d)
	turn(turnedKeys, h.line, h.k, h.ldk, h.limit, h.d, h.scale)
	turn(turnedValues, h.line, h.v, h.ldv, h.limit, h.e, 1)
	pack(queries, h.q, h.ldq, h.tq, h.d)
	pack(dy, g.dy, g.ldy, h.tq, h.e)
	reached := 0 // how many keys and values have gradients so far
	for lo, hi := range h.blocks() {
		seen := h.sees(hi - 1)
		if seen == 0 {
			clearRows(g.dq, g.ldq, h.d, lo, hi)
			continue
		}
		h.scores(p, lo, hi, seen, queries, h.d, turnedKeys)
		f32.Gemm(false, hi-lo, seen, h.e, dy[lo*h.e:], h.e, turnedValues, h.line, ds, h.line, false)
		for r := lo; r < hi; r++ {
			p, ds, sees := p[(r-lo)*h.line:][:seen], ds[(r-lo)*h.line:][:seen], h.sees(r)
			sum := f32.Dot(dy[r*h.e:][:h.e], g.y[r*g.ldy:][:h.e])
			g.row(p[:sees], ds[:sees], h, r, sum)
			clear(p[sees:])
			clear(ds[sees:])
		}
		if g.dq != nil {
			f32.Gemm(false, hi-lo, h.d, seen, ds, h.line, keys, h.d, g.dq[lo*g.ldq:], g.ldq, false)
		}
		more := reached > 0 // the first block writes gradients, the others add to them
		if more {
			clearRows(g.dk, g.ldk, h.d, reached, seen)
			clearRows(g.dv, g.ldv, h.e, reached, seen)
		}
		reached = seen
		if g.dk != nil {
			f32.Gemm(true, seen, h.d, hi-lo, ds, h.line, queries[lo*h.d:], h.d, g.dk, g.ldk, more)
		}
		if g.dv != nil {
			f32.Gemm(true, seen, h.e, hi-lo, p, h.line, dy[lo*h.e:], h.e, g.dv, g.ldv, more)
		}
	}
	clearRows(g.dk, g.ldk, h.d, reached, h.tk)
	clearRows(g.dv, g.ldv, h.e, reached, h.tk)
}

// row makes probabilities of the scores p of query r, and of dp the gradient of the
// scores, of which queries and keys have 1/√d.
func (g *headGrads[F]) row(p, dp []F, h *head[F], r int, sum float64) {
	if len(p) == 0 {
		return
	}
	f32.ScaledExp(p, p, h.top[r], float64(h.part[r]), 0)
	if g.dbias == nil {
		f32.SoftmaxGrad(dp, dp, p, F(sum), h.scale)
		return
	}
	f32.SoftmaxGrad(dp, dp, p, F(sum), 1)
	to := g.dbias[r*h.tk:][:len(p)]
	f32.Add(to, to, dp)
	f32.Scale(dp, dp, h.scale)
}

// clearRows sets the rows [lo, hi) of x to 0, if there is an x.
func clearRows[F f32.Float](x []F, ld, columns, lo, hi int) {
	if x == nil {
		return
	}
	for r := lo; r < hi; r++ {
		clear(x[r*ld:][:columns])
	}
}

// pack copies rows of x, which are ld apart, to dst (rows, columns).
func pack[F f32.Float](dst, x []F, ld, rows, columns int) {
	for r := range rows {
		copy(dst[r*columns:][:columns], x[r*ld:])
	}
}

// turn is dst (columns, rows) = scale·xᵀ, for rows of dst that are ldd apart and rows of
// x that are ld apart.
func turn[F f32.Float](dst []F, ldd int, x []F, ld, rows, columns int, scale F) {
	f32.TransposeInto(dst, ldd, x, ld, rows, columns)
	if scale != 1 {
		for r := range columns {
			row := dst[r*ldd:][:rows]
			f32.Scale(row, row, scale)
		}
	}
}

// memory is scratch memory of which not all is taken.
type memory[F f32.Float] []F

func (m *memory[F]) take(n int) (v []F) {
	v, *m = (*m)[:n:n], (*m)[n:]
	return v
}
