package f32

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// wave returns n values of both signs.
func wave[F Float](n int, phase float64) []F {
	v := make([]F, n)
	for i := range v {
		v[i] = F(2 * math.Sin(float64(i)+phase))
	}
	return v
}

// The loops are the same, element by element, at every length, in place and not.
func TestActivationLengths(t *testing.T) {
	type pair struct {
		f    func(dst, src []float32)
		grad func(dx, dy, v []float32)
	}
	for name, k := range map[string]pair{
		"relu":        {Relu[float32], ReluGrad[float32]},
		"relu6":       {Relu6[float32], Relu6Grad[float32]},
		"hardsigmoid": {HardSigmoid[float32], HardSigmoidGrad[float32]},
		"hardswish":   {HardSwish[float32], HardSwishGrad[float32]},
		"gelu":        {GELU[float32], GELUGrad[float32]},
		"gelutanh":    {GELUTanh[float32], GELUTanhGrad[float32]},
		"silu":        {SiLU[float32], SiLUGrad[float32]},
		"sigmoid":     {Sigmoid[float32], SigmoidGrad[float32]},
		"elu": {
			func(dst, src []float32) { ELU(dst, src, 1.5) },
			func(dx, dy, y []float32) { ELUGrad(dx, dy, y, 1.5) },
		},
		"leaky": {
			func(dst, src []float32) { Leaky(dst, src, 0.1) },
			func(dx, dy, y []float32) { LeakyGrad(dx, dy, y, 0.1) },
		},
		"tanh": {
			func(dst, src []float32) { ScaledTanh(dst, src, 1.7, 0.6) },
			func(dx, dy, y []float32) { ScaledTanhGrad(dx, dy, y, 1.7, 0.6) },
		},
	} {
		for _, n := range []int{0, 1, 127, 128, 129, 300} {
			x, dy := wave[float32](n, 0.5), wave[float32](n, 1)
			var want, wantGrad []float32
			for i := range x {
				y, dx := make([]float32, 1), make([]float32, 1)
				k.f(y, x[i:i+1])
				k.grad(dx, dy[i:i+1], x[i:i+1])
				want, wantGrad = append(want, y[0]), append(wantGrad, dx[0])
			}
			grad := slices.Clone(dy)
			k.grad(grad, grad, x)
			y := slices.Clone(x)
			k.f(y, y)
			if !slices.Equal(y, want) || !slices.Equal(grad, wantGrad) {
				t.Errorf("%s of %d values in place is not that of each", name, n)
			}
		}
	}
}

func TestRowLoops(t *testing.T) {
	const rows, c = 7, 5
	a, b := wave[float64](rows*c, 0), wave[float64](rows*c, 2)
	p, q, r, s := wave[float64](c, 1), wave[float64](c, 2), wave[float64](c, 3), wave[float64](c, 4)
	sum, dot, total := slices.Clone(p), slices.Clone(q), slices.Clone(r)
	Sums(sum, dot, a, b)
	ColumnSums(total, b)
	y, dx, scaled := make([]float64, rows*c), make([]float64, rows*c), make([]float64, rows*c)
	Normalize(y, a, p, q, r)
	NormalizeGrad(dx, b, a, p, q, r, s)
	ScaleColumns(scaled, a, p)
	prelu, preluGrad, slope := make([]float64, rows*c), make([]float64, rows*c), slices.Clone(p)
	PReLU(prelu, a, p)
	PReLUGrad(preluGrad, b, a, p)
	PReLUSlopeGrad(slope, b, a)
	near := func(what string, have, want float64) {
		t.Helper()
		if math.Abs(have-want) > 1e-12 {
			t.Errorf("%s: have %g, want %g", what, have, want)
		}
	}
	for j := range c {
		wantSum, wantDot, wantTotal, wantSlope := p[j], q[j], r[j], p[j]
		for i := j; i < rows*c; i += c {
			wantSum += a[i]
			wantDot += a[i] * b[i]
			wantTotal += b[i]
			wantSlope += b[i] * math.Min(a[i], 0)
			near("Normalize", y[i], (a[i]-p[j])*q[j]+r[j])
			near("NormalizeGrad", dx[i], b[i]*q[j]-(a[i]-p[j])*r[j]-s[j])
			near("ScaleColumns", scaled[i], a[i]*p[j])
			factor := 1.0
			if a[i] <= 0 {
				factor = p[j]
			}
			near("PReLU", prelu[i], factor*a[i])
			near("PReLUGrad", preluGrad[i], factor*b[i])
		}
		near(fmt.Sprint("sum of column ", j), sum[j], wantSum)
		near(fmt.Sprint("dot of column ", j), dot[j], wantDot)
		near(fmt.Sprint("total of column ", j), total[j], wantTotal)
		near(fmt.Sprint("slope of column ", j), slope[j], wantSlope)
	}
}
