package nn

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

// preluSlope is the slope that PReLU starts with (He et al. 2015).
const preluSlope = 0.25

var activationWords = []Choice{
	{Form: "relu", Doc: "max(x, 0)"},
	{Form: "relu6", Doc: "min(max(x, 0), 6)"},
	{Form: "leaky(slope)", Doc: "x, and slope·x below 0 (Maas et al. 2013)"},
	{Form: "prelu", Doc: "the same with a slope that each channel learns, from 0.25 (He et al. 2015)"},
	{Form: "elu", Doc: "x, and exp(x) − 1 below 0 (Clevert et al. 2015)"},
	{Form: "gelu", Doc: "x·Φ(x) (Hendrycks & Gimpel 2016)"},
	{Form: "gelu_tanh", Doc: "gelu's approximation by tanh"},
	{Form: "silu", Doc: "x·sigmoid(x) (Elfwing et al. 2017)"},
	{Form: "hardswish", Doc: "x·hardsigmoid(x) (Howard et al. 2019)"},
	{Form: "tanh", Doc: "tanh(x)"},
	{Form: "sigmoid", Doc: "1/(1 + exp(−x))"},
	{Form: "hardsigmoid", Doc: "min(max(x + 3, 0), 6)/6"},
	{Form: "scaled_tanh", Doc: "1.7159·tanh(2x/3) (LeCun et al. 1998)"},
	{Form: "linear", Doc: "x"},
}

// An activationChoice is one of activationWords.
type activationChoice struct {
	word  string
	slope float64 // of leaky
}

func parseActivation(s string) (activationChoice, error) {
	word, args, err := parseChoice(s, activationWords)
	if err != nil {
		return activationChoice{}, err
	}
	a := activationChoice{word: word}
	if word == "leaky" {
		if a.slope = args[0]; !(a.slope > 0 && a.slope < 1) {
			return activationChoice{}, fmt.Errorf("leaky: have slope %v, want one between 0 and 1", a.slope)
		}
	}
	return a, nil
}

// String is the choice as a config has it.
func (a activationChoice) String() string {
	if a.word == "leaky" {
		return withNumber(a.word, a.slope)
	}
	return a.word
}

// gain is √2 for the ReLU family and PyTorch's recommendation for the rest
// (torch.nn.init.calculate_gain); where PyTorch recommends nothing (elu, gelu, silu,
// hardswish) it is ReLU's, which they resemble, and for hardsigmoid sigmoid's.
func (a activationChoice) gain() float64 {
	switch a.word {
	case "leaky":
		return math.Sqrt(2 / (1 + a.slope*a.slope))
	case "prelu":
		return math.Sqrt(2 / (1 + preluSlope*preluSlope))
	case "tanh":
		return 5.0 / 3
	case "sigmoid", "hardsigmoid", "linear", "scaled_tanh":
		return 1 // scaled tanh maps unit variance to about unit variance without it
	}
	return math.Sqrt2
}

// Act is the scope's choice of activation, of x of any shape. PReLU learns a slope for
// each channel, the last axis, and Fixup a bias, so each activation needs a scope of its
// own.
func Act(s *Scope, x *G.Node) *G.Node {
	s.ask("activation")
	x = s.fixupBias("bias", x)
	var y *G.Node
	var err error
	switch s.activation.word {
	case "linear":
		return x
	case "relu":
		y, err = ops.Relu(x)
	case "leaky":
		y, err = ops.Leaky(x, s.activation.slope)
	case "prelu":
		d := x.Shape()
		y, err = ops.PReLU(x, s.Param("weight", NoDecay, constant(preluSlope), d[d.Dims()-1]))
	case "elu":
		y, err = ops.ELU(x, 1)
	case "relu6":
		y, err = ops.Relu6(x)
	case "hardswish":
		y, err = ops.HardSwish(x)
	case "hardsigmoid":
		y, err = ops.HardSigmoid(x)
	case "gelu":
		y, err = ops.GELU(x)
	case "gelu_tanh":
		y, err = ops.GELUTanh(x)
	case "silu":
		y, err = ops.SiLU(x)
	case "tanh":
		y, err = ops.Tanh(x)
	case "sigmoid":
		y, err = ops.Sigmoid(x)
	case "scaled_tanh":
		y, err = ops.ScaledTanh(x)
	}
	return s.record(Layer{Op: s.activation.word}, s.Must(y, err), field{}, x)
}

// Dropout sets values of x, of any shape, to 0 with the scope's probability p and divides
// the others by 1 − p (Srivastava et al. 2014). It does so only in training. What it
// drops depends on the seed, the scope's path and the step.
func Dropout(s *Scope, x *G.Node) *G.Node {
	s.ask("dropout")
	if s.dropout == 0 || s.mode != Train {
		return x
	}
	step := s.step
	y := s.Must(ops.Dropout(x, s.dropout, s.params.seed^hash(s.path+".dropout"), func() uint64 { return *step }))
	return s.record(Layer{Op: "dropout"}, y, field{}, x)
}
