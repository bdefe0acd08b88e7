package images

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"zoo/datasets"
	"zoo/datasets/datasetstest"
)

func TestSpec(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{}, "[6 6 3]"},
		{Options{Pad: 2}, "[10 10 3]"},
		{Options{Resize: 3, Pad: 1}, "[5 5 3]"},
		{Options{Crop: 2}, "[6 6 3]"},
	} {
		d := newFake(t, c.o, fake(30, 9, 3))
		s := d.Spec()
		if have := fmt.Sprint(s.Inputs[0].Shape); have != c.want || s.Classes() != 3 || s.Inputs[0].Dtype.String() != "float32" {
			t.Errorf("%+v: have %v, want %s, float32 and 3 classes", c.o, s, c.want)
		}
		for b, err := range d.Batches(t.Context(), datasets.Plan{Size: 4}) {
			if err != nil {
				t.Fatal(err)
			}
			if x := b.X[0].Shape(); x[0] != 4 || fmt.Sprint([]int(x[1:])) != c.want || fmt.Sprint([]int(b.Y[0].Shape())) != "[4]" {
				t.Fatalf("a batch of %v with targets of %v", x, b.Y[0].Shape())
			}
		}
	}
}

func TestDatasets(t *testing.T) {
	for name, o := range map[string]Options{
		"plain":        {},
		"augmented":    {Val: 7, Pad: 1, Crop: 2, Flip: true, Normalize: "standard"},
		"resized":      {Resize: 4, Normalize: "mean"},
		"random parts": {Cut: 4, Scale: 0.5, Flip: true},
		"pixels":       {Pad: 1, Crop: 2, Flip: true, Normalize: "standard", Sequence: "pixels"},
		"permuted":     {Resize: 4, Val: 7, Normalize: "mean", Sequence: "permuted"},
		"rows":         {Cut: 4, Scale: 0.5, Sequence: "rows"},
	} {
		t.Run(name, func(t *testing.T) { datasetstest.Check(t, newFake(t, o, fake(40, 9, 3))) })
	}
	t.Run("files", func(t *testing.T) {
		d, err := openFolder(t, unpack(t, snaps()), ofSnaps)
		if err != nil {
			t.Fatal(err)
		}
		datasetstest.Check(t, d)
	})
}

func TestTrainingOrder(t *testing.T) {
	p := fake(50, 9, 1)
	d := newFake(t, Options{}, p)
	plan := datasets.Plan{Split: datasets.Train, Size: 8, Seed: 1, Epoch: 3, Training: true}
	base := copies(t, d, plan)
	if len(base) != 6 {
		t.Fatalf("have %d batches of 8 in 50, want 6: the last is dropped", len(base))
	}
	x, y := rows(base)
	found := map[int]bool{}
	for i := range x {
		k := slices.IndexFunc(p.train.pix, func(pix []uint8) bool {
			return near(x[i][0], float32(pix[0])/255) && near(x[i][20], float32(pix[20])/255) && near(x[i][35], float32(pix[35])/255)
		})
		if k < 0 || found[k] || p.train.label[k] != y[i] {
			t.Fatalf("row %d is example %d, which is not there, or twice, or has another label", i, k)
		}
		found[k] = true
	}
	for name, other := range map[string]datasets.Plan{
		"seed":  {Size: 8, Seed: 2, Epoch: 3, Training: true},
		"epoch": {Size: 8, Seed: 1, Epoch: 4, Training: true},
		"order": {Size: 8, Seed: 1, Epoch: 3},
	} {
		if copies(t, d, other)[0].equal(base[0]) {
			t.Errorf("another %s gives the same batch", name)
		}
	}
	if again := copies(t, newFake(t, Options{}, p), plan); !slices.EqualFunc(again, base, copied.equal) {
		t.Error("the same plan gives other batches")
	}
}

// What an example looks like, and when it comes, must not depend on the batch size
// or on where the epoch is resumed.
func TestPlanDoesNotMatter(t *testing.T) {
	d := newFake(t, Options{Crop: 2, Flip: true, Pad: 1, Normalize: "mean"}, fake(60, 9, 3))
	plan := datasets.Plan{Split: datasets.Train, Size: 6, Seed: 1, Epoch: 2, Training: true}
	base := copies(t, d, plan)
	x, y := rows(base)
	for _, size := range []int{1, 5, 20, 60} {
		p := plan
		p.Size = size
		x2, y2 := rows(copies(t, d, p))
		if len(x2) != 60 || !slices.Equal(y, y2) || !slices.EqualFunc(x, x2, slices.Equal) {
			t.Errorf("batches of %d have other rows than batches of %d", size, plan.Size)
		}
	}
	for first := range 12 {
		p := plan
		p.First = first
		if rest := copies(t, d, p); !slices.EqualFunc(rest, base[min(first, 10):], copied.equal) {
			t.Errorf("from batch %d on they differ", first)
		}
	}
}

