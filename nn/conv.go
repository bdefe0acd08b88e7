package nn

import (
	"cmp"
	"fmt"
	"math/rand/v2"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

// A Filter says how filters move over an image. The pairs are height and width.
type Filter struct {
	Size     [2]int
	Stride   [2]int // 0 means 1
	Pad      [2]int // of zeros, on each side
	Dilation [2]int // the distance of a filter's pixels; 0 means 1
	Groups   int    // how many groups of channels there are, each of which only its share of the filters reads; 0 means 1
}

// Conv is Conv2D with square filters of k×k pixels: images (N, H, W, C) to
// (N, OH, OW, out).
func Conv(s *Scope, x *G.Node, out, k, stride, pad int) *G.Node {
	if stride == 0 {
		s.Fail(fmt.Errorf("convolution: have stride 0, want at least 1"))
	}
	return Conv2D(s, x, out, squareFilter(k, stride, pad))
}

func squareFilter(k, stride, pad int) Filter {
	return Filter{Size: [2]int{k, k}, Stride: [2]int{stride, stride}, Pad: [2]int{pad, pad}}.withDefaults()
}

// Conv2D is a convolution of images (N, H, W, C) with out filters: (N, OH, OW, out)
// with OH = ⌊(H + 2·pad − dilation·(size − 1) − 1)/stride⌋ + 1, and OW alike. The weights
// are (size, size, C/groups, out). The fans of the initialisation are those of a group.
func Conv2D(s *Scope, x *G.Node, out int, f Filter) *G.Node {
	_, _, _, c := s.image(x)
	f = f.withDefaults()
	if out < 1 || f.Size[0] < 1 || f.Size[1] < 1 || f.Stride[0] < 1 || f.Stride[1] < 1 || f.Pad[0] < 0 || f.Pad[1] < 0 || f.Dilation[0] < 1 || f.Dilation[1] < 1 {
		s.Fail(fmt.Errorf("convolution: have %d filters of %s, stride %s, padding %s, dilation %s, want positive sizes", out, sides(f.Size), short(f.Stride), short(f.Pad), short(f.Dilation)))
	}
	if f.Groups < 1 || c%f.Groups != 0 || out%f.Groups != 0 {
		s.Fail(fmt.Errorf("convolution: have %d groups of %d channels and %d filters, want a divisor of both numbers", f.Groups, c, out))
	}
	if _, err := elements([]int{f.Size[0], f.Size[1], c, out}); err != nil {
		s.Fail(fmt.Errorf("convolution: %w", err))
	}
	x = s.fixupBias("bias_in", x)
	taps := f.Size[0] * f.Size[1]
	in := taps * c / f.Groups
	w := s.weight("weight", Layout{kind: filters}, in, taps*out/f.Groups, f.Size[0], f.Size[1], c/f.Groups, out)
	return s.fixupLast(s.conv(x, w, s.bias("bias", out, func(int) int { return in }), f, in*out))
}

func (f Filter) withDefaults() Filter {
	for i := range 2 {
		f.Stride[i], f.Dilation[i] = cmp.Or(f.Stride[i], 1), cmp.Or(f.Dilation[i], 1)
	}
	f.Groups = cmp.Or(f.Groups, 1)
	return f
}

// String describes a filter with its defaults.
func (f Filter) String() string {
	text := sides(f.Size) + "/" + short(f.Stride)
	if f.Dilation != [2]int{1, 1} {
		text += ", dilation " + short(f.Dilation)
	}
	if f.Groups > 1 {
		text += fmt.Sprintf(", %d groups", f.Groups)
	}
	return text
}

// sides writes a height and a width, and short only one number where they are equal.
func sides(d [2]int) string { return fmt.Sprintf("%d×%d", d[0], d[1]) }

func short(d [2]int) string {
	if d[0] == d[1] {
		return fmt.Sprint(d[0])
	}
	return sides(d)
}

// ConvTable is a convolution of images (N, H, W, C) in which filter o reads only the
// input channels table[o] (LeCun et al. 1989 and 1998); the result is
// (N, OH, OW, len(table)). Its weights are those of the connections that exist, filter
// by filter. Each filter has a fan-in of its own; the fan-out is the mean over the
// channels.
func ConvTable(s *Scope, x *G.Node, table [][]int, k, stride, pad int) *G.Node {
	_, _, _, c := s.image(x)
	var index, fans []int
	out := len(table)
	for o, channels := range table {
		if len(channels) == 0 {
			s.Fail(fmt.Errorf("connection table: filter %d sees no channel", o))
		}
		for _, i := range channels {
			if i < 0 || i >= c {
				s.Fail(fmt.Errorf("connection table: filter %d sees channel %d, want one from 0 to %d", o, i, c-1))
			}
			for t := range k * k {
				index = append(index, (t*c+i)*out+o)
			}
		}
		fans = append(fans, k*k*len(channels))
	}
	w := s.param("weight", spec{kind: Weight, init: eachFilter(s.initOf().fill, fans), out: len(index) / c, shape: []int{len(index)}})
	full := s.Must(ops.Scatter(w, index, k, k, c, out))
	return s.conv(x, full, s.bias("bias", out, func(o int) int { return fans[o] }), squareFilter(k, stride, pad), len(index))
}

// eachFilter fills the weights of one filter after the other; fans are the
// filters' fan-ins.
func eachFilter(init Init, fans []int) Init {
	return func(r *rand.Rand, w []float64, _, out int) {
		for _, in := range fans {
			init(r, w[:in], in, out)
			w = w[in:]
		}
	}
}

// conv makes the layer's node; connections is the number of multiply-adds for
// each pixel of the output (N, OH, OW, O).
func (s *Scope) conv(x, w, b *G.Node, f Filter, connections int) *G.Node {
	y := s.Must(ops.Conv2D(x, w, b, ops.Filter{Stride: f.Stride, Pad: f.Pad, Dilation: f.Dilation, Groups: f.Groups}))
	d := y.Shape()
	side := [2]int{f.Dilation[0]*(f.Size[0]-1) + 1, f.Dilation[1]*(f.Size[1]-1) + 1}
	y = s.record(Layer{Op: "conv " + f.String(), MACs: d[1] * d[2] * connections}, y, field{side, f.Stride}, x)
	s.weighted[s.In("weight").path] = y
	return y
}
