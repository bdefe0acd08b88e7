package f32

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// operands are what a loop may read and write: matrices of rows of c channels,
// vectors of c, and c sums. The loop writes only y and the sums.
type operands struct {
	c       int
	y       []float32
	a, b, d []float32
	channel [4][]float32
	sums    [2][]float64
}

// clone copies the operands, each with guard values around it, at an offset that
// is not a multiple of a vector's length. Where inPlace is set, y is a.
func (o operands) clone(offset int, inPlace bool) (operands, func(t *testing.T, name string)) {
	var all [][]float32
	guard := func(v []float32) []float32 {
		g := slices.Repeat([]float32{float32(canary)}, len(v)+2*margin+offset)
		copy(g[margin+offset:], v)
		all = append(all, g)
		return g[margin+offset:][:len(v)]
	}
	o.a, o.b, o.d = guard(o.a), guard(o.b), guard(o.d)
	for i, v := range o.channel {
		o.channel[i] = guard(v)
	}
	before := make([][]float32, len(all))
	for i, v := range all {
		before[i] = slices.Clone(v)
	}
	if inPlace {
		o.y, all, before = o.a, all[1:], before[1:]
	} else {
		o.y = guard(o.y)
		before = append(before, slices.Clone(all[len(all)-1]))
	}
	for i, s := range o.sums {
		o.sums[i] = slices.Clone(s)
	}
	y := o.y
	return o, func(t *testing.T, name string) {
		t.Helper()
		for i, v := range all {
			edge := margin + offset
			same := sameBits(v, before[i])
			if !inPlace && i == len(all)-1 {
				same = sameBits(v[:edge], before[i][:edge]) && sameBits(v[edge+len(y):], before[i][edge+len(y):])
			}
			if !same {
				t.Fatalf("%s: operand %d was written", name, i)
			}
		}
	}
}

// randomOperands has n values in each matrix. Among them are zeros, infinities
// and NaN, if special is set, and pairs of equal values.
func randomOperands(r *rand.Rand, n, c int, special bool) operands {
	values := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(r.NormFloat64())
			switch k := r.IntN(40); {
			case k < 3:
				v[i] = 0
			case k == 3:
				v[i] = float32(math.Copysign(0, -1))
			case special && k == 4:
				v[i] = float32(math.Inf(1))
			case special && k == 5:
				v[i] = float32(math.Inf(-1))
			case special && k == 6:
				v[i] = float32(math.NaN())
			}
		}
		return v
	}
	o := operands{c: c, y: values(n), a: values(n), b: values(n), d: values(n)}
	for i := range o.channel {
		o.channel[i] = values(c)
	}
	for i := range o.sums {
		o.sums[i] = make([]float64, c)
		for j := range o.sums[i] {
			o.sums[i][j] = r.NormFloat64()
		}
	}
	return o
}

// A loopTest is a loop and how many matrices it reads and writes.
type loopTest struct {
	matrices int
	run      func(o operands)
}

