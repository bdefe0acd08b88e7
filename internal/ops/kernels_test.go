package ops_test

import (
	"math/rand/v2"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

func floats(v []int) []float64 {
	f := make([]float64, len(v))
	for i := range v {
		f[i] = float64(v[i])
	}
	return f
}

// kernels has every op at sizes of several chunks of parallel work.
var kernels = func() map[string]struct {
	op optest.Op
	in []optest.Input
} {
	type entry = struct {
		op optest.Op
		in []optest.Input
	}
	float := func(shape ...int) optest.Input { return optest.Input{Shape: shape} }
	targets := func(n, classes int) optest.Input {
		r := rand.New(rand.NewPCG(9, 9))
		x := optest.Input{Shape: []int{n}, Int: make([]int, n)}
		for i := range x.Int {
			x.Int[i] = r.IntN(classes+1) - 1
		}
		return x
	}
	images, c := float(5, 33, 40, 11), float(11)
	all := map[string]entry{
		"add":                   {binary(ops.Add), []optest.Input{images, images}},
		"adaptiveavgpool":       {adaptiveAvgPool(7, 9), []optest.Input{images}},
		"addmap":                {binary(ops.AddMap), []optest.Input{images, float(33, 40, 11)}},
		"addscalar":             {binary(ops.AddScalar), []optest.Input{images, float(1)}},
		"attention":             {attention(3), []optest.Input{float(3, 37, 54)}},
		"attention, long":       {attention(1), []optest.Input{float(1, 300, 12)}}, // its scores are cut
		"attention, causal":     {looks["all"].op, looks["all"].inputs()},
		"avgpool":               {avgPool(ops.Window{Size: [2]int{3, 2}, Stride: [2]int{2, 1}, Pad: [2]int{1, 0}, Ceil: true}, true), []optest.Input{images}},
		"batchnorm":             {batchNorm(1e-5, nil), []optest.Input{images, c, c}},
		"batchnorm-eval":        {batchNormEval(1e-5), []optest.Input{images, c, c, c, {Shape: []int{11}, Positive: true}}},
		"class-token":           {binary(ops.ClassToken), []optest.Input{float(5, 30, 24), float(1, 1, 24)}},
		"conv2d":                {conv(ops.Filter{Pad: [2]int{1, 1}}), []optest.Input{images, float(3, 3, 11, 5), float(5)}},
		"conv2d, groups":        {conv(ops.Filter{Pad: [2]int{1, 1}, Stride: [2]int{2, 2}, Groups: 2}), []optest.Input{float(5, 33, 40, 8), float(3, 3, 4, 6), float(6)}},
		"conv2d, depthwise":     {conv(ops.Filter{Pad: [2]int{1, 1}, Groups: 11}), []optest.Input{images, float(3, 3, 1, 11), float(11)}},
		"concat":                {concat, []optest.Input{images, float(5, 33, 40, 3), float(5, 33, 40, 17)}},
		"cross-entropy":         {crossEntropy(ops.Loss{Smoothing: 0.1}), []optest.Input{float(4000, 10), targets(4000, 10)}},
		"dropout":               {dropout(0.3, 1, 2), []optest.Input{images}},
		"globalavgpool":         {unary(ops.GlobalAvgPool), []optest.Input{images}},
		"groupnorm":             {groupNorm(4, 1e-5), []optest.Input{float(5, 20, 20, 12), float(12), float(12)}},
		"conv1d, causal":        {conv1D(ops.Filter1D{Causal: true, Dilation: 8}), []optest.Input{float(5, 200, 24), float(3, 24, 40), float(40)}},
		"columns":               {columns(3, 17), []optest.Input{float(5, 33, 24)}},
		"delay":                 {delay(3), []optest.Input{float(7, 30, 24)}},
		"mask":                  {mask, []optest.Input{float(7, 30, 24), {Shape: []int{7, 1}, Int: []int{0, 29, 3, 30, 8, 1, 2}}}},
		"reverse":               {reverse, []optest.Input{float(7, 30, 24), {Shape: []int{7}, Int: []int{0, 29, 3, 30, 8, 1, 2}}}},
		"take-last":             {takeLast, []optest.Input{float(7, 30, 24), {Shape: []int{7}, Int: []int{0, 29, 3, 30, 8, 1, 2}}}},
		"gated tanh":            {gatedTanh, []optest.Input{float(7, 30, 48)}},
		"gated tanh, shifted":   {gatedTanh, []optest.Input{float(7, 30, 48), float(7, 48)}},
		"embedding of tables":   {embeddingOf(1), []optest.Input{{Shape: []int{40, 20}, Int: targets(800, 30).Int}, float(3, 30, 96)}},
		"put":                   {put, []optest.Input{float(7, 30, 24), float(7, 1, 24), {Shape: []int{7, 1}, Int: []int{0, 29, 3, 3, 8, 1, 2}}}},
		"taps":                  {taps(3, 8), []optest.Input{float(7, 30, 24), {Shape: []int{7, 1}, Int: []int{0, 29, 3, 63, 8, 1, 2}}}},
		"lstm":                  {recurrent(ops.LSTM), []optest.Input{float(33, 12, 4*20), float(20, 4*20), float(4 * 20), float(33, 2*20)}},
		"gru":                   {recurrent(ops.GRU), []optest.Input{float(33, 12, 3*20), float(20, 3*20), float(3 * 20), float(33, 20)}},
		"weightnorm":            {binary(ops.WeightNorm), []optest.Input{float(3, 20, 40), float(1, 1, 40)}},
		"lstm, normed":          {normedRecurrent(ops.LSTM), []optest.Input{float(33, 12, 4*20), float(20, 4*20), float(4 * 20), float(4 * 20), float(33, 2*20)}},
		"recurrence":            {recurrent(ops.Elman), []optest.Input{float(33, 12, 40), float(40, 40), float(40), float(33, 40)}},
		"embedding":             {embedding, []optest.Input{{Shape: []int{40, 20}, Int: targets(800, 30).Int}, float(30, 96)}},
		"linear transposed":     {linearTransposed, []optest.Input{float(5, 14, 30), float(20, 30)}},
		"fully connected":       {fullyConnected, []optest.Input{float(70, 2, 3, 5), float(30, 20), float(20)}},
		"layernorm, pairs":      {layerNorm(1e-5), []optest.Input{float(3, 20, 20, 24), float(24), float(24)}},
		"cross-entropy, tokens": {crossEntropy(ops.Loss{}), []optest.Input{float(40, 100, 10), {Shape: []int{40, 100}, Int: targets(4000, 10).Int}}},
		"layernorm":             {layerNorm(1e-5), []optest.Input{float(50, 30, 24), float(24), float(24)}},
		"linear":                {linear, []optest.Input{float(70, 30), float(30, 20), float(20)}},
		"linear, tokens":        {linear, []optest.Input{float(5, 14, 30), float(30, 20), float(20)}},
		"lrn":                   {lrn(5, 2, 0.1, 0.75), []optest.Input{images}},
		"maxpool":               {maxPool(ops.Window{Size: [2]int{3, 3}, Stride: [2]int{2, 2}, Pad: [2]int{1, 1}}), []optest.Input{images}},
		"mix":                   {ternary(ops.Mix), []optest.Input{images, images, images}},
		"mulscalar":             {binary(ops.MulScalar), []optest.Input{images, float(1)}},
		"pad":                   {padConstant(1, 2, 3, 0, -1), []optest.Input{images}},
		"prelu":                 {binary(ops.PReLU), []optest.Input{images, c}},
		"prelu, one":            {binary(ops.PReLU), []optest.Input{images, float(1)}},
		"rbf":                   {binary(ops.RBF), []optest.Input{float(300, 84), float(10, 84)}},
		"rmsnorm":               {rmsNorm(1e-5), []optest.Input{images, c}},
		"scalechannels":         {binary(ops.ScaleChannels), []optest.Input{images, float(5, 1, 1, 11)}},
		"scale":                 {scale(0.3), []optest.Input{images}},
		"scatter":               {scatter([]int{5, 0, 17}, 3, 2, 3), []optest.Input{float(3)}},
		"shortcut":              {shortcut(16, 2), []optest.Input{images}},
		"squared-error":         {squaredError(1, -1), []optest.Input{float(400, 10), targets(400, 10)}},
		"subsample":             {ternary(ops.Subsample), []optest.Input{float(5, 32, 40, 11), c, c}},
		"take-token":            {takeToken(2), []optest.Input{float(5, 30, 24)}},
		"tokens":                {unary(ops.Tokens), []optest.Input{images}},
		"batchnorm, rows":       {batchNorm(1e-5, nil), []optest.Input{float(9000, 6), float(6), float(6)}},
	}
	for name, op := range activations {
		all[name] = entry{op, []optest.Input{images}}
	}
	return all
}()

func unary(f func(*G.Node) (*G.Node, error)) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return f(in[0]) }
}

func binary(f func(a, b *G.Node) (*G.Node, error)) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return f(in[0], in[1]) }
}

func ternary(f func(a, b, c *G.Node) (*G.Node, error)) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return f(in[0], in[1], in[2]) }
}
