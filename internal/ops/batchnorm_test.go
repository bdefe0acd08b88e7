package ops_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

// batchNorm leaves the statistics in stats unless that is nil.
func batchNorm(eps float64, stats **ops.BatchStats) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) {
		y, s, err := ops.BatchNorm(in[0], in[1], in[2], eps)
		if stats != nil {
			*stats = s
		}
		return y, err
	}
}

func batchNormEval(eps float64) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) {
		return ops.BatchNormEval(in[0], in[1], in[2], in[3], in[4], eps)
	}
}

func TestBatchStatsGolden(t *testing.T) {
	var stats *ops.BatchStats
	x := permute([]int{2, 4, 3, 3}, optest.Det(72, 0.7, 0.3), 0, 2, 3, 1)
	optest.Run(t, batchNorm(1e-5, &stats), x, constant(4, 1), constant(4, 0))
	mean := tensor.New(tensor.WithShape(4), tensor.WithBacking(make([]float64, 4)))
	variance := tensor.New(tensor.WithShape(4), tensor.WithBacking([]float64{1, 1, 1, 1}))
	stats.Update(mean, variance, 0.1)
	optest.Golden{First: []float64{-0.0015938126, 0.0074021126, 0.0009759604, 0.0038141973}, Sum: 0.010598458, SumSq: 7.2832e-05}.Equal(t, mean.Data().([]float64))
	optest.Golden{First: []float64{0.9508170126, 0.9553401573, 0.9522207744, 0.9499606603}, Sum: 3.808338605, SumSq: 3.625877467}.Equal(t, variance.Data().([]float64))

	mean32 := tensor.New(tensor.WithShape(4), tensor.WithBacking(make([]float32, 4)))
	variance32 := tensor.New(tensor.WithShape(4), tensor.WithBacking([]float32{1, 1, 1, 1}))
	stats.Update(mean32, variance32, 0.1)
	for j := range 4 {
		if mean32.Data().([]float32)[j] != float32(mean.Data().([]float64)[j]) || variance32.Data().([]float32)[j] != float32(variance.Data().([]float64)[j]) {
			t.Errorf("channel %d: float32 statistics %v %v are not the rounded float64 ones", j, mean32, variance32)
		}
	}
}

func TestBatchStatsPanics(t *testing.T) {
	var stats *ops.BatchStats
	c := newCall[float32](t, batchNorm(1e-5, &stats), optest.Input{Shape: []int{3, 2}}, constant(2, 1), constant(2, 0))
	running := func(n int) *tensor.Dense {
		return tensor.New(tensor.WithShape(n), tensor.WithBacking(make([]float32, n)))
	}
	panics := func(want string, f func()) {
		defer func() {
			if have := recover(); have != want {
				t.Errorf("have panic %v, want %q", have, want)
			}
		}()
		f()
	}
	panics("batchnorm: no batch has run, so there are no statistics yet", func() { stats.Update(running(2), running(2), 0.1) })
	c.forward()
	panics("batchnorm: have running statistics of 3 channels, want 2", func() { stats.Update(running(3), running(2), 0.1) })
}

// In each channel the output has mean 0 and variance v/(v + eps), to float32's
// accuracy even where the mean is a thousand times the deviation.
func TestBatchNormStatistics(t *testing.T) {
	const n, c, eps = 20000, 3, 1e-3
	r := rand.New(rand.NewPCG(1, 1))
	x := optest.Input{Shape: []int{n, c}}
	for range n {
		x.Float = append(x.Float, r.NormFloat64(), 1000+r.NormFloat64(), 1e-3*r.NormFloat64())
	}
	k := newCall[float32](t, batchNorm(eps, nil), x, constant(c, 1), constant(c, 0))
	y := k.forward()
	for j := range c {
		_, vx := momentsOf(k.in[0].V[j:], c)
		m, v := momentsOf(y[j:], c)
		if want := vx / (vx + eps); math.Abs(m) > 1e-4 || math.Abs(v-want) > 1e-5*want {
			t.Errorf("channel %d: have mean %g and variance %g, want 0 and %g", j, m, v, want)
		}
	}
}

// A channel of equal values has variance 0, not less by rounding.
func TestBatchNormOfConstants(t *testing.T) {
	for n := 2; n < 3000; n += 97 {
		k := newCall[float32](t, batchNorm(1e-15, nil), optest.Input{Shape: []int{n, 1}, Float: constant(n, 1000.1).Float}, constant(1, 1), constant(1, 3))
		equal(t, "batch norm of a constant", k.forward(), slices.Repeat([]float32{3}, n))
	}
}

// BN(a·x + b) = BN(x) for a > 0, as eps goes to 0.
func TestBatchNormInvariance(t *testing.T) {
	x := optest.Input{Shape: []int{12, 3}, Float: optest.Det(36, 0.7, 0.3)}
	scaled := optest.Input{Shape: x.Shape}
	for _, v := range x.Float {
		scaled.Float = append(scaled.Float, 3.7*v-2)
	}
	_, a := optest.Run(t, batchNorm(1e-14, nil), x, constant(3, 1), constant(3, 0))
	_, b := optest.Run(t, batchNorm(1e-14, nil), scaled, constant(3, 1), constant(3, 0))
	closeTo(t, "batch norm of a·x + b", b, a, 1e-9)
}

// With the batch's own statistics the evaluation is the training's output.
func TestBatchNormEvalEqualsTrain(t *testing.T) {
	var stats *ops.BatchStats
	x, gamma, beta := optest.Input{Shape: []int{4, 3, 5, 6}}, optest.Input{Shape: []int{6}}, optest.Input{Shape: []int{6}}
	train := newCall[float64](t, batchNorm(1e-5, &stats), x, gamma, beta)
	want := train.forward()
	mean, variance := constant(6, 0), constant(6, 0)
	stats.Update(tensor.New(tensor.WithShape(6), tensor.WithBacking(mean.Float)), tensor.New(tensor.WithShape(6), tensor.WithBacking(variance.Float)), 1)
	for j := range variance.Float {
		variance.Float[j] *= 59. / 60 // back to the biased one
	}
	eval := newCall[float64](t, batchNormEval(1e-5), x, gamma, beta, mean, variance)
	eval.in[1], eval.in[2] = train.in[1], train.in[2]
	closeTo(t, "evaluation", eval.forward(), want, 1e-12)
}
