package optim

import (
	"math"

	"zoo/internal/f32"
)

// adam is torch.optim.Adam (Kingma and Ba 2014), and with decoupled decay
// torch.optim.AdamW (Loshchilov and Hutter 2017). At step t = 1, 2, ...:
//
//	g ← g + decay·w (Adam),  or  w ← w − lr·decay·w (AdamW)
//	m ← β1·m + (1−β1)·g
//	v ← β2·v + (1−β2)·g²
//	w ← w − lr/(1−β1ᵗ) · m / (√v/√(1−β2ᵗ) + eps)
type adam struct {
	slots
	beta1, beta2, eps, decay float64
	decoupled                bool
	scalars                  f32.AdamStep // of the step, for a parameter without decay
	shrink                   float32      // for one with decoupled decay
}

func (s *adam) Step(lr float64, ps []Param) {
	t := float64(s.steps[0] + 1)
	s.scalars = f32.AdamStep{
		Rate:  float32(lr / (1 - math.Pow(s.beta1, t))),
		Beta1: float32(s.beta1), Rest1: float32(1 - s.beta1),
		Beta2: float32(s.beta2), Rest2: float32(1 - s.beta2),
		Root:   float32(math.Sqrt(1 - math.Pow(s.beta2, t))),
		Eps:    float32(s.eps),
		Shrink: 1,
	}
	s.shrink = float32(1 - lr*s.decay)
	s.step(ps)
}

func (s *adam) updatePiece(p Param, m, v []float32) {
	scalars := s.scalars
	if s.decoupled && p.Decay {
		scalars.Shrink = s.shrink
	} else if !s.decoupled {
		scalars.Decay = decayOf(p, s.decay)
	}
	scalars.Run(p.W, p.G, m, v)
}
