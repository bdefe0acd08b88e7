package optim

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
}

func (s *rmsprop) Step(lr float64, ps []Param) {
	s.check(ps)
	s.steps[0]++
	rate, momentum, eps := float32(lr), float32(s.momentum), float32(s.eps)
	alpha, rest := float32(s.alpha), float32(1-s.alpha)
	for i, p := range ps {
		decay := decayOf(p, s.decay)
		w := p.W
		g, v := p.G[:len(w)], s.arrays[i][0][:len(w)]
		if momentum == 0 {
			for j, x := range w {
				d := g[j] + decay*x
				a := alpha*v[j] + rest*d*d
				v[j] = a
				w[j] = x - rate*d/(sqrt(a)+eps)
			}
			continue
		}
		b := s.arrays[i][1][:len(w)]
		for j, x := range w {
			d := g[j] + decay*x
			a := alpha*v[j] + rest*d*d
			v[j] = a
			u := momentum*b[j] + d/(sqrt(a)+eps)
			b[j] = u
			w[j] = x - rate*u
		}
	}
}
