package exec

import (
	"zoo/internal/f32"
	"zoo/internal/ops"
)

// A fusion is a loop that does the work of n passes of a stage.
type fusion[F f32.Float] struct {
	n    int
	run  func(c *ops.Ctx[F], a []*ops.Args[F])
	args [][]*ops.Args[F] // of the passes, for each worker
}

// fuse finds the passes of each stage that one loop can do at once.
func (m *machine[F]) fuse() {
	for i := range m.stages {
		t := &m.stages[i]
		t.fused = make([]fusion[F], len(t.passes))
		for at := 0; at < len(t.passes); {
			f := &t.fused[at]
			f.run, f.n = ops.Fuse[F](m.chain(t, at))
			at += max(1, f.n)
		}
	}
}

// chain lists the passes from the given one on that feed each other.
func (m *machine[F]) chain(t *stage[F], at int) (links []ops.Link) {
	for i := at; i < len(t.passes); i++ {
		p := t.passes[i]
		s := &m.steps[p.step]
		if s.kernel == nil || i > at && !m.feeds(t.passes[i-1], p) {
			break
		}
		links = append(links, ops.Link{Kernel: s.kernel, Backward: s.din != nil, Pass: p.pass})
	}
	return links
}

// feeds says that the first output of a is the first input of b and shares its memory,
// so that b is its only reader; in the backward pass, that the gradient that a makes
// is the one that b starts from.
func (m *machine[F]) feeds(a, b passRef) bool {
	from, to := &m.steps[a.step], &m.steps[b.step]
	if from.din != nil {
		return to.din != nil && from.din[0] >= 0 && from.din[0] == to.dout
	}
	return to.din == nil && from.out == to.in[0] && m.root(from.out) == m.root(to.out)
}
