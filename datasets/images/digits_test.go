package images

import (
	"bytes"
	"slices"
	"testing"

	"zoo/datasets"
)

func TestDigits(t *testing.T) {
	s := datasets.Named("digits")
	s.Options().(*Options).Normalize = "none"
	d, err := datasets.Open(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d.Len(datasets.Train) != 1500 || d.Len(datasets.Test) != 297 {
		t.Errorf("have %d and %d examples, want 1500 and 297", d.Len(datasets.Train), d.Len(datasets.Test))
	}
	x, y := rows(append(copies(t, d, datasets.Plan{Size: 100}), copies(t, d, datasets.Plan{Split: datasets.Test, Size: 100})...))
	count := make([]int, 10)
	largest, sum := float32(0), 0.0
	for i := range x {
		count[y[i]]++
		for _, v := range x[i] {
			largest = max(largest, v)
			sum += float64(v) * 16
		}
	}
	// Totals of the whole file: 1,797 digits, about 180 of each, in sixteenths.
	if want := []int{178, 182, 177, 183, 181, 182, 181, 179, 174, 180}; len(x) != 1797 || largest != 1 || !slices.Equal(count, want) {
		t.Errorf("have %d images, %v of each digit up to %v, want 1797, %v and 1", len(x), count, largest, want)
	}
	if sum != 561718 {
		t.Errorf("have %v sixteenths of ink in all, want 561718", sum)
	}
	// The file's first row.
	if first := []float32{0, 0, 5. / 16, 13. / 16, 9. / 16, 1. / 16, 0, 0}; !slices.Equal(first, x[0][:8]) || y[0] != 0 {
		t.Errorf("the first row is %v of a %d, want %v of a 0", x[0][:8], y[0], first)
	}
}

func TestReadDigitsErrors(t *testing.T) {
	row := bytes.Repeat([]byte("16,"), 64)
	for want, data := range map[string][]byte{
		"EOF":            nil,
		"unexpected EOF": gzipped(append(bytes.Clone(row), '9'))[:20],
		`row 1, column 65: have "x", want 0 to 16`: gzipped(append(bytes.Clone(row), 'x')),
		`row 1, column 1: have "17", want 0 to 16`: gzipped([]byte("17,3\n")),
		"row 1: want 64 pixels and a digit":        gzipped([]byte("1,3\n")),
	} {
		_, err := readDigits(bytes.NewReader(data))
		wantError(t, err, want)
	}
}
