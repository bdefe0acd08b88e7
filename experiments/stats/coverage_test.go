package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A population that replicates are drawn from, with its true mean.
type population struct {
	name  string
	scale Scale
	mean  float64
	draw  func(*rand.Rand) float64
	least [3]float64 // least share of intervals that hold the mean with n = 3, 5 and 10: 93 % where 95 % are promised
}

var promised = [3]float64{0.93, 0.93, 0.93}

var populations = []population{
	{"normal, Linear", Linear, 7, func(r *rand.Rand) float64 { return 7 + 2*r.NormFloat64() }, promised},
	{
		name:  "lognormal 0.3, Positive",
		scale: Positive,
		mean:  math.Exp(0.3 * 0.3 / 2),
		draw:  func(r *rand.Rand) float64 { return math.Exp(0.3 * r.NormFloat64()) },
		least: promised,
	},
	{
		name:  "lognormal 1, Positive",
		scale: Positive,
		mean:  math.Exp(0.5),
		draw:  func(r *rand.Rand) float64 { return math.Exp(r.NormFloat64()) },
		least: [3]float64{0.90, 0.87, 0.87},
	},
	{
		name:  "lognormal 1, Linear",
		scale: Linear,
		mean:  math.Exp(0.5),
		draw:  func(r *rand.Rand) float64 { return math.Exp(r.NormFloat64()) },
		least: [3]float64{0.82, 0.80, 0.82},
	},
	{"accuracy 0.9 ± 0.02, Share", Share, 0.9, func(r *rand.Rand) float64 { return accuracy(r, 0.9, 0.02) }, promised},
	{"accuracy 0.98 ± 0.01, Share", Share, 0.98, func(r *rand.Rand) float64 { return 1 - 0.02*gamma4(r) }, promised},
	{
		name:  "accuracy 0.9 or 0.1, Share",
		scale: Share,
		mean:  0.5,
		draw:  func(r *rand.Rand) float64 { return 0.5 + 0.4*float64(2*r.IntN(2)-1) + 0.01*r.NormFloat64() },
		least: [3]float64{0.73, 0.92, 0.93},
	},
}

// accuracy is the accuracy on 1,000 examples of a network whose true one is normally
// distributed.
func accuracy(r *rand.Rand, mean, sd float64) float64 {
	p, hits := min(1, max(0, mean+sd*r.NormFloat64())), 0
	for range 1000 {
		if r.Float64() < p {
			hits++
		}
	}
	return float64(hits) / 1000
}

// gamma4 has mean 1, deviation 1/2 and a tail to the right.
func gamma4(r *rand.Rand) float64 {
	return (r.ExpFloat64() + r.ExpFloat64() + r.ExpFloat64() + r.ExpFloat64()) / 4
}

// coverage is the share of intervals with n values that hold the true mean.
func (p population) coverage(r *rand.Rand, n, rounds int) float64 {
	holds, x := 0, make([]float64, n)
	for range rounds {
		for i := range x {
			x[i] = p.draw(r)
		}
		if s := p.scale.Describe(x); s.Lo <= p.mean && p.mean <= s.Hi {
			holds++
		}
	}
	return float64(holds) / float64(rounds)
}

// TestCoverage simulates the numbers in the comment of Scale.
func TestCoverage(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, p := range populations {
		for i, n := range []int{3, 5, 10} {
			have := p.coverage(r, n, 10000)
			t.Logf("%-30s n = %2d: %.1f %%", p.name, n, 100*have)
			if have < p.least[i] {
				t.Errorf("%s, n = %d: %.1f %% of the intervals hold the mean, want at least %.0f %%", p.name, n, 100*have, 100*p.least[i])
			}
		}
	}
}

// TestShareCoverage: over all true shares, Wilson's intervals hold the true one as often as
// the comment of ShareOf says.
func TestShareCoverage(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{3, 5, 10} {
		holds := 0
		const rounds = 20000
		for range rounds {
			k, p := 0, r.Float64()
			for range n {
				if r.Float64() < p {
					k++
				}
			}
			if s := ShareOf(k, n); s.Lo <= p && p <= s.Hi {
				holds++
			}
		}
		share := float64(holds) / rounds
		t.Logf("n = %2d: %.1f %%", n, 100*share)
		if share < 0.94 {
			t.Errorf("n = %d: %.1f %% of the intervals hold the share", n, 100*share)
		}
	}
}

// TestMedianCoverage: an interval of a median holds that of a skewed distribution.
func TestMedianCoverage(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{6, 10, 15} {
		holds, x := 0, make([]float64, n)
		const rounds = 10000
		for range rounds {
			for i := range x {
				x[i] = math.Exp(2 * r.NormFloat64())
			}
			if s := Median(x); s.Lo <= 1 && 1 <= s.Hi {
				holds++
			}
		}
		if share := float64(holds) / rounds; share < 0.945 {
			t.Errorf("n = %d: %.1f %% of the intervals hold the median", n, 100*share)
		}
	}
}

// TestFalsePositives: of studies without any effect, at most 5 % show a difference between
// one of eight arms and their baseline. A t-test of few seeds cannot keep that if values are
// one of two by chance: the comment of Shown has these numbers.
func TestFalsePositives(t *testing.T) {
	for name, arms := range map[string]struct {
		draw func(*rand.Rand) float64
		most map[int]float64 // by n
	}{
		"normal":    {func(r *rand.Rand) float64 { return 7 + 2*r.NormFloat64() }, nil},
		"lognormal": {func(r *rand.Rand) float64 { return math.Exp(r.NormFloat64()) }, nil},
		"accuracy":  {func(r *rand.Rand) float64 { return 1 - 0.02*gamma4(r) }, nil},
		"two kinds": {func(r *rand.Rand) float64 { return float64(r.IntN(2)) + 0.01*r.NormFloat64() }, map[int]float64{3: 0.19}},
	} {
		draw := arms.draw
		for _, n := range []int{2, 3, 5, 10} {
			r := rand.New(rand.NewPCG(7, uint64(n)))
			shown := 0
			const rounds = 4000
			for range rounds {
				baseline := make([]float64, n)
				for i := range baseline {
					baseline[i] = draw(r)
				}
				var family []*Difference
				for range 8 {
					arm := make([]float64, n)
					for i := range arm {
						arm[i] = draw(r)
					}
					d := Paired(arm, baseline)
					family = append(family, &d)
				}
				Holm(family)
				for _, d := range family {
					if d.Shown() {
						shown++
						break
					}
				}
			}
			share, most := float64(shown)/rounds, 0.06 // 0.05 and three deviations of the simulation
			if m, ok := arms.most[n]; ok {
				most = m
			}
			t.Logf("%-10s n = %2d: %.1f %%", name, n, 100*share)
			if share > most {
				t.Errorf("%s, n = %d: %.1f %% of the studies show a difference where there is none", name, n, 100*share)
			}
		}
	}
}
