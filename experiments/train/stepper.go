package train

import (
	"math/rand/v2"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/internal/exec"
	"zoo/internal/optim"
	"zoo/internal/stopwatch"
	"zoo/nn"
)

// benchRate is so small that the weights stay what they are: a batch that has been
// memorised has gradients so small (subnormal) that processors are slow with them.
const benchRate = 1e-9

// LeastSteps is the least number of steps that are measured.
const LeastSteps = 5

// A Stepper takes the same step of a program again and again, on one batch of random
// examples: what a measurement of time takes. Training is by SGD with momentum.
type Stepper struct {
	program *nn.Program
	x, y    []*tensor.Dense // no y without training
	solver  optim.Solver
	trained []optim.Param
	update  exec.OpTime
}

// NewStepper returns the Stepper of a program for data as spec has them.
func NewStepper(program *nn.Program, spec datasets.Spec) (*Stepper, error) {
	s := &Stepper{program: program, update: exec.OpTime{Op: "sgd"}}
	s.x, s.y = datasets.RandomBatch(spec, program.Batch, rand.New(rand.NewPCG(1, 2)), tensor.Float32)
	if program.Mode != nn.Train {
		s.y = nil
		return s, nil
	}
	for _, p := range program.Trained() {
		s.trained = append(s.trained, optim.Param{Name: p.Path, W: floats(p.Value), G: floats(p.Grad)})
	}
	o := optim.Defaults()
	o.LR, o.Momentum = benchRate, 0.9
	var err error
	s.solver, err = optim.New(o, s.trained)
	return s, err
}

// Step takes a step. A program of mode Step begins a new sequence where the network has no
// more positions.
func (s *Stepper) Step() error {
	if p := s.program; p.Mode == nn.Step && p.Context() > 0 && p.Position() == p.Context() {
		p.Restart()
	}
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

// Profile is the time in each op, the update of the weights among them.
func (s *Stepper) Profile() []exec.OpTime {
	ops := s.program.Profile()
	if s.solver != nil {
		ops = append(ops, s.update)
	}
	return ops
}
