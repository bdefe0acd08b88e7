package images

import (
	"math"
	"slices"
	"testing"

	"zoo/datasets"
)

// seen are all values of the training part that the network sees, by channel.
func seen(t *testing.T, d datasets.Dataset) [][]float64 {
	c := d.Spec().Inputs[0].Shape[2]
	values := make([][]float64, c)
	x, _ := rows(copies(t, d, datasets.Plan{Split: datasets.Train, Size: 7}))
	for _, image := range x {
		for i, v := range image {
			values[i%c] = append(values[i%c], float64(v))
		}
	}
	return values
}

func moments(x []float64) (mean, std float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		std += (v - mean) * (v - mean) / float64(len(x))
	}
	return mean, math.Sqrt(std)
}

func TestStandard(t *testing.T) {
	for _, o := range []Options{{}, {Resize: 3}, {Resize: 4}, {PerClass: 4}, {Val: 20}} {
		o.Normalize = "standard"
		for ch, x := range seen(t, newFake(t, o, fake(60, 5, 3))) {
			if mean, std := moments(x); math.Abs(mean) > 1e-5 || math.Abs(std-1) > 1e-5 {
				t.Errorf("%+v: channel %d has mean %v and deviation %v", o, ch, mean, std)
			}
		}
	}
}

// The border does not count: it is what background becomes.
func TestStandardWithBorder(t *testing.T) {
	p := fake(60, 5, 1)
	x, _ := rows(copies(t, newFake(t, Options{Normalize: "standard", Pad: 1}, p), datasets.Plan{Size: 60}))
	var all []float64
	for _, pix := range p.train.pix {
		for _, v := range pix {
			all = append(all, float64(v)/255)
		}
	}
	mean, std := moments(all)
	if want := float32(-mean / std); !near(x[0][0], want) {
		t.Errorf("the border is %v, want %v", x[0][0], want)
	}
	if want := float32((float64(p.train.pix[0][0])/255 - mean) / std); !near(x[0][8+1], want) {
		t.Errorf("the first pixel is %v, want %v", x[0][8+1], want)
	}
}

func TestMeanImage(t *testing.T) {
	p := fake(60, 5, 3)
	x, _ := rows(copies(t, newFake(t, Options{Normalize: "mean", Pad: 1}, p), datasets.Plan{Size: 60}))
	for i := range x[0] {
		sum := 0.0
		for _, image := range x {
			sum += float64(image[i])
		}
		if math.Abs(sum) > 1e-4 {
			t.Fatalf("value %d has mean %v", i, sum/60)
		}
	}
	// Only subtracted: differences are those of the pixels.
	have := x[1][(8+1)*3] - x[0][(8+1)*3]
	if want := (float32(p.train.pix[1][0]) - float32(p.train.pix[0][0])) / 255; !near(have, want) {
		t.Errorf("two images differ by %v, want %v", have, want)
	}
}

func TestStatisticsAreThoseOfTraining(t *testing.T) {
	p := fake(60, 5, 3)
	for _, n := range []string{"standard", "mean"} {
		o := Options{Normalize: n, Val: 20}
		before, _ := rows(copies(t, newFake(t, o, p), datasets.Plan{Size: 40}))
		changed := fake(60, 5, 3)
		for _, i := range mustSplit(t, o, p)[datasets.Val].index {
			clear(changed.train.pix[i])
		}
		for _, pix := range changed.test.pix {
			clear(pix)
		}
		after, _ := rows(copies(t, newFake(t, o, changed), datasets.Plan{Size: 40}))
		for i := range before {
			for j := range before[i] {
				if before[i][j] != after[i][j] {
					t.Fatalf("%s depends on val or test images", n)
				}
			}
		}
	}
}

