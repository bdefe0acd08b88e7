package nn

import (
	"fmt"
	"slices"
	"strings"

	G "gorgonia.org/gorgonia"
)

// A Layer is a line of a network's summary.
type Layer struct {
	Path   string
	Op     string // the operation, with its sizes
	Out    []int  // the shape of the output, with the batch size; nil for parameters without a layer
	Params int    // how many trained values the parameters of the scope have
	MACs   int    // multiply-adds of convolutions and linear layers, for one example
	Field  int    // receptive field: how many pixels of the input one output depends on, the longer side; 0 for vectors

	// Initial says how the layer's weights start. It is nil for layers without weights,
	// and where the weights depend on data (lsuv).
	Initial *Initial

	// Auxiliary says that the layer leads only to an auxiliary classifier, so that only
	// training computes it.
	Auxiliary bool
}

// An Initial says how weights start: their standard deviation, and the gain that it
// amounts to, √fan-in·Std. With gain 1 a linear layer keeps the size of its signal, and
// with √2 a layer before a ReLU does.
type Initial struct{ Std, Gain float64 }

// A field is the receptive field of an image's node: its sides, and the distances in
// input pixels between neighbours. For an op it is the window's sides and strides; the
// zero field changes nothing. The pairs are height and width.
type field struct{ side, stride [2]int }

func squareField(side, stride int) field {
	return field{[2]int{side, side}, [2]int{stride, stride}}
}

// record appends a layer with the output y to the summary and works out its receptive
// field: of the inputs from, the one with the widest field counts. It returns the node
// that the rest of the network reads, which is y unless an Extension replaces it.
func (s *Scope) record(l Layer, y *G.Node, f field, from ...*G.Node) *G.Node {
	if len(s.layers) == mostLayers {
		s.Fail(fmt.Errorf("have more than %d layers: the time to build them grows with the square of their number", mostLayers))
	}
	if s.replace != nil {
		y = s.replace(s, len(s.recorded), y)
	}
	if s.unread {
		l.Op, l.MACs = l.Op+", unread", 0
	}
	l.Path, l.Out, l.Initial = s.path, y.Shape().Clone(), s.initials[s.path]
	delete(s.initials, s.path)
	out := squareField(1, 1)
	for i := range 2 {
		for _, n := range from {
			if g := s.fields[n]; g.side[i] > out.side[i] || g.side[i] == out.side[i] && g.stride[i] > out.stride[i] {
				out.side[i], out.stride[i] = g.side[i], g.stride[i]
			}
		}
		if f.side[i] > 0 {
			out.side[i] += (f.side[i] - 1) * out.stride[i]
			out.stride[i] *= f.stride[i]
		}
	}
	s.fields[y] = out
	if y.Shape().Dims() == 4 {
		l.Field = max(out.side[0], out.side[1])
	}
	s.layers = append(s.layers, l)
	s.recorded = append(s.recorded, LayerNode{Layer: l, Node: y, choices: s.choices})
	return y
}

// layerNodes are the layers that have a node, with all that is known of them at the
// end of the build.
func (b *build) layerNodes() []LayerNode {
	weighted := map[*G.Node]bool{}
	for _, n := range b.weighted {
		weighted[n] = true
	}
	for i, l := range b.recorded {
		b.recorded[i].Layer, b.recorded[i].Weighted = b.layers[i], weighted[l.Node]
	}
	return b.recorded
}

// sameField says that y has the receptive field of x, for ops that are not recorded as
// layers, and returns y.
func (s *Scope) sameField(x, y *G.Node) *G.Node {
	s.fields[y] = s.fields[x]
	return y
}

// countParams counts the parameters of each layer, which are those of its scope.
// Parameters of a scope without a layer get a line of their own.
func (b *build) countParams() {
	at := map[string]int{}
	for i, l := range b.layers {
		if _, ok := at[l.Path]; !ok {
			at[l.Path] = i
		}
	}
	for _, q := range slices.Concat(b.trained, b.untrained) {
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
