package architectures

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"zoo/internal/problem"
	"zoo/nn"
)

// CIFARResNet is the network of He et al. 2015, section 4.2, for small images:
// a 3×3 convolution, three stages of n blocks of two 3×3 convolutions with
// Width, 2·Width and 4·Width filters, and a linear layer: Depth = 6n+2 layers.
//
// Shortcut none is the paper's plain network: the same layers, names and
// initial weights.
//
// Option A appends its zero channels behind the others. Some published weights
// are of networks that put half of them in front: these load, by their names,
// but their numbers mean another function.
type CIFARResNet struct {
	Depth    int    `doc:"layers, 6n+2 with n blocks a stage: 8, 14, 20, 32, 44, 56, 110, 1202"`
	Width    int    `doc:"filters of the first stage"`
	Shortcut string `doc:"A: identity, subsampled and padded with zero channels where sizes change; B: there a 1×1 convolution; none: plain network" enum:"A,B,none"`
	PreAct   bool   `doc:"norm and activation before each convolution (He et al. 2016)"`
}

const (
	resnetPaper = "He, Zhang, Ren & Sun 2015, Deep residual learning for image recognition"
	preactPaper = "He, Zhang, Ren & Sun 2016, Identity mappings in deep residual networks"
)

func init() {
	register := func(name, paper string, net CIFARResNet) {
		Register(Model{
			Name: name, Paper: paper, Network: net,
			Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "batch", Activation: "relu"},
			Input:   [3]int{32, 32, 3}, Classes: 10,
		})
	}
	for _, depth := range []int{20, 32, 44, 56, 110, 1202} {
		register(fmt.Sprintf("resnet%d", depth), resnetPaper, CIFARResNet{Depth: depth, Width: 16, Shortcut: "A"})
		if depth <= 110 {
			register(fmt.Sprintf("resnet%d-b", depth), resnetPaper, CIFARResNet{Depth: depth, Width: 16, Shortcut: "B"})
		}
		if depth <= 56 { // the plain networks of Figure 6
			register(fmt.Sprintf("plain%d", depth), resnetPaper, CIFARResNet{Depth: depth, Width: 16, Shortcut: "none"})
		}
	}
	register("preact-resnet110", preactPaper, CIFARResNet{Depth: 110, Width: 16, Shortcut: "A", PreAct: true})
}

// Validate reports hyperparameters that make no network.
func (m CIFARResNet) Validate() (ps []problem.Problem) {
	if m.Depth < 8 || (m.Depth-2)%6 != 0 {
		ps = append(ps, problem.Problem{Key: "depth", Message: fmt.Sprintf("have %d, want 6n+2 layers: 8, 14, 20, 26, 32, ...", m.Depth)})
	}
	if m.Width < 1 {
		ps = append(ps, problem.Problem{Key: "width", Message: fmt.Sprintf("have %d, want at least 1 filter", m.Width)})
	}
	switch m.Shortcut {
	case "A", "B", "none":
	default:
		ps = append(ps, problem.Problem{Key: "shortcut", Message: fmt.Sprintf("have %q, want A, B or none", m.Shortcut)})
	}
	return ps
}

// Build takes images (N, H, W, C).
func (m CIFARResNet) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	blocks := (m.Depth - 2) / 6
	x := nn.Conv(s.In("conv1").BeforeNorm(), in[0], m.Width, 3, 1, 1)
	if !m.PreAct {
		x = nn.Act(s.In("relu"), nn.Norm(s.In("bn1"), x))
	}
	for stage := range 3 {
		for b := range blocks {
			stride := 1
			if stage > 0 && b == 0 {
				stride = 2
			}
			x = m.block(s.In("layer%d.%d", stage+1, b), x, m.Width<<stage, stride)
		}
	}
	if m.PreAct {
		x = nn.Act(s.In("relu"), nn.Norm(s.In("bn"), x))
	}
	return nn.Logits(s.In("linear"), nn.GlobalAvgPool(s.In("pool"), x))
}

// block is two 3×3 convolutions and the way around them.
func (m CIFARResNet) block(s *nn.Scope, x *G.Node, width, stride int) *G.Node {
	in, end := s, s
	if m.Shortcut != "none" {
		in = s.Branch((m.Depth-2)/2, 2)
		end = in.Last()
	}
	if m.PreAct {
		y := nn.Act(in.In("relu1"), nn.Norm(in.In("bn1"), x))
		y = nn.Conv(in.In("conv1").BeforeNorm(), y, width, 3, stride, 1)
		y = nn.Act(in.In("relu2"), nn.Norm(in.In("bn2"), y))
		y = nn.Conv(end.In("conv2").NormedLater(), y, width, 3, 1, 1)
		return m.join(s, x, y, width, stride)
	}
	y := nn.Conv(in.In("conv1").BeforeNorm(), x, width, 3, stride, 1)
	y = nn.Act(in.In("relu1"), nn.Norm(in.In("bn1"), y))
	y = nn.Conv(end.In("conv2").BeforeNorm(), y, width, 3, 1, 1)
	y = nn.Norm(end.In("bn2"), y)
	return nn.Act(s.In("relu2"), m.join(s, x, y, width, stride))
}

// join adds the branch y to the way around it.
func (m CIFARResNet) join(s *nn.Scope, x, y *G.Node, width, stride int) *G.Node {
	if m.Shortcut == "none" {
		return y
	}
	if from := x.Shape()[3]; stride != 1 || from != width {
		if m.Shortcut == "B" {
			x = nn.Conv(s.In("shortcut.0").BeforeNorm(), x, width, 1, stride, 0)
			x = nn.Norm(s.In("shortcut.1"), x)
		} else {
			x = nn.Subsample(s.In("shortcut"), x, width, stride)
		}
	}
	return nn.Add(s.In("add"), y, x)
}
