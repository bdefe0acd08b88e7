package nn

import (
	"context"
	"fmt"

	G "gorgonia.org/gorgonia"

	"zoo/datasets"
)

// Mode says what a graph is built for.
type Mode int

const (
	Train Mode = iota // with gradients; norms use and keep the batch's statistics, dropout drops
	Eval              // with a loss; norms use the running statistics, dropout does nothing
	Infer             // as Eval, without targets and loss
	Step              // as Infer, for one position of a sequence a run: what came before is carried
)

// A Scope is a place in a network: a path such as layer1.0.conv1, and the
// choices that hold there and in all scopes inside it.
type Scope struct {
	*build
	choices
	path    string
	noBias  bool // layers have no bias: a norm follows
	lengths bool // weights are in two parts: see WeightNormed
	unread  bool // nothing reads the output: see Unread
	normed  bool // a norm follows directly: it, not the layer, is the last of its branch
	branch  branch
}

// build is what the scopes of one network share.
type build struct {
	g            *G.ExprGraph
	params       *Params
	mode         Mode
	data         datasets.Spec
	outputs      []int              // the shape of what the network returns for an example
	nodes        map[string]*G.Node // parameters by path
	trained      []*Param           // the trained parameters in order, and their nodes
	trainedNodes G.Nodes
	untrained    []*Param // of layers whose output nothing reads
	after        []func()
	layers       []Layer
	recorded     []LayerNode // the layers that have a node: layerNodes completes them
	fields       map[*G.Node]field
	weighted     map[string]*G.Node // outputs of the layers with weights, by the path of the weight
	auxiliaries  []auxiliary
	batch        int
	stateful     bool
	remembered
	step     *uint64
	settings choices                                      // of the whole network
	asked    map[string]bool                              // their keys that matter in it
	replace  func(s *Scope, index int, y *G.Node) *G.Node // of an Extension; nil: none
	ctx      context.Context
	admit    func(Size) error
	size     Size
	initials map[string]*Initial // how the weights start, by the path of a scope whose layer is not recorded yet
}

// In returns the scope of a part. Layers that hold parameters need a scope each;
// naming a parameter twice is an error.
func (s *Scope) In(format string, args ...any) *Scope {
	poll(s.ctx)
	c := *s
	if c.path != "" {
		c.path += "."
	}
	c.path += fmt.Sprintf(format, args...)
	return &c
}

// Options are the choices that hold here.
func (s *Scope) Options() Options { return s.choices.options() }

// With returns the scope with other choices.
func (s *Scope) With(change func(o *Options)) *Scope {
	o := s.Options()
	change(&o)
	choices, problems := o.parse()
	for _, p := range problems {
		s.Fail(fmt.Errorf("%s: %s", p.Key, p.Message))
	}
	c := *s
	c.choices = choices
	return &c
}

// BeforeNorm returns the scope of a layer whose output goes to Norm. The layer has no
// bias, because the norm would remove it, unless the choice of norm is none.
func (s *Scope) BeforeNorm() *Scope {
	c := *s
	c.normed = s.Normed()
	c.noBias = c.normed || s.residualInit == fixup
	return &c
}

// NormedLater is BeforeNorm for a layer whose output is added to something before it
// reaches the norm, as at the end of a pre-activation branch.
func (s *Scope) NormedLater() *Scope {
	c := s.BeforeNorm()
	c.normed = false
	return c
}

// NoBias returns the scope of a layer without a bias.
func (s *Scope) NoBias() *Scope {
	c := *s
	c.noBias = true
	return &c
}

// Unread returns the scope of layers whose output nothing reads. They have parameters, as
// in published networks that have such layers, but no gradient, and no part in the
// multiply-adds: training leaves them as they start.
func (s *Scope) Unread() *Scope {
	c := *s
	c.unread = true
	return &c
}

// WeightNormed returns the scope of layers whose weights are kept in two parts, the
// directions and the lengths of the weights of each output (Salimans & Kingma 2016):
// weight is weight_v with columns of the lengths weight_g, which begin as those of weight_v.
// The names are those of PyTorch's weight_norm.
func (s *Scope) WeightNormed() *Scope {
	c := *s
	c.lengths = true
	return &c
}

