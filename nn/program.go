package nn

import (
	"context"
	"errors"
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/internal/exec"
)

// A Network is an architecture: its hyperparameters, and how to build it.
type Network interface {
	// Build adds the network to the graph of its inputs, which have the batch size
	// followed by the shapes of the data's Spec, and returns what the Spec's
	// targets are compared with, such as logits (N, ..., s.Classes()). Of several inputs
	// it has to read all after the first.
	Build(s *Scope, in ...*G.Node) *G.Node
}

// A Criterion is a Network with a loss of its own. The loss of other networks is the
// cross-entropy of the softmax where the first target is a class, and the mean squared
// error where it is a number.
type Criterion interface {
	Network
	// Loss returns the mean loss, a scalar, of what Build returns, such as logits
	// (N, ..., classes), and the first target (N, ...); where it is −1 nothing counts.
	Loss(s *Scope, logits, targets *G.Node) *G.Node
}

// A Program is a network built for one mode and one batch size.
type Program struct {
	Mode   Mode
	Batch  int
	Layers []Layer // in the order of the network

	// Unasked are the keys of Options that no layer has asked for, such as norm_eps where
	// there is no norm: with other values of them, the network is the same.
	Unasked []string

	graph     *G.ExprGraph
	in        []*G.Node
	targets   G.Nodes // of the loss; nil before it is added
	others    *G.Node // this and share are nil without Settings.Mixing
	share     *G.Node
	mixed     *mixture // of the next run; nil: its examples are not mixtures
	logits    *G.Node
	loss      *G.Node
	objective *G.Node // what training minimises: the loss, and those of auxiliary classifiers
	grads     G.Nodes
	trained   []*Param
	vm        exec.VM
	after     []func()
	step      uint64
	memory    memory
	weighted  map[string]*G.Node
}

// A Trained is a parameter with its gradient of the latest run.
type Trained struct {
	*Param
	Grad *tensor.Dense
}

// Settings are what Build needs besides the network.
type Settings struct {
	Options
	Spec           datasets.Spec
	Batch          int
	LabelSmoothing float64 // of the training loss
	Mixing         bool    // the training loss can be that of mixtures of two examples: see Program.Mix
	Unfused        bool    // run every op by itself, which is slower and gives the same bits
	Profile        bool    // count the time of each op: see Program.Profile

	// Stateful is for truncated back-propagation through time: row i of a batch goes on
	// where row i of the batch before ended, until Program.Restart.
	Stateful bool

	Context context.Context  // its end ends the build with an error; nil: it never ends
	Admit   func(Size) error // asked as the size becomes known, before memory is taken; an error ends the build; nil: every size is admitted
}

// execution is how the settings run a graph.
func (s Settings) execution() (o []exec.Option) {
	if s.Unfused {
		o = append(o, exec.WithoutFusion())
	}
	if s.Profile {
		o = append(o, exec.WithProfile())
	}
	return o
}

// Build makes a Program of a network. The first build with p creates its parameters, or
// none if it fails, and gives them values when everything else is known; later builds
// bind them. Errors name the path of the layer.
func Build(p *Params, mode Mode, net Network, set Settings) (*Program, error) {
	return Extend(p, mode, net, set, Extension{Outputs: func(g *Graph) (G.Nodes, error) {
		outputs := G.Nodes{g.Logits}
		if mode == Train || mode == Eval {
			outputs = append(outputs, g.Loss())
		}
		if mode == Train {
			outputs = append(outputs, g.Objective())
			gradients, err := g.Gradients(g.Objective(), nil, g.Trainable...)
			if err != nil {
				return nil, fmt.Errorf("gradient: %w", err)
			}
			g.program.grads = gradients
			outputs = append(outputs, gradients...)
		}
		return outputs, nil
	}})
}

