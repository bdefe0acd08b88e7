package ops

import (
	"fmt"
	"math"
	"sync"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// A Cell is a kind of recurrent layer: what it makes of the inputs x (N, T, gates·H) of a
// sequence and, step by step, of the product of the state before with w (H, gates·H), plus
// b (gates·H).
type Cell struct {
	Gates int // how many values x brings for each unit
	Parts int // how many values the state has for each unit, of which the first is the output

	k32 cell[float32]
	k64 cell[float64]
}

// A cell has the equations of a Cell, for one step of one example with H units. q is what
// the product brings, (gates·H), and before the state before, (parts·H).
type cell[F f32.Float] struct {
	name         string
	gates, parts int
	kept         int  // how many values for each unit the step keeps for its gradient
	separate     bool // the gradient of q differs from that of x

	// step writes the state after the step, (parts·H), and what it keeps, (kept·H).
	step func(state, kept, x, q, before []F)
	// grad writes the gradients of x and, if they are separate, of q. d is the gradient of
	// the state, and becomes that of before, without what comes through the product.
	grad func(dx, dq, d, state, kept, before []F)
}

// Recurrent is a recurrent layer: the states (N, T, parts·H) of cell c for inputs
// x (N, T, gates·H), from state (N, parts·H) on, or from zeros where state is nil. The
// parts of a state, as those of an input, are side by side.
//
// If gain (gates·H) is not nil, the product with the state before is normalised to mean 0
// and variance 1 over the gates·H values of an example, and multiplied by it, before b is
// added: the layer norm of Ba, Kiros & Hinton 2016, equations 20 and 23, of which the norm
// of x is the caller's. eps is added to the variance.
func Recurrent(c Cell, x, w, b, gain, state *G.Node, eps float64) (*G.Node, error) {
	in := optional(optional([]*G.Node{x, w, b}, gain), state)
	return Apply(newRecurrent(c.k32, gain != nil, state != nil, eps), newRecurrent(c.k64, gain != nil, state != nil, eps), in...)
}

type recurrent[F f32.Float] struct {
	cell[F]
	normed, stateful bool
	eps              float64

	n, t, units int
	// What Forward keeps for Backward, made in the first run: a graph that never runs
	// holds nothing.
	values     []F       // (N, T, kept·H) of the steps
	products   []F       // (N, T, gates·H) that are normalised
	mean, rstd []float64 // (N, T) of them
	make       func()
	reduction
}

func newRecurrent[F f32.Float](c cell[F], normed, stateful bool, eps float64) Kernel {
	return &recurrent[F]{cell: c, normed: normed, stateful: stateful, eps: eps}
}

func (k *recurrent[F]) Name() string { return k.name }

func (k *recurrent[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x, w, b := in[0], in[1], in[2]
	if x.Dims() != 3 || x[2]%k.gates != 0 {
		return nil, fmt.Errorf("have input %v, want (N, T, %d·H)", x, k.gates)
	}
	k.n, k.t, k.units = x[0], x[1], x[2]/k.gates
	if !same(w, tensor.Shape{k.units, x[2]}) || !same(b, tensor.Shape{x[2]}) {
		return nil, fmt.Errorf("have input %v, weight %v and bias %v, want (N, T, %d·H), (H, %d·H) and (%d·H)", x, w, b, k.gates, k.gates, k.gates)
	}
	rest := in[3:]
	if k.normed {
		if !same(rest[0], b) {
			return nil, fmt.Errorf("have gain %v, want %v", rest[0], b)
		}
		if x[2] < 2 {
			return nil, fmt.Errorf("have 1 value to normalise, want at least 2: the result would not depend on it")
		}
		rest = rest[1:]
	}
	if k.stateful && !same(rest[0], tensor.Shape{x[0], k.parts * k.units}) {
		return nil, fmt.Errorf("have state %v, want (%d, %d)", rest[0], x[0], k.parts*k.units)
	}
	k.make = sync.OnceFunc(func() {
		k.values = make([]F, k.n*k.t*k.kept*k.units)
		if k.normed {
			k.products = make([]F, k.n*k.t*k.gates*k.units)
			k.mean, k.rstd = make([]float64, k.n*k.t), make([]float64, k.n*k.t)
		}
	})
	return tensor.Shape{k.n, k.t, k.parts * k.units}, nil
}

// Keeps implements Keeper.
func (k *recurrent[F]) Keeps() int {
	n := k.n * k.t * k.kept * k.units
	if k.normed {
		n += k.n * k.t * k.gates * k.units
	}
	return n
}

func (k *recurrent[F]) Reads() ([]int, bool) {
	reads := []int{1}
	if k.normed {
		reads = append(reads, 3)
	}
	if k.stateful {
		reads = append(reads, k.place())
	}
	return reads, true
}

// place is the place of the state among the inputs.
func (k *recurrent[F]) place() int {
	if k.normed {
		return 4
	}
	return 3
}

// throughTime cuts n examples among the workers, each of which goes through time by
// itself. What becomes of an example does not depend on the others.
func throughTime(n int, f func(worker, lo, hi int)) {
	parts := min(n, f32.Workers())
	f32.Parallel(parts, func(worker, i int) { f(worker, i*n/parts, (i+1)*n/parts) })
}

// states are the states before a step: rows that are ld apart.
type states[F f32.Float] struct {
	v  []F
	ld int
}

// before are the states before step i: of all examples, from the first on.
func (k *recurrent[F]) before(i int, out []F, in []Tensor[F], zeros []F) states[F] {
	p := k.parts * k.units
	switch {
	case i > 0:
		return states[F]{out[(i-1)*p:], k.t * p}
	case k.stateful:
		return states[F]{in[k.place()].V, p}
	}
	return states[F]{zeros, 0} // the same for all
}

func (k *recurrent[F]) Forward(c *Ctx[F], out Tensor[F], in []Tensor[F]) {
	k.make()
	n, t, h := k.n, k.t, k.units
	p, g, kept := k.parts*h, k.gates*h, k.kept*h
	packs := t > 1 // otherwise the weights are read once
	size := n*g + p
	if packs {
		size += f32.PackedLen(h, g)
	}
	m := memory[F](c.Shared(size))
	all, zeros := m.take(n*g), m.take(p)
	clear(zeros)
	var w f32.Packed[F]
	if packs {
		w = f32.Pack(m, false, h, g, in[1].V, g)
	}
	bias := in[2].V
	// finish goes on from the products of step i, which q has with its rows ldq apart.
	finish := func(i, lo, hi int, q []F, ldq int) {
		from := k.before(i, out.V, in, zeros)
		for r := lo; r < hi; r++ {
			row, at := q[r*ldq:][:g], r*t+i
			if k.normed {
				row = all[r*g:][:g]
				k.normalise(row, at, in[3].V, bias)
			}
			k.step(out.V[at*p:][:p], k.values[at*kept:][:kept], in[0].V[at*g:][:g], row, from.v[r*from.ld:][:p])
		}
	}
	// begin makes the rows to which products are added, and says where they are.
	begin := func(i, lo, hi int) (q []F, ldq int) {
		q, ldq = all, g
		if k.normed {
			q, ldq = k.products[i*g:], t*g
		}
		for r := lo; r < hi; r++ {
			if k.normed {
				clear(q[r*ldq:][:g])
			} else {
				copy(q[r*ldq:], bias)
			}
		}
		return q, ldq
	}
	if !packs {
		q, ldq := begin(0, 0, n)
		if k.stateful {
			from := k.before(0, out.V, in, zeros)
			f32.MatMul(false, false, n, g, h, from.v, from.ld, in[1].V, g, q, ldq, true)
		}
		throughTime(n, func(_, lo, hi int) { finish(0, lo, hi, q, ldq) })
		return
	}
	throughTime(n, func(_, lo, hi int) {
		for i := range t {
			q, ldq := begin(i, lo, hi)
			if i > 0 || k.stateful {
				from := k.before(i, out.V, in, zeros)
				w.Gemm(hi-lo, from.v[lo*from.ld:], from.ld, q[lo*ldq:], ldq, true)
			}
			finish(i, lo, hi, q, ldq)
		}
	})
}

// normalise writes the normalised product number at, times gain, plus bias.
func (k *recurrent[F]) normalise(row []F, at int, gain, bias []F) {
	q := k.products[at*len(row):][:len(row)]
	mean, variance := moments(f32.Sum(q), f32.Dot(q, q), len(q))
	rstd := 1 / math.Sqrt(variance+k.eps)
	k.mean[at], k.rstd[at] = mean, rstd
	f32.LayerNorm(row, q, gain, bias, F(mean), F(rstd))
}

// Backward goes from the last step to the first. The gradient of a state is what the
// output's says, what the step after passes on, and the gradient of that step's product
// times wᵀ.
func (k *recurrent[F]) Backward(c *Ctx[F], din []Tensor[F], dout, out Tensor[F], in []Tensor[F]) {
	n, t, h := k.n, k.t, k.units
	p, g, kept := k.parts*h, k.gates*h, k.kept*h
	packed := f32.PackedLen(g, h)
	m := memory[F](c.Shared(packed + p + n*p + n*t*h + 3*n*t*g + n*2*g))
	w := f32.Pack(m.take(packed), true, g, h, in[1].V, g)
	zeros, states := m.take(p), m.take(n*p)
	clear(zeros)
	// The gradients of x, of what the product brings, and of the product itself.
	dx := din[0].V
	if dx == nil {
		dx = m.take(n * t * g)
	}
	dq := dx
	if k.separate {
		dq = m.take(n * t * g)
	}
	dp := dq
	if k.normed {
		dp = m.take(n * t * g)
	}
	unused := m.take(n * 2 * g)
	throughTime(n, func(_, lo, hi int) {
		d := states[lo*p:]
		clear(d[:(hi-lo)*p])
		for i := t - 1; i >= 0; i-- {
			if i < t-1 {
				w.Gemm(hi-lo, dp[(lo*t+i+1)*g:], t*g, d, p, true)
			}
			from := k.before(i, out.V, in, zeros)
			for r := lo; r < hi; r++ {
				at := r*t + i
				d := states[r*p:][:p]
				f32.Add(d, d, dout.V[at*p:][:p])
				k.grad(dx[at*g:][:g], dq[at*g:][:g], d, out.V[at*p:][:p], k.values[at*kept:][:kept], from.v[r*from.ld:][:p])
				if k.normed {
					k.normGrad(dp, dq, at, in[3].V, unused[r*2*g:][:2*g])
				}
			}
		}
		if k.stateful {
			if dstate := din[k.place()].V; dstate != nil {
				w.Gemm(hi-lo, dp[lo*t*g:], t*g, d, p, true)
				copy(dstate[lo*p:], d[:(hi-lo)*p])
			}
		}
	})
	if db := din[2].V; db != nil {
		f32.SumRowsParallel(db, dq, n*t)
	}
	if k.normed && din[3].V != nil {
		k.gainGrad(c, din[3].V, dq)
	}
	if dw := din[1].V; dw != nil {
		before := m.take(n * t * h)
		throughTime(n, func(_, lo, hi int) {
			for r := lo; r < hi; r++ {
				from := k.before(0, out.V, in, zeros)
				copy(before[r*t*h:][:h], from.v[r*from.ld:])
				f32.CopyRows(before[(r*t+1)*h:], h, out.V[r*t*p:], p, h, t-1)
			}
		})
		f32.MatMul(true, false, h, g, n*t, before, h, dp, g, dw, g, false)
	}
}

// normGrad is the gradient dp of product number at before the norm, from dq behind it.
func (k *recurrent[F]) normGrad(dp, dq []F, at int, gain, unused []F) {
	g := len(gain)
	q, dy, dx := k.products[at*g:][:g], dq[at*g:][:g], dp[at*g:][:g]
	mean, rstd := k.mean[at], k.rstd[at]
	f32.ScaleColumns(dx, dy, gain)
	sum := f32.Sum(dx)
	slope, shift := (f32.Dot(dx, q)-mean*sum)*rstd/float64(g), sum/float64(g)
	f32.LayerNormGrad(dx, unused[:g], unused[g:], dy, q, gain, F(mean), F(rstd), F(rstd*rstd*slope), F(rstd*shift))
}

// gainGrad is Σ dq·(q − mean)·rstd over all products.
func (k *recurrent[F]) gainGrad(c *Ctx[F], dgain, dq []F) {
	g := len(dgain)
	total := k.over(len(k.mean), g, g, func(part []float64, worker, lo, hi int) {
		m := memory[F](c.Scratch(worker, 2*g))
		sum, row := m.take(g), m.take(g)
		for ; lo < hi; lo += sumRows {
			clear(sum)
			for r := lo; r < min(hi, lo+sumRows); r++ {
				mean, rstd := F(k.mean[r]), F(k.rstd[r])
				for j, q := range k.products[r*g:][:g] {
					row[j] = (q - mean) * rstd
				}
				f32.MulAdd(sum, row, dq[r*g:])
			}
			for j, s := range sum {
				part[j] += float64(s)
			}
		}
	})
	for j := range dgain {
		dgain[j] = F(total[j])
	}
}
