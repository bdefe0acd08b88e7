package architectures

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"zoo/nn"
)

// This file holds what the networks of Sandler et al. 2018 and Howard et al. 2019 have in
// common. An inverted residual is a 1×1 convolution to many channels, a depthwise
// convolution, and a 1×1 convolution back to few channels without an activation. If input
// and output have the same shape, it has a shortcut.

// An invertedResidual is such a block.
type invertedResidual struct {
	kernel, expanded, filters, stride int

	swish   bool   // hard swish, not the scope's activation
	squeeze int    // hidden units of squeeze-and-excitation; 0: none
	parts   string // name of the block's parts, which are numbered
	bare    bool   // the last convolution and its norm are parts of their own, as in torchvision's MobileNetV2
}

// residual tells whether the block has a shortcut.
func (b invertedResidual) residual(channels int) bool { return b.stride == 1 && channels == b.filters }

// build applies the block. residuals is how many blocks of the network have a shortcut.
func (b invertedResidual) build(s *nn.Scope, x *G.Node, residuals int) *G.Node {
	channels := x.Shape()[3]
	in, end := s, s
	if b.residual(channels) {
		convs := 3
		if b.expanded == channels {
			convs = 2
		}
		in = s.Branch(residuals, convs)
		end = in.Last()
	}
	y, part := x, 0
	next := func(s *nn.Scope) *nn.Scope {
		part++
		return s.In("%s.%d", b.parts, part-1)
	}
	if b.expanded != channels {
		y = convNormAct(next(withSwish(in, b.swish)), y, b.expanded, nn.Filter{Size: [2]int{1, 1}})
	}
	y = convNormAct(next(withSwish(in, b.swish)), y, b.expanded, nn.Filter{Size: [2]int{b.kernel, b.kernel}, Stride: [2]int{b.stride, b.stride},
		Pad: [2]int{b.kernel / 2, b.kernel / 2}, Groups: b.expanded})
	if b.squeeze > 0 {
		y = squeezeExcite(next(in), y, b.squeeze)
	}
	conv := next(end)
	norm := conv.In("1")
	if b.bare {
		norm = next(end)
	} else {
		conv = conv.In("0")
	}
	y = nn.Norm(norm, nn.Conv(conv.BeforeNorm(), y, b.filters, 1, 1, 0))
	if b.residual(channels) {
		y = nn.Add(s.In("add"), y, x)
	}
	return y
}

// convNormAct is a convolution, a norm and an activation.
func convNormAct(s *nn.Scope, x *G.Node, filters int, f nn.Filter) *G.Node {
	x = nn.Conv2D(s.In("0").BeforeNorm(), x, filters, f)
	return nn.Act(s.In("2"), nn.Norm(s.In("1"), x))
}

// withSwish is the scope, with hard swish as its activation if swish is true.
func withSwish(s *nn.Scope, swish bool) *nn.Scope {
	if !swish {
		return s
	}
	return s.With(func(o *nn.Options) { o.Activation = "hardswish" })
}

// squeezeExcite multiplies each channel by a number from 0 to 1 that a perceptron computes
// from the means of all channels: Hu et al. 2018, with a hard sigmoid.
func squeezeExcite(s *nn.Scope, x *G.Node, hidden int) *G.Node {
	y := nn.AdaptiveAvgPool(s.In("avgpool"), x, 1, 1)
	y = nn.Act(s.In("activation"), nn.Conv(s.In("fc1"), y, hidden, 1, 1, 0))
	hard := s.With(func(o *nn.Options) { o.Activation = "hardsigmoid" })
	y = nn.Act(hard.In("scale_activation"), nn.Conv(hard.In("fc2"), y, x.Shape()[3], 1, 1, 0))
	return nn.ScaleChannels(s.In("scale"), x, y)
}

// mobileStem is the first convolution, of 3×3 pixels.
func mobileStem(s *nn.Scope, x *G.Node, filters int, stem string) *G.Node {
	stride := 2
	if stem == "small" {
		stride = 1
	}
	return convNormAct(s, x, filters, nn.Filter{Size: [2]int{3, 3}, Stride: [2]int{stride, stride}, Pad: [2]int{1, 1}})
}

// forStem removes the first halving of the image from the blocks after a small stem.
func forStem(blocks []invertedResidual, stem string) []invertedResidual {
	for i := range blocks {
		if stem == "small" && blocks[i].stride > 1 {
			blocks[i].stride = 1
			break
		}
	}
	return blocks
}

// invertedResiduals applies the blocks one after another; they are features 1, 2, ...
func invertedResiduals(s *nn.Scope, x *G.Node, blocks []invertedResidual) *G.Node {
	residuals, channels := 0, x.Shape()[3]
	for _, b := range blocks {
		if b.residual(channels) {
			residuals++
		}
		channels = b.filters
	}
	for i, b := range blocks {
		x = b.build(s.In("features.%d", i+1), x, residuals)
	}
	return x
}

// byEight is the multiple of 8 nearest to n, but at least 8 and not below nine tenths of n.
func byEight(n float64) int {
	eights := max(8, int(n+4)/8*8)
	if float64(eights) < 0.9*n {
		eights += 8
	}
	return eights
}

// checkWidth reports a number that filters cannot be multiplied by.
func checkWidth(width float64) (ps []nn.Problem) {
	if !(width > 0 && width <= 1000) {
		ps = append(ps, nn.Problem{Key: "width", Message: fmt.Sprintf("have %v, want a number above 0, and at most 1000", width)})
	}
	return ps
}