// The augmentation of an example is its own, whichever others are in the part.
func TestAugmentationIsTheExamples(t *testing.T) {
	p := fake(60, 9, 3)
	seen := func(train int) map[string]bool {
		m := map[string]bool{}
		x, _ := rows(copies(t, newFake(t, Options{Crop: 2, Flip: true, Train: train}, p), datasets.Plan{Size: 1, Seed: 1, Training: true}))
		for _, image := range x {
			m[fmt.Sprint(image)] = true
		}
		return m
	}
	all := seen(0)
	for image := range seen(10) {
		if !all[image] {
			t.Fatal("an image is cropped or mirrored otherwise in a smaller part")
		}
	}
}

// Every crop and flip occurs, about equally often, and is what it should be.
func TestCropAndFlip(t *testing.T) {
	for _, c := range []struct {
		crop int
		flip bool
	}{{0, true}, {1, false}, {2, true}} {
		p := fake(3, 3, 3)
		d := newFake(t, Options{Crop: c.crop, Flip: c.flip}, p)
		count := map[string]int{}
		const epochs = 400
		for epoch := range epochs {
			x, y := rows(copies(t, d, datasets.Plan{Size: 3, Seed: 9, Epoch: epoch, Training: true}))
			for i := range x {
				v, ok := shiftOf(x[i], p.train.pix[y[i]], c.crop)
				if !ok {
					t.Fatalf("crop %d, flip %v: an image that is not a crop of its example", c.crop, c.flip)
				}
				count[fmt.Sprint(v)]++
			}
		}
		want := (2*c.crop + 1) * (2*c.crop + 1)
		if c.flip {
			want *= 2
		}
		if len(count) != want {
			t.Errorf("crop %d, flip %v: have %d views, want %d", c.crop, c.flip, len(count), want)
		}
		for v, n := range count {
			if mean := 3 * epochs / want; n < mean/3 || n > 2*mean {
				t.Errorf("crop %d, flip %v: %s occurs %d times, the mean is %d", c.crop, c.flip, v, n, mean)
			}
		}
	}
}

// shiftOf finds by trial how an image of 6 × 6 × 3 was made, pixel by pixel.
func shiftOf(x []float32, pix []uint8, crop int) (v shift, ok bool) {
	for v.dy = -crop; v.dy <= crop; v.dy++ {
		for v.dx = -crop; v.dx <= crop; v.dx++ {
			for _, v.flip = range []bool{false, true} {
				same := true
				for i := range x {
					y, col, ch := i/18, i/3%6, i%3
					if v.flip {
						col = 5 - col
					}
					want := float32(0)
					if sy, sx := y+v.dy, col+v.dx; sy >= 0 && sy < 6 && sx >= 0 && sx < 6 {
						want = float32(pix[(sy*6+sx)*3+ch]) / 255
					}
					same = same && near(x[i], want)
				}
				if same {
					return v, true
				}
			}
		}
	}
	return v, false
}

func TestPad(t *testing.T) {
	p := fake(1, 3, 2)
	d := newFake(t, Options{Pad: 3, Normalize: "range(-1,1)"}, p)
	x, _ := rows(copies(t, d, datasets.Plan{Size: 1}))
	for i, v := range x[0] {
		y, col, ch := i/24-3, i/2%12-3, i%2
		want := float32(-1)
		if y >= 0 && y < 6 && col >= 0 && col < 6 {
			want = float32(p.train.pix[0][(y*6+col)*2+ch])/255*2 - 1
		}
		if !near(v, want) {
			t.Fatalf("(%d, %d, %d): have %v, want %v", y, col, ch, v, want)
		}
	}
}

// A crop may see next to nothing of a small image with a wide border.
func TestCropBeyondTheImage(t *testing.T) {
	d := newFake(t, Options{Pad: 3, Crop: 11, Flip: true}, fake(9, 3, 1))
	for epoch := range 200 {
		copies(t, d, datasets.Plan{Size: 9, Epoch: epoch, Training: true})
	}
}

