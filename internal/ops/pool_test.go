package ops_test

import (
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

func maxPool(w ops.Window) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return ops.MaxPool(in[0], w) }
}

func avgPool(w ops.Window, countPad bool) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return ops.AvgPool(in[0], w, countPad) }
}

func square(k, stride, pad int) ops.Window {
	return ops.Window{Size: [2]int{k, k}, Stride: [2]int{stride, stride}, Pad: [2]int{pad, pad}}
}

func TestPoolGradients(t *testing.T) {
	for name, w := range map[string]ops.Window{
		"2×2":          square(2, 0, 0),
		"3/2 pad 1":    square(3, 2, 1),
		"3/1 pad 1":    square(3, 1, 1),
		"3/2 ceil":     {Size: [2]int{3, 3}, Stride: [2]int{2, 2}, Ceil: true},
		"2×3, mixed":   {Size: [2]int{2, 3}, Stride: [2]int{1, 2}, Pad: [2]int{0, 1}, Ceil: true},
		"with gaps":    square(1, 2, 0),
		"whole image":  {Size: [2]int{5, 6}},
		"tall, padded": {Size: [2]int{4, 1}, Stride: [2]int{3, 1}, Pad: [2]int{2, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			x := optest.Input{Shape: []int{2, 5, 6, 2}}
			optest.Gradient(t, maxPool(w), x)
			optest.Gradient(t, avgPool(w, true), x)
			optest.Gradient(t, avgPool(w, false), x)
		})
	}
	optest.Gradient(t, unary(ops.GlobalAvgPool), optest.Input{Shape: []int{3, 2, 4, 3}})
}

func TestPoolGoldens(t *testing.T) {
	x := permute([]int{2, 4, 3, 3}, optest.Det(72, 0.7, 0.3), 0, 2, 3, 1)
	for name, c := range map[string]struct {
		op     optest.Op
		golden optest.Golden
	}{
		"maxpool_3s2":   {maxPool(square(3, 2, 1)), optest.Golden{First: []float64{0.8484236136, 0.983627487, 0.5847668815, 0.4338979224, 0.9798710851, 0.7343970979}, Sum: 22.918409453, SumSq: 19.16880605}},
		"avgpool_pad":   {avgPool(square(3, 1, 1), true), optest.Golden{First: []float64{0.173674478, 0.190478586, 0.0926689095, 0.018225985, 0.0832409733, 0.0929322955}, Sum: -0.302687577, SumSq: 1.234206986}},
		"avgpool_nopad": {avgPool(square(3, 1, 1), false), optest.Golden{First: []float64{0.3907675754, 0.285717879, 0.2085050465, 0.0273389775, 0.0832409733, 0.1393984433}, Sum: -0.934464822, SumSq: 4.383010194}},
	} {
		t.Run(name, func(t *testing.T) {
			shape, y := optest.Run(t, c.op, x)
			c.golden.Equal(t, permute(shape, y, 0, 3, 1, 2).Float)
		})
	}
}

// Pooling by its definition, on random windows.
func TestPoolOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		k := [2]int{1 + r.IntN(4), 1 + r.IntN(4)}
		w := ops.Window{Size: k, Stride: [2]int{1 + r.IntN(4), 1 + r.IntN(4)}, Pad: [2]int{r.IntN(k[0]), r.IntN(k[1])}, Ceil: r.IntN(2) == 0}
		x := optest.Input{Shape: []int{1 + r.IntN(3), 4 + r.IntN(4), 4 + r.IntN(4), 1 + r.IntN(3)}}
		countPad := r.IntN(2) == 0
		largest, mean := newCall[float64](t, maxPool(w), x), newCall[float64](t, avgPool(w, countPad), x)
		shape, wantMax, wantMean := pooled(w, countPad, x.Shape, largest.in[0].V)
		if have := largest.out.Shape; have[1] != shape[0] || have[2] != shape[1] {
			t.Fatalf("%+v on %v: have %v, want %v pixels", w, x.Shape, have, shape)
		}
		equal(t, "maximum", largest.forward(), wantMax)
		closeTo(t, "mean", mean.forward(), wantMean, 1e-14)
	}
}

