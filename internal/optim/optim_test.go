package optim

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// goldens are PyTorch's: testdata/make.py wrote them.
type goldens struct {
	Torch     string
	Solvers   map[string][][]float32 // the weights after 1, 5 and 20 steps
	Schedules map[string][]float64   // the learning rate of each step
	Clip      []struct {
		Max, Norm float64
		Grads     [][]float32
	}
}

func readGoldens(t *testing.T) (g goldens) {
	t.Helper()
	b, err := os.ReadFile("testdata/goldens.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// near tells whether two vectors agree to 2e-5 of the larger one.
func near(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool {
		return math.Abs(float64(x-y)) <= 2e-5*max(math.Abs(float64(x)), math.Abs(float64(y)), 1e-3)
	})
}

// options are Defaults with changes.
func options(change func(*Options)) Options {
	o := Defaults()
	o.LR = 0.1
	change(&o)
	return o
}

// quadratic is ½ Σ c·w², whose gradient is c·w.
func quadratic(c, w []float32) (ps []Param, gradient func()) {
	p := Param{Name: "w", W: slices.Clone(w), G: make([]float32, len(w)), Decay: true}
	return []Param{p}, func() {
		for i := range c {
			p.G[i] = c[i] * p.W[i]
		}
	}
}

var solverCases = map[string]Options{
	"sgd":          options(func(o *Options) { o.LR = .05 }),
	"sgd decay":    options(func(o *Options) { o.LR, o.WeightDecay = .05, .1 }),
	"sgd momentum": options(func(o *Options) { o.LR, o.Momentum, o.WeightDecay = .02, .9, .01 }),
	"sgd nesterov": options(func(o *Options) { o.LR, o.Momentum, o.Nesterov, o.WeightDecay = .02, .9, true, .01 }),
	"adam":         options(func(o *Options) { o.Name, o.LR = "adam", .05 }),
	"adam decay": options(func(o *Options) {
		o.Name, o.LR, o.Beta1, o.Beta2, o.Eps, o.WeightDecay = "adam", .05, .8, .95, 1e-3, .1
	}),
	"adamw":            options(func(o *Options) { o.Name, o.LR, o.WeightDecay = "adamw", .05, .1 }),
	"rmsprop":          options(func(o *Options) { o.Name, o.LR = "rmsprop", .01 }),
	"rmsprop decay":    options(func(o *Options) { o.Name, o.LR, o.Alpha, o.Eps, o.WeightDecay = "rmsprop", .01, .9, 1e-2, .1 }),
	"rmsprop momentum": options(func(o *Options) { o.Name, o.LR, o.Momentum, o.WeightDecay = "rmsprop", .01, .9, .1 }),
}

func TestSolversArePyTorchs(t *testing.T) {
	g := readGoldens(t)
	if len(g.Solvers) != len(solverCases) {
		t.Errorf("have %d cases, want %d", len(solverCases), len(g.Solvers))
	}
	for name, o := range solverCases {
		ps, gradient := quadratic([]float32{1, 10, .1, 3}, []float32{1, 1, -2, .5})
		s, err := New(o, ps)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if s.Name() != o.Name {
			t.Errorf("have name %q, want %q", s.Name(), o.Name)
		}
		want := g.Solvers[name]
		for step := range 20 {
			gradient()
			s.Step(o.LR*(1-float64(step)/40), ps)
			if i := slices.Index([]int{0, 4, 19}, step); i >= 0 && !near(ps[0].W, want[i]) {
				t.Errorf("%s after %d steps: have %v, want %v", name, step+1, ps[0].W, want[i])
			}
		}
	}
}

// Five steps on ½(w₁² + 10 w₂²) from (1, 1), by the formulas of the papers,
// computed independently of testdata.
func TestSolversAreThePapers(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Options
		want []float32
	}{
		{"sgd", options(func(o *Options) { o.LR, o.Momentum, o.WeightDecay = .05, .9, .01 }), []float32{0.4120469151, -0.5204967599}},
		{"nesterov", options(func(o *Options) { o.LR, o.Momentum, o.Nesterov = .05, .9, true }), []float32{0.3159423051, -0.0111371875}},
		{"adam", options(func(o *Options) { o.Name, o.Beta2, o.Eps = "adam", .98, 1e-9 }), []float32{0.5070670925, 0.507067092}},
		{"adamw", options(func(o *Options) { o.Name, o.WeightDecay = "adamw", .1 }), []float32{0.4699526596, 0.4699526549}},
		{"rmsprop", options(func(o *Options) { o.Name, o.LR, o.Alpha, o.Eps = "rmsprop", .05, .9, 1 }), []float32{0.8412157228, 0.608162466}},
	} {
		ps, gradient := quadratic([]float32{1, 10}, []float32{1, 1})
		s, err := New(c.o, ps)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			gradient()
			s.Step(c.o.LR, ps)
		}
		if !near(ps[0].W, c.want) {
			t.Errorf("%s: have %v, want %v", c.name, ps[0].W, c.want)
		}
	}
}

