package nn

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/ops"
	"zoo/internal/problem"
)

// The defaults of PyTorch: what is added to the variance, and the weight of the
// newest batch in the running statistics.
const (
	defaultNormEps = 1e-5
	normMomentum   = 0.1
)

// normEps is what the scope's norms add to the variance.
func (s *Scope) normEps() float64 {
	s.ask("norm_eps")
	if s.NormEps == 0 {
		return defaultNormEps
	}
	return s.NormEps
}

var normWords = []problem.Choice{
	{Form: "none", Doc: "none"},
	{Form: "batch", Doc: "over the batch and the positions, for each channel (Ioffe & Szegedy 2015)"},
	{Form: "layer", Doc: "over all values of an example, or of each token (Ba et al. 2016)"},
	{Form: "group(groups)", Doc: "of images, over the positions and that many groups of channels (Wu & He 2018)"},
	{Form: "instance", Doc: "of images, over the positions, for each channel of an example (Ulyanov et al. 2016)"},
	{Form: "rms", Doc: "by the root mean square over the channels of each position or token (Zhang & Sennrich 2019)"},
}

type normChoice struct {
	name   string
	groups int
}

func parseNorm(s string) (normChoice, error) {
	name, args, err := choice(s, normWords)
	n := normChoice{name: name}
	if err == nil && name == "group" {
		if n.groups = int(args[0]); float64(n.groups) != args[0] || n.groups < 1 {
			err = fmt.Errorf("group: have %v groups, want a positive whole number", args[0])
		}
	}
	return n, err
}

// Norm is the scope's choice of normalisation of images (N, H, W, C), of tokens
// (N, T, D), each by itself but for batch norm, or of x (N, D), with a learned scale
// and shift for each channel.
func Norm(s *Scope, x *G.Node) *G.Node {
	s.ask("norm")
	n, err := parseNorm(s.Norm)
	if err != nil {
		s.Fail(err)
	}
	d := x.Shape()
	c := d[d.Dims()-1]
	if n.name == "none" {
		return x
	}
	scale := s.Param("weight", NoDecay, constant(s.lastScale()), c)
	if n.name == "rms" {
		y := s.Must(ops.RMSNorm(x, scale, s.normEps()))
		return s.record(Layer{Op: "rms norm"}, y, field{}, x)
	}
	shift := s.Param("bias", NoDecay, constant(0), c)
	var y *G.Node
	switch {
	case n.name == "batch":
		y = s.batchNorm(x, scale, shift)
	case d.Dims() == 4 && n.name == "layer":
		y = s.Must(ops.GroupNorm(x, scale, shift, 1, s.normEps()))
	case n.name == "layer":
		y = s.Must(ops.LayerNorm(x, scale, shift, s.normEps()))
	case d.Dims() == 4 && n.name == "instance":
		y = s.Must(ops.GroupNorm(x, scale, shift, c, s.normEps()))
	case d.Dims() == 4:
		y = s.Must(ops.GroupNorm(x, scale, shift, n.groups, s.normEps()))
	default:
		s.Fail(fmt.Errorf("%s norm: have input %v, want images (N, H, W, C); for vectors and tokens use batch, layer or rms", n.name, d))
	}
	return s.record(Layer{Op: n.name + " norm"}, y, field{}, x)
}

func (s *Scope) batchNorm(x, scale, shift *G.Node) *G.Node {
	c := scale.Shape()[0]
	mean := s.Param("running_mean", State, constant(0), c)
	variance := s.Param("running_var", State, constant(1), c)
	if s.mode != Train {
		return s.Must(ops.BatchNormEval(x, scale, shift, mean, variance, s.normEps()))
	}
	y, stats, err := ops.BatchNorm(x, scale, shift, s.normEps())
	s.After(func() {
		stats.Update(mean.Value().(*tensor.Dense), variance.Value().(*tensor.Dense), normMomentum)
	})
	return s.Must(y, err)
}
