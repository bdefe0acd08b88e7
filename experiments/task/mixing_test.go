package task

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"zoo/datasets"
)

func floats(t *tensor.Dense) []float32 { return t.Data().([]float32) }

// pixelsOf is a batch in which every value of example i is i.
func pixelsOf(n, h, w, c int) datasets.Batch {
	x := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(n, h, w, c))
	for i := range floats(x) {
		floats(x)[i] = float32(i / (h * w * c))
	}
	y := make([]int, n)
	for i := range y {
		y[i] = i
	}
	return datasets.Batch{X: []*tensor.Dense{x}, Y: []*tensor.Dense{tensor.New(tensor.WithShape(n), tensor.WithBacking(y))}, N: n}
}

func mixerOf(t *testing.T, mixup, cutmix float64, seed uint64, b datasets.Batch) *Mixer {
	t.Helper()
	s := b.X[0].Shape()
	m, err := Classification{Mixup: mixup, Cutmix: cutmix}.Mixer(datasets.Images(s[1], s[2], s[3], s[0]), s[0], seed)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Each example is the mixture that its targets and the share say.
func TestMixtures(t *testing.T) {
	b := pixelsOf(8, 6, 9, 3)
	before := slices.Clone(floats(b.X[0]))
	for name, m := range map[string]*Mixer{"mixup": mixerOf(t, 0.2, 0, 1, b), "cutmix": mixerOf(t, 0, 1, 1, b)} {
		mixed := 0
		for step := range 50 {
			share := m.mix(b, step)
			others := m.others.Data().([]int)
			if s := slices.Sorted(slices.Values(others)); !slices.Equal(s, b.Y[0].Data().([]int)) {
				t.Fatalf("%s: the others are %v, want each example once", name, others)
			}
			for i, k := range others {
				x := floats(m.x[0])[i*162 : (i+1)*162]
				own, sum := 0, 0.0
				for _, v := range x {
					sum += float64(v) / 162
					if v == float32(i) {
						own++
					}
				}
				if want := share*float64(i) + (1-share)*float64(k); math.Abs(sum-want) > 1e-5 {
					t.Fatalf("%s: example %d with %d has mean %v, want %v of share %v", name, i, k, sum, want, share)
				}
				if name == "cutmix" && i != k && math.Abs(float64(own)/162-share) > 1e-9 {
					t.Fatalf("cutmix: %d of 162 values are the example's own, want a share of %v", own, share)
				}
			}
			if share > 0.01 && share < 0.99 {
				mixed++
			}
		}
		if mixed < 10 {
			t.Errorf("%s: only %d of 50 batches are mixed", name, mixed)
		}
	}
	if !slices.Equal(floats(b.X[0]), before) {
		t.Error("the batch itself has changed")
	}
}

// The mixtures are a function of seed and step, and with both alphas of both kinds.
func TestMixturesAreSeeded(t *testing.T) {
	b := pixelsOf(8, 6, 9, 3)
	of := func(seed uint64, step int) []float32 {
		m := mixerOf(t, 1, 1, seed, b)
		m.mix(b, step)
		return slices.Clone(floats(m.x[0]))
	}
	want := of(1, 7)
	m := mixerOf(t, 1, 1, 1, b)
	whole, blended := 0, 0
	for step := range 40 {
		m.mix(b, step)
		if step == 7 && !slices.Equal(floats(m.x[0]), want) {
			t.Error("the mixture of a step depends on the steps before")
		}
		if v := floats(m.x[0]); slices.ContainsFunc(v, func(x float32) bool { return x != float32(int(x)) }) {
			blended++
		} else {
			whole++
		}
	}
	if slices.Equal(of(2, 7), want) || slices.Equal(of(1, 8), want) {
		t.Error("another seed or step gives the same mixture")
	}
	if whole < 10 || blended < 10 {
		t.Errorf("%d batches are cut and %d blended, want both", whole, blended)
	}
}

// Beta(α, α) has mean 1/2 and variance 1/(4(2α + 1)), at α = 0 too.
func TestBeta(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, alpha := range []float64{1e-9, 0.2, 1, 5} {
		const n = 20000
		var sum, square float64
		for range n {
			v := beta(alpha, r)
			sum += v / n
			square += v * v / n
		}
		if v := square - sum*sum; math.Abs(sum-0.5) > 0.015 || math.Abs(v-1/(4*(2*alpha+1))) > 0.01 {
			t.Errorf("alpha %v: have mean %v and variance %v", alpha, sum, v)
		}
	}
}
