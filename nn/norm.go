package nn

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/ops"
)

// PyTorch's defaults: what is added to the variance, and the weight of the newest batch
// in the running statistics.
const (
	defaultNormEps = 1e-5
	normMomentum   = 0.1
)

// eps is what the scope's norms add to the variance.
func (s *Scope) eps() float64 {
	s.ask("norm_eps")
	if s.normEps == 0 {
		return defaultNormEps
	}
	return s.normEps
}

var normWords = []Choice{
	{Form: "none", Doc: "none"},
	{Form: "batch", Doc: "over the batch and the positions, for each channel (Ioffe & Szegedy 2015)"},
	{Form: "layer", Doc: "over all values of an example, or of each token (Ba et al. 2016)"},
	{Form: "group(groups)", Doc: "of images, over the positions and that many groups of channels (Wu & He 2018)"},
	{Form: "instance", Doc: "of images, over the positions, for each channel of an example (Ulyanov et al. 2016)"},
	{Form: "rms", Doc: "by the root mean square over all values of an example, or of each token (Zhang & Sennrich 2019)"},
}

// A normKind is a word of normWords.
type normKind string

const (
	noNorm       normKind = "none"
	batchNorm    normKind = "batch"
	layerNorm    normKind = "layer"
	groupNorm    normKind = "group"
	instanceNorm normKind = "instance"
	rmsNorm      normKind = "rms"
)

type normChoice struct {
	kind   normKind
	groups int // of groupNorm
}

func parseNorm(s string) (normChoice, error) {
	word, args, err := parseChoice(s, normWords)
	if err != nil {
		return normChoice{}, err
	}
	n := normChoice{kind: normKind(word)}
	if n.kind == groupNorm {
		if n.groups = int(args[0]); float64(n.groups) != args[0] || n.groups < 1 {
			return normChoice{}, fmt.Errorf("group: have %v groups, want a positive whole number", args[0])
		}
	}
	return n, nil
}

// String is the choice as a config has it.
func (n normChoice) String() string {
	if n.kind == groupNorm {
		return withNumber(string(n.kind), float64(n.groups))
	}
	return string(n.kind)
}

// Norm is the scope's choice of normalisation, of images (N, H, W, C), of tokens
// (N, T, D), or of vectors (N, D), with a learned scale and shift for each channel. Of
// tokens each is normalised separately, except by batch norm.
func Norm(s *Scope, x *G.Node) *G.Node {
	if !s.Normed() {
		return x
	}
	d := x.Shape() // (N, ..., C)
	c := d[d.Dims()-1]
	scale := s.Param("weight", NoDecay, constant(s.lastScale()), c)
	if s.norm.kind == rmsNorm {
		y := s.Must(ops.RMSNorm(x, scale, s.eps()))
		return s.record(Layer{Op: "rms norm"}, y, field{}, x)
	}
	shift := s.Param("bias", NoDecay, constant(0), c)
	images := d.Dims() == 4
	var y *G.Node
	switch kind := s.norm.kind; {
	case kind == batchNorm:
		y = s.batchNorm(x, scale, shift)
	case kind == layerNorm && images:
		y = s.Must(ops.GroupNorm(x, scale, shift, 1, s.eps()))
	case kind == layerNorm:
		y = s.Must(ops.LayerNorm(x, scale, shift, s.eps()))
	case kind == instanceNorm && images:
		y = s.Must(ops.GroupNorm(x, scale, shift, c, s.eps()))
	case kind == groupNorm && images:
		y = s.Must(ops.GroupNorm(x, scale, shift, s.norm.groups, s.eps()))
	default:
		s.Fail(fmt.Errorf("%s norm: have input %v, want images (N, H, W, C); for vectors and tokens use batch, layer or rms", kind, d))
	}
	return s.record(Layer{Op: string(s.norm.kind) + " norm"}, y, field{}, x)
}

// Normed says whether layers of the scope are followed by a norm. It counts as asking for
// the choice of norm: a choice that nothing asks for has no effect, and zoo says so
// (Program.Unasked).
func (s *Scope) Normed() bool {
	s.ask("norm")
	return s.norm.kind != noNorm
}

func (s *Scope) batchNorm(x, scale, shift *G.Node) *G.Node {
	c := scale.Shape()[0]
	mean := s.Param("running_mean", State, constant(0), c)
	variance := s.Param("running_var", State, constant(1), c)
	if s.mode != Train {
		return s.Must(ops.BatchNormEval(x, scale, shift, mean, variance, s.eps()))
	}
	y, stats, err := ops.BatchNorm(x, scale, shift, s.eps())
	s.After(func() {
		stats.Update(mean.Value().(*tensor.Dense), variance.Value().(*tensor.Dense), normMomentum)
	})
	return s.Must(y, err)
}
