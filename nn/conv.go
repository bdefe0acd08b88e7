package nn

import (
	"fmt"
	"math/rand/v2"
	"slices"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

// Conv is a convolution of images (N, H, W, C) with out filters of k×k pixels,
// with a stride and a padding of zeros.
func Conv(s *Scope, x *G.Node, out, k, stride, pad int) *G.Node {
	_, _, _, c := s.image(x)
	if out < 1 || k < 1 || stride < 1 || pad < 0 {
		s.Fail(fmt.Errorf("convolution: have %d filters of %d×%d, stride %d, padding %d, want positive sizes", out, k, k, stride, pad))
	}
	x = s.fixupBias("bias_in", x)
	w := s.weight(Layout{kind: filters}, k*k*c, k*k*out, k, k, c, out)
	return s.fixupLast(s.conv(x, w, s.bias(slices.Repeat([]int{k * k * c}, out)), k, stride, pad, k*k*c*out))
}

// ConvTable is a convolution in which filter o sees the input channels table[o]
// alone: LeCun et al. 1989 and 1998. Its weights are those of the connections
// that exist, filter by filter. Each filter has a fan-in of its own; the fan-out
// is the mean over the channels.
func ConvTable(s *Scope, x *G.Node, table [][]int, k, stride, pad int) *G.Node {
	_, _, _, c := s.image(x)
	init, err := parseInit(s.Init, s.Activation)
	if err != nil {
		s.Fail(err)
	}
	var index, fans []int
	out := len(table)
	for o, channels := range table {
		if len(channels) == 0 {
			s.Fail(fmt.Errorf("connection table: filter %d sees no channel", o))
		}
		for _, i := range channels {
			if i < 0 || i >= c {
				s.Fail(fmt.Errorf("connection table: filter %d sees channel %d, want one from 0 to %d", o, i, c-1))
			}
			for t := range k * k {
				index = append(index, (t*c+i)*out+o)
			}
		}
		fans = append(fans, k*k*len(channels))
	}
	w := s.param("weight", spec{kind: Weight, init: eachFilter(init, fans), out: len(index) / c, shape: []int{len(index)}})
	full := s.Must(ops.Scatter(w, index, k, k, c, out))
	return s.conv(x, full, s.bias(fans), k, stride, pad, len(index))
}

// eachFilter fills the weights of one filter after the other; fans are the
// filters' fan-ins.
func eachFilter(init Init, fans []int) Init {
	return func(r *rand.Rand, w []float64, _, out int) {
		for _, in := range fans {
			init(r, w[:in], in, out)
			w = w[in:]
		}
	}
}

// conv makes the layer's node; connections is the number of multiply-adds for
// each pixel of the output.
func (s *Scope) conv(x, w, b *G.Node, k, stride, pad, connections int) *G.Node {
	y := s.Must(ops.Conv2D(x, w, b, ops.Filter{Stride: [2]int{stride, stride}, Pad: [2]int{pad, pad}}))
	d := y.Shape()
	s.record(Layer{Op: fmt.Sprintf("conv %d×%d/%d", k, k, stride), MACs: d[1] * d[2] * connections}, y, field{k, stride}, x)
	s.outputs[s.In("weight").path] = y
	return y
}
