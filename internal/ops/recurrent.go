package ops

import (
	"errors"
	"fmt"
	"math"
	"sync"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// A Cell is a kind of recurrent layer: what it makes of the inputs x (N, T, gates·H) of a
// sequence and, step by step, of the product of the output before with w (H, gates·H), plus
// b (gates·H).
type Cell struct {
	Gates int // how many values x brings for each unit
	Parts int // how many values the state has for each unit: the output, and what else a step hands on

	k32 cell[float32]
	k64 cell[float64]
}

// A cell has the equations of a Cell, for one step of one example with H units.
type cell[F f32.Float] struct {
	name   string
	gates  int
	memory int // how many values for each unit a step hands on besides its output
	kept   int // how many values for each unit a step keeps for its gradient; the last are those that it hands on
	// apart says that x and the product do not just add up: the step gets both, and their
	// gradients differ.
	apart bool
	// carries says that a gradient of the output before comes in besides through the product.
	carries bool

	// step writes the output h (H) of a step, and what it keeps. sum (gates·H) is x plus the
	// product and b, and may lie where h or kept begins; cells that have them apart get x, and
	// in sum the product and b. before and memory are what the step before has put out (H)
	// and handed on.
	step func(h, kept, sum, x, before, memory []F)
	// grad writes the gradients dx of x and, apart from it, dq of the product. dh and dm are
	// the gradients of what the step puts out and hands on. dm becomes that of what the step
	// before handed on, and dh, if the cell carries, that of what it put out, without what
	// comes through the product.
	grad func(dx, dq, dh, dm, h, kept, before, memory []F)
}

// Recurrent is a recurrent layer: the outputs (N, T, H) of cell c for inputs
// x (N, T, gates·H), from state (N, parts·H) on, or from zeros where state is nil. The parts
// of an input, as those of a state, are side by side.
//
// If gain (gates·H) is not nil, the product with the output before is normalised to mean 0
// and variance 1 over the gates·H values of an example, and multiplied by it, before b is
// added: the layer norm of Ba, Kiros & Hinton 2016, equations 20 and 23, of which the norm
// of x is the caller's. eps is added to the variance.
//
// [FinalState] is the state after the last step.
func Recurrent(c Cell, x, w, b, gain, state *G.Node, eps float64) (*G.Node, error) {
	in := optional(optional([]*G.Node{x, w, b}, gain), state)
	return Apply(newRecurrent(c.k32, gain != nil, state != nil, eps), newRecurrent(c.k64, gain != nil, state != nil, eps), in...)
}

// FinalState is the state (N, parts·H) after the last step of a recurrent layer that gives
// y (N, T, H). It has no gradient: back-propagation ends with the sequence.
func FinalState(y *G.Node) (*G.Node, error) {
	switch op := y.Op().(type) {
	case *Forward[float32]:
		if k, ok := op.Kernel.(*recurrent[float32]); ok {
			return Apply(finalState[float32]{k}, nil, y)
		}
	case *Forward[float64]:
		if k, ok := op.Kernel.(*recurrent[float64]); ok {
			return Apply(nil, finalState[float64]{k}, y)
		}
	}
	return nil, errors.New("final state: have another op, want a recurrent layer")
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
	if p := k.parts() * k.units; k.stateful && !same(rest[0], tensor.Shape{x[0], p}) {
		return nil, fmt.Errorf("have state %v, want (%d, %d)", rest[0], x[0], p)
	}
	k.make = sync.OnceFunc(func() {
		k.values = make([]F, k.n*k.t*k.kept*k.units)
		if k.normed {
			k.products = make([]F, k.n*k.t*k.gates*k.units)
			k.mean, k.rstd = make([]float64, k.n*k.t), make([]float64, k.n*k.t)
		}
	})
	return tensor.Shape{k.n, k.t, k.units}, nil
}

func (c *cell[F]) parts() int { return 1 + c.memory }

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

// stepRows are the rows of all examples at a step, ld apart.
type stepRows[F f32.Float] struct {
	v  []F
	ld int
}

func (r stepRows[F]) of(example, n int) []F { return r.v[example*r.ld:][:n] }

// before are the outputs before step i, and what the step before it handed on.
func (k *recurrent[F]) before(i int, out []F, in []Tensor[F], zeros []F) (h, memory stepRows[F]) {
	u := k.units
	switch {
	case i > 0:
		kept := k.kept * u
		return stepRows[F]{out[(i-1)*u:], k.t * u}, stepRows[F]{k.values[i*kept-k.memory*u:], k.t * kept}
	case k.stateful:
		state, p := in[k.place()].V, k.parts()*u
		return stepRows[F]{state, p}, stepRows[F]{state[u:], p}
	}
	return stepRows[F]{zeros, 0}, stepRows[F]{zeros, 0} // the same for all
}

// sums are where the sums of step i are made, to which products are added.
func (k *recurrent[F]) sums(i int, out, scratch []F) stepRows[F] {
	u := k.units
	switch {
	case k.normed:
		return stepRows[F]{k.products[i*k.gates*u:], k.t * k.gates * u}
	case k.apart:
		return stepRows[F]{scratch, k.gates * u}
	case k.kept > 0:
		return stepRows[F]{k.values[i*k.kept*u:], k.t * k.kept * u}
	}
	return stepRows[F]{out[i*u:], k.t * u}
}

func (k *recurrent[F]) Forward(c *Ctx[F], out Tensor[F], in []Tensor[F]) {
	k.make()
	n, t, u := k.n, k.t, k.units
	g := k.gates * u
	packs := t > 1 // otherwise the weights are read once
	size := n*g + u
	if packs {
		size += f32.PackedLen(u, g)
	}
	m := memory[F](c.Shared(size))
	scratch, zeros := m.take(n*g), m.take(u)
	clear(zeros)
	var w f32.Packed[F]
	if packs {
		w = f32.Pack(m, false, u, g, in[1].V, g)
	}
	walk := recurrentWalk[F]{k, out.V, in, scratch, zeros}
	if !packs {
		sums := walk.begin(0, 0, n)
		if k.stateful {
			h, _ := k.before(0, out.V, in, zeros)
			f32.MatMul(false, false, n, g, u, h.v, h.ld, in[1].V, g, sums.v, sums.ld, true)
		}
		throughTime(n, func(_, lo, hi int) { walk.finish(0, lo, hi, sums) })
		return
	}
	throughTime(n, func(_, lo, hi int) {
		for i := range t {
			sums := walk.begin(i, lo, hi)
			if i > 0 || k.stateful {
				h, _ := k.before(i, out.V, in, zeros)
				w.Gemm(hi-lo, h.v[lo*h.ld:], h.ld, sums.v[lo*sums.ld:], sums.ld, true)
			}
			walk.finish(i, lo, hi, sums)
		}
	})
}

// A recurrentWalk is a walk through time.
type recurrentWalk[F f32.Float] struct {
	*recurrent[F]
	out            []F
	in             []Tensor[F]
	scratch, zeros []F
}

// begin makes the sums of step i for examples lo to hi−1, but for the product.
func (k *recurrentWalk[F]) begin(i, lo, hi int) stepRows[F] {
	g := k.gates * k.units
	sums, x, bias := k.sums(i, k.out, k.scratch), k.in[0].V, k.in[2].V
	for r := lo; r < hi; r++ {
		switch row := sums.of(r, g); {
		case k.normed:
			clear(row)
		case k.apart:
			copy(row, bias)
		default:
			f32.Add(row, x[(r*k.t+i)*g:][:g], bias)
		}
	}
	return sums
}

// finish takes the step, as the product has been added.
func (k *recurrentWalk[F]) finish(i, lo, hi int, sums stepRows[F]) {
	u, g, kept := k.units, k.gates*k.units, k.kept*k.units
	h, memory := k.before(i, k.out, k.in, k.zeros)
	for r := lo; r < hi; r++ {
		at := r*k.t + i
		row, x := sums.of(r, g), k.in[0].V[at*g:][:g]
		if k.normed {
			row = k.scratch[r*g:][:g]
			k.normalise(row, at, k.in[3].V, k.in[2].V)
			if !k.apart {
				f32.Add(row, row, x)
			}
		}
		k.step(k.out[at*u:][:u], k.values[at*kept:][:kept], row, x, h.of(r, u), memory.of(r, k.memory*u))
	}
}

// normalise writes the normalised product number at, times gain, plus bias.
func (k *recurrent[F]) normalise(row []F, at int, gain, bias []F) {
	q := k.products[at*len(row):][:len(row)]
	mean, variance := moments(f32.Sum(q), f32.Dot(q, q), len(q))
	rstd := 1 / math.Sqrt(variance+k.eps)
	k.mean[at], k.rstd[at] = mean, rstd
	f32.LayerNorm(row, q, gain, bias, F(mean), F(rstd))
}

// Backward goes from the last step to the first. The gradient of an output is what dout
// says, and the gradient of the next step's product times wᵀ.
func (k *recurrent[F]) Backward(c *Ctx[F], din []Tensor[F], dout, out Tensor[F], in []Tensor[F]) {
	n, t, u := k.n, k.t, k.units
	g, kept, mem := k.gates*u, k.kept*u, k.memory*u
	packed := f32.PackedLen(g, u)
	size := packed + u + n*(u+mem) + n*t*u
	for _, needed := range []bool{din[0].V == nil, k.apart, k.normed} {
		if needed {
			size += n * t * g
		}
	}
	if k.normed {
		size += n * 2 * g
	}
	m := memory[F](c.Shared(size))
	w := f32.Pack(m.take(packed), true, g, u, in[1].V, g)
	zeros, dhs, dms := m.take(u), m.take(n*u), m.take(n*mem)
	clear(zeros)
	// The gradients of x, of what the product brings, and of the product itself.
	dx := din[0].V
	if dx == nil {
		dx = m.take(n * t * g)
	}
	dq := dx
	if k.apart {
		dq = m.take(n * t * g)
	}
	dp, unused := dq, []F(nil)
	if k.normed {
		dp, unused = m.take(n*t*g), m.take(n*2*g)
	}
	throughTime(n, func(_, lo, hi int) {
		clear(dhs[lo*u : hi*u])
		clear(dms[lo*mem : hi*mem])
		for i := t - 1; i >= 0; i-- {
			if k.carries {
				for r := lo; r < hi; r++ {
					f32.Add(dhs[r*u:][:u], dhs[r*u:][:u], dout.V[(r*t+i)*u:][:u])
				}
			} else {
				f32.CopyRows(dhs[lo*u:], u, dout.V[(lo*t+i)*u:], t*u, u, hi-lo)
			}
			if i < t-1 {
				w.Gemm(hi-lo, dp[(lo*t+i+1)*g:], t*g, dhs[lo*u:], u, true)
			}
			h, memory := k.before(i, out.V, in, zeros)
			for r := lo; r < hi; r++ {
				at := r*t + i
				k.grad(dx[at*g:][:g], dq[at*g:][:g], dhs[r*u:][:u], dms[r*mem:][:mem], out.V[at*u:][:u], k.values[at*kept:][:kept], h.of(r, u), memory.of(r, mem))
				if k.normed {
					k.normGrad(dp, dq, at, in[3].V, unused[r*2*g:][:2*g])
				}
			}
		}
		if k.stateful {
			if dstate := din[k.place()].V; dstate != nil {
				w.Gemm(hi-lo, dp[lo*t*g:], t*g, dhs[lo*u:], u, k.carries)
				f32.CopyRows(dstate[lo*(u+mem):], u+mem, dhs[lo*u:], u, u, hi-lo)
				if mem > 0 {
					f32.CopyRows(dstate[lo*(u+mem)+u:], u+mem, dms[lo*mem:], mem, mem, hi-lo)
				}
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
		before := m.take(n * t * u)
		throughTime(n, func(_, lo, hi int) {
			h, _ := k.before(0, out.V, in, zeros)
			for r := lo; r < hi; r++ {
				row := before[r*t*u:][:t*u]
				copy(row, h.of(r, u))
				copy(row[u:], out.V[r*t*u:])
			}
		})
		f32.MatMul(true, false, u, g, n*t, before, u, dp, g, dw, g, false)
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

// finalState is the state after the last step of a recurrent layer, from its outputs.
type finalState[F f32.Float] struct{ of *recurrent[F] }

func (finalState[F]) Name() string { return "final state" }

func (k finalState[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	return tensor.Shape{in[0][0], k.of.parts() * in[0][2]}, nil
}

func (k finalState[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	t, u := in[0].Shape[1], in[0].Shape[2]
	kept, p := k.of.kept*u, k.of.parts()*u
	for r := range out.Shape[0] {
		copy(out.V[r*p:][:u], in[0].V[(r*t+t-1)*u:])
		copy(out.V[r*p+u:][:p-u], k.of.values[(r*t+t)*kept-(p-u):])
	}
}

func (finalState[F]) Reads() ([]int, bool) { return nil, false }

// Backward is the end of back-propagation.
func (finalState[F]) Backward(_ *Ctx[F], din []Tensor[F], _, _ Tensor[F], _ []Tensor[F]) {
	clear(din[0].V)
}