// Weight decay spares the parameters that are not marked for it, and no
// solver touches the gradient.
func TestDecayIsByParameter(t *testing.T) {
	for name, o := range solverCases {
		o.WeightDecay = 0.1
		plain := o
		plain.WeightDecay = 0
		run := func(o Options, decay bool) []float32 {
			ps, gradient := quadratic([]float32{1, 10}, []float32{1, 1})
			ps[0].Decay = decay
			s, err := New(o, ps)
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				gradient()
				ps[0].G[0]++ // else gradient and decay are parallel, which is nothing to Adam
				before := slices.Clone(ps[0].G)
				s.Step(o.LR, ps)
				if !slices.Equal(before, ps[0].G) {
					t.Errorf("%s changes the gradient", name)
				}
			}
			return ps[0].W
		}
		spared, without, with := run(o, false), run(plain, true), run(o, true)
		if !slices.Equal(spared, without) {
			t.Errorf("%s: a spared parameter has %v, want %v", name, spared, without)
		}
		if slices.Equal(with, without) {
			t.Errorf("%s: the decay has no effect", name)
		}
	}
}

// A solver restored from the state at step 7 goes on to the same bytes.
func TestStateContinuesExactly(t *testing.T) {
	for name, o := range solverCases {
		ps, gradient := quadratic([]float32{1, 10, .1}, []float32{1, 1, -2})
		s, _ := New(o, ps)
		var saved []Slot
		var weights []float32
		for step := range 12 {
			if step == 7 {
				weights = slices.Clone(ps[0].W)
				for _, slot := range s.State() {
					slot.F32, slot.I64 = slices.Clone(slot.F32), slices.Clone(slot.I64)
					saved = append(saved, slot)
				}
				slices.Reverse(saved) // any order will do
			}
			gradient()
			s.Step(o.LR, ps)
		}
		again, gradient := quadratic([]float32{1, 10, .1}, weights)
		r, _ := New(o, again)
		if err := r.Restore(saved); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			gradient()
			r.Step(o.LR, again)
		}
		if !slices.Equal(ps[0].W, again[0].W) {
			t.Errorf("%s: have %v, want %v", name, again[0].W, ps[0].W)
		}
	}
}

func TestRestoreErrors(t *testing.T) {
	ps := []Param{{Name: "a", W: make([]float32, 2), G: make([]float32, 2)}, {Name: "b", W: make([]float32, 1), G: make([]float32, 1)}}
	s, _ := New(options(func(o *Options) { o.Name = "adam" }), ps)
	s.Step(0.1, ps)
	err := s.Restore([]Slot{
		{Kind: "step", I64: []int64{9}},
		{Param: "a", Kind: "exp_avg", F32: make([]float32, 3)},
		{Param: "a", Kind: "exp_avg_sq", F32: make([]float32, 2)},
		{Param: "a", Kind: "exp_avg_sq", F32: make([]float32, 2)},
		{Param: "b", Kind: "exp_avg", F32: make([]float32, 1)},
		{Param: "c", Kind: "exp_avg", F32: make([]float32, 1)},
	})
	for _, want := range []string{"restoring adam", `exp_avg of "a": have 3 values, want 2`, `exp_avg_sq of "a" comes twice`,
		`exp_avg_sq of "b" is missing`, `exp_avg of "c" is not part`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in: %v", want, err)
		}
	}
	if s.State()[0].I64[0] != 1 {
		t.Error("a failed Restore changed the solver")
	}
}

func mustPanic(t *testing.T, name string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: no panic", name)
		}
	}()
	f()
}

func TestWrongParametersPanic(t *testing.T) {
	make1 := func(name string, n int) []Param {
		return []Param{{Name: name, W: make([]float32, n), G: make([]float32, n)}}
	}
	for name, o := range solverCases {
		s, _ := New(o, make1("w", 3))
		mustPanic(t, name, func() { s.Step(1, nil) })
		mustPanic(t, name, func() { s.Step(1, make1("v", 3)) })
		mustPanic(t, name, func() { s.Step(1, []Param{{Name: "w", W: make([]float32, 3), G: make([]float32, 2)}}) })
		mustPanic(t, name, func() { s.Step(1, make1("w", 4)) })
	}
}

func TestStepDoesNotAllocate(t *testing.T) {
	for name, o := range solverCases {
		ps, gradient := quadratic(make([]float32, 100), make([]float32, 100))
		s, _ := New(o, ps)
		gradient()
		if n := testing.AllocsPerRun(10, func() { s.Step(o.LR, ps) }); n != 0 {
			t.Errorf("%s: %v allocations a step", name, n)
		}
	}
}

