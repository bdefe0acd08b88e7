package optim

import "zoo/internal/f32"

// rmsprop is torch.optim.RMSprop (Hinton's lecture 6e), not centred:
//
//	d ← g + decay·w
//	v ← α·v + (1−α)·d²
//	u ← d / (√v + eps)
//	b ← momentum·b + u (with momentum), or u
//	w ← w − lr·b
type rmsprop struct {
	slots
	alpha, eps, momentum, decay float64
	rate                        float32 // of the step
}

func (s *rmsprop) Step(lr float64, ps []Param) {
	s.rate = float32(lr)
	s.step(ps)
}

func (s *rmsprop) updatePiece(p Param, v, b []float32) {
	scalars := f32.RMSPropStep{
		Rate:  s.rate,
		Alpha: float32(s.alpha), Rest: float32(1 - s.alpha),
		Eps:      float32(s.eps),
		Decay:    decayOf(p, s.decay),
		Momentum: float32(s.momentum),
	}
	if s.momentum == 0 {
		scalars.Run(p.W, p.G, v)
	} else {
		scalars.RunMomentum(p.W, p.G, v, b)
	}
}
