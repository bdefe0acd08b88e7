package exec

import (
	"sync"
	"time"

	"zoo/internal/f32"
	"zoo/internal/ops"
)

// A walk is what the workers need to go through the batch.
type walk[F f32.Float] struct {
	scratch *ops.Scratch[F]
	shared  [][]F // what Ctx.Shared keeps, by the pass's place in its stage
	own     [][]F // each worker's own memory, of ownSize values
	ownSize int

	stage *stage[F] // the current one
	part  func(worker, part int)

	mu  sync.Mutex
	bad *notFinite
}

// A call is a pass's call on some examples: one worker's arguments.
type call[F f32.Float] struct {
	ctx  *ops.Ctx[F]
	args ops.Args[F]
	cut  []binding[F]
	time time.Duration // spent, where that is counted
}

// A binding says where an argument's values are.
type binding[F f32.Float] struct {
	tensor  *ops.Tensor[F]
	slot    int
	example int // values of an example; 0 where the tensor is not cut
	written bool
}

// prepare makes the arguments of all calls, so that a run allocates nothing but,
// the first time, its memory.
func (m *machine[F]) prepare() {
	w := &m.walk
	w.scratch = ops.NewScratch[F]()
	w.part = m.walkPart
	w.own = make([][]F, f32.Workers()) // by back
	longest := 0
	for i := range m.stages {
		longest = max(longest, len(m.stages[i].passes))
	}
	w.shared = make([][]F, longest)
	for i := range m.stages {
		t := &m.stages[i]
		for k := range t.passes {
			t.outer = append(t.outer, w.scratch.Ctx(&w.shared[k]))
		}
		if t.batch == 0 {
			continue
		}
		t.calls = make([][]*call[F], f32.Workers())
		for worker := range t.calls {
			for k, p := range t.passes {
				t.calls[worker] = append(t.calls[worker], m.newCall(p, t, &w.shared[k]))
			}
			for at := range t.fused {
				f := &t.fused[at]
				var args []*ops.Args[F]
				for _, c := range t.calls[worker][at : at+f.n] {
					args = append(args, &c.args)
				}
				f.args = append(f.args, args)
			}
		}
	}
}

func (m *machine[F]) newCall(p placed, t *stage[F], shared *[]F) *call[F] {
	s := &m.steps[p.step]
	c := &call[F]{ctx: m.walk.scratch.Ctx(shared), args: ops.Args[F]{
		Out: own(s.args.Out), DOut: own(s.args.DOut), In: make([]ops.Tensor[F], len(s.args.In)), DIn: make([]ops.Tensor[F], len(s.args.DIn)),
	}}
	written := map[int]bool{}
	for _, a := range s.writes(p.pass) {
		written[a.slot] = true
	}
	bind := func(t *ops.Tensor[F], slot int, batched bool, batch int) {
		b := binding[F]{tensor: t, slot: slot, written: slot >= 0 && written[slot]}
		if batched {
			b.example = t.Shape.TotalSize() / batch
		}
		if slot >= 0 || batched {
			c.cut = append(c.cut, b)
		}
	}
	bind(&c.args.Out, s.out, true, t.batch)
	if s.din != nil {
		bind(&c.args.DOut, s.dout, true, t.batch)
	}
	for i := range c.args.In {
		c.args.In[i] = own(s.args.In[i])
		bind(&c.args.In[i], s.in[i], i < s.batched, t.batch)
	}
	for i := range c.args.DIn {
		c.args.DIn[i] = own(s.args.DIn[i])
		bind(&c.args.DIn[i], s.din[i], i < s.batched, t.batch)
	}
	return c
}

// own returns t with a shape of its own.
func own[F f32.Float](t ops.Tensor[F]) ops.Tensor[F] {
	t.Shape = t.Shape.Clone()
	return t
}

// bind gives the call the examples [lo, hi).
func (m *machine[F]) bind(c *call[F], worker, lo, hi int) {
	for i := range c.cut {
		b := &c.cut[i]
		if b.example > 0 {
			b.tensor.Shape[0] = hi - lo
		}
		if b.slot < 0 {
			continue
		}
		s := &m.slots[b.slot]
		switch {
		case s.own >= 0:
			n := (hi - lo) * b.example
			b.tensor.V = m.walk.own[worker][s.own : s.own+n : s.own+n]
		case b.example > 0 && s.value.I != nil:
			b.tensor.I = s.value.I[lo*b.example : hi*b.example]
		case b.example > 0:
			b.tensor.V = s.value.V[lo*b.example : hi*b.example]
		default:
			b.tensor.V, b.tensor.I = s.value.V, s.value.I
		}
	}
}

// walkPart takes a part of the batch through the current stage.
func (m *machine[F]) walkPart(worker, part int) {
	t := m.walk.stage
	at := 0
	defer func() {
		if r := recover(); r != nil {
			panic(fault{t.passes[at].step, r})
		}
	}()
	lo, hi := part*t.batch/t.parts, (part+1)*t.batch/t.parts
	calls := t.calls[worker]
	for ; lo < hi; lo += t.chunk {
		for at = 0; at < len(calls); {
			c := calls[at]
			m.bind(c, worker, lo, min(lo+t.chunk, hi))
			c.ctx.In(worker, ops.Part{Index: part, Of: t.parts, First: lo})
			start := m.clock()
			// A watched run takes pass by pass, to the same bits: it shows where a NaN is from.
			f := &t.fused[at]
			if f.n == 0 || m.watchNaN {
				m.steps[t.passes[at].step].passes[t.passes[at].pass].Each(c.ctx, &c.args)
				m.spent(t, worker, at, start)
				m.check(t, c, at, lo)
				at++
				continue
			}
			for _, c := range calls[at+1 : at+f.n] {
				m.bind(c, worker, lo, min(lo+t.chunk, hi))
			}
			f.run(c.ctx, f.args[worker])
			m.spent(t, worker, at, start)
			at += f.n
		}
	}
}