func TestValidate(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		o    Options
		keys string
	}{
		{options(func(o *Options) {}), ""},
		{Defaults(), "lr"},
		{Options{Name: "lamb", LR: nan, Momentum: 1, Beta1: -1, Beta2: 1, Alpha: nan, Eps: -1, WeightDecay: math.Inf(1)},
			"name lr momentum beta1 beta2 alpha eps weight_decay"},
		{options(func(o *Options) { o.Nesterov = true }), "nesterov"},
		{options(func(o *Options) { o.Name, o.Nesterov = "adam", true }), ""},
	} {
		var keys []string
		for _, p := range c.o.Validate() {
			keys = append(keys, p.Key)
		}
		if have := strings.Join(keys, " "); have != c.keys {
			t.Errorf("%+v: have problems of %q, want %q", c.o, have, c.keys)
		}
		if _, err := New(c.o, nil); (err != nil) != (c.keys != "") {
			t.Errorf("%+v: have error %v", c.o, err)
		}
	}
}

func BenchmarkStep(b *testing.B) {
	const n = 1 << 20
	for name, o := range solverCases {
		b.Run(name, func(b *testing.B) {
			ps := []Param{{Name: "w", W: make([]float32, n), G: make([]float32, n), Decay: true}}
			s, _ := New(o, ps)
			b.SetBytes(4 * n)
			for b.Loop() {
				s.Step(1e-3, ps)
			}
		})
	}
}

// A parameter of several chunks is updated as its elements one by one are.
func TestPieces(t *testing.T) {
	const n = 2*chunkSize + 5
	c, w := make([]float32, n), make([]float32, n)
	for i := range c {
		c[i], w[i] = float32(1+i%3), float32(1+i%5)
	}
	for name, o := range solverCases {
		whole, gradient := quadratic(c, w)
		few, gradientOfFew := quadratic(c[:15], w[:15])
		s, _ := New(o, whole)
		r, _ := New(o, few)
		for range 3 {
			gradient()
			gradientOfFew()
			s.Step(o.LR, whole)
			r.Step(o.LR, few)
		}
		for i, v := range whole[0].W {
			if want := few[0].W[i%15]; v != want {
				t.Fatalf("%s: have %v at %d, want %v", name, v, i, want)
			}
		}
	}
}

// TestIdle: a key is idle where the weights after a few steps are the same without
// it, and only there.
func TestIdle(t *testing.T) {
	weights := func(o Options) string {
		ps := []Param{{Name: "w", W: []float32{1, -2, 3}, G: []float32{0.3, 0.2, -0.1}, Decay: true}}
		s, err := New(o, ps)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			s.Step(0.1, ps)
			for i := range ps[0].G {
				ps[0].G[i] *= -0.7
			}
		}
		return fmt.Sprint(ps[0].W)
	}
	for _, name := range solverNames {
		for key, set := range map[string]func(o *Options){
			"momentum": func(o *Options) { o.Momentum = 0.5 },
			"beta1":    func(o *Options) { o.Beta1 = 0.5 },
			"beta2":    func(o *Options) { o.Beta2 = 0.5 },
			"alpha":    func(o *Options) { o.Alpha = 0.5 },
			"eps":      func(o *Options) { o.Eps = 0.5 },
		} {
			o := Defaults()
			o.Name, o.LR = name, 0.1
			before := o
			set(&o)
			keys, without := o.Idle()
			same := weights(o) == weights(before)
			if have := slices.Equal(keys, []string{key}); have != same || same && without != before || !same && without != o {
				t.Errorf("%s, %s: have idle keys %v; the weights are the same: %v", name, key, keys, same)
			}
		}
	}
}

// TestIdleSchedule is the same for schedules.
func TestIdleSchedule(t *testing.T) {
	rates := func(o ScheduleOptions) string {
		s, err := NewSchedule(o, 0.1, 10, 100)
		if err != nil {
			t.Fatal(err)
		}
		var all []float64
		for step := range 100 {
			all = append(all, s(step))
		}
		return fmt.Sprint(all)
	}
	for _, name := range scheduleNames {
		for key, set := range map[string]func(o *ScheduleOptions){
			"step_epochs": func(o *ScheduleOptions) { o.StepEpochs = 3 },
			"milestones":  func(o *ScheduleOptions) { o.Milestones = []float64{4} },
			"gamma":       func(o *ScheduleOptions) { o.Gamma = 0.5 },
			"min_lr":      func(o *ScheduleOptions) { o.MinLR = 0.01 },
			"power":       func(o *ScheduleOptions) { o.Power = 2 },
		} {
			o := ScheduleDefaults()
			switch o.Name = name; name {
			case "step":
				o.StepEpochs = 2
			case "multistep":
				o.Milestones = []float64{5}
			}
			before := rates(o)
			set(&o)
			keys, _ := o.Idle()
			if same := rates(o) == before; slices.Equal(keys, []string{key}) != same {
				t.Errorf("%s, %s: have idle keys %v; the learning rates are the same: %v", name, key, keys, same)
			}
		}
	}
}
