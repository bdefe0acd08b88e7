package nn_test

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/nn"
)

// residual is a small residual network (He et al. 2015). Its fields are its
// hyperparameters.
type residual struct {
	Blocks int `doc:"residual blocks, of two convolutions each"`
	Width  int `doc:"filters of each convolution"`
}

// Build takes images (N, H, W, C) and returns logits (N, classes).
func (m residual) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	conv := func(s *nn.Scope, x *G.Node, i int) *G.Node {
		x = nn.Conv(s.In("conv%d", i).BeforeNorm(), x, m.Width, 3, 1, 1)
		return nn.Norm(s.In("bn%d", i), x)
	}
	x := nn.Act(s.In("act"), conv(s, in[0], 1)) // (N, H, W, Width)
	for i := range m.Blocks {
		b := s.Branch(m.Blocks, 2).In("block%d", i)
		y := nn.Act(b.In("act1"), conv(b, x, 1))
		y = conv(b.Last(), y, 2)
		x = nn.Act(b.In("act2"), nn.Add(b.In("add"), y, x))
	}
	x = nn.GlobalAvgPool(s.In("pool"), x) // (N, Width)
	return nn.Logits(s.In("fc"), x)
}

// A network says which layers there are. Initialisation, norm and activation are choices of
// the settings.
func ExampleNetwork() {
	p := nn.OutlineParams(tensor.Float32)
	pr, err := nn.Build(p, nn.Infer, residual{Blocks: 1, Width: 16}, nn.Settings{
		Options: nn.Options{Init: "kaiming_normal", ResidualInit: "zero", Norm: "batch", Activation: "relu"},
		Spec:    datasets.Images(28, 28, 1, 10), Batch: 1,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range pr.Layers {
		fmt.Println(l.Path, l.Op, l.Out[1:], l.Params)
	}
	fmt.Println(p.Count(), "parameters,", pr.MACs(), "multiply-adds")
	// Output:
	// conv1 conv 3×3/1 [28 28 16] 144
	// bn1 batch norm [28 28 16] 32
	// act relu [28 28 16] 0
	// block0.conv1 conv 3×3/1 [28 28 16] 2304
	// block0.bn1 batch norm [28 28 16] 32
	// block0.act1 relu [28 28 16] 0
	// block0.conv2 conv 3×3/1 [28 28 16] 2304
	// block0.bn2 batch norm [28 28 16] 32
	// block0.add add [28 28 16] 0
	// block0.act2 relu [28 28 16] 0
	// pool global average pool [16] 0
	// fc linear [10] 170
	// 5018 parameters, 3725728 multiply-adds
}
