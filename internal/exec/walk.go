package exec

import (
	"iter"
	"sync"
	"time"

	"zoo/internal/f32"
	"zoo/internal/ops"
)

// A walk is what the workers need to go through the batch.
type walk[F f32.Float] struct {
	scratch   *ops.Scratch[F]
	shared    [][]F // what Ctx.Shared keeps, by the pass's place in its stage
	local     [][]F // each worker's own memory, of localSize values
	localSize int

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
	lines   int // of an example, where the tensor is cut to some of them
	written bool
	idle    bool // the pass neither reads nor writes it: another of the step does
}

// A chunk is the examples [lo, hi), or a band of the lines of example lo.
type chunk struct {
	lo, hi      int
	band, bands int // 0 bands where examples are not cut
}

// span is where a tensor's values for the chunk are.
func (b *binding[F]) span(p chunk) (from, to int) {
	if b.lines == 0 {
		return p.lo * b.example, p.hi * b.example
	}
	lo, hi := ops.Part{Band: p.band, Bands: p.bands}.Lines(b.lines)
	line := b.example / b.lines
	return p.lo*b.example + lo*line, p.lo*b.example + hi*line
}

// prepare makes the arguments of all calls, so that a run allocates nothing but,
// the first time, its memory.
func (m *machine[F]) prepare() {
	w := &m.walk
	w.scratch = ops.NewScratch[F]()
	w.part = m.walkPart
	w.local = make([][]F, f32.Workers()) // materialise makes the memory
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

func (m *machine[F]) newCall(p passRef, t *stage[F], shared *[]F) *call[F] {
	s := &m.steps[p.step]
	c := &call[F]{ctx: m.walk.scratch.Ctx(shared), args: ops.Args[F]{
		Out: cloneShape(s.args.Out), DOut: cloneShape(s.args.DOut), In: make([]ops.Tensor[F], len(s.args.In)), DIn: make([]ops.Tensor[F], len(s.args.DIn)),
	}}
	written, used := map[int]bool{}, map[int]bool{}
	for _, a := range s.writes(p.pass) {
		written[a.slot], used[a.slot] = true, true
	}
	for _, a := range s.reads(p.pass) {
		used[a.slot] = true
	}
	each := s.passes[p.pass].Lines == ops.EachLine
	bind := func(x *ops.Tensor[F], slot int, batched bool, batch int) {
		b := binding[F]{tensor: x, slot: slot, written: slot >= 0 && written[slot], idle: slot >= 0 && !used[slot]}
		if batched {
			b.example = x.Shape.TotalSize() / batch
			if t.bands > 0 && (each || b.written) {
				b.lines = x.Shape[1]
			}
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
		c.args.In[i] = cloneShape(s.args.In[i])
		bind(&c.args.In[i], s.in[i], i < s.batched, t.batch)
	}
	for i := range c.args.DIn {
		c.args.DIn[i] = cloneShape(s.args.DIn[i])
		bind(&c.args.DIn[i], s.din[i], i < s.batched, t.batch)
	}
	return c
}

// cloneShape returns t with a copy of its shape, which a call changes.
func cloneShape[F f32.Float](t ops.Tensor[F]) ops.Tensor[F] {
	t.Shape = t.Shape.Clone()
	return t
}

// bind gives the call a chunk of the batch.
func (m *machine[F]) bind(c *call[F], worker int, p chunk) {
	for i := range c.cut {
		b := &c.cut[i]
		from, to := b.span(p)
		if b.example > 0 {
			b.tensor.Shape[0] = p.hi - p.lo
		}
		if b.lines > 0 {
			b.tensor.Shape[1] = (to - from) / (b.example / b.lines)
		}
		if b.slot < 0 {
			continue
		}
		s := &m.slots[b.slot]
		switch {
		case s.local >= 0 && b.idle:
			b.tensor.V = m.walk.local[worker][:0] // not nil: another pass of the step reads or writes it
		case s.local >= 0:
			n := to - from
			b.tensor.V = m.walk.local[worker][s.local : s.local+n : s.local+n]
		case b.example > 0 && s.value.I != nil:
			b.tensor.I = s.value.I[from:to]
		case b.example > 0:
			b.tensor.V = s.value.V[from:to]
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
	calls := t.calls[worker]
	for p := range t.chunks(part) {
		for at = 0; at < len(calls); {
			c := calls[at]
			m.bind(c, worker, p)
			c.ctx.In(worker, ops.Part{Index: part, Of: t.parts, First: p.lo, Band: p.band, Bands: p.bands})
			start := m.clock()
			// A watched run takes pass by pass, to the same bits: it shows where a NaN comes from.
			f := &t.fused[at]
			if f.n == 0 || m.watchNaN {
				m.steps[t.passes[at].step].passes[t.passes[at].pass].Each(c.ctx, &c.args)
				m.spent(t, worker, at, start)
				m.check(t, c, at, p)
				at++
				continue
			}
			for _, c := range calls[at+1 : at+f.n] {
				m.bind(c, worker, p)
			}
			f.run(c.ctx, f.args[worker])
			m.spent(t, worker, at, start)
			at += f.n
		}
	}
}

// chunks are what goes through the stage's passes at once, in a part of the batch.
func (t *stage[F]) chunks(part int) iter.Seq[chunk] {
	return func(yield func(chunk) bool) {
		if t.bands > 0 {
			n := t.batch * t.bands
			for i := part * n / t.parts; i < (part+1)*n/t.parts; i++ {
				if !yield(chunk{i / t.bands, i/t.bands + 1, i % t.bands, t.bands}) {
					return
				}
			}
			return
		}
		hi := (part + 1) * t.batch / t.parts
		for lo := part * t.batch / t.parts; lo < hi; lo += t.perChunk {
			if !yield(chunk{lo: lo, hi: min(lo+t.perChunk, hi)}) {
				return
			}
		}
	}
}
