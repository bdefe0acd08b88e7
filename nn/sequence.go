package nn

import (
	"fmt"

	G "gorgonia.org/gorgonia"

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
