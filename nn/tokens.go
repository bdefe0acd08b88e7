package nn

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

// tokens fails unless x is (N, T, D), and returns its sizes.
func (s *Scope) tokens(x *G.Node) (n, t, d int) {
	shape := x.Shape()
	if shape.Dims() != 3 {
		s.Fail(fmt.Errorf("have input %v, want tokens (N, T, D)", shape))
	}
	return shape[0], shape[1], shape[2]
}

// Patches cuts images (N, H, W, C) into patches of h×w pixels, and makes a token of each
// by a linear layer of its pixels: (N, H/h·W/w, dim), row by row (Dosovitskiy et al.
// 2020). It is a convolution, and its weights (h, w, C, dim) have the shape of one. But
// as patches do not overlap, an input reaches only dim outputs: that is the fan-out.
func Patches(s *Scope, x *G.Node, dim, h, w int) *G.Node {
	_, height, width, c := s.image(x)
	if dim < 1 || h < 1 || w < 1 {
		s.Fail(fmt.Errorf("patches: have %d values for %d×%d pixels, want positive sizes", dim, h, w))
	}
	if height%h != 0 || width%w != 0 {
		s.Fail(fmt.Errorf("patches: have images of %d×%d pixels, want sides that patches of %d×%d divide", height, width, h, w))
	}
	x = s.fixupBias("bias_in", x)
	in := h * w * c
	weight := s.weight("weight", Layout{kind: filters}, in, dim, h, w, c, dim)
	f := Filter{Size: [2]int{h, w}, Stride: [2]int{h, w}}.withDefaults()
	y := s.conv(x, weight, s.bias("bias", dim, func(int) int { return in }), f, in*dim) // (N, H/h, W/w, dim)
	return s.sameField(y, s.Must(ops.Tokens(y)))
}

// embeddingStd is the standard deviation with which learned positions start
// (Devlin et al. 2018; Dosovitskiy et al. 2020).
const embeddingStd = 0.02

// ClassToken puts a learned token before the tokens x (N, T, D): (N, 1 + T, D). Its output
// stands for the image (Devlin et al. 2018). It starts at zero.
func ClassToken(s *Scope, x *G.Node) *G.Node {
	_, _, d := s.tokens(x)
	y := s.Must(ops.ClassToken(x, s.Param("class_token", NoDecay, constant(0), 1, 1, d)))
	return s.record(Layer{Op: "class token"}, y, field{}, x)
}

// PositionEmbedding adds to each token of x (N, T, D) a vector for its position. kind says
// which: "learned", "sin", the sines and cosines of Vaswani et al. 2017, or "none", which
// adds nothing.
func PositionEmbedding(s *Scope, x *G.Node, kind string) *G.Node {
	_, t, d := s.tokens(x)
	var p *G.Node
	switch kind {
	case "none":
		return x
	case "learned":
		p = s.Param("pos_embedding", NoDecay, normal(func(int, int) float64 { return embeddingStd }).fill, 1, t, d)
	case "sin":
		s.reserve("pos_embedding", State, 1, t, d)
		p = s.Constant("pos_embedding", sinusoids(t, d), 1, t, d)
	default:
		s.Fail(fmt.Errorf("positions: %w", unknown(kind, []string{"learned", "sin", "none"})))
	}
	y := s.Must(ops.AddMap(x, p))
	return s.record(Layer{Op: "positions, " + kind}, y, field{}, x)
}

// sinusoids are, for position p, sin(p/10000^(2i/d)) at 2i and the cosine at 2i + 1.
func sinusoids(t, d int) []float64 {
	v := make([]float64, 0, t*d)
	for p := range t {
		for i := range d {
			angle := float64(p) / math.Pow(10000, float64(i/2*2)/float64(d))
			if i%2 == 0 {
				v = append(v, math.Sin(angle))
			} else {
				v = append(v, math.Cos(angle))
			}
		}
	}
	return v
}

// TakeToken is token i of each example of x (N, T, D): (N, D).
func TakeToken(s *Scope, x *G.Node, i int) *G.Node {
	y := s.Must(ops.TakeToken(x, i))
	return s.record(Layer{Op: fmt.Sprintf("token %d", i)}, y, field{}, x)
}

// MeanTokens is the mean of the tokens (N, T, D): (N, D).
func MeanTokens(s *Scope, x *G.Node) *G.Node {
	s.tokens(x)
	y := s.Must(ops.GlobalAvgPool(x))
	return s.record(Layer{Op: "mean of tokens"}, y, field{}, x)
}
