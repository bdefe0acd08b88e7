package f32

import (
	"math"
	"testing"
)

// A function has a float32 loop and the float64 function that it should be. ulps
// is the largest error found in a sweep over every 997th float32, in units of the
// result's last place, rounded up.
type function struct {
	loop func(dst, src []float32)
	want func(x float64) float64
	ulps float64
}

var functions = map[string]function{
	"Exp":      {Exp[float32], math.Exp, 1},
	"Log":      {Log[float32], math.Log, 0.8},
	"Tanh":     {Tanh[float32], math.Tanh, 2.5},
	"Erf":      {Erf[float32], math.Erf, 1.2},
	"Rsqrt":    {Rsqrt[float32], func(x float64) float64 { return 1 / math.Sqrt(x) }, 1.5},
	"Sigmoid":  {Sigmoid[float32], sigmoid, 2.2},
	"SiLU":     {SiLU[float32], silu, 2.7},
	"GELU":     {GELU[float32], gelu, 4.4}, // below −1; 2 above
	"GELUTanh": {GELUTanh[float32], geluTanh, 2.9},
	"ELU": {func(dst, src []float32) { ELU(dst, src, 1.5) }, func(x float64) float64 {
		if x > 0 {
			return x
		}
		return 1.5 * math.Expm1(x)
	}, 1.7},
}

// sweep returns every step-th float32, both signs, and the edges.
func sweep(step uint32) []float32 {
	inf := float32(math.Inf(1))
	v := []float32{0, float32(math.Copysign(0, -1)), inf, -inf, float32(math.NaN()), math.MaxFloat32, -math.MaxFloat32,
		0x1p-126, 0x1p-149, -0x1p-149, 88.72283, 88.72284, -87.33655, -103.97208, -103.97209, 1, -1, 0.5, 15, -15}
	for i := uint32(0); i < 0x7f800000-step; i += step {
		v = append(v, math.Float32frombits(i), -math.Float32frombits(i))
	}
	return v
}

// ulpsOff returns how far a result is from want, in units of want's last place.
func ulpsOff(have float32, want float64) float64 {
	switch {
	case have != have && want != want || have == float32(want):
		return 0
	case have != have || want != want:
		return math.Inf(1)
	}
	_, e := math.Frexp(want)
	return math.Abs(float64(have)-want) / math.Ldexp(1, max(e-24, -149))
}

// gradients are the derivatives of activations at their input, for a dy of 1. The
// bound is on the absolute error, or for values above 1 on the relative one: where
// a derivative changes its sign, its terms cancel.
var gradients = map[string]function{
	"SiLUGrad":     {loopOfGrad(SiLUGrad[float32]), siluSlope, 3e-7},
	"GELUGrad":     {loopOfGrad(GELUGrad[float32]), geluSlope, 3e-7},
	"GELUTanhGrad": {loopOfGrad(GELUTanhGrad[float32]), geluTanhSlope, 3e-7},
}

func loopOfGrad(grad func(dx, dy, x []float32)) func(dst, src []float32) {
	return func(dst, src []float32) {
		for i := range dst {
			dst[i] = 1
		}
		grad(dst, dst, src)
	}
}

func TestGradientFunctions(t *testing.T) {
	x := sweep(99991)
	y := make([]float32, len(x))
	for name, f := range gradients {
		f.loop(y, x)
		worst, at := 0.0, float32(0)
		for i, v := range x {
			want := f.want(float64(v))
			off := math.Abs(float64(y[i])-want) / max(1, math.Abs(want))
			switch {
			case y[i] != y[i] && want != want:
				off = 0
			case off != off:
				off = math.Inf(1)
			}
			if off > worst {
				worst, at = off, v
			}
		}
		t.Logf("%s: off by up to %.3g, at %g", name, worst, at)
		if worst > f.ulps {
			t.Errorf("%s: off by %.3g at %g, want at most %v", name, worst, at, f.ulps)
		}
	}
}

func TestElementaryFunctions(t *testing.T) {
	step := uint32(997)
	if testing.Short() {
		step = 9970
	}
	x := sweep(step)
	y := make([]float32, len(x))
	for name, f := range functions {
		f.loop(y, x)
		worst, at := 0.0, float32(0)
		for i, v := range x {
			if off := ulpsOff(y[i], f.want(float64(v))); off > worst {
				worst, at = off, v
			}
		}
		t.Logf("%s: off by up to %.3f units in the last place, at %g", name, worst, at)
		if worst > f.ulps {
			t.Errorf("%s: off by %.3f units in the last place at %g, want at most %v", name, worst, at, f.ulps)
		}
	}
}