func TestEvaluation(t *testing.T) {
	p := fake(30, 10, 1)
	d := newFake(t, Options{Val: 7, Crop: 2, Flip: true, Normalize: "range(-1,1)"}, p)
	for _, c := range []struct {
		split   datasets.Split
		batches int
		last    int
	}{{datasets.Train, 6, 3}, {datasets.Val, 2, 3}, {datasets.Test, 3, 2}} {
		bs := copies(t, d, datasets.Plan{Split: c.split, Size: 4, Seed: 1, Epoch: 9})
		if len(bs) != c.batches {
			t.Fatalf("%s: have %d batches, want %d", c.split, len(bs), c.batches)
		}
		x, y := rows(bs)
		if len(y) != d.Len(c.split) {
			t.Errorf("%s: have %d rows, want %d", c.split, len(y), d.Len(c.split))
		}
		for i, b := range bs {
			want := 4
			if i == len(bs)-1 {
				want = c.last
			}
			if b.n != want || b.index != i {
				t.Errorf("%s: batch %d has %d rows and number %d, want %d", c.split, i, b.n, b.index, want)
			}
			for k := b.n; k < 4; k++ {
				if b.y[k] != -1 || slices.ContainsFunc(b.x[k*36:], func(v float32) bool { return v != 0 }) {
					t.Errorf("%s: row %d of the last batch is not padding", c.split, k)
				}
			}
		}
		if c.split == datasets.Test {
			for i := range x {
				if v, ok := shiftOfGrey(x[i], p.test.pix[i]); !ok || y[i] != p.test.label[i] {
					t.Errorf("test row %d is not the file's example %d (%v)", i, i, v)
				}
			}
		}
	}
}

func shiftOfGrey(x []float32, pix []uint8) (float32, bool) {
	for i, v := range x {
		if !near(v, float32(pix[i])/255*2-1) {
			return v, false
		}
	}
	return 0, true
}

func TestImpossiblePlans(t *testing.T) {
	d := newFake(t, Options{}, fake(30, 9, 1))
	for _, c := range []struct {
		p    datasets.Plan
		want string
	}{
		{datasets.Plan{}, "fake: have a batch of 0 examples, want at least 1"},
		{datasets.Plan{Size: 1, First: -1}, "fake: have batch -1 to begin with, want 0 or more"},
		{datasets.Plan{Size: 31, Training: true}, "fake: have 30 training examples, want at least the 31 of one batch"},
		{datasets.Plan{Size: 1, Split: datasets.Test, Training: true}, "fake: have the test part to train with, want train"},
	} {
		n := 0
		for _, err := range d.Batches(t.Context(), c.p) {
			wantError(t, err, c.want)
			n++
		}
		if n != 1 {
			t.Errorf("%+v: yields %d times, want 1", c.p, n)
		}
	}
	if len(copies(t, d, datasets.Plan{Size: 8, Split: datasets.Val})) != 0 {
		t.Error("an empty part has batches")
	}
	_, err := newImageSet("fake", Options{Crop: 6, Normalize: "none"}, fake(30, 9, 1))
	wantError(t, err, "data.crop: have 6, want less than the image's 6 × 6 pixels")
}

func TestBatchesHeedsContext(t *testing.T) {
	d := newFake(t, Options{}, fake(30, 9, 1))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for _, err := range d.Batches(ctx, datasets.Plan{Size: 2}) {
		if n++; n == 3 {
			cancel()
		}
		if n == 4 && !errors.Is(err, context.Canceled) || n > 4 {
			t.Fatalf("iteration %d after the end of the context: %v", n, err)
		}
	}
	if n != 4 {
		t.Errorf("%d iterations, want three batches and the error", n)
	}
}

func TestChecksum(t *testing.T) {
	base := Options{Normalize: "none"}
	sum := func(o Options, p decodedSet) string { return newFake(t, o, p).Checksum() }
	want := sum(base, fake(30, 9, 3))
	if len(want) != 64 {
		t.Errorf("have %q, want 64 digits", want)
	}
	had := map[string]string{want: "nothing"}
	differs := func(what, s string) {
		if had[s] != "" {
			t.Errorf("%s and %s have the same checksum", what, had[s])
		}
		had[s] = what
	}
	for what, o := range map[string]Options{
		"resize": {Resize: 3}, "pad": {Pad: 1}, "per_class": {PerClass: 2}, "train": {Train: 6}, "val": {Val: 6},
		"test": {Test: 6}, "split_seed": {SplitSeed: 1}, "normalize": {Normalize: "mean"}, "crop": {Crop: 1}, "flip": {Flip: true},
		"cut": {Cut: 4}, "another cut": {Cut: 5}, "scale": {Scale: 0.5}, "jitter": {Jitter: Jitter{Hue: 0.1}}, "lighting": {Lighting: "imagenet(0.1)"},
	} {
		differs(what, sum(o, fake(30, 9, 3)))
	}
	other, err := newImageSet("another", base, fake(30, 9, 3))
	if err != nil {
		t.Fatal(err)
	}
	differs("a name", other.Checksum())
	p := fake(30, 9, 3)
	p.train.pix[3][5]++
	differs("a pixel", sum(base, p))
	p = fake(30, 9, 3)
	p.test.label[3] = (p.test.label[3] + 1) % 3
	differs("a label", sum(base, p))
	p = fake(30, 9, 3)
	p.classes = []string{"a", "b", "d"}
	differs("a class", sum(base, p))
	p = fake(30, 9, 3)
	p.train.pix[3][5]++
	small := base
	small.Resize = 3
	differs("a pixel before resizing", sum(small, p))
}