// Path is the scope's place in the network: the names given to In, joined by dots.
func (s *Scope) Path() string { return s.path }

// Data describes the inputs and targets that the network is built for, without the batch
// axis: how many tokens there are, for instance, and whether there is a target at each
// position. In a program of steps its sequences have one position.
func (s *Scope) Data() datasets.Spec { return s.data }

// Classes is the length of the last axis of what the network returns: the number of
// classes, or of values that the target has.
func (s *Scope) Classes() int { return s.outputs[len(s.outputs)-1] }

// Stepping says whether the graph is for one position of a sequence a run (mode Step):
// what a layer sees of the positions before is carried from run to run.
func (s *Scope) Stepping() bool { return s.mode == Step }

// Training says whether the graph is for training.
func (s *Scope) Training() bool { return s.mode == Train }

// Param returns the node of a parameter of this scope, of the given shape. init fills it
// in the first build, with fans of 1.
func (s *Scope) Param(name string, kind Kind, init Init, shape ...int) *G.Node {
	return s.param(name, spec{kind: kind, init: init, shape: shape, in: 1, out: 1})
}

func (s *Scope) param(name string, p spec) *G.Node {
	path := s.In("%s", name).path
	if s.nodes[path] != nil {
		s.Fail(fmt.Errorf("parameter %s is named twice: give each layer a scope of its own", path))
	}
	s.reserve(name, p.kind, p.shape...)
	q, err := s.params.get(path, p)
	if err != nil {
		s.Fail(err)
	}
	n := G.NewTensor(s.g, s.params.dtype, len(p.shape), G.WithShape(p.shape...), G.WithName(path))
	if q.Value != nil {
		G.WithValue(q.Value)(n)
	}
	s.nodes[path] = n
	switch {
	case q.Kind == State:
	case s.unread:
		s.untrained = append(s.untrained, q)
	default:
		s.trained, s.trainedNodes = append(s.trained, q), append(s.trainedNodes, n)
	}
	return n
}

// Constant returns a node of fixed values, of the given shape, that is not a parameter.
func (s *Scope) Constant(name string, values []float64, shape ...int) *G.Node {
	path := s.In("%s", name).path
	if s.nodes[path] != nil {
		s.Fail(fmt.Errorf("constant %s is named twice", path))
	}
	n := G.NewTensor(s.g, s.params.dtype, len(shape), G.WithShape(shape...), G.WithName(path), G.WithValue(newDense(s.params.dtype, shape, values)))
	s.nodes[path] = n
	return n
}

// After registers f to run after each training step.
func (s *Scope) After(f func()) { s.after = append(s.after, f) }

// Must unwraps the result of an op and gives its node the scope's path for a name. With
// an error it fails as Fail does.
func (s *Scope) Must(n *G.Node, err error) *G.Node {
	if err != nil {
		s.Fail(err)
	}
	if _, err := elements(n.Shape()); err != nil {
		s.Fail(err)
	}
	if s.path != "" && n.Op() != nil {
		G.WithName(s.path)(n)
	}
	return n
}

// A buildError is what Fail panics with and Build returns.
type buildError struct{ error }

// Fail gives up building the network: Build returns err with the scope's path.
func (s *Scope) Fail(err error) {
	if s.path != "" {
		err = fmt.Errorf("%s: %w", s.path, err)
	}
	panic(buildError{err})
}

// poll fails as Fail does when ctx has ended.
func poll(ctx context.Context) {
	if err := ctx.Err(); err != nil {
		panic(buildError{err})
	}
}

// catch turns the panic of Fail into an error.
func catch(err *error) {
	switch r := recover().(type) {
	case nil:
	case buildError:
		*err = r.error
	default:
		panic(r)
	}
}

// image fails unless x is (N, H, W, C), and returns its sizes.
func (s *Scope) image(x *G.Node) (n, h, w, c int) {
	d := x.Shape()
	if d.Dims() != 4 {
		s.Fail(fmt.Errorf("have input %v, want images (N, H, W, C)", d))
	}
	return d[0], d[1], d[2], d[3]
}
