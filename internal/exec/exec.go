// Package exec executes Gorgonia graphs. It is a gorgonia.VM that differs from
// Gorgonia's own in what it promises:
//
//   - it runs only what the requested outputs need;
//   - no value is overwritten while anything may still read it, and parameters
//     and inputs never are;
//   - buffers are planned once, by liveness, in one arena that the first run makes
//     and every later one reuses;
//   - ops that compute each example by itself go through the batch together, a
//     few examples at a time, or a few lines of one where examples are few, so that
//     what one writes the next one reads from the cache; WithoutFusion runs the same
//     graph op by op, to the same bits;
//   - a kernel's panic comes back as an error that names op, node and shapes.
package exec

import (
	"fmt"
	"time"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A VM runs one graph. Its methods must not be called concurrently.
type VM interface {
	G.VM
	// Value returns the value of an output after a run. It shares the VM's memory
	// and holds until the next run, except for scalars, which are copies.
	Value(output *G.Node) G.Value
	// Memory says how much memory the VM holds besides parameters and inputs.
	Memory() Memory
	// WatchNaN makes runs stop with an error at the first op whose output is not
	// finite. It costs a pass over every value.
	WatchNaN(on bool)
	// HoldWeights says whether the leaves that examples share, such as weights, keep
	// their values from the next run on. Then what ops make only of them is kept from
	// run to run, in memory of its own.
	HoldWeights(on bool)
	// Profile returns the time spent in each op since WithProfile began to count.
	Profile() []OpTime
}

// Memory is in bytes.
type Memory struct {
	Arena   int // values between ops, the outputs included, and what ops keep for their gradients
	Scratch int // working memory inside ops, known after the first run
	Sum     int // what the values would take if no buffer were shared
}

// OpTime is the time that the loops of one op took, or those that compute several
// ops at once. An op may take several loops, of which only some are shared.
type OpTime struct {
	Op    string
	Calls int // loops
	Time  time.Duration
}

type options struct {
	unfused, profile bool
}

// An Option changes how a VM runs a graph, never what it computes.
type Option func(*options)

// WithoutFusion runs every op by itself: the oracle of the fused run.
func WithoutFusion() Option { return func(o *options) { o.unfused = true } }

// WithProfile counts the time of each op.
func WithProfile() Option { return func(o *options) { o.profile = true } }

// New plans the execution of what outputs need of graph g. All float nodes must
// be of one type, float32 or float64.
func New(g *G.ExprGraph, outputs G.Nodes, opts ...Option) (VM, error) {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	if len(outputs) == 0 {
		return nil, fmt.Errorf("exec: no output is requested")
	}
	switch dtype := outputs[0].Dtype(); dtype {
	case tensor.Float32:
		return plan[float32](g, outputs, o)
	case tensor.Float64:
		return plan[float64](g, outputs, o)
	default:
		return nil, fmt.Errorf("exec: output %v: have %v, want float32 or float64", outputs[0], dtype)
	}
}
