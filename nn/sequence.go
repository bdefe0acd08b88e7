package nn

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"gorgonia.org/tensor"

	"zoo/internal/ops"
)

// CausalConv is a convolution of sequences x (N, T, C) with filters of k taps,
// dilation positions apart, in which no position sees what comes later: (N, T, out)
// (van den Oord et al. 2016, WaveNet; Bai et al. 2018). Its weight has the layout of
// PyTorch's Conv1d. In a program of steps the latest dilation·(k−1) inputs are carried.
func CausalConv(s *Scope, x *G.Node, out, k, dilation int) *G.Node {
	_, t, c := s.tokens(x)
	if out < 1 || k < 1 || dilation < 1 {
		s.Fail(fmt.Errorf("causal convolution: have %d filters of %d taps, dilation %d, want positive numbers", out, k, dilation))
	}
	x = s.fixupBias("bias_in", x)
	in := k * c
	w := s.weight("weight", Layout{kind: filters1D}, in, k*out, k, c, out)
	b := s.bias("bias", out, func(int) int { return in })
	seen := x
	f := ops.Filter1D{Causal: true, Dilation: dilation}
	if s.Stepping() {
		latest, position := s.Carry("latest", dilation*(k-1)+1, c), s.stepPositions(0)
		latest.Push(s, x)
		seen = s.Must(ops.Taps(s.Must(ops.Put(latest.Now(), x, position)), position, k, dilation))
		f = ops.Filter1D{}
	}
	y := s.Must(ops.Conv1D(seen, w, b, f))
	y = s.record(Layer{Op: fmt.Sprintf("causal conv %d, dilation %d", k, dilation), MACs: t * in * out}, y, field{}, x)
	s.weighted[s.In("weight").path] = y
	return s.fixupLast(y)
}

// TokenConv is a causal convolution of tokens (N, T), each of which stands for a vector with
// a single 1, with filters of k taps: (N, T, out). Its weight (k, tokens, out) has the layout
// of PyTorch's Conv1d. It looks vectors up, and multiplies nothing.
func TokenConv(s *Scope, tokens *G.Node, out, k int) *G.Node {
	size := s.data.Inputs[0].Size
	if s.data.Inputs[0].Dtype != tensor.Int || tokens.Dims() != 2 || out < 1 || k < 1 {
		s.Fail(fmt.Errorf("convolution of tokens: have %v, %d filters of %d taps, want tokens (N, T) and positive numbers", tokens.Shape(), out, k))
	}
	in := k * size
	w := s.weight("weight", Layout{kind: filters1D}, in, k*out, k, size, out)
	var y *G.Node
	for i := range k {
		tap := s.delayed(s.Must(ops.EmbeddingOf(tokens, w, i)), k-1-i) // (N, T, out)
		if y == nil {
			y = tap
		} else {
			y = s.Must(ops.Add(y, tap))
		}
	}
	if b := s.bias("bias", out, func(int) int { return in }); b != nil {
		y = s.Must(ops.AddMap(y, b))
	}
	return s.record(Layer{Op: fmt.Sprintf("causal conv %d of %d tokens", k, size)}, y, field{})
}

// delayed is x (N, T, C) as it was so many positions before, from zeros on. In a program of
// steps the latest positions are carried.
func (s *Scope) delayed(x *G.Node, by int) *G.Node {
	switch {
	case by == 0:
		return x
	case !s.Stepping():
		return s.Must(ops.Delay(x, by))
	}
	latest := s.Carry(fmt.Sprintf("latest_%d", by), by, x.Shape()[2])
	latest.Push(s, x)
	return s.Must(ops.Taps(latest.Now(), s.stepPositions(0), 1, 1)) // the row that is pushed out
}

// GatedTanh is the gated unit of van den Oord et al. 2016, WaveNet: tanh(a)∘σ(b) of
// x (N, T, 2·C), which is a and b side by side: (N, T, C). shift (N, 2·C), if it is not nil,
// is added to each position first.
func GatedTanh(s *Scope, x, shift *G.Node) *G.Node {
	y := s.Must(ops.GatedTanh(x, shift))
	return s.record(Layer{Op: "gated tanh"}, y, field{}, x)
}
