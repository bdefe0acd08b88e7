package architectures

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/nn"
)

// WaveNet is the network of van den Oord et al. 2016: a stack of causal convolutions of two
// taps with gated units, each with a residual connection, and one that skips the rest of the
// stack. In layer l of a cycle the taps are 2^l positions apart, so that a position sees
// 1 + Cycles·(2^Layers − 1) positions, and one more because of the first convolution.
//
// A second input conditions it: a class of each example adds a vector to the gated units of
// a layer, another one in each (the global condition of section 2.5), and numbers for each
// position, such as the features of a text, go through a 1×1 convolution (the local one,
// with as many positions as there are samples).
type WaveNet struct {
	Residual int  `doc:"channels of the residual stack"`
	Dilation int  `doc:"channels of the gated units"`
	Skip     int  `doc:"channels of the skip connections, and of the layers that read their sum"`
	Layers   int  `doc:"layers of a cycle, each of which sees twice as far as the one before"`
	Cycles   int  `doc:"how often the cycle is repeated"`
	Plain    bool `doc:"taps of all layers are neighbours: nothing is dilated"`
	Chain    bool `doc:"the last layers read the end of the residual stack: there are no skip connections"`
}

func init() {
	for name, m := range map[string]struct {
		net    WaveNet
		length int
	}{
		"wavenet":       {WaveNet{Residual: 32, Dilation: 32, Skip: 256, Layers: 10, Cycles: 3}, 4096},
		"wavenet-small": {WaveNet{Residual: 32, Dilation: 32, Skip: 64, Layers: 7, Cycles: 1}, 1024},
	} {
		Register(Model{
			Name: name, Paper: "van den Oord et al. 2016, WaveNet: a generative model for raw audio",
			Network: m.net,
			Options: nn.Options{Init: "fan_in_uniform", ResidualInit: "none", Norm: "none", Activation: "relu"},
			Data:    datasets.Tokens(m.length, 256),
		})
	}
}

// mostDilated is how many layers a cycle may have: the last of them sees 2^20 positions back.
const mostDilated = 21

// Validate reports hyperparameters that no network can have.
func (m WaveNet) Validate() []nn.Problem {
	ps := checkPositive(positive{"residual", m.Residual}, positive{"dilation", m.Dilation}, positive{"skip", m.Skip}, positive{"layers", m.Layers}, positive{"cycles", m.Cycles})
	if m.Layers > mostDilated {
		ps = append(ps, nn.Problem{Key: "layers", Message: fmt.Sprintf("have %d, want at most %d: each doubles the distance of the taps", m.Layers, mostDilated)})
	}
	return ps
}

// Build takes tokens (N, T) or numbers (N, T, C), and if it is conditioned classes (N) or
// numbers (N, T, C). It returns (N, T, classes), or (N, classes) for one target a sequence.
func (m WaveNet) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := m.causal(s.In("causal"), in[0]) // (N, T, Residual)
	var skips *G.Node                    // (N, T, Skip)
	layers := m.Layers * m.Cycles
	for i := range layers {
		layer := s.In("layers.%d", i)
		z := m.gated(layer, x, m.distance(i), in[1:]) // (N, T, Dilation)
		if !m.Chain {
			skip := nn.Linear(layer.In("skip"), z, m.Skip)
			if skips == nil {
				skips = skip
			} else {
				skips = nn.Add(layer.In("skips"), skips, skip)
			}
		}
		residual := layer.Branch(layers, 2).Last().In("residual")
		if i == layers-1 && !m.Chain {
			nn.Linear(residual.Unread(), z, m.Residual) // usual counts have it
			break
		}
		x = nn.Add(layer.In("add"), nn.Linear(residual, z, m.Residual), x)
	}
	if m.Chain {
		skips = x
	}
	y := nn.Act(s.In("relu1"), skips)
	y = nn.Linear(s.In("conv1"), y, m.Skip)
	y = nn.Dropout(s.In("dropout"), nn.Act(s.In("relu2"), y))
	if data := s.Data(); len(data.Outputs()) == 1 {
		y = nn.TakeToken(s.In("last"), y, data.Positions()-1) // (N, Skip)
	}
	return nn.Logits(s.In("conv2"), y)
}

// distance is how many positions the taps of layer i are apart.
func (m WaveNet) distance(i int) int {
	if m.Plain {
		return 1
	}
	return 1 << (i % m.Layers)
}

// causal is the first convolution.
func (m WaveNet) causal(s *nn.Scope, x *G.Node) *G.Node {
	data := s.Data()
	if data.Positions() == 0 {
		s.Fail(fmt.Errorf("have %s %v, want tokens (T) or numbers (T, C)", data.Inputs[0].Name, tensor.Shape(data.Inputs[0].Shape)))
	}
	if data.Inputs[0].Dtype == tensor.Int {
		return nn.TokenConv(s, x, m.Residual, 2)
	}
	return nn.CausalConv(s, x, m.Residual, 2, 1)
}

// gated are the gated units of a layer, Figure 4: tanh(filter)∘σ(gate), with both from one
// convolution.
func (m WaveNet) gated(s *nn.Scope, x *G.Node, distance int, condition []*G.Node) *G.Node {
	y := nn.CausalConv(s.In("dilated").BeforeNorm(), x, 2*m.Dilation, 2, distance) // (N, T, 2·Dilation)
	y = nn.Norm(s.In("norm"), y)
	var shift *G.Node
	for i, c := range condition {
		field := s.Data().Inputs[1+i]
		switch {
		case field.Dtype == tensor.Int && len(field.Shape) == 0:
			global := s.In("global")
			shift = nn.NewEmbedding(global, field.Size, 2*m.Dilation, 1/float64(m.Residual)).Look(global, c) // (N, 2·Dilation)
		case field.Dtype != tensor.Int && len(field.Shape) == 2:
			y = nn.Add(s.In("conditioned"), y, nn.Linear(s.In("local").NoBias(), c, 2*m.Dilation))
		default:
			s.Fail(fmt.Errorf("condition: have %s %v, want a class of each example, or numbers (T, C)", field.Name, tensor.Shape(field.Shape)))
		}
	}
	return nn.GatedTanh(s.In("gate"), y, shift)
}
