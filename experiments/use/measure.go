package use

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"time"

	"zoo/experiments/train"
	"zoo/internal/exec"
	"zoo/internal/stopwatch"
)

// A Measurement is what a Bench finds.
//
// FLOPs are nominal: two for each multiply-add of the convolutions and the linear
// layers, once for a forward pass and three times for a training step. The
// gradient of the images is counted, though no step computes it; all else that a
// step does is not.
type Measurement struct {
	Model     string      `json:"model"`
	Mode      string      `json:"mode"`
	Batch     int         `json:"batch"`
	Threads   int         `json:"threads"`
	Steps     int         `json:"steps"` // that were measured
	Median    float64     `json:"step_ms"`
	Best      float64     `json:"best_ms"`
	Items     float64     `json:"items_per_s"`
	GFLOPs    float64     `json:"gflops"`      // a second
	Peak      float64     `json:"peak_gflops"` // a second: what f32.PeakFlops finds
	PeakShare float64     `json:"peak_share"`
	ISA       string      `json:"isa"` // the set of instructions that ran: f32.ISA
	Allocs    float64     `json:"allocs_per_step"`
	Bytes     float64     `json:"bytes_per_step"` // allocated
	PeakRSS   int         `json:"peak_rss_bytes"` // of the process; on Linux since this measurement began
	Arena     int         `json:"arena_bytes"`    // of the values between ops
	Build     float64     `json:"build_seconds"`  // initial weights, graph, gradient and plan
	Params    int         `json:"params"`
	MACs      int         `json:"macs"` // of one example
	Profile   []OpMeasure `json:"profile,omitempty"`
}

// An OpMeasure is the part of one kind of op in a step.
type OpMeasure struct {
	Op    string  `json:"op"`
	Calls float64 `json:"calls"` // in a step
	Mean  float64 `json:"ms"`    // in a step
	Share float64 `json:"share"` // of the step
}

// The steps before those that are measured.
const (
	warmUp      = 300 * time.Millisecond
	warmUpSteps = 3
)

// measure takes the steps, returns their times, and notes what they allocated and
// where the time went.
func (b Bench) measure(ctx context.Context, s *train.Stepper, m *Measurement) (times []time.Duration, err error) {
	step := func() (time.Duration, error) {
		start := stopwatch.Now()
		if err := s.Step(); err != nil {
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
		room = train.LeastSteps + int(2*b.Seconds/last.Seconds())
	}
	times = make([]time.Duration, 0, min(room, 1<<20)) // otherwise its growth would count as the steps' allocation
	before := s.Profile()
	var from, to runtime.MemStats
	runtime.ReadMemStats(&from)
	start := stopwatch.Now()
	enough := func() bool {
		if b.Steps > 0 {
			return len(times) == b.Steps
		}
		return len(times) >= train.LeastSteps && (stopwatch.Now()-start).Seconds() >= b.Seconds
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
		m.Profile = difference(before, s.Profile(), took, n)
	}
	return times, nil
}

// difference is what ops took between two profiles, in n steps that took this long
// in all. The rest, outside of any op, is the program around them.
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
