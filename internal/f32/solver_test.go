package f32

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A solverTest is an update of w from g and the state, and its arrays of state.
type solverTest struct {
	state int
	run   func(w, g []float32, state [2][]float32)
}

var adamStep = AdamStep{Rate: 0.1, Beta1: 0.9, Rest1: 0.1, Beta2: 0.75, Rest2: 0.25, Root: 0.5, Eps: 0.125, Decay: 0.2, Shrink: 0.9}
var rmspropStep = RMSPropStep{Rate: 0.1, Alpha: 0.75, Rest: 0.25, Eps: 0.125, Decay: 0.2, Momentum: 0.6}

var solvers = map[string]solverTest{
	"SGD":      {0, func(w, g []float32, _ [2][]float32) { SGD(w, g, 0.1, 0.2) }},
	"Momentum": {1, func(w, g []float32, s [2][]float32) { Momentum(w, g, s[0], 0.1, 0.9, 0.2) }},
	"Nesterov": {1, func(w, g []float32, s [2][]float32) { Nesterov(w, g, s[0], 0.1, 0.9, 0.2) }},
	"Adam":     {2, func(w, g []float32, s [2][]float32) { adamStep.Run(w, g, s[0], s[1]) }},
	"RMSProp":  {1, func(w, g []float32, s [2][]float32) { rmspropStep.Run(w, g, s[0]) }},
	"RMSProp with momentum": {2, func(w, g []float32, s [2][]float32) {
		rmspropStep.RunMomentum(w, g, s[0], s[1])
	}},
}

// solverFormulas are the updates of one weight, in float64. a and b are the state.
var solverFormulas = map[string]func(w, g, a, b float64) (float64, float64, float64){
	"SGD": func(w, g, a, b float64) (float64, float64, float64) { return w - 0.1*(g+0.2*w), a, b },
	"Momentum": func(w, g, a, b float64) (float64, float64, float64) {
		a = 0.9*a + g + 0.2*w
		return w - 0.1*a, a, b
	},
	"Nesterov": func(w, g, a, b float64) (float64, float64, float64) {
		a = 0.9*a + g + 0.2*w
		return w - 0.1*(g+0.2*w+0.9*a), a, b
	},
	"Adam": func(w, g, a, b float64) (float64, float64, float64) {
		d := g + 0.2*w
		a, b = 0.9*a+0.1*d, 0.75*b+0.25*d*d
		return 0.9*w - 0.1*a/(math.Sqrt(b)/0.5+0.125), a, b
	},
	"RMSProp": func(w, g, a, b float64) (float64, float64, float64) {
		d := g + 0.2*w
		a = 0.75*a + 0.25*d*d
		return w - 0.1*d/(math.Sqrt(a)+0.125), a, b
	},
	"RMSProp with momentum": func(w, g, a, b float64) (float64, float64, float64) {
		d := g + 0.2*w
		a = 0.75*a + 0.25*d*d
		b = 0.6*b + d/(math.Sqrt(a)+0.125)
		return w - 0.1*b, a, b
	},
}

func TestSolvers(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	lengths := []int{1000, 4097}
	for n := range 71 {
		lengths = append(lengths, n)
	}
	for _, name := range slices.Sorted(maps.Keys(solvers)) {
		s := solvers[name]
		for _, n := range lengths {
			var v [4]guarded[float32] // w, g, and the state, which is positive
			for i := range v {
				v[i] = newGuarded[float32](r, 1, n, n)
				for j, x := range v[i].slice() {
					if i >= 2 {
						v[i].slice()[j] = max(x, -x)
					}
				}
			}
			before := v
			for i := range before {
				before[i].all = slices.Clone(v[i].all)
			}
			s.run(v[0].slice(), v[1].slice(), [2][]float32{v[2].slice(), v[3].slice()})
			for j := range n {
				at := func(i int) float64 { return float64(before[i].slice()[j]) }
				w, a, b := solverFormulas[name](at(0), at(1), at(2), at(3))
				for i, want := range []float64{w, at(1), a, b} {
					if have := float64(v[i].slice()[j]); math.Abs(have-want) > 1e-6*(1+math.Abs(want)) {
						t.Fatalf("%s of %d: have %v in array %d at %d, want %v", name, n, have, i, j, want)
					}
				}
			}
			for i := range v {
				v[i].check(t, name)
				if i == 1 || i >= 2+s.state {
					if !sameBits(v[i].all, before[i].all) {
						t.Fatalf("%s of %d: array %d was changed", name, n, i)
					}
				}
			}
		}
	}
}

// BenchmarkSolvers counts the bytes of all arrays, which lie in the second cache.
func BenchmarkSolvers(b *testing.B) {
	const n = 1 << 14
	for _, name := range slices.Sorted(maps.Keys(solvers)) {
		b.Run(name, func(b *testing.B) {
			w, g, s := make([]float32, n), make([]float32, n), [2][]float32{make([]float32, n), make([]float32, n)}
			b.SetBytes(int64(4 * n * (2 + solvers[name].state)))
			for b.Loop() {
				solvers[name].run(w, g, s)
			}
		})
	}
}