// addLoss adds the targets and the loss to the graph.
func (p *Program) addLoss(s *Scope, net Network, set Settings) {
	for _, f := range set.Spec.Targets {
		p.targets = append(p.targets, s.leaf(f))
	}
	if set.Mixing && s.mode == Train {
		other := set.Spec.Targets[0]
		other.Name = "other " + other.Name
		p.others = s.leaf(other)
		p.share = G.NewVector(s.g, p.logits.Dtype(), G.WithShape(1), G.WithName("share"))
	}
	p.loss = s.criterion(net, p.logits, p.lossTargets(), set.LabelSmoothing)
}

// leaf is the node (batch, shape...) of a field. Floats have the type of the parameters.
func (s *Scope) leaf(f datasets.Field) *G.Node {
	shape := append([]int{s.batch}, f.Shape...)
	if _, err := elements(shape); err != nil {
		s.Fail(fmt.Errorf("%s: %w", f.Name, err))
	}
	dtype := f.Dtype
	if dtype == tensor.Float32 {
		dtype = s.params.dtype
	}
	return G.NewTensor(s.g, dtype, len(shape), G.WithShape(shape...), G.WithName(f.Name))
}

// lossTargets are what the program's losses compare logits with.
func (p *Program) lossTargets() lossTargets { return lossTargets{p.targets[0], p.others, p.share} }

// check parses the choices; its error joins all that is wrong with the settings.
func (s Settings) check() (choices, error) {
	var errs []error
	choices, problems := s.Options.parseAll()
	for _, p := range problems {
		errs = append(errs, fmt.Errorf("%s: %s", p.Key, p.Message))
	}
	if s.Batch < 1 {
		errs = append(errs, fmt.Errorf("batch: have %d, want at least 1", s.Batch))
	}
	if len(s.Spec.Inputs) == 0 || len(s.Spec.Targets) == 0 {
		errs = append(errs, fmt.Errorf("data: have %d inputs and %d targets, want at least one of each", len(s.Spec.Inputs), len(s.Spec.Targets)))
	}
	for i, t := range s.Spec.Targets {
		if t.Dtype == tensor.Int && t.Size < 2 {
			errs = append(errs, fmt.Errorf("data: %s: have %d classes, want at least two", t.Name, t.Size))
		}
		if i == 0 && t.Dtype != tensor.Int && len(t.Shape) == 0 {
			errs = append(errs, fmt.Errorf("data: have %s of no shape, want at least one axis, such as (1)", t.Name))
		}
	}
	return choices, errors.Join(errs...)
}

func (s *Scope) criterion(net Network, logits *G.Node, a lossTargets, smoothing float64) *G.Node {
	if s.mode != Train {
		smoothing = 0 // validation losses are comparable across smoothings
	}
	if c, ok := net.(Criterion); ok {
		if smoothing != 0 {
			s.Fail(fmt.Errorf("label_smoothing: have %v, want 0: this network has a loss of its own", smoothing))
		}
		if a.others != nil {
			s.Fail(errors.New("mixup, cutmix: have a network with a loss of its own, which does not take mixtures, want one without"))
		}
		return c.Loss(s.In("loss"), logits, a.targets)
	}
	if a.targets.Dtype() != tensor.Int {
		if smoothing != 0 || a.others != nil {
			s.Fail(fmt.Errorf("label_smoothing, mixup, cutmix: have a target that is a number, want one that is a class"))
		}
		return MeanSquaredError(s.In("loss"), logits, a.targets)
	}
	return a.crossEntropy(s.In("loss"), logits, smoothing)
}

