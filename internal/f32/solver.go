package f32

import "math"

// The solvers' updates, each in one pass over the weights w, their gradient g,
// and what the solver remembers of each weight. Package optim has the formulas'
// meaning. All slices are as long as w.

// SGD is w ← w − rate·(g + decay·w).
func SGD(w, g []float32, rate, decay float32) {
	g = g[:len(w)]
	if p := first(w); p != nil {
		sgdVector(len(w), p, first(g), rate, decay)
		return
	}
	sgdLoop(w, g, rate, decay)
}

func sgdLoop(w, g []float32, rate, decay float32) {
	for i, x := range w {
		w[i] = x - rate*(g[i]+decay*x)
	}
}

// Momentum is b ← momentum·b + g + decay·w, and then w ← w − rate·b.
func Momentum(w, g, b []float32, rate, momentum, decay float32) {
	g, b = g[:len(w)], b[:len(w)]
	if p := first(w); p != nil {
		momentumVector(len(w), p, first(b), first(g), rate, momentum, decay)
		return
	}
	momentumLoop(w, g, b, rate, momentum, decay)
}

func momentumLoop(w, g, b []float32, rate, momentum, decay float32) {
	for i, x := range w {
		m := momentum*b[i] + (g[i] + decay*x)
		b[i] = m
		w[i] = x - rate*m
	}
}

// Nesterov is d = g + decay·w and b ← momentum·b + d, and then
// w ← w − rate·(d + momentum·b).
func Nesterov(w, g, b []float32, rate, momentum, decay float32) {
	g, b = g[:len(w)], b[:len(w)]
	if p := first(w); p != nil {
		nesterovVector(len(w), p, first(b), first(g), rate, momentum, decay)
		return
	}
	nesterovLoop(w, g, b, rate, momentum, decay)
}

func nesterovLoop(w, g, b []float32, rate, momentum, decay float32) {
	for i, x := range w {
		d := g[i] + decay*x
		m := momentum*b[i] + d
		b[i] = m
		w[i] = x - rate*(d+momentum*m)
	}
}

// An AdamStep holds the scalars of a step of Adam.
type AdamStep struct {
	Rate         float32
	Beta1, Rest1 float32 // Rest1 is 1 − Beta1
	Beta2, Rest2 float32
	Root         float32 // divides √v
	Eps          float32
	Decay        float32 // of the weight, added to the gradient
	Shrink       float32 // multiplies the weight
}

// Run is d = g + Decay·w, m ← Beta1·m + Rest1·d and v ← Beta2·v + Rest2·d², and
// then w ← Shrink·w − Rate·m/(√v/Root + Eps).
func (s AdamStep) Run(w, g, m, v []float32) {
	g, m, v = g[:len(w)], m[:len(w)], v[:len(w)]
	if p := first(w); p != nil {
		adamVector(len(w), p, first(m), first(v), first(g), s.Rate, s.Beta1, s.Rest1, s.Beta2, s.Rest2, s.Root, s.Eps, s.Decay, s.Shrink)
		return
	}
	s.adamLoop(w, g, m, v)
}

func (s AdamStep) adamLoop(w, g, m, v []float32) {
	for i, x := range w {
		d := g[i] + s.Decay*x
		mean := s.Beta1*m[i] + s.Rest1*d
		square := s.Beta2*v[i] + s.Rest2*d*d
		m[i], v[i] = mean, square
		w[i] = s.Shrink*x - s.Rate*mean/(sqrt(square)/s.Root+s.Eps)
	}
}

// An RMSPropStep holds the scalars of a step of RMSProp.
type RMSPropStep struct {
	Rate        float32
	Alpha, Rest float32 // Rest is 1 − Alpha
	Eps         float32
	Decay       float32
	Momentum    float32
}

// Run is d = g + Decay·w and v ← Alpha·v + Rest·d², and then
// w ← w − Rate·d/(√v + Eps).
func (s RMSPropStep) Run(w, g, v []float32) {
	g, v = g[:len(w)], v[:len(w)]
	if p := first(w); p != nil {
		rmspropVector(len(w), p, first(v), first(g), s.Rate, s.Alpha, s.Rest, s.Eps, s.Decay)
		return
	}
	s.rmspropLoop(w, g, v)
}

func (s RMSPropStep) rmspropLoop(w, g, v []float32) {
	for i, x := range w {
		d := g[i] + s.Decay*x
		square := s.Alpha*v[i] + s.Rest*d*d
		v[i] = square
		w[i] = x - s.Rate*(d/(sqrt(square)+s.Eps))
	}
}

// RunMomentum is Run with b ← Momentum·b + d/(√v + Eps), and then w ← w − Rate·b.
func (s RMSPropStep) RunMomentum(w, g, v, b []float32) {
	g, v, b = g[:len(w)], v[:len(w)], b[:len(w)]
	if p := first(w); p != nil {
		rmspropMomentumVector(len(w), p, first(v), first(b), first(g), s.Rate, s.Alpha, s.Rest, s.Eps, s.Decay, s.Momentum)
		return
	}
	s.rmspropMomentumLoop(w, g, v, b)
}

func (s RMSPropStep) rmspropMomentumLoop(w, g, v, b []float32) {
	for i, x := range w {
		d := g[i] + s.Decay*x
		square := s.Alpha*v[i] + s.Rest*d*d
		u := s.Momentum*b[i] + d/(sqrt(square)+s.Eps)
		v[i], b[i] = square, u
		w[i] = x - s.Rate*u
	}
}

// sqrt is a single instruction: the compiler knows this pair of conversions.
func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }
