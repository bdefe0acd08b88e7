package images

import (
	"math"
	"slices"
	"strings"
	"testing"

	"zoo/datasets"
	"zoo/internal/random"
)

// colours is an image (n, 1, 3) of values far from 0 and 255.
func colours(n int) []float32 {
	x := make([]float32, 3*n)
	for i, v := range noise(len(x), 5) {
		x[i] = 100 + float32(v)/8
	}
	return x
}

func jittered(j Jitter, seed uint64, x []float32) []float32 {
	x = slices.Clone(x)
	r := random.New(seed)
	(&colourAugmentation{jitter: j, c: 3, max: 255}).apply(x, &r)
	return x
}

func TestJitter(t *testing.T) {
	x := colours(50)
	mean := func(x []float32) (sum float64) {
		for i := 0; i < len(x); i += 3 {
			sum += float64(luma(x[i:i+3])) / float64(len(x)/3)
		}
		return sum
	}
	closeTo := func(what string, have, want float64) {
		t.Helper()
		if math.Abs(have-want) > 1e-3*(1+math.Abs(want)) {
			t.Errorf("%s: have %v, want %v", what, have, want)
		}
	}
	var factors []float64
	for seed := range uint64(200) {
		b := jittered(Jitter{Brightness: 0.4}, seed, x)
		f := float64(b[0] / x[0])
		factors = append(factors, f)
		for i := range x {
			closeTo("brightness", float64(b[i]/x[i]), f)
		}
		c := jittered(Jitter{Contrast: 0.4}, seed, x)
		closeTo("mean with contrast", mean(c), mean(x))
		closeTo("contrast", (float64(c[0])-mean(x))/(float64(x[0])-mean(x)), (float64(c[7])-mean(x))/(float64(x[7])-mean(x)))
		s := jittered(Jitter{Saturation: 0.4}, seed, x)
		h := jittered(Jitter{Hue: 0.5}, seed, x)
		for i := 0; i < len(x); i += 3 {
			closeTo("luma with saturation", float64(luma(s[i:i+3])), float64(luma(x[i:i+3])))
			a, b := slices.Sorted(slices.Values(h[i:i+3])), slices.Sorted(slices.Values(x[i:i+3]))
			closeTo("largest with hue", float64(a[2]), float64(b[2]))
			closeTo("smallest with hue", float64(a[0]), float64(b[0]))
		}
	}
	m, std := moments(factors)
	if math.Abs(m-1) > 0.05 || math.Abs(std-0.4/math.Sqrt(3)) > 0.02 || slices.Min(factors) < 0.6 || slices.Max(factors) > 1.4 {
		t.Errorf("factors of brightness have mean %v and deviation %v, from %v to %v", m, std, slices.Min(factors), slices.Max(factors))
	}
	if slices.Equal(jittered(Jitter{0.1, 0.1, 0.1, 0.1}, 1, x), jittered(Jitter{0.1, 0.1, 0.1, 0.1}, 2, x)) {
		t.Error("another seed changes nothing")
	}
	for _, v := range jittered(Jitter{Brightness: 1, Contrast: 1}, 3, []float32{0, 255, 255, 255, 0, 0}) {
		if v < 0 || v > 255 {
			t.Errorf("have value %v", v)
		}
	}
}

// A third of the circle takes red to green, no turn leaves everything.
func TestHue(t *testing.T) {
	for _, c := range []struct {
		in   [3]float32
		turn float32
		want [3]float32
	}{
		{[3]float32{200, 40, 90}, 0, [3]float32{200, 40, 90}},
		{[3]float32{40, 200, 90}, 0, [3]float32{40, 200, 90}},
		{[3]float32{40, 90, 200}, 0, [3]float32{40, 90, 200}},
		{[3]float32{200, 40, 90}, 1.0 / 3, [3]float32{90, 200, 40}},
		{[3]float32{200, 40, 90}, -1.0 / 3, [3]float32{40, 90, 200}},
		{[3]float32{200, 0, 0}, 1.0 / 6, [3]float32{200, 200, 0}},
		{[3]float32{200, 0, 0}, 0.5, [3]float32{0, 200, 200}},
		{[3]float32{7, 7, 7}, 0.4, [3]float32{7, 7, 7}},
	} {
		p := c.in
		turnHue(p[:], c.turn)
		for k := range p {
			if math.Abs(float64(p[k]-c.want[k])) > 1e-3 {
				t.Errorf("%v by %v: have %v, want %v", c.in, c.turn, p, c.want)
				break
			}
		}
	}
}

