package architectures

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"zoo/internal/problem"
	"zoo/nn"
)

// VGG is the network of Simonyan & Zisserman 2014, Table 1: blocks of 3×3
// convolutions with ReLU, each block followed by 2×2 max pooling, then linear
// layers. The first block has Width filters, each further one twice as many as
// the one before, up to 8·Width.
//
// Parameters have torchvision's names, where features counts every convolution,
// norm, activation and pooling. As there, a convolution has a bias even before a
// norm.
//
// Differs from the paper: images of 32×32 pixels leave one pixel behind five
// poolings, so that one linear layer takes the place of the paper's three.
type VGG struct {
	Blocks []int `doc:"3×3 convolutions in each block"`
	Width  int   `doc:"filters of the first block"`
}

// The columns of Table 1.
var (
	vggA = []int{1, 1, 2, 2, 2} // 64 M 128 M 256 256 M 512 512 M 512 512 M
)

func init() {
	Register(Model{
		Name: "vgg11-cifar", Paper: "Simonyan & Zisserman 2014, Very deep convolutional networks for large-scale image recognition",
		Network: VGG{Blocks: vggA, Width: 64},
		Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "none", Activation: "relu"},
		Input:   [3]int{32, 32, 3}, Classes: 10,
	})
}

// Validate reports hyperparameters that make no network.
func (m VGG) Validate() (ps []problem.Problem) {
	if len(m.Blocks) == 0 {
		ps = append(ps, problem.Problem{Key: "blocks", Message: "have none, want at least one block"})
	}
	for _, n := range m.Blocks {
		if n < 1 {
			ps = append(ps, problem.Problem{Key: "blocks", Message: fmt.Sprintf("have %v, want at least 1 convolution in each", m.Blocks)})
			break
		}
	}
	if m.Width < 1 {
		ps = append(ps, problem.Problem{Key: "width", Message: fmt.Sprintf("have %d, want at least 1 filter", m.Width)})
	}
	return ps
}

// Build takes images (N, H, W, C).
func (m VGG) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x, layer := in[0], 0
	next := func() *nn.Scope {
		layer++
		return s.In("features.%d", layer-1)
	}
	for i, convs := range m.Blocks {
		for range convs {
			x = nn.Conv(next(), x, m.Width<<min(i, 3), 3, 1, 1)
			if s.Norm != "none" {
				x = nn.Norm(next(), x)
			}
			x = nn.Act(next(), x)
		}
		x = nn.MaxPool(next(), x, 2, 2, 0)
	}
	return nn.Logits(s.In("classifier"), nn.Dropout(s.In("dropout"), x))
}
