package ops_test

import (
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

func conv(f ops.Filter) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) {
		if len(in) == 2 {
			return ops.Conv2D(in[0], in[1], nil, f)
		}
		return ops.Conv2D(in[0], in[1], in[2], f)
	}
}

func TestConv2DGradient(t *testing.T) {
	for name, c := range map[string]struct {
		x, w   []int
		filter ops.Filter
	}{
		"3×3":                 {[]int{2, 4, 5, 2}, []int{3, 3, 2, 3}, ops.Filter{Pad: [2]int{1, 1}}},
		"1×1":                 {[]int{2, 3, 3, 4}, []int{1, 1, 4, 3}, ops.Filter{}},
		"1×1 stride 2":        {[]int{2, 5, 5, 2}, []int{1, 1, 2, 3}, ops.Filter{Stride: [2]int{2, 2}}},
		"stride 2 pad 1":      {[]int{1, 5, 6, 2}, []int{3, 3, 2, 4}, ops.Filter{Stride: [2]int{2, 2}, Pad: [2]int{1, 1}}},
		"dilation 2":          {[]int{1, 6, 6, 2}, []int{3, 3, 2, 2}, ops.Filter{Dilation: [2]int{2, 2}, Pad: [2]int{2, 2}}},
		"two groups":          {[]int{2, 4, 4, 4}, []int{3, 3, 2, 6}, ops.Filter{Groups: 2, Pad: [2]int{1, 1}}},
		"depthwise":           {[]int{2, 4, 4, 3}, []int{3, 3, 1, 3}, ops.Filter{Groups: 3, Pad: [2]int{1, 1}}},
		"1×5, mixed stride":   {[]int{1, 4, 7, 2}, []int{1, 5, 2, 2}, ops.Filter{Stride: [2]int{1, 2}, Pad: [2]int{0, 2}}},
		"valid, 33 filters":   {[]int{1, 3, 4, 2}, []int{2, 3, 2, 33}, ops.Filter{}},
		"more images than 16": {[]int{19, 2, 2, 1}, []int{2, 2, 1, 2}, ops.Filter{}},
	} {
		t.Run(name, func(t *testing.T) {
			x, w, b := optest.Input{Shape: c.x}, optest.Input{Shape: c.w}, optest.Input{Shape: c.w[3:]}
			optest.Gradient(t, conv(c.filter), x, w, b)
			optest.Gradient(t, conv(c.filter), x, w)
		})
	}
}

// The goldens are PyTorch's: images (2, 4, 3, 3) and filters (3, 4, 3, 3) with
// the channels first.
func TestConv2DGolden(t *testing.T) {
	for name, c := range map[string]struct {
		w      []int // (O, C/groups, KH, KW)
		filter ops.Filter
		golden optest.Golden
	}{
		"conv_s2p1":    {[]int{3, 4, 3, 3}, ops.Filter{Stride: [2]int{2, 2}, Pad: [2]int{1, 1}}, optest.Golden{First: []float64{1.6328462007, 2.4911640719, 1.8432295736, 0.4738977205, 2.5058843255, -3.524948398}, Sum: 9.756726565, SumSq: 58.583502697}},
		"conv_dil2":    {[]int{3, 4, 3, 3}, ops.Filter{Dilation: [2]int{2, 2}, Pad: [2]int{2, 2}}, optest.Golden{First: []float64{1.3837770523, 1.701750498, 0.8992471804, -0.9779383133, -0.8240763172, -0.2870863411}, Sum: -9.904819726, SumSq: 178.444950934}},
		"conv_groups2": {[]int{4, 2, 3, 3}, ops.Filter{Groups: 2, Pad: [2]int{1, 1}}, optest.Golden{First: []float64{2.8685968738, 2.3807838261, 1.2528454906, -1.5022079447, -0.8793729601, -0.725972318}, Sum: 11.891028381, SumSq: 243.599859896}},
	} {
		t.Run(name, func(t *testing.T) {
			x := permute([]int{2, 4, 3, 3}, optest.Det(72, 0.7, 0.3), 0, 2, 3, 1)
			w := permute(c.w, optest.Det(tensor.Shape(c.w).TotalSize(), 0.37, 0.1), 2, 3, 1, 0)
			shape, y := optest.Run(t, conv(c.filter), x, w)
			c.golden.Equal(t, permute(shape, y, 0, 3, 1, 2).Float)
		})
	}
}

// permute returns v, row-major of the given shape, with its axes in a new order.
func permute(shape []int, v []float64, axes ...int) optest.Input {
	out := optest.Input{Float: make([]float64, len(v))}
	stride := make([]int, len(shape))
	for i, s := len(shape)-1, 1; i >= 0; i-- {
		stride[i] = s
		s *= shape[i]
	}
	for _, a := range axes {
		out.Shape = append(out.Shape, shape[a])
	}
	index := make([]int, len(shape))
	for i := range out.Float {
		from := 0
		for k, a := range axes {
			from += index[k] * stride[a]
		}
		out.Float[i] = v[from]
		for k := len(index) - 1; k >= 0; k-- {
			if index[k]++; index[k] < out.Shape[k] {
				break
			}
			index[k] = 0
		}
	}
	return out
}

func TestConv2DShapeErrors(t *testing.T) {
	for _, c := range []struct {
		x, w   []int
		filter ops.Filter
		want   string
	}{
		{[]int{1, 4, 4}, []int{3, 3, 1, 1}, ops.Filter{}, "conv2d: have input (1, 4, 4) and filters (3, 3, 1, 1), want (N, H, W, C) and (KH, KW, C/groups, O)"},
		{[]int{1, 4, 4, 2}, []int{3, 3, 3, 1}, ops.Filter{}, "filters (3, 3, 3, 1) and 1 groups, want filters (KH, KW, C/groups, O)"},
		{[]int{1, 2, 2, 1}, []int{3, 3, 1, 1}, ops.Filter{}, "want at least 3×3 pixels"},
	} {
		g := G.NewGraph()
		x := G.NewTensor(g, tensor.Float32, len(c.x), G.WithShape(c.x...), G.WithName("x"))
		w := G.NewTensor(g, tensor.Float32, len(c.w), G.WithShape(c.w...), G.WithName("w"))
		if _, err := ops.Conv2D(x, w, nil, c.filter); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v by %v: have error %v, want one that says %q", c.x, c.w, err, c.want)
		}
	}
}
