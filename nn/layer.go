package nn

import (
	"strings"

	G "gorgonia.org/gorgonia"
)

// A Layer is a line of a network's summary.
type Layer struct {
	Path   string
	Op     string // the operation, with its sizes
	Out    []int  // the shape of the output, with the batch size; nil where there is none
	Params int    // trained values that the scope names
	MACs   int    // multiply-adds of convolutions and linear layers, for one example
	Field  int    // receptive field: the side in pixels of what one output sees; 0 for vectors
}

// A field says how an image's node sees the input: the side of its receptive
// field, and the distance in input pixels between neighbours. For an op it is
// the window's side and stride; the zero field changes nothing.
type field struct{ side, stride int }

// record appends a layer to the summary and works out its receptive field.
func (s *Scope) record(l Layer, y *G.Node, f field, from ...*G.Node) {
	l.Path, l.Out = s.path, y.Shape().Clone()
	in := field{1, 1}
	for _, n := range from {
		if g := s.fields[n]; g.side > in.side || g.side == in.side && g.stride > in.stride {
			in = g
		}
	}
	out := in
	if f.side > 0 {
		out = field{in.side + (f.side-1)*in.stride, in.stride * f.stride}
	}
	s.fields[y] = out
	if y.Shape().Dims() == 4 {
		l.Field = out.side
	}
	s.layers = append(s.layers, l)
	s.recorded = append(s.recorded, recorded{l, y, s.Options})
}

// A recorded layer is one with its node and the choices that it was made with.
type recorded struct {
	Layer
	node    *G.Node
	options Options
}

// through says that y sees what x sees, for ops that are no layer of their own,
// and returns y.
func (s *Scope) through(x, y *G.Node) *G.Node {
	s.fields[y] = s.fields[x]
	return y
}

// countParams gives each layer the parameters that its scope names; those of a
// scope without a layer get a line of their own.
func (b *build) countParams() {
	at := map[string]int{}
	for i, l := range b.layers {
		if _, ok := at[l.Path]; !ok {
			at[l.Path] = i
		}
	}
	for _, q := range b.wrt {
		path := parent(q.Path)
		i, ok := at[path]
		if !ok {
			i = len(b.layers)
			at[path] = i
			b.layers = append(b.layers, Layer{Path: path, Op: "parameters"})
		}
		b.layers[i].Params += q.Shape.TotalSize()
	}
}

func parent(path string) string {
	return path[:max(0, strings.LastIndexByte(path, '.'))]
}
