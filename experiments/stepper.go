package experiments

import (
	"cmp"
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"gorgonia.org/tensor"

	"zoo/internal/exec"
	"zoo/internal/optim"
	"zoo/internal/stopwatch"
	"zoo/nn"
)

// What comes before the measured steps, and how many these are at least.
const (
	warmUp      = 300 * time.Millisecond
	warmUpSteps = 3
	leastSteps  = 5
)

// benchRate is so small that the weights stay what they are: a batch learned by
// heart would have gradients so small that processors are slow with them.
const benchRate = 1e-9

// A stepper takes the same step again and again.
type stepper struct {
	program *nn.Program
	x       []*tensor.Dense
	y       *tensor.Dense // nil without training
	solver  optim.Solver
	trained []optim.Param
	update  exec.OpTime
}

func newStepper(program *nn.Program, shape []int, classes int) (*stepper, error) {
	r := rand.New(rand.NewPCG(1, 2))
	x := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(append([]int{program.Batch}, shape...)...))
	for i := range floats(x) {
		floats(x)[i] = float32(r.NormFloat64())
	}
	s := &stepper{program: program, x: []*tensor.Dense{x}, update: exec.OpTime{Op: "sgd"}}
	if program.Mode != nn.Train {
		return s, nil
	}
	y := make([]int, program.Batch)
	for i := range y {
		y[i] = r.IntN(classes)
	}
	s.y = tensor.New(tensor.WithShape(len(y)), tensor.WithBacking(y))
	for _, p := range program.Trained() {
		s.trained = append(s.trained, optim.Param{Name: p.Path, W: floats(p.Value), G: floats(p.Grad)})
	}
	o := optim.Defaults()
	o.LR, o.Momentum = benchRate, 0.9
	var err error
	s.solver, err = optim.New(o, s.trained)
	return s, err
}

func (s *stepper) step() error {
	if _, err := s.program.Run(s.x, s.y); err != nil || s.solver == nil {
		return err
	}
	start := stopwatch.Now()
	s.solver.Step(benchRate, s.trained)
	s.update.Calls++
	s.update.Time += stopwatch.Now() - start
	s.program.Finish()
	return nil
}

// profile is the time in each op, the update of the weights among them.
func (s *stepper) profile() []exec.OpTime {
	ops := s.program.Profile()
	if s.solver != nil {
		ops = append(ops, s.update)
	}
	return ops
}

// measure takes the steps, returns their times, and notes what they allocated and
// where the time went.
func (b Bench) measure(ctx context.Context, s *stepper, m *Measurement) (times []time.Duration, err error) {
	step := func() (time.Duration, error) {
		start := stopwatch.Now()
		if err := s.step(); err != nil {
			return 0, err
		}
		return stopwatch.Now() - start, ctx.Err()
	}
	last := time.Duration(0)
	for start, n := stopwatch.Now(), 0; n < warmUpSteps || stopwatch.Now()-start < warmUp; n++ {
		if last, err = step(); err != nil {
			return nil, err
		}
	}
	room := b.Steps
	if room == 0 {
		room = leastSteps + int(2*b.Seconds/last.Seconds())
	}
	times = make([]time.Duration, 0, min(room, 1<<20)) // or its growth would count as the steps'
	before := s.profile()
	var from, to runtime.MemStats
	runtime.ReadMemStats(&from)
	start := stopwatch.Now()
	enough := func() bool {
		if b.Steps > 0 {
			return len(times) == b.Steps
		}
		return len(times) >= leastSteps && (stopwatch.Now()-start).Seconds() >= b.Seconds
	}
	for !enough() {
		d, err := step()
		if err != nil {
			return nil, err
		}
		times = append(times, d)
	}
	took := stopwatch.Now() - start
	runtime.ReadMemStats(&to)
	n := float64(len(times))
	m.Allocs, m.Bytes = float64(to.Mallocs-from.Mallocs)/n, float64(to.TotalAlloc-from.TotalAlloc)/n
	if b.Profile {
		m.Profile = difference(before, s.profile(), took, n)
	}
	return times, nil
}

// difference is what ops took between two profiles, in n steps that took so long
// altogether. What no op accounts for is the program around them.
func difference(before, after []exec.OpTime, took time.Duration, n float64) (ops []OpMeasure) {
	was := map[string]exec.OpTime{}
	for _, o := range before {
		was[o.Op] = o
	}
	rest := took
	add := func(op string, calls int, d time.Duration) {
		ops = append(ops, OpMeasure{op, float64(calls) / n, milliseconds(d) / n, d.Seconds() / took.Seconds()})
	}
	for _, o := range after {
		d := o.Time - was[o.Op].Time
		add(o.Op, o.Calls-was[o.Op].Calls, d)
		rest -= d
	}
	add("(outside of ops)", int(n), rest)
	slices.SortStableFunc(ops, func(a, b OpMeasure) int { return cmp.Compare(b.Mean, a.Mean) })
	return ops
}

func milliseconds(d time.Duration) float64 { return 1e3 * d.Seconds() }
