package images

import (
	"fmt"
	"slices"
	"testing"

	"zoo/datasets"
	"zoo/internal/random"
)

// A sequence has the values of the picture, whatever else is done to it, in the order that
// the option says: in each part, in training, and for pictures from outside.
func TestSequence(t *testing.T) {
	const h, w, c = 6, 6, 3
	order := random.Permutation(h*w, random.ForPixels, 1)
	other := random.Permutation(h*w, random.ForPixels, 7)
	if slices.Equal(order, other) || slices.IsSorted(order) {
		t.Fatalf("have the orders %v and %v, want two random ones", order, other)
	}
	byRow := random.Permutation(h*w, random.ForPixels, 1)
	slices.Sort(byRow)
	for _, word := range []struct {
		sequence, input string
		order           []int
	}{
		{"pixels", "pixels [36 3]", byRow},
		{"rows", "rows [6 18]", byRow},
		{"permuted", "pixels [36 3]", order},
		{"permuted(1)", "pixels [36 3]", order},
		{"permuted(7)", "pixels [36 3]", other},
	} {
		for name, o := range map[string]Options{
			"bytes":     {Normalize: "standard"},
			"pixelwise": {Normalize: "mean", Val: 6},
			"augmented": {Resize: 4, Pad: 1, Crop: 2, Flip: true, Val: 6, Jitter: Jitter{Brightness: 0.5}},
			"parts":     {Cut: 6, Resize: 8, Scale: 0.5, Flip: true, Normalize: "standard"},
		} {
			pictures := newFake(t, o, fake(40, 9, c))
			o.Sequence = word.sequence
			sequences := newFake(t, o, fake(40, 9, c))
			in := sequences.Spec().Inputs[0]
			if have := fmt.Sprint(in.Name, " ", in.Shape); have != word.input || sequences.Spec().Positions() != in.Shape[0] {
				t.Errorf("%s, %s: have %s, want %s", word.sequence, name, have, word.input)
			}
			if pictures.Checksum() == sequences.Checksum() {
				t.Errorf("%s, %s: the checksum is that of the pictures", word.sequence, name)
			}
			for _, p := range []datasets.Plan{{Size: 7, Seed: 3, Epoch: 2, Training: true}, {Split: datasets.Val, Size: 4}, {Split: datasets.Test, Size: 9}} {
				x, y := rows(copies(t, pictures, p))
				s, z := rows(copies(t, sequences, p))
				if !slices.Equal(y, z) || !slices.EqualFunc(x, s, func(x, s []float32) bool { return slices.Equal(permuted(x, c, word.order), s) }) {
					t.Errorf("%s, %s: %+v has other sequences than the pictures say", word.sequence, name, p)
				}
			}
			pic := Picture{decoded{5, 7, c, noise(5*7*c, 3)}}
			if have, want := sequences.Prepare(pic), permuted(pictures.Prepare(pic), c, word.order); !slices.Equal(have, want) {
				t.Errorf("%s, %s: a picture from outside is %v, want %v", word.sequence, name, have, want)
			}
		}
	}
}

// permuted are the pixels of c values in an order.
func permuted(x []float32, c int, order []int) (y []float32) {
	for _, k := range order {
		y = append(y, x[k*c:(k+1)*c]...)
	}
	return y
}

// Ten views of a picture are ten sequences.
func TestViewsOfSequences(t *testing.T) {
	o := Options{Cut: 4, Sequence: "permuted"}
	d, err := newFake(t, o, fake(12, 9, 1)).Views(TenViews)
	if err != nil {
		t.Fatal(err)
	}
	o.Sequence = ""
	pictures, err := newFake(t, o, fake(12, 9, 1)).Views(TenViews)
	if err != nil {
		t.Fatal(err)
	}
	plan := datasets.Plan{Split: datasets.Test, Size: 6}
	x, _ := rows(copies(t, pictures, plan))
	s, _ := rows(copies(t, d, plan))
	if len(s) != 9*TenViews {
		t.Fatalf("have %d views, want ten of each of 9 pictures", len(s))
	}
	for i := range s {
		if !slices.Equal(s[i], permuted(x[i], 1, random.Permutation(16, random.ForPixels, 1))) {
			t.Errorf("view %d is not that of the picture", i)
		}
	}
}
