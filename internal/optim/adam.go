package optim

import "math"

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
}

func (s *adam) Step(lr float64, ps []Param) {
	s.check(ps)
	s.steps[0]++
	t := float64(s.steps[0])
	rate := float32(lr / (1 - math.Pow(s.beta1, t)))
	root := float32(math.Sqrt(1 - math.Pow(s.beta2, t)))
	beta1, beta2 := float32(s.beta1), float32(s.beta2)
	rest1, rest2 := float32(1-s.beta1), float32(1-s.beta2)
	eps := float32(s.eps)
	for i, p := range ps {
		shrink, l2 := float32(1), float32(0)
		if s.decoupled && p.Decay {
			shrink = float32(1 - lr*s.decay)
		} else if !s.decoupled {
			l2 = decayOf(p, s.decay)
		}
		w := p.W
		g, m, v := p.G[:len(w)], s.arrays[i][0][:len(w)], s.arrays[i][1][:len(w)]
		for j, x := range w {
			d := g[j] + l2*x
			a := beta1*m[j] + rest1*d
			b := beta2*v[j] + rest2*d*d
			m[j], v[j] = a, b
			w[j] = shrink*x - rate*a/(sqrt(b)/root+eps)
		}
	}
}

// sqrt is a single instruction: the compiler knows this pair of conversions.
func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }
