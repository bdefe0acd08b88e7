package use

import (
	"context"
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/experiments/train"
	"zoo/internal/f32"
	"zoo/internal/memory"
	"zoo/internal/stopwatch"
	"zoo/nn"
)

// A Bench is what is to be measured: steps of a network on one batch of random
// examples. A training step is a forward pass, a backward pass and an update by SGD
// with momentum.
type Bench struct {
	Model   config.Model
	Mode    nn.Mode // Train, Infer or Step
	Batch   int
	Length  int     // positions of a sequence; 0: those of the model's data
	Steps   int     // how many are measured; 0: as many as Seconds allow, and at least LeastSteps
	Seconds float64 // without Steps
	Profile bool    // count the time in each op
}

// DefaultBatch is the number of examples that a model is measured with by default: for
// networks of small images, the batch that their papers and courses train them with, and
// fewer for large images and long sequences.
func DefaultBatch(model string) int {
	m, _ := architectures.Lookup(model)
	switch m.Network.(type) {
	case architectures.MLP, architectures.CIFARResNet:
		return 128
	}
	if m.Data.Inputs[0].Shape[0] > 100 { // such as images of ImageNet's size
		return 8
	}
	return 64
}

// admission asks for the memory of the measured program.
func (b Bench) admission() train.Admission {
	a := train.Admission{Config: config.Config{Model: b.Model}, Key: "--batch", Batch: b.Batch, Mode: b.Mode}
	if b.Mode == nn.Train {
		a.Arrays = 1 // of momentum
	}
	return a
}

// sized is spec with sequences as long as they are to be measured.
func (b Bench) sized(spec datasets.Spec) (datasets.Spec, error) {
	switch positions := spec.Positions(); {
	case positions == 0 && b.Length > 0:
		return spec, fmt.Errorf("--length: %s takes no sequences", b.Model.Name)
	case positions == 0 && b.Mode == nn.Step:
		return spec, fmt.Errorf("--mode step: %s takes no sequences", b.Model.Name)
	case b.Mode == nn.Step:
		return spec.OfLength(1), nil
	case b.Length > 0:
		return spec.OfLength(b.Length), nil
	}
	return spec, nil
}

// Run builds the network and measures it. When ctx ends, so does the measurement,
// with the error of ctx.
func (b Bench) Run(ctx context.Context) (Measurement, error) {
	memory.ResetPeak()
	spec, err := ModelReference{Model: b.Model}.Spec(nil, 0)
	if err != nil {
		return Measurement{}, err
	}
	if spec, err = b.sized(spec); err != nil {
		return Measurement{}, err
	}
	began := stopwatch.Now()
	params := nn.NewParams(1, tensor.Float32)
	program, err := nn.Build(params, b.Mode, b.Model.Network(), b.admission().Settings(ctx, nn.Settings{Spec: spec, Profile: b.Profile}))
	if err != nil {
		return Measurement{}, fmt.Errorf("model %s: %w", b.Model.Name, err)
	}
	m := Measurement{
		Model: b.Model.Name, Mode: "infer", Batch: b.Batch, Threads: f32.Workers(),
		Build: (stopwatch.Now() - began).Seconds(), Params: params.Count(), MACs: program.MACs(),
	}
	flops := 2 * float64(m.MACs) * float64(b.Batch)
	switch b.Mode {
	case nn.Train:
		m.Mode, flops = "train", 3*flops
	case nn.Step:
		m.Mode = "step"
	}
	s, err := train.NewStepper(program, spec)
	if err != nil {
		return Measurement{}, err
	}
	program.HoldWeights(b.Mode != nn.Train)
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