// The noise is the same for all pixels, and along the components in proportion to
// their eigenvalues.
func TestLighting(t *testing.T) {
	tn := colourAugmentation{sigma: 0.1, colours: imagenetColours, c: 3, max: 255}
	var along [3][]float64
	for seed := range uint64(3000) {
		x := []float32{10, 20, 30, 90, 80, 70}
		r := random.New(seed)
		tn.apply(x, &r)
		var d [3]float64
		for ch := range d {
			d[ch] = float64(x[ch]) - float64(10*(ch+1))
			if math.Abs(float64(x[3+ch])-float64(90-10*ch)-d[ch]) > 1e-4 {
				t.Fatalf("two pixels of %v are changed differently", x)
			}
		}
		for k := range along {
			v := 0.0
			for ch := range d {
				v += d[ch] * imagenetColours.vector[ch][k]
			}
			along[k] = append(along[k], v/255)
		}
	}
	for k, v := range along {
		mean, std := moments(v)
		if want := 0.1 * imagenetColours.value[k]; math.Abs(mean) > 0.1*want || math.Abs(std-want) > 0.1*want {
			t.Errorf("component %d: have mean %v and deviation %v, want 0 and %v", k, mean, std, want)
		}
	}
}

// The components of colours that lie on a line are that line.
func TestPrincipalComponents(t *testing.T) {
	p := decodedSet{h: 1, w: 1, c: 3, max: 255, classes: []string{"a", "b"}}
	for i := range 200 {
		p.train.add([]uint8{uint8(i), uint8(i), uint8(50 + i/2)}, i%2)
	}
	d, err := newImageSet("fake", Options{Normalize: "none", Lighting: "train(0.1)"}, p)
	if err != nil {
		t.Fatal(err)
	}
	c := d.colour.colours
	k := 0
	for i, v := range c.value {
		if v > c.value[k] {
			k = i
		}
	}
	// The variance along (1, 1, 1/2) is 9/4 of that of the first channel.
	variance := (200.0*200 - 1) / 12 / 255 / 255
	if math.Abs(c.value[k]-2.25*variance) > 1e-3*variance || math.Abs(math.Abs(c.vector[0][k])-2.0/3) > 1e-3 || math.Abs(math.Abs(c.vector[2][k])-1.0/3) > 1e-3 {
		t.Errorf("have components %+v", c)
	}
}

func TestColoursOfGreyImages(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want string // empty: nothing is wrong
	}{
		{Options{Normalize: "none", Jitter: Jitter{Brightness: 0.1, Contrast: 0.1}}, ""},
		{Options{Normalize: "imagenet"}, "data.normalize: have images of 1 channel, want three: these are grey"},
		{Options{Normalize: "none", Jitter: Jitter{Saturation: 0.1, Hue: 0.1}, Lighting: "train(0.1)"}, "data.jitter.hue, data.jitter.saturation, data.lighting: have images"},
		{Options{Normalize: "none", Lighting: "imagenet(0.1)", Cut: 4}, "data.lighting: have images"},
	} {
		_, err := newImageSet("fake", c.o, fake(30, 9, 1))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
			t.Errorf("%+v: have %v, want %s", c.o, err, c.want)
		}
	}
}

// Test images are not changed.
func TestColoursOfTraining(t *testing.T) {
	o := Options{Jitter: Jitter{0.4, 0.4, 0.4, 0.1}, Lighting: "imagenet(0.1)"}
	p := fake(30, 9, 3)
	plain, changed := newFake(t, Options{}, p), newFake(t, o, p)
	if !slices.EqualFunc(copies(t, plain, datasets.Plan{Split: datasets.Test, Size: 4}), copies(t, changed, datasets.Plan{Split: datasets.Test, Size: 4}), copied.equal) {
		t.Error("test images are changed")
	}
	plan := datasets.Plan{Size: 30, Seed: 1, Training: true}
	x, y := copies(t, plain, plan), copies(t, changed, plan)
	if !slices.Equal(x[0].y, y[0].y) || slices.Equal(x[0].x[:108], y[0].x[:108]) {
		t.Error("training images are not changed, or come in another order")
	}
}