func TestRange(t *testing.T) {
	p := fake(3, 3, 1)
	p.train.pix[0][0], p.train.pix[0][1] = 0, 255
	for n, want := range map[string][2]float32{
		"none": {0, 1}, "range(-1,1)": {-1, 1}, "range(-0.1,1.175)": {-0.1, 1.175}, "range(1,0)": {1, 0},
	} {
		x, _ := rows(copies(t, newFake(t, Options{Normalize: n}, p), datasets.Plan{Size: 3}))
		if !near(x[0][0], want[0]) || !near(x[0][1], want[1]) {
			t.Errorf("%s: 0 and 255 become %v and %v, want %v", n, x[0][0], x[0][1], want)
		}
	}
	x, _ := rows(copies(t, newFake(t, Options{Normalize: "none"}, p), datasets.Plan{Size: 3}))
	for i, v := range p.train.pix[1] {
		if !near(x[1][i], float32(v)/255) {
			t.Fatalf("%d becomes %v, want %v", v, x[1][i], float32(v)/255)
		}
	}
}

func TestConstantChannel(t *testing.T) {
	for _, side := range []int{0, 4} {
		p := fake(9, 3, 3)
		for _, pix := range p.train.pix {
			for i := 1; i < len(pix); i += 3 {
				pix[i] = 77
			}
		}
		_, err := newImageSet("fake", Options{Normalize: "standard", Resize: side}, p)
		wantError(t, err, "data.normalize: channel 1 has the same value", "use none, mean or range(a,b)")
	}
}

// TestByteSums: whole numbers give the sums that floats give, to the bit.
func TestByteSums(t *testing.T) {
	for _, c := range []int{1, 3} {
		bytes := append(fake(60, 5, c).train.pix, make([]byte, 3*mostPacked+15), make([]byte, 33))
		for i := range bytes[60] {
			bytes[60][i] = 255 // the largest sums
		}
		floats := make([][]float32, len(bytes))
		for i, p := range bytes {
			for _, v := range p {
				floats[i] = append(floats[i], float32(v))
			}
		}
		mean, std := channelStats(bytes, c)
		wantMean, wantStd := channelStats(floats, c)
		if !slices.Equal(mean, wantMean) || !slices.Equal(std, wantStd) {
			t.Errorf("%d channels: have %v and %v, want %v and %v", c, mean, std, wantMean, wantStd)
		}
	}
}

func BenchmarkChannelStats(b *testing.B) {
	images := fake(2000, 28, 1).train.pix
	for b.Loop() {
		channelStats(images, 1)
	}
}

// sameBits is equality that tells 0 from −0.
func sameBits(a, b copied) bool {
	return a.equal(b) && slices.EqualFunc(a.x, b.x, func(v, w float32) bool { return math.Float32bits(v) == math.Float32bits(w) })
}

// To draw bytes through a table gives the same bits as to draw and then to normalise
// them, and where the map differs from pixel to pixel there is no table.
func TestTables(t *testing.T) {
	for _, c := range []int{1, 3} {
		for _, norm := range []string{"none", "standard", "mean", "imagenet", "range(-1,1)", "range(1,-0.3)"} {
			if norm == "imagenet" && c == 1 {
				continue
			}
			for _, o := range []Options{{}, {Pad: 2}, {Crop: 2, Flip: true}, {Pad: 1, Crop: 1, Flip: true, Jitter: Jitter{Brightness: 0.5}}} {
				o.Normalize = norm
				d := newFake(t, o, fake(7, 4, c))
				if (d.table == nil) != (norm == "mean") {
					t.Errorf("%s: have a table: %v", norm, d.table != nil)
				}
				without := *d
				without.table = nil
				for _, p := range []datasets.Plan{{Split: datasets.Train, Size: 3, Training: true, Seed: 5, Epoch: 2}, {Split: datasets.Train, Size: 3}, {Split: datasets.Test, Size: 3}} {
					have, want := copies(t, d, p), copies(t, &without, p)
					if !slices.EqualFunc(have, want, sameBits) || len(have) == 0 {
						t.Errorf("%d channels, %+v, %+v: the batches differ", c, o, p)
					}
				}
			}
		}
	}
}