var flatLoops = map[string]loopTest{
	"Relu":            {2, func(o operands) { Relu(o.y, o.a) }},
	"ReluGrad":        {3, func(o operands) { ReluGrad(o.y, o.a, o.b) }},
	"Leaky":           {2, func(o operands) { Leaky(o.y, o.a, 0.25) }},
	"LeakyGrad":       {3, func(o operands) { LeakyGrad(o.y, o.a, o.b, 0.25) }},
	"Relu6":           {2, func(o operands) { Relu6(o.y, o.a) }},
	"Relu6Grad":       {3, func(o operands) { Relu6Grad(o.y, o.a, o.b) }},
	"HardSigmoid":     {2, func(o operands) { HardSigmoid(o.y, o.a) }},
	"HardSigmoidGrad": {3, func(o operands) { HardSigmoidGrad(o.y, o.a, o.b) }},
	"HardSwish":       {2, func(o operands) { HardSwish(o.y, o.a) }},
	"HardSwishGrad":   {3, func(o operands) { HardSwishGrad(o.y, o.a, o.b) }},
	"ELUGrad":         {3, func(o operands) { ELUGrad(o.y, o.a, o.b, 0.75) }},
	"SigmoidGrad":     {3, func(o operands) { SigmoidGrad(o.y, o.a, o.b) }},
	"ScaledTanhGrad":  {3, func(o operands) { ScaledTanhGrad(o.y, o.a, o.b, 1.7, 0.6) }},
	"Add":             {3, func(o operands) { Add(o.y, o.a, o.b) }},
	"Scale":           {2, func(o operands) { Scale(o.y, o.a, 0.3) }},
	"Axpy":            {3, func(o operands) { Axpy(o.y, 0.3, o.b) }},
	"AxpyFour":        {4, func(o operands) { AxpyFour(o.y, [4]float32{0.3, -0.7, 1.1, 0.2}, o.a, o.b, o.d, o.a) }},
	"Axpby":           {3, func(o operands) { Axpby(o.y, 0.3, o.b, 0.6) }},
	"Mix":             {4, func(o operands) { Mix(o.y, o.a, o.b, o.d) }},
	"MulDifference":   {4, func(o operands) { MulDifference(o.y, o.a, o.b, o.d) }},
	"Mul":             {3, func(o operands) { Mul(o.y, o.a, o.b) }},
	"MulComplement":   {3, func(o operands) { MulComplement(o.y, o.a, o.b) }},
	"Dropout":         {2, func(o operands) { Dropout(o.y, o.a, 0.3, 1/0.7, 1<<63+12345, 7) }},
	"Dropout, all":    {2, func(o operands) { Dropout(o.y, o.a, 1-0x1p-53, 3, 5, 0) }},
	"AxpyDifference":  {4, func(o operands) { AxpyDifference(o.y, 0.3, o.b, o.d) }},
	"Exp":             {2, func(o operands) { Exp(o.y, o.a) }},
	"Log":             {2, func(o operands) { Log(o.y, o.a) }},
	"Tanh":            {2, func(o operands) { Tanh(o.y, o.a) }},
	"Erf":             {2, func(o operands) { Erf(o.y, o.a) }},
	"Rsqrt":           {2, func(o operands) { Rsqrt(o.y, o.a) }},
	"Sigmoid":         {2, func(o operands) { Sigmoid(o.y, o.a) }},
	"SiLU":            {2, func(o operands) { SiLU(o.y, o.a) }},
	"SiLUGrad":        {3, func(o operands) { SiLUGrad(o.y, o.a, o.b) }},
	"GELU":            {2, func(o operands) { GELU(o.y, o.a) }},
	"GELUGrad":        {3, func(o operands) { GELUGrad(o.y, o.a, o.b) }},
	"GELUTanh":        {2, func(o operands) { GELUTanh(o.y, o.a) }},
	"GELUTanhGrad":    {3, func(o operands) { GELUTanhGrad(o.y, o.a, o.b) }},
	"ELU":             {2, func(o operands) { ELU(o.y, o.a, 0.75) }},
	"ScaledExp":       {2, func(o operands) { ScaledExp(o.y, o.a, 0.5, 0.3, -0.1) }},
	"SumExp":          {1, func(o operands) { o.sums[0][0] = SumExp(o.a, 1.5) }},
	"ExpSum":          {2, func(o operands) { o.sums[0][0] = ExpSum(o.y, o.a, 1.5) }},
	"SoftmaxGrad":     {3, func(o operands) { SoftmaxGrad(o.y, o.a, o.b, 0.4, 0.125) }},
	"LayerNorm":       {4, func(o operands) { LayerNorm(o.y, o.a, o.b, o.d, 0.3, 1.5) }},
	"MaxOf": {1, func(o operands) {
		if len(o.a) > 0 {
			o.sums[0][0] = float64(MaxOf(o.a))
		}
	}},
	"Sum": {1, func(o operands) { o.sums[0][0] = Sum(o.a) }},
	"Dot": {2, func(o operands) { o.sums[0][0] = Dot(o.a, o.b) }},
	"SquaredDistance": {2, func(o operands) {
		o.sums[0][0] = float64(SquaredDistance(o.a, o.b))
	}},
}

var rowLoops = map[string]loopTest{
	"Normalize": {2, func(o operands) { Normalize(o.y, o.a, o.channel[0], o.channel[1], o.channel[2]) }},
	"NormalizeRelu": {2, func(o operands) {
		NormalizeRelu(o.y, o.a, o.channel[0], o.channel[1], o.channel[2])
	}},
	"NormalizeAdd": {3, func(o operands) {
		NormalizeAdd(o.y, o.a, o.channel[0], o.channel[1], o.channel[2], o.b)
	}},
	"NormalizeAddRelu": {3, func(o operands) {
		NormalizeAddRelu(o.y, o.a, o.channel[0], o.channel[1], o.channel[2], o.b)
	}},
	"NormalizeGrad": {3, func(o operands) {
		NormalizeGrad(o.y, o.a, o.b, o.channel[0], o.channel[1], o.channel[2], o.channel[3])
	}},
	"ScaleColumns":   {2, func(o operands) { ScaleColumns(o.y, o.a, o.channel[0]) }},
	"PReLU":          {2, func(o operands) { PReLU(o.y, o.a, o.channel[0]) }},
	"PReLUGrad":      {3, func(o operands) { PReLUGrad(o.y, o.a, o.b, o.channel[0]) }},
	"PReLUSlopeGrad": {2, func(o operands) { PReLUSlopeGrad(o.sums[0], o.a, o.b) }},
	"ColumnSums":     {1, func(o operands) { ColumnSums(o.sums[0], o.a) }},
	"Moments":        {1, func(o operands) { Moments(o.sums[0], o.sums[1], o.a, o.channel[0]) }},
	"GradSums":       {2, func(o operands) { GradSums(o.sums[0], o.sums[1], o.a, o.b, o.channel[0]) }},
	"ReluGradSums": {4, func(o operands) {
		ReluGradSums(o.y, o.sums[0], o.sums[1], o.a, o.b, o.d, o.channel[0])
	}},
	"AddRows": {1, func(o operands) {
		if len(o.y) >= o.c {
			AddRows(o.y[:o.c], o.b)
		}
	}},
	"SumRows": {1, func(o operands) {
		if len(o.y) >= o.c { // into the first row
			SumRows(o.y[:o.c], o.b, len(o.b)/o.c)
		}
	}},
}

func TestVectorLoopsDoNotAllocate(t *testing.T) {
	o := randomOperands(rand.New(rand.NewPCG(1, 2)), 1000, 10, false)
	for _, loops := range []map[string]loopTest{flatLoops, rowLoops} {
		for name, loop := range loops {
			if n := testing.AllocsPerRun(10, func() { loop.run(o) }); n != 0 {
				t.Errorf("%s: %v allocations", name, n)
			}
		}
	}
}
