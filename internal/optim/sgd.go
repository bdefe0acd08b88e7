package optim

import "zoo/internal/f32"

// sgd is torch.optim.SGD with dampening 0:
//
//	d ← g + decay·w
//	b ← momentum·b + d
//	d ← d + momentum·b (Nesterov), or b
//	w ← w − lr·d
//
// PyTorch begins with b = d, which is the same as b = 0 before the first step.
type sgd struct {
	slots
	momentum float64
	nesterov bool
	decay    float64
	rate     float32 // of the step
}

func (s *sgd) Step(lr float64, ps []Param) {
	s.rate = float32(lr)
	s.step(ps)
}

func (s *sgd) updatePiece(p Param, b, _ []float32) {
	decay, momentum := decayOf(p, s.decay), float32(s.momentum)
	switch {
	case momentum == 0:
		f32.SGD(p.W, p.G, s.rate, decay)
	case s.nesterov:
		f32.Nesterov(p.W, p.G, b, s.rate, momentum, decay)
	default:
		f32.Momentum(p.W, p.G, b, s.rate, momentum, decay)
	}
}

// decayOf is the weight decay that holds for a parameter.
func decayOf(p Param, decay float64) float32 {
	if p.Decay {
		return float32(decay)
	}
	return 0
}
