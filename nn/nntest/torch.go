package nntest

import (
	"hash/crc32"
	"math"
	"slices"
	"strings"
	"testing"

	"zoo/nn"
)

// Formula is n numbers in [−1, 1), multiples of 2⁻²³, that the scripts which run PyTorch
// make too: SplitMix64, seeded by the name. So only results are stored.
func Formula(name string, n int) []float64 {
	seed, v := uint64(crc32.ChecksumIEEE([]byte(name)))<<32, make([]float64, n)
	for i := range v {
		z := uint64(i+1)*0x9E3779B97F4A7C15 + seed
		z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		z ^= z >> 31
		v[i] = float64(z>>40)/(1<<23) - 1
	}
	return v
}

// FillByFormula gives a network the weights that the scripts give it, through Import.
func FillByFormula(t testing.TB, p *nn.Params) {
	t.Helper()
	tensors := p.Export()
	for _, q := range tensors {
		for i, v := range Formula(q.Name, len(q.Data)) {
			switch {
			case len(q.Shape) > 1:
				v *= math.Sqrt(6 / float64(len(q.Data)/q.Shape[0]))
			case strings.HasSuffix(q.Name, "running_var"):
				v = 1 + 0.5*v
			case strings.HasSuffix(q.Name, "weight"):
				v = 1 + 0.2*v
			default:
				v *= 0.1
			}
			q.Data[i] = float32(v)
		}
	}
	if err := p.Import(tensors); err != nil {
		t.Fatal(err)
	}
}

// A Digest is what the scripts keep of PyTorch's tensors, in the order of their names.
type Digest struct {
	Names   uint32    `json:"names"`   // a checksum of these
	Numbers []float64 `json:"numbers"` // of each tensor the product with numbers of the formula, and the sum of squares
}

// Compare fails the test unless tensors, relative to their norms, are those of the digest.
func (d Digest) Compare(t testing.TB, what string, tensors []nn.Published, tolerance float64) {
	t.Helper()
	slices.SortFunc(tensors, func(a, b nn.Published) int { return strings.Compare(a.Name, b.Name) })
	var names []string
	for _, q := range tensors {
		names = append(names, q.Name)
	}
	if 2*len(names) != len(d.Numbers) || crc32.ChecksumIEEE([]byte(strings.Join(names, "\n"))) != d.Names {
		t.Fatalf("%s: PyTorch has %d tensors, we %d, or some of them have other names: %v", what, len(d.Numbers)/2, len(names), names)
	}
	var largest, worst float64 // root mean square, difference
	for i, q := range tensors {
		largest = max(largest, math.Sqrt(d.Numbers[2*i+1]/float64(len(q.Data))))
	}
	for i, q := range tensors {
		var product, squares float64
		for k, v := range Formula("digest of "+q.Name, len(q.Data)) {
			product += v * float64(q.Data[k])
			squares += float64(q.Data[k]) * float64(q.Data[k])
		}
		wantProduct, norm := d.Numbers[2*i], math.Sqrt(d.Numbers[2*i+1])
		scale := norm
		if root := math.Sqrt(float64(len(q.Data))); norm < 1e-9*largest*root { // zero but for rounding: a bias in front of a batch norm
			scale = largest * root / 10
		}
		off := max(math.Abs(product-wantProduct), math.Abs(math.Sqrt(squares)-norm)) / scale
		if worst = max(worst, off); !(off <= tolerance) {
			t.Errorf("%s: %s has the product %.8g and the norm %.8g, want %.8g and %.8g", what, q.Name, product, math.Sqrt(squares), wantProduct, norm)
		}
	}
	t.Logf("%s differ by %.2g of their norms", what, worst)
}
