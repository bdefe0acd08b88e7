package architectures

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/datasets/images"
	"zoo/nn"
)

// Xception is the network of Chollet 2017, Figure 5, in timm's names: residual
// blocks of separable convolutions, each of which is a depthwise 3×3 convolution and a 1×1
// convolution, with neither a norm nor an activation between the two.
type Xception struct {
	Stem    string `doc:"imagenet: two 3×3 convolutions, the first of stride 2; small: 3×3 convolution" enum:"imagenet,small"`
	Middle  int    `doc:"blocks of the middle flow"`
	Divisor int    `doc:"divides the number of filters of every layer; 1: the paper's"`
}

func init() {
	Register(Model{
		Name: "xception", Paper: "Chollet 2017, Xception: deep learning with depthwise separable convolutions",
		Network: Xception{Stem: "imagenet", Middle: 8, Divisor: 1},
		Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "batch", Activation: "relu", Dropout: 0.5},
		Data:    datasets.Images(299, 299, 3, 1000),
		Photos:  images.Inception(333, 299, "bicubic"), // timm's weights
	})
}

// Validate reports hyperparameters that no network can have.
func (m Xception) Validate() (ps []nn.Problem) {
	ps = checkFamily(m.Stem, m.Divisor)
	if m.Middle < 0 {
		ps = append(ps, nn.Problem{Key: "middle", Message: fmt.Sprintf("have %d, want at least 0 blocks", m.Middle)})
	}
	return ps
}

// Build takes images (N, H, W, C) and returns logits (N, classes).
func (m Xception) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	d := divisor(m.Divisor)
	x, block := m.stem(s, in[0]), 0
	next := func(stride int, filters ...int) {
		block++
		x = m.block(s.In("block%d", block), x, stride, block > 1, filters)
	}
	next(2, 128, 128) // entry flow
	next(2, 256, 256)
	next(2, 728, 728)
	for range m.Middle {
		next(1, 728, 728, 728)
	}
	next(2, 728, 1024) // exit flow
	for i, filters := range []int{1536, 2048} {
		x = separable(s.In("conv%d", 3+i), s.In("conv%d", 3+i), x, d.of(filters))
		x = nn.Act(s.In("act%d", 3+i), nn.Norm(s.In("bn%d", 3+i), x))
	}
	x = nn.Dropout(s.In("dropout"), nn.GlobalAvgPool(s.In("global_pool"), x))
	return nn.Logits(s.In("fc"), x)
}

func (m Xception) stem(s *nn.Scope, x *G.Node) *G.Node {
	d := divisor(m.Divisor)
	if m.Stem == "small" {
		return d.smallStem(s, x, 64)
	}
	x = nn.Conv(s.In("conv1").BeforeNorm(), x, d.of(32), 3, 2, 0)
	x = nn.Act(s.In("act1"), nn.Norm(s.In("bn1"), x))
	x = nn.Conv(s.In("conv2").BeforeNorm(), x, d.of(64), 3, 1, 0)
	return nn.Act(s.In("act2"), nn.Norm(s.In("bn2"), x))
}

// block is separable convolutions, each preceded by an activation (except in the first
// block) and followed by a norm; pooling, if there is a stride; and a shortcut, which is a
// 1×1 convolution where sizes change.
func (m Xception) block(s *nn.Scope, x *G.Node, stride int, activate bool, filters []int) *G.Node {
	d := divisor(m.Divisor)
	in := s.Branch(4+m.Middle, 2*len(filters))
	y, at := x, 0
	scope := func(s *nn.Scope) *nn.Scope { // rep numbers every layer
		at++
		return s.In("rep.%d", at-1)
	}
	for i, n := range filters {
		end := in
		if i == len(filters)-1 {
			end = in.Last()
		}
		if i > 0 || activate {
			y = nn.Act(scope(in), y)
		}
		here := scope(in)
		y = separable(here, end.In("rep.%d", at-1), y, d.of(n))
		y = nn.Norm(scope(end), y)
	}
	if stride > 1 {
		y = nn.MaxPool(scope(in), y, 3, stride, 1)
	}
	if channels := d.of(filters[len(filters)-1]); !unchanged(x, channels, stride) {
		x = nn.Norm(s.In("skipbn"), nn.Conv(s.In("skip").BeforeNorm(), x, channels, 1, stride, 0))
	}
	return nn.Add(s.In("add"), y, x)
}

// separable is a separable convolution of 3×3 pixels: depthwise, in the scope of
// that name, and pointwise, which a norm follows, in its own.
func separable(depthwise, pointwise *nn.Scope, x *G.Node, filters int) *G.Node {
	channels := x.Shape()[3]
	x = nn.Conv2D(depthwise.In("conv1").NoBias(), x, channels, nn.Filter{Size: [2]int{3, 3}, Pad: [2]int{1, 1}, Groups: channels})
	return nn.Conv(pointwise.In("pointwise").BeforeNorm(), x, filters, 1, 1, 0)
}
