package nn

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

// Linear is x·w + b for x (N, I), or images (N, H, W, C), which it flattens;
// the result is (N, out).
func Linear(s *Scope, x *G.Node, out int) *G.Node {
	d := x.Shape()
	if d.Dims() != 2 && d.Dims() != 4 || out < 1 {
		s.Fail(fmt.Errorf("linear layer of %d units: have input %v, want (N, I) or (N, H, W, C), and at least one unit", out, d))
	}
	in := d.TotalSize() / d[0]
	layout := Layout{kind: matrix}
	if d.Dims() == 4 {
		layout = Layout{kind: flatMatrix, h: d[1], w: d[2], c: d[3]}
	}
	x = s.fixupBias("bias_in", x)
	w := s.weight(layout, in, out, in, out)
	y := s.Must(ops.Linear(x, w, s.bias(slices.Repeat([]int{in}, out))))
	s.record(Layer{Op: "linear", MACs: in * out}, y, field{}, x)
	s.outputs[s.In("weight").path] = y
	return s.fixupLast(y)
}

// Logits is the last layer of a classifier: Linear to one output a class.
//
// Its gain is that of a linear layer, since no activation follows, and of
// Kaiming's two fans it takes the inputs: the few classes as fan-out would make
// its weights, and with them the first losses, several times too large. With
// Fixup it starts at zero.
func Logits(s *Scope, x *G.Node) *G.Node {
	return Linear(s.With(func(o *Options) {
		o.Activation = "linear"
		o.Init = strings.TrimSuffix(o.Init, "_fan_out")
		if o.ResidualInit == "fixup" {
			o.Init, o.BiasInit = "zero", "zero"
		}
	}), x, s.classes)
}

// weight makes the scope's weight by its choice of initialisation and its place
// in a residual branch.
func (s *Scope) weight(layout Layout, in, out int, shape ...int) *G.Node {
	init, err := parseInit(s.Init, s.Activation)
	if err != nil {
		s.Fail(err)
	}
	return s.param("weight", spec{kind: Weight, layout: layout, init: s.branchInit(init), each: eachValue(s.Init), in: in, out: out, shape: shape})
}

// bias makes the scope's bias, one number for each output, or returns nil where
// it has none. fans are the fan-ins of the outputs.
func (s *Scope) bias(fans []int) *G.Node {
	if s.noBias {
		return nil
	}
	init, err := parseBiasInit(s.BiasInit)
	if err != nil {
		s.Fail(err)
	}
	return s.Param("bias", Gain, s.lastInit(eachBias(init, fans)), len(fans))
}

// eachBias draws the biases one after the other; fans are their outputs' fan-ins.
func eachBias(init Init, fans []int) Init {
	return func(r *rand.Rand, b []float64, _, out int) {
		for i, in := range fans {
			init(r, b[i:i+1], in, out)
		}
	}
}
