package use

import (
	"context"

	"zoo/datasets"
	"zoo/nn"
)

// A Footprint is the memory that training holds, in bytes. It leaves out the
// batches of data and the working memory inside ops.
type Footprint struct {
	Batch      int    `json:"batch"`
	Parameters int    `json:"parameters_bytes"`        // and running statistics
	Gradients  int    `json:"gradients_bytes"`         // of the parameters
	Solver     string `json:"solver,omitempty"`        // empty where no config names one
	State      int    `json:"solver_bytes,omitempty"`  // of the solver
	Average    int    `json:"average_bytes,omitempty"` // of the average of the weights
	Values     int    `json:"values_bytes"`            // between ops, forward and backward
	Unshared   int    `json:"unshared_bytes"`          // what Values would be if none shared their memory
}

// Footprint builds the network for training and adds up what it holds.
func (r ModelReference) Footprint(ctx context.Context, spec datasets.Spec, batch int) (Footprint, error) {
	p, pr, err := r.Outline(ctx, nn.Train, spec, batch)
	if err != nil {
		return Footprint{}, err
	}
	const size = 4 // bytes of a float32
	f := Footprint{Batch: batch, Gradients: size * p.Count()}
	for _, q := range p.All() {
		f.Parameters += size * q.Shape.TotalSize()
	}
	memory := pr.Memory()
	f.Values, f.Unshared = memory.Arena-f.Gradients, memory.Sum-f.Gradients
	if r.Config == nil {
		return f, nil
	}
	f.Solver = r.Config.Train.Optimizer.Name
	if r.Config.Train.EMA > 0 {
		f.Average = f.Parameters
	}
	f.State = r.Config.Train.Optimizer.Arrays() * f.Gradients
	return f, nil
}
