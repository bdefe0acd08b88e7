package nn

import (
	"fmt"

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
	return s.fixupLast(s.conv(x, w, s.bias(out), k, stride, pad, k*k*c))
}

// ConvTable is a convolution in which filter o sees the input channels table[o]
// alone: LeCun et al. 1989 and 1998. Its weights are those of the connections
// that exist, filter by filter; each filter's fan-in is its own.
func ConvTable(s *Scope, x *G.Node, table [][]int, k, stride, pad int) *G.Node {
	_, _, _, c := s.image(x)
	init, err := parseInit(s.Init, s.Activation)
	if err != nil {
		s.Fail(err)
	}
	var index, fans []int
	out := len(table)
	for o, channels := range table {
		for _, i := range channels {
			for t := range k * k {
				index = append(index, (t*c+i)*out+o)
				fans = append(fans, k*k*len(channels))
			}
		}
	}
	w := s.param("weight", spec{kind: Weight, init: byFan(init, fans), shape: []int{len(index)}})
	full := s.Must(ops.Scatter(w, index, k, k, c, out))
	return s.conv(x, full, s.bias(out), k, stride, pad, len(index)/out)
}

func (s *Scope) conv(x, w, b *G.Node, k, stride, pad, taps int) *G.Node {
	y := s.Must(ops.Conv2D(x, w, b, ops.Filter{Stride: [2]int{stride, stride}, Pad: [2]int{pad, pad}}))
	d := y.Shape()
	s.record(Layer{Op: fmt.Sprintf("conv %d×%d/%d", k, k, stride), MACs: d[1] * d[2] * d[3] * taps}, y, field{k, stride}, x)
	s.outputs[s.In("weight").path] = y
	return y
}