// pooled enumerates windows as long as they start inside the image or the
// padding before it and, unless w.Ceil is set, end inside the padded image.
func pooled(w ops.Window, countPad bool, shape []int, x []float64) (size [2]int, largest, mean []float64) {
	starts := func(axis, n int) (s []int) {
		for at := -w.Pad[axis]; ; at += w.Stride[axis] {
			end := at - w.Stride[axis] + w.Size[axis] // of the window before
			if at+w.Size[axis] > n+w.Pad[axis] && !(w.Ceil && at < n && end < n+w.Pad[axis]) {
				return s
			}
			s = append(s, at)
		}
	}
	n, h, wide, c := shape[0], shape[1], shape[2], shape[3]
	rows, columns := starts(0, h), starts(1, wide)
	for i := range n {
		for _, top := range rows {
			for _, left := range columns {
				for ch := range c {
					most, sum, count := math.Inf(-1), 0.0, 0
					for p := top; p < top+w.Size[0]; p++ {
						for q := left; q < left+w.Size[1]; q++ {
							inside := p >= 0 && p < h && q >= 0 && q < wide
							if inside {
								v := x[((i*h+p)*wide+q)*c+ch]
								most, sum = max(most, v), sum+v
							}
							if inside || countPad && p < h+w.Pad[0] && q < wide+w.Pad[1] {
								count++
							}
						}
					}
					largest, mean = append(largest, most), append(mean, sum/float64(count))
				}
			}
		}
	}
	return [2]int{len(rows), len(columns)}, largest, mean
}

// GoogLeNet's pools halve 112 pixels down to 7.
func TestPoolCeilSizes(t *testing.T) {
	w := ops.Window{Size: [2]int{3, 3}, Stride: [2]int{2, 2}, Ceil: true}
	for size := 112; size > 7; size /= 2 {
		c := newCall[float32](t, maxPool(w), optest.Input{Shape: []int{1, size, size, 1}})
		if have := c.out.Shape[1]; have != size/2 {
			t.Errorf("%d pixels: have %d, want %d", size, have, size/2)
		}
	}
}

// Of equal maxima the first in row-major order has the gradient, and padding
// never is the maximum, even of negative pixels.
func TestMaxPoolTiesAndPadding(t *testing.T) {
	c := newCall[float32](t, maxPool(square(3, 2, 1)), optest.Input{Shape: []int{1, 2, 2, 1}, Float: []float64{-3, -2, -2, -2}})
	equal(t, "output", c.forward(), []float32{-2})
	d := c.grads(ops.Tensor[float32]{Shape: c.out.Shape, V: []float32{5}})
	equal(t, "gradient", d[0].V, []float32{0, 5, 0, 0})
}

func TestMaxPoolNaN(t *testing.T) {
	nan := math.NaN()
	c := newCall[float32](t, maxPool(square(2, 2, 0)), optest.Input{Shape: []int{1, 2, 4, 1}, Float: []float64{1, nan, 3, 4, 9, nan, 5, 6}})
	if y := c.forward(); y[0] == y[0] || y[1] != 6 {
		t.Errorf("have %v, want NaN and 6", y)
	}
	d := c.grads(ops.Tensor[float32]{Shape: c.out.Shape, V: []float32{1, 2}})
	equal(t, "gradient", d[0].V, []float32{0, 1, 0, 0, 0, 0, 0, 2})
}

func TestGlobalAvgPool(t *testing.T) {
	_, y := optest.Run(t, unary(ops.GlobalAvgPool), optest.Input{Shape: []int{2, 1, 2, 2}, Float: []float64{1, 2, 3, 4, 5, 6, 7, 9}})
	equal(t, "means", y, []float64{2, 3, 6, 7.5})
	wantError(t, unary(ops.GlobalAvgPool), "globalavgpool: have input (2, 3), want (N, H, W, C) or (N, T, C)", []int{2, 3})
}

func TestPoolErrors(t *testing.T) {
	wantError(t, maxPool(square(2, 2, 0)), "maxpool: have input (4, 4, 1), want (N, H, W, C)", []int{4, 4, 1})
	wantError(t, maxPool(square(3, 1, 0)), "maxpool: have input (1, 2, 5, 1), want at least 3×3 pixels for window [3 3] with padding [0 0]", []int{1, 2, 5, 1})
	wantError(t, avgPool(square(2, 2, 2), true), "avgpool: have window [2 2], stride [2 2] and padding [2 2], want sizes and strides of at least 1 and less padding than window", []int{1, 4, 4, 1})
	wantError(t, avgPool(ops.Window{}, true), "avgpool: have window [0 0], stride [0 0] and padding [0 0], want sizes and strides of at least 1 and less padding than window", []int{1, 4, 4, 1})
}