// Run computes logits and loss, and in training the gradients, of one batch: inputs x and
// targets y, (batch, ...) each, as the Spec has them. Programs without a loss take no y,
// and their loss is 0. The losses of auxiliary classifiers count in the gradients, not in
// the loss.
func (p *Program) Run(x, y []*tensor.Dense) (loss float64, err error) {
	if err := let("input", p.in, x); err != nil {
		return 0, err
	}
	if p.targets != nil {
		if err := let("target", p.targets, y); err != nil {
			return 0, err
		}
		if err := p.bindMixture(y[0]); err != nil {
			return 0, err
		}
	}
	p.takeOver()
	if err := p.placed(); err != nil {
		return 0, err
	}
	if err := p.vm.RunAll(); err != nil {
		return 0, err
	}
	p.memory.ran = true
	if p.loss == nil {
		return 0, nil
	}
	switch loss := p.vm.Value(p.loss).Data().(type) {
	case float32:
		return float64(loss), nil
	case float64:
		return loss, nil
	default:
		return 0, fmt.Errorf("loss: have a value of type %T, want a float", loss)
	}
}

// let gives leaves their values.
func let(what string, leaves G.Nodes, values []*tensor.Dense) error {
	if len(values) != len(leaves) {
		return fmt.Errorf("have %d %ss, want %d", len(values), what, len(leaves))
	}
	for i, n := range leaves {
		v := values[i]
		if !v.Shape().Eq(n.Shape()) || v.Dtype() != n.Dtype() {
			return fmt.Errorf("%s %s: have %v %v, want %v %v", what, n.Name(), v.Dtype(), v.Shape(), n.Dtype(), n.Shape())
		}
		if err := G.Let(n, v); err != nil {
			return fmt.Errorf("%s %s: %w", what, n.Name(), err)
		}
	}
	return nil
}

// Logits returns what the network returned in the latest run, (batch, ..., classes). They are in the program's
// own memory, which the next run overwrites.
func (p *Program) Logits() *tensor.Dense { return p.vm.Value(p.logits).(*tensor.Dense) }

// Value returns the value, in the latest run, of a node that the Extension of the
// program has among its outputs. It is in the program's own memory.
func (p *Program) Value(output *G.Node) G.Value { return p.vm.Value(output) }

// Trained returns the trained parameters with the gradients of the latest run, which are
// in the program's own memory. It is for programs that Build has made in mode Train.
func (p *Program) Trained() []Trained {
	t := make([]Trained, len(p.trained))
	for i, q := range p.trained {
		t[i] = Trained{q, p.vm.Value(p.grads[i]).(*tensor.Dense)}
	}
	return t
}

// Finish updates what the network remembers, such as running statistics, after a training
// step.
func (p *Program) Finish() {
	for _, f := range p.after {
		f()
	}
}

// SetStep says which training step comes next: dropout depends on it.
func (p *Program) SetStep(step uint64) { p.step = step }

// Diagnose runs the latest batch again and returns an error that names the layer whose
// output has the first value that is not finite, or nil if every value is finite.
func (p *Program) Diagnose() error {
	p.vm.WatchNaN(true)
	defer p.vm.WatchNaN(false)
	return p.vm.RunAll()
}

// HoldWeights says whether the parameters keep their values from the next run on: what
// is made of nothing else, such as filters in the order that is fastest to read, is then
// made once. It takes memory, and pays where a program runs more than once.
func (p *Program) HoldWeights(on bool) { p.vm.HoldWeights(on) }

// A Memory is what a program holds besides parameters and inputs, in bytes: Arena, for what
// ops pass on and keep for their gradients; Scratch, which ops work in, known after the first run; and Sum, what the
// Arena would be if no two values shared memory.
type Memory = exec.Memory

// Memory is what the program holds besides parameters and inputs.
func (p *Program) Memory() Memory { return p.vm.Memory() }

// An OpTime is the Time that the loops of one op took, or those that compute several ops at
// once, with the op's name, Op, and the number of such loops, Calls.
type OpTime = exec.OpTime

// Profile is the time spent in each op, the slowest first, if Settings.Profile asked for it.
func (p *Program) Profile() []OpTime { return p.vm.Profile() }

// MACs is the number of multiply-adds of a forward pass, for one example, without
// auxiliary classifiers.
func (p *Program) MACs() (n int) {
	for _, l := range p.Layers {
		if !l.Auxiliary {
			n += l.MACs
		}
	}
	return n
}
