package experiments

import (
	"context"
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/experiments/config"
	"zoo/internal/exec"
	"zoo/internal/f32"
	"zoo/internal/memory"
	"zoo/internal/stopwatch"
	"zoo/nn"
)

// A Bench is what is to be measured: steps of a network on one batch of random
// images. A training step is a forward pass, a backward pass and an update by SGD
// with momentum.
type Bench struct {
	Model   config.Model
	Mode    nn.Mode // Train or Infer
	Batch   int
	Steps   int     // how many are measured; 0: for so many Seconds, and at least leastSteps
	Seconds float64 // without Steps
	Profile bool    // count the time in each op
}

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

// DefaultBatch is the number of examples that a model is measured with unless
// another is asked for: for the networks of small images what their papers and
// lessons train them with.
func DefaultBatch(model string) int {
	m, _ := architectures.Lookup(model)
	switch m.Network.(type) {
	case architectures.MLP, architectures.CIFARResNet:
		return 128
	}
	if m.Input[0] > 100 { // ImageNet's size
		return 8
	}
	return 64
}

func (b Bench) room() room {
	r := room{config: config.Config{Model: b.Model}, key: "--batch", batch: b.Batch, mode: b.Mode}
	if b.Mode == nn.Train {
		r.arrays = 1 // of momentum
	}
	return r
}

// Run builds the network and measures it. When ctx ends, so does the measurement,
// with the error of ctx.
func (b Bench) Run(ctx context.Context) (Measurement, error) {
	memory.ResetPeak()
	var opts []exec.Option
	if b.Profile {
		opts = append(opts, exec.WithProfile())
	}
	spec, err := Subject{Model: b.Model}.Spec(nil, 0)
	if err != nil {
		return Measurement{}, err
	}
	began := stopwatch.Now()
	params := nn.NewParams(1, tensor.Float32)
	program, err := nn.Build(params, b.Mode, b.Model.Network(), b.room().settings(ctx, nn.Settings{Spec: spec, Exec: opts}))
	if err != nil {
		return Measurement{}, fmt.Errorf("model %s: %w", b.Model.Name, err)
	}
	m := Measurement{
		Model: b.Model.Name, Mode: "infer", Batch: b.Batch, Threads: f32.Workers(),
		Build: (stopwatch.Now() - began).Seconds(), Params: params.Count(), MACs: program.MACs(),
	}
	flops := 2 * float64(m.MACs) * float64(b.Batch)
	if b.Mode == nn.Train {
		m.Mode, flops = "train", 3*flops
	}
	s, err := newStepper(program, spec.Inputs[0].Shape, spec.Classes)
	if err != nil {
		return Measurement{}, err
	}
	program.HoldWeights(b.Mode == nn.Infer)
	m.Peak = f32.PeakFlops(m.Threads, stopwatch.Now) / 1e9
	times, err := b.measure(ctx, s, &m)
	if err != nil {
		return Measurement{}, err
	}
	slices.Sort(times)
	median := (times[(len(times)-1)/2] + times[len(times)/2]) / 2
	m.Steps, m.Median, m.Best = len(times), milliseconds(median), milliseconds(times[0])
	m.Items = float64(b.Batch) / median.Seconds()
	m.GFLOPs = flops / median.Seconds() / 1e9
	m.PeakShare = m.GFLOPs / m.Peak
	m.ISA = f32.ISA()
	m.Arena = program.Memory().Arena
	m.PeakRSS, err = memory.Peak()
	return m, err
}
