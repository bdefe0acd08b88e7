package ops_test

import (
	"math"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

func groupNorm(groups int, eps float64) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return ops.GroupNorm(in[0], in[1], in[2], groups, eps) }
}

func layerNorm(eps float64) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return ops.LayerNorm(in[0], in[1], in[2], eps) }
}

func rmsNorm(eps float64) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return ops.RMSNorm(in[0], in[1], eps) }
}

func constant(n int, v float64) optest.Input {
	return optest.Input{Shape: []int{n}, Float: slices.Repeat([]float64{v}, n)}
}

// norms are the norms of images with a gradient that sums to 0 over a group.
var norms = map[string]optest.Op{
	"batch": batchNorm(1e-5, nil), "group": groupNorm(2, 1e-5), "layer": groupNorm(1, 1e-5), "instance": groupNorm(4, 1e-5),
}

func TestNormGradients(t *testing.T) {
	x, c := optest.Input{Shape: []int{3, 2, 3, 4}}, optest.Input{Shape: []int{4}}
	for name, op := range norms {
		t.Run(name, func(t *testing.T) { optest.Gradient(t, op, x, c, c) })
	}
	rows := optest.Input{Shape: []int{6, 4}}
	optest.Gradient(t, batchNorm(1e-5, nil), rows, c, c)
	optest.Gradient(t, batchNormEval(1e-5), x, c, c, c, optest.Input{Shape: []int{4}, Positive: true})
	optest.Gradient(t, batchNormEval(0.1), rows, c, c, c, optest.Input{Shape: []int{4}, Positive: true})
	optest.Gradient(t, batchNorm(1e-5, nil), optest.Input{Shape: []int{2, 3, 4}}, c, c)
	optest.Gradient(t, layerNorm(1e-5), rows, c, c)
	optest.Gradient(t, layerNorm(1e-5), optest.Input{Shape: []int{2, 3, 4}}, c, c)
	optest.Gradient(t, rmsNorm(1e-5), rows, c)
	optest.Gradient(t, rmsNorm(1e-5), optest.Input{Shape: []int{2, 3, 4}}, c)
	optest.Gradient(t, rmsNorm(1e-5), x, c)
}

func TestNormGoldens(t *testing.T) {
	x := permute([]int{2, 4, 3, 3}, optest.Det(72, 0.7, 0.3), 0, 2, 3, 1)
	instance := optest.Golden{First: []float64{0.315079904, 1.1357383813, 1.3364175658, 0.7444003472, -0.3694073981, -1.3590452384}, SumSq: 71.998512731}
	for name, c := range map[string]struct {
		op     optest.Op
		golden optest.Golden
	}{
		"bn_train": {batchNorm(1e-5, nil), optest.Golden{First: []float64{0.4495755214, 1.2476657032, 1.4428261644, 0.8670895544, -0.2160882238, -1.1785107976}, SumSq: 71.998534145}},
		"gn_1":     {groupNorm(1, 1e-5), optest.Golden{First: []float64{0.3431619831, 1.1339974208, 1.3273838479, 0.756880759, -0.3164507915, -1.2701248182}, SumSq: 71.998537087}},
		"gn_2":     {groupNorm(2, 1e-5), optest.Golden{First: []float64{0.2611313597, 1.0687978836, 1.2663000893, 0.6836551739, -0.412519733, -1.386490485}, SumSq: 71.998523162}},
		"gn_4":     {groupNorm(4, 1e-5), instance},
	} {
		t.Run(name, func(t *testing.T) {
			shape, y := optest.Run(t, c.op, x, constant(4, 1), constant(4, 0))
			c.golden.Equal(t, permute(shape, y, 0, 3, 1, 2).Float)
		})
	}
	_, y := optest.Run(t, layerNorm(1e-5), optest.Input{Shape: []int{8, 9}, Float: optest.Det(72, 0.7, 0.3)}, constant(9, 1), constant(9, 0))
	instance.Equal(t, y) // ln_last: the rows are the golden's channels
}

// momentsOf returns mean and variance of every stride-th value, in two passes.
func momentsOf[F float32 | float64](x []F, stride int) (mean, variance float64) {
	n := 0.0
	for i := 0; i < len(x); i += stride {
		mean += float64(x[i])
		n++
	}
	mean /= n
	for i := 0; i < len(x); i += stride {
		variance += (float64(x[i]) - mean) * (float64(x[i]) - mean) / n
	}
	return mean, variance
}

// Over the values that share a mean, the gradient sums to 0, and so does its
// product with the normalised input.
func TestNormGradientSums(t *testing.T) {
	shape := []int{3, 4, 4, 4}
	group := map[string]func(n, c int) int{
		"batch":    func(_, c int) int { return c },
		"group":    func(n, c int) int { return 2*n + c/2 },
		"layer":    func(n, _ int) int { return n },
		"instance": func(n, c int) int { return 4*n + c },
	}
	for name, op := range map[string]optest.Op{"batch": batchNorm(0, nil), "group": groupNorm(2, 0), "layer": groupNorm(1, 0), "instance": groupNorm(4, 0)} {
		k := newCall[float64](t, op, optest.Input{Shape: shape}, constant(4, 1), constant(4, 0))
		y := slices.Clone(k.forward()) // x̂, as gamma is 1 and beta 0
		d := k.grads(k.upstream())[0].V
		sums, products := map[int]float64{}, map[int]float64{}
		for i := range d {
			g := group[name](i/64, i%4)
			sums[g] += d[i]
			products[g] += d[i] * y[i]
		}
		for g := range sums {
			if math.Abs(sums[g]) > 1e-11 || math.Abs(products[g]) > 1e-11 {
				t.Errorf("%s %d: have sums %g and %g, want 0", name, g, sums[g], products[g])
			}
		}
	}
}

