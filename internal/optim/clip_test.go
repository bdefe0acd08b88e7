package optim

import (
	"math"
	"slices"
	"testing"
)

func TestClipNormIsPyTorchs(t *testing.T) {
	for _, c := range readGoldens(t).Clip {
		ps := []Param{{G: []float32{3, -4, 12}}, {G: []float32{1, 2, 2, 4, -5, .5, 7}}}
		norm := ClipNorm(ps, c.Max)
		if math.Abs(norm-c.Norm) > 1e-5 {
			t.Errorf("max %v: have norm %v, want %v", c.Max, norm, c.Norm)
		}
		for i, p := range ps {
			if !near(p.G, c.Grads[i]) {
				t.Errorf("max %v: have %v, want %v", c.Max, p.G, c.Grads[i])
			}
		}
	}
}

func TestClipNormEdges(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range []struct {
		g    []float32
		max  float64
		norm float64
		want []float32
	}{
		{nil, 1, 0, nil},
		{[]float32{0, 0}, 1, 0, []float32{0, 0}},
		{[]float32{3, 4}, 0, 5, []float32{3, 4}}, // measures only
		{[]float32{1e30, 0}, 0, 1e30, []float32{1e30, 0}},
		{[]float32{nan, 1}, 1, math.NaN(), []float32{nan, 1}},
		{[]float32{inf, 1}, 1, math.Inf(1), []float32{nan, 0}}, // as PyTorch
	} {
		norm := ClipNorm([]Param{{G: c.g}}, c.max)
		same := func(a, b float32) bool { return a == b || a != a && b != b }
		if norm != c.norm && !(math.IsNaN(norm) && math.IsNaN(c.norm)) && math.Abs(norm/c.norm-1) > 1e-6 || !slices.EqualFunc(c.g, c.want, same) {
			t.Errorf("have norm %v and %v, want %v and %v", norm, c.g, c.norm, c.want)
		}
	}
}

func TestEMA(t *testing.T) {
	ps := []Param{{Name: "w", W: []float32{1, 2}}, {Name: "mean", W: []float32{4}}}
	e := NewEMA(0.75, ps)
	ps[0].W[0], ps[1].W[0] = 5, 8
	const late = 1000 // the warm-up of the decay is over
	e.Update(late, ps)
	ps[0].W[0] = 0
	e.Update(late+1, ps)
	// w₀: 1 → 0.75·1 + 0.25·5 = 2 → 0.75·2 = 1.5; mean: 4 → 5 → 5.75
	e.Swap(ps)
	if !slices.Equal(ps[0].W, []float32{1.5, 2}) || !slices.Equal(ps[1].W, []float32{5.75}) {
		t.Errorf("have averages %v, want 1.5 2 and 5.75", ps)
	}
	mustPanic(t, "update of swapped weights", func() { e.Update(late, ps) })
	mustPanic(t, "state of swapped weights", func() { e.State() })
	e.Swap(ps)
	if !slices.Equal(ps[0].W, []float32{0, 2}) || !slices.Equal(ps[1].W, []float32{8}) {
		t.Errorf("the weights came back as %v", ps)
	}

	again := NewEMA(0.75, []Param{{Name: "w", W: make([]float32, 2)}, {Name: "mean", W: make([]float32, 1)}})
	if err := again.Restore(e.State()); err != nil {
		t.Fatal(err)
	}
	for i, s := range again.State() {
		if s.Kind != "average" || !slices.Equal(s.F32, e.State()[i].F32) {
			t.Errorf("restored %v, want %v", s, e.State()[i])
		}
	}
	if err := again.Restore(e.State()[:1]); err == nil {
		t.Error("half a state was restored")
	}
	mustPanic(t, "other parameters", func() { e.Update(late, ps[:1]) })
	mustPanic(t, "another name", func() { e.Swap([]Param{ps[1], ps[0]}) })
	if n := testing.AllocsPerRun(10, func() { e.Update(late, ps) }); n != 0 {
		t.Errorf("%v allocations an update", n)
	}
}

// TestEMAWarmup: at step t the decay is at most (1+t)/(10+t), so that what the
// average began with has a weight of 4·10⁻⁷ after 20 steps of any decay.
func TestEMAWarmup(t *testing.T) {
	for _, decay := range []float64{0, 0.05, 0.5, 0.9999} {
		ps := []Param{{Name: "w", W: []float32{1000}}}
		e := NewEMA(decay, ps)
		want := 1000.0
		for step := range 50 {
			ps[0].W[0] = float32(step)
			e.Update(step, ps)
			d := min(decay, float64(1+step)/float64(10+step))
			want = d*want + (1-d)*float64(step)
		}
		if have := float64(e.State()[0].F32[0]); math.Abs(have-want) > 1e-5*want {
			t.Errorf("decay %v: have the average %v, want %v", decay, have, want)
		}
	}
	ps := []Param{{Name: "w", W: []float32{1}}}
	e := NewEMA(0.9999, ps)
	ps[0].W[0] = 0
	for step := range 20 {
		e.Update(step, ps)
	}
	if rest := e.State()[0].F32[0]; rest > 4e-7 {
		t.Errorf("the first weights are %v of the average", rest)
	}
}
