// Package optim holds what turns gradients into better weights: the solvers,
// with PyTorch's formulas to the letter, learning rate schedules, clipping by
// global norm, and averaging of weights.
//
// Vectors are float32 and scalars float64, as in PyTorch. Every update works in
// place, in one pass, element by element, in parallel, and allocates nothing.
package optim

import (
	"errors"
	"fmt"
)

// A Param is a tensor of weights and its gradient, of equal length.
type Param struct {
	Name  string
	W, G  []float32
	Decay bool // the weight decay applies to it
}

// A Solver updates weights. It is made for a list of parameters, and every
// call must bring parameters of the same names and lengths in the same order;
// the slices may be others. Anything else is a programming error, and panics.
type Solver interface {
	// Name is the solver's name in a config: sgd, adam, adamw, rmsprop.
	Name() string
	// Step updates every W from its G with the learning rate lr. It leaves G
	// as it is.
	Step(lr float64, ps []Param)
	// State is all that the next Step depends on besides the parameters, in a
	// fixed order. The slices are the solver's own: write them or copy them
	// before the next Step.
	State() []Slot
	// Restore copies a State in. If any slot is missing, unknown or of a wrong
	// length, the error names all of these and the solver is unchanged.
	Restore([]Slot) error
}

// A Slot is one array of a solver's or an average's state. Kind is PyTorch's
// name: momentum_buffer, exp_avg, exp_avg_sq, square_avg, or average for an
// EMA. The count of steps is a slot of kind step, with an empty Param and a
// single integer.
type Slot struct {
	Param, Kind string
	F32         []float32
	I64         []int64
}

// New makes the solver that the options name, at step 0.
func New(o Options, ps []Param) (Solver, error) {
	if problems := o.Validate(); len(problems) > 0 {
		var errs []error
		for _, p := range problems {
			errs = append(errs, fmt.Errorf("optimizer.%s: %s", p.Key, p.Message))
		}
		return nil, errors.Join(errs...)
	}
	eps := o.Eps
	if eps == 0 {
		eps = 1e-8
	}
	state := newSlots(o.Name, ps, o.arrays()...)
	switch o.Name {
	case "sgd":
		s := &sgd{slots: state, momentum: o.Momentum, nesterov: o.Nesterov, decay: o.WeightDecay}
		s.updates(s.updatePiece)
		return s, nil
	case "adam", "adamw":
		s := &adam{slots: state,
			beta1: o.Beta1, beta2: o.Beta2, eps: eps, decay: o.WeightDecay, decoupled: o.Name == "adamw"}
		s.updates(s.updatePiece)
		return s, nil
	default: // rmsprop, by Validate
		s := &rmsprop{slots: state, alpha: o.Alpha, eps: eps, momentum: o.Momentum, decay: o.WeightDecay}
		s.updates(s.updatePiece)
		return s, nil
	}
}

// arrays are the kinds of the arrays that the solver keeps for each parameter.
func (o Options) arrays() (kinds []string) {
	switch o.Name {
	case "adam", "adamw":
		return []string{"exp_avg", "exp_avg_sq"}
	case "rmsprop":
		kinds = []string{"square_avg"}
	}
	if o.Momentum > 0 {
		kinds = append(kinds, "momentum_buffer")
	}
	return kinds
}

// Arrays is how many arrays of its length the solver keeps for each parameter.
func (o Options) Arrays() int { return len(o.arrays()) }
