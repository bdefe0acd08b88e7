package nn_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/nn"
	"zoo/nn/signal"
)

const tokenCount, tokenDim = 12, 8

// tokensOf returns all values of the tokens that words make of the patches of
// images (8, 6, 3), token by token, for a batch of n.
func tokensOf(t *testing.T, mode nn.Mode, o nn.Options, n, count int, words func(s *nn.Scope, x *G.Node) *G.Node) []float32 {
	t.Helper()
	var all []float32
	for i := range count {
		p, set := nn.NewParams(1, tensor.Float32), settings(o, n, tokenDim, 8, 6, 3)
		net := network(func(s *nn.Scope, x *G.Node) *G.Node {
			return nn.TakeToken(s, words(s, nn.Patches(s.In("patches"), x, tokenDim, 2, 2)), i)
		})
		x, y := batchOf(set, tensor.Float32)
		if mode == nn.Train {
			net = withParam(net)
		}
		all = append(all, logits(t, build(t, p, mode, net, set), x, y)...)
	}
	return all
}

func wantClose(t *testing.T, what string, have, want []float32) {
	t.Helper()
	for i := range want {
		if math.Abs(float64(have[i]-want[i])) > 1e-5*(1+math.Abs(float64(want[i]))) {
			t.Fatalf("%s: have %v at %d, want %v", what, have[i], i, want[i])
		}
	}
}

// TestTokensByThemselves: a linear layer and a layer norm give a token among others what
// they give it on its own.
func TestTokensByThemselves(t *testing.T) {
	for name, word := range map[string]func(s *nn.Scope, x *G.Node) *G.Node{
		"linear":     func(s *nn.Scope, x *G.Node) *G.Node { return nn.Linear(s.In("fc"), x, tokenDim) },
		"layer norm": func(s *nn.Scope, x *G.Node) *G.Node { return nn.Norm(s.In("norm"), x) },
		"act":        nn.Act,
	} {
		o := options(func(o *nn.Options) { o.Norm = "layer" })
		all := tokensOf(t, nn.Infer, o, 3, tokenCount, word)
		var one []float32
		for i := range tokenCount {
			set := settings(o, 3, tokenDim, 8, 6, 3)
			x, _ := batchOf(set, tensor.Float32)
			net := network(func(s *nn.Scope, x *G.Node) *G.Node {
				return word(s, nn.TakeToken(s, nn.Patches(s.In("patches"), x, tokenDim, 2, 2), i))
			})
			one = append(one, logits(t, build(t, nn.NewParams(1, tensor.Float32), nn.Infer, net, set), x, nil)...)
		}
		wantClose(t, name, all, one)
	}
}

// TestNormOfTokens: layer norm is over the values of a token, batch norm over all
// tokens of the batch.
func TestNormOfTokens(t *testing.T) {
	norm := func(s *nn.Scope, x *G.Node) *G.Node { return nn.Norm(s.In("norm"), x) }
	for name, stride := range map[string]int{"layer": 1, "batch": tokenDim} {
		y := tokensOf(t, nn.Train, options(func(o *nn.Options) { o.Norm = name }), 3, tokenCount, norm)
		for start := 0; start < len(y); {
			var group []float32
			if stride == 1 {
				group = y[start : start+tokenDim]
				start += tokenDim
			} else {
				for i := start; i < len(y); i += stride {
					group = append(group, y[i])
				}
				if start++; start == stride {
					start = len(y)
				}
			}
			if mean, variance := moments(group); math.Abs(mean) > 1e-5 || math.Abs(variance-1) > 1e-3 {
				t.Fatalf("%s norm: have mean %v and variance %v of %d values", name, mean, variance, len(group))
			}
		}
	}
}

// TestSinusoids: of the positions of Vaswani et al. 2017 the length is √(d/2), and
// the product of two depends only on their distance.
func TestSinusoids(t *testing.T) {
	o := options(func(o *nn.Options) { o.Init = "zero" }) // the tokens are nothing but their positions
	p := tokensOf(t, nn.Infer, o, 1, tokenCount, func(s *nn.Scope, x *G.Node) *G.Node { return nn.PositionEmbedding(s, x, "sin") })
	product := func(a, b int) (sum float64) {
		for i := range tokenDim {
			sum += float64(p[a*tokenDim+i]) * float64(p[b*tokenDim+i])
		}
		return sum
	}
	for distance := range tokenCount {
		for a := range tokenCount - distance {
			if have, want := product(a, a+distance), product(0, distance); math.Abs(have-want) > 1e-5 {
				t.Errorf("positions %d and %d: have the product %v, want %v", a, a+distance, have, want)
			}
		}
	}
	if math.Abs(product(0, 0)-tokenDim/2) > 1e-5 || p[tokenDim] != float32(math.Sin(1)) || p[tokenDim+1] != float32(math.Cos(1)) {
		t.Errorf("have the squared length %v and position 1 %v", product(0, 0), p[tokenDim:tokenDim+2])
	}
}

// transformer is one layer of attention.
var transformer = network(func(s *nn.Scope, x *G.Node) *G.Node {
	x = nn.Patches(s.In("patches"), x, 64, 2, 2)
	x = nn.PositionEmbedding(s, nn.ClassToken(s, x), "learned")
	y := nn.Attention(s.Branch(4, 2).Last().In("attention"), nn.Norm(s.In("norm"), x), nn.AttentionOptions{Heads: 4})
	return nn.Logits(s.In("fc"), nn.MeanTokens(s.In("mean"), nn.Add(s.In("add"), y, x)))
})

