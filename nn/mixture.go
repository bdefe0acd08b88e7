package nn

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A mixture says what the examples of a run are mixed with.
type mixture struct {
	others *tensor.Dense // (rows)
	share  float64       // of the first examples
}

// Mix says that the examples of the next Run, and only of that one, are mixtures: a share
// from 0 to 1 of each is of the class of its target, and the rest of the class of its
// other target in others (rows), which is −1 where the target is. The loss is then
// share·CE(targets) + (1 − share)·CE(others) (Zhang et al. 2017). It is for programs in
// mode Train with Settings.Mixing.
func (p *Program) Mix(others *tensor.Dense, share float64) error {
	switch {
	case p.others == nil:
		return fmt.Errorf("this program was not built for mixtures")
	case !others.Shape().Eq(p.others.Shape()):
		return fmt.Errorf("other targets: have %v, want %v", others.Shape(), p.others.Shape())
	case !(share >= 0 && share <= 1):
		return fmt.Errorf("share: have %v, want it in [0, 1]", share)
	}
	p.mixed = &mixture{others, share}
	return nil
}

// bindMixture gives the graph the mixture of Mix, or one of the targets y with themselves.
func (p *Program) bindMixture(y *tensor.Dense) error {
	if p.others == nil {
		return nil
	}
	m := p.mixed
	if p.mixed = nil; m == nil {
		m = &mixture{y, 1}
	}
	if err := G.Let(p.others, m.others); err != nil {
		return fmt.Errorf("other targets: %w", err)
	}
	share := tensor.New(tensor.Of(p.share.Dtype()), tensor.WithShape(1))
	switch v := share.Data().(type) {
	case []float32:
		v[0] = float32(m.share)
	case []float64:
		v[0] = m.share
	}
	if err := G.Let(p.share, share); err != nil {
		return fmt.Errorf("share: %w", err)
	}
	return nil
}