// Group norm of one group is layer norm over (H, W, C), of C groups instance norm.
func TestGroupNormIdentities(t *testing.T) {
	const n, pixels, c = 3, 20, 4
	x := optest.Input{Shape: []int{n, 4, 5, c}, Float: optest.Det(n*pixels*c, 0.7, 0.3)}
	flat := optest.Input{Shape: []int{n, pixels * c}, Float: x.Float}
	_, layer := optest.Run(t, layerNorm(1e-5), flat, constant(pixels*c, 1), constant(pixels*c, 0))
	_, one := optest.Run(t, groupNorm(1, 1e-5), x, constant(c, 1), constant(c, 0))
	closeTo(t, "one group", one, layer, 1e-12)

	_, each := optest.Run(t, groupNorm(c, 1e-5), x, constant(c, 1), constant(c, 0))
	for i := range n {
		for j := range c {
			start, end := i*pixels*c+j, (i+1)*pixels*c
			m, v := momentsOf(x.Float[start:end], c)
			for p := start; p < end; p += c {
				if want := (x.Float[p] - m) / math.Sqrt(v+1e-5); math.Abs(each[p]-want) > 1e-12 {
					t.Fatalf("instance norm at %d: have %g, want %g", p, each[p], want)
				}
			}
		}
	}
}

func TestLayerNormRows(t *testing.T) {
	k := newCall[float32](t, layerNorm(0), optest.Input{Shape: []int{40, 10, 30}}, constant(30, 1), constant(30, 0))
	y := k.forward()
	for r := 0; r < len(y); r += 30 {
		if m, v := momentsOf(y[r:r+30], 1); math.Abs(m) > 1e-6 || math.Abs(v-1) > 1e-5 {
			t.Fatalf("row %d: have mean %g and variance %g, want 0 and 1", r/30, m, v)
		}
	}
}

func TestRMSNormValues(t *testing.T) {
	_, y := optest.Run(t, rmsNorm(0), optest.Input{Shape: []int{2, 2}, Float: []float64{1, 7, 0, -2}}, optest.Input{Shape: []int{2}, Float: []float64{1, 10}})
	closeTo(t, "rows", y, []float64{0.2, 14, 0, -10 * math.Sqrt2}, 1e-15)
	_, y = optest.Run(t, rmsNorm(11), optest.Input{Shape: []int{1, 2, 1, 2}, Float: []float64{1, 1, 3, 3}}, constant(2, 1))
	closeTo(t, "image", y, []float64{0.25, 0.25, 0.75, 0.75}, 1e-15) // √(5 + 11) = 4
}

func TestNormErrors(t *testing.T) {
	batch, eval, three, layer, rms := batchNorm(1e-5, nil), batchNormEval(1e-5), groupNorm(3, 1e-5), layerNorm(1e-5), rmsNorm(1e-5)
	c := []int{4}
	wantError(t, batch, "batchnorm: have input (4), want (N, C), (N, T, C) or (N, H, W, C)", []int{4}, c, c)
	wantError(t, batch, "batchnorm: have gamma (3) for input (2, 4), want (4)", []int{2, 4}, []int{3}, c)
	wantError(t, batch, "batchnorm: have beta (4, 1) for input (2, 4), want (4)", []int{2, 4}, c, []int{4, 1})
	wantError(t, batch, "batchnorm: have input (1, 1, 1, 4) with 1 value a channel, want at least 2 to have a variance", []int{1, 1, 1, 4}, c, c)
	wantError(t, eval, "batchnorm-eval: have variance (3) for input (2, 4), want (4)", []int{2, 4}, c, c, c, []int{3})
	wantError(t, three, "groupnorm: have 4 channels and 3 groups, want groups of equal size", []int{2, 2, 2, 4}, c, c)
	wantError(t, groupNorm(0, 1e-5), "groupnorm: have 4 channels and 0 groups, want groups of equal size", []int{2, 2, 2, 4}, c, c)
	wantError(t, three, "groupnorm: have input (2, 4), want (N, H, W, C)", []int{2, 4}, c, c)
	wantError(t, groupNorm(4, 1e-5), "groupnorm: have input (2, 1, 1, 4) with 1 value in each of 4 groups, want at least 2: the result would not depend on the input", []int{2, 1, 1, 4}, c, c)
	wantError(t, layer, "layernorm: have input (4), want (N, ..., D)", []int{4}, c, c)
	wantError(t, layer, "layernorm: have beta (3) for input (2, 4), want (4)", []int{2, 4}, c, []int{3})
	wantError(t, rms, "rmsnorm: have input (4), want (N, C), (N, T, C) or (N, H, W, C)", c, c)
}
