package optim

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
}

func (s *sgd) Step(lr float64, ps []Param) {
	s.check(ps)
	s.steps[0]++
	rate, momentum := float32(lr), float32(s.momentum)
	for i, p := range ps {
		decay := decayOf(p, s.decay)
		w := p.W
		g := p.G[:len(w)]
		if momentum == 0 {
			for j, v := range w {
				w[j] = v - rate*(g[j]+decay*v)
			}
			continue
		}
		b := s.arrays[i][0][:len(w)]
		if s.nesterov {
			for j, v := range w {
				d := g[j] + decay*v
				m := momentum*b[j] + d
				b[j] = m
				w[j] = v - rate*(d+momentum*m)
			}
			continue
		}
		for j, v := range w {
			m := momentum*b[j] + (g[j] + decay*v)
			b[j] = m
			w[j] = v - rate*m
		}
	}
}

// decayOf is the weight decay that holds for a parameter.
func decayOf(p Param, decay float64) float32 {
	if p.Decay {
		return float32(decay)
	}
	return 0
}