// TestAttentionParams: names, shapes, fans and multiply-adds.
func TestAttentionParams(t *testing.T) {
	p, set := nn.NewParams(1, tensor.Float32), settings(options(func(o *nn.Options) { o.Norm, o.Init = "layer", "xavier_normal" }), 2, 5, 8, 6, 3)
	pr := build(t, p, nn.Train, transformer, set)
	shapes := map[string][]int{}
	for _, q := range p.Export() {
		shapes[q.Name] = q.Shape
	}
	for name, want := range map[string][]int{
		"class_token": {1, 1, 64}, "pos_embedding": {1, 13, 64}, "patches.weight": {64, 3, 2, 2},
		"attention.in_proj_weight": {192, 64}, "attention.in_proj_bias": {192}, "attention.out_proj.weight": {64, 64}, "attention.out_proj.bias": {64},
	} {
		if !slices.Equal(shapes[name], want) {
			t.Errorf("%s: have shape %v, want %v", name, shapes[name], want)
		}
	}
	for name, want := range map[string]float64{
		"class_token": 0, "pos_embedding": 0.02, "patches.weight": math.Sqrt(2. / (12 + 64)),
		"attention.in_proj_weight": math.Sqrt(2. / 128), "attention.out_proj.weight": math.Sqrt(2. / 128),
	} {
		if _, variance := moments(values(t, p, name)); math.Abs(math.Sqrt(variance)-want) > 0.1*want {
			t.Errorf("%s: have the standard deviation %v, want %v", name, math.Sqrt(variance), want)
		}
	}
	macs := map[string]int{}
	for _, l := range pr.Layers {
		macs[l.Path] += l.MACs
	}
	for path, want := range map[string]int{
		"patches": 12 * 12 * 64, "attention": 13*64*192 + 2*13*13*64, "attention.out_proj": 13 * 64 * 64, "fc": 64 * 5,
	} {
		if macs[path] != want {
			t.Errorf("%s: have %d multiply-adds, want %d", path, macs[path], want)
		}
	}
}

// TestAttentionBranch: only out_proj is the last layer of a branch.
func TestAttentionBranch(t *testing.T) {
	for residual, scale := range map[string]float64{"none": 1, "zero": 0, "scaled": 0.5} {
		weights := func(residual string) (in, out []float32) {
			p := nn.NewParams(1, tensor.Float32)
			build(t, p, nn.Train, transformer, settings(options(func(o *nn.Options) { o.Norm, o.ResidualInit = "layer", residual }), 2, 5, 8, 6, 3))
			return values(t, p, "attention.in_proj_weight"), values(t, p, "attention.out_proj.weight")
		}
		in, out := weights(residual)
		wantIn, wantOut := weights("none")
		for i := range wantOut {
			wantOut[i] *= float32(scale)
		}
		wantBits(t, residual+": in_proj_weight", in, wantIn)
		wantClose(t, residual+": out_proj.weight", out, wantOut)
	}
}

// TestAttentionLSUV: the projections count as layers, and a probe goes through all.
func TestAttentionLSUV(t *testing.T) {
	o := options(func(o *nn.Options) { o.Norm, o.Init = "layer", "lsuv" })
	p, set := nn.NewParams(1, tensor.Float32), settings(o, 8, 5, 8, 6, 3)
	pr := build(t, p, nn.Train, transformer, set)
	x, y := batchOf(set, tensor.Float32)
	if err := pr.LSUV(t.Context(), x, y); err != nil {
		t.Fatal(err)
	}
	signals, _, err := signal.Probe(p, transformer, set, x, y)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, s := range signals {
		if s.Op == "queries, keys, values" || s.Path == "attention.out_proj" {
			if found++; math.Abs(s.Std*s.Std-1) > 0.1 {
				t.Errorf("%s: have the variance %v, want 1", s.Path, s.Std*s.Std)
			}
		}
		if s.GradStd == 0 && s.Path != "fc" {
			t.Errorf("%s %s has no gradient", s.Path, s.Op)
		}
	}
	if found != 2 {
		t.Errorf("have %d layers of attention, want 2", found)
	}
}

func TestTokenErrors(t *testing.T) {
	for want, net := range map[string]network{
		"p: patches: have images of 8×6 pixels, want sides that patches of 3×2 divide": func(s *nn.Scope, x *G.Node) *G.Node { return nn.Patches(s.In("p"), x, 4, 3, 2) },
		"p: patches: have 0 values for 2×2 pixels, want positive sizes":                func(s *nn.Scope, x *G.Node) *G.Node { return nn.Patches(s.In("p"), x, 0, 2, 2) },
		"a: have input (2, 8, 6, 3), want tokens (N, T, D)":                            func(s *nn.Scope, x *G.Node) *G.Node { return nn.Attention(s.In("a"), x, nn.AttentionOptions{Heads: 1}) },
		"c: have input (2, 8, 6, 3), want tokens (N, T, D)":                            func(s *nn.Scope, x *G.Node) *G.Node { return nn.ClassToken(s.In("c"), x) },
		"m: have input (2, 8, 6, 3), want tokens (N, T, D)":                            func(s *nn.Scope, x *G.Node) *G.Node { return nn.MeanTokens(s.In("m"), x) },
		"a: attention: have 3 heads for tokens (2, 12, 8), want a divisor of 8": func(s *nn.Scope, x *G.Node) *G.Node {
			return nn.Attention(s.In("a"), nn.Patches(s.In("p"), x, 8, 2, 2), nn.AttentionOptions{Heads: 3})
		},
		"e: positions: have \"cos\", want one of learned, sin, none": func(s *nn.Scope, x *G.Node) *G.Node {
			return nn.PositionEmbedding(s.In("e"), nn.Patches(s.In("p"), x, 8, 2, 2), "cos")
		},
	} {
		_, err := nn.Build(nn.NewParams(1, tensor.Float32), nn.Infer, net, settings(options(), 2, 2, 8, 6, 3))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("have error %v, want %s", err, want)
		}
	}
}
