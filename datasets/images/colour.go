package images

import (
	"errors"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"zoo/datasets"
	"zoo/internal/problem"
	"zoo/internal/random"
)

// Jitter is the section data.jitter: how much the colours of training images are
// changed at random (Howard 2013), the four in random order.
type Jitter struct {
	Brightness float64 `doc:"b: all values are multiplied by a factor from 1 − b to 1 + b; 0: none"`
	Contrast   float64 `doc:"c: distances from the image's mean grey are multiplied by a factor from 1 − c to 1 + c; 0: none"`
	Saturation float64 `doc:"s: distances from each pixel's grey are multiplied by a factor from 1 − s to 1 + s; 0: none"`
	Hue        float64 `doc:"h: hues are turned by −h to h of the circle, at most 0.5; 0: none"`
}

// check reports values that are out of range.
func (j Jitter) check() (ps []datasets.Problem) {
	for _, n := range []struct {
		key        string
		have, most float64
	}{{"brightness", j.Brightness, 1}, {"contrast", j.Contrast, 1}, {"saturation", j.Saturation, 1}, {"hue", j.Hue, 0.5}} {
		if !(n.have >= 0 && n.have <= n.most) {
			ps = append(ps, datasets.Problem{Key: "jitter." + n.key, Message: fmt.Sprintf("have %v, want a value in [0, %v]", n.have, n.most)})
		}
	}
	return ps
}

// A lighting is a parsed data.lighting: AlexNet's noise along the principal
// components of the colours of pixels (Krizhevsky et al. 2012, section 4.1).
type lighting struct {
	of    string // none, train or imagenet
	sigma float64
}

func parseLighting(s string) (lighting, error) {
	const want = "want none, train(sigma) or imagenet(sigma)"
	name, args, err := problem.Call(s)
	switch {
	case err != nil:
		return lighting{}, fmt.Errorf("%w: %s", err, want)
	case name == "none" && args == nil:
		return lighting{of: name}, nil
	case (name == "train" || name == "imagenet") && len(args) == 1:
		if !(args[0] > 0 && args[0] <= 1) {
			return lighting{}, fmt.Errorf("have %s, want a sigma in (0, 1]", s)
		}
		return lighting{name, args[0]}, nil
	}
	return lighting{}, fmt.Errorf("have %q, %s", s, want)
}

// principal holds the principal components of colours: eigenvectors of their
// covariance, the columns, with its eigenvalues, for values from 0 to 1.
type principal struct {
	value  [3]float64
	vector [3][3]float64
}

// imagenetColours are those of ImageNet's training images, as they are published
// and used everywhere.
var imagenetColours = principal{
	value: [3]float64{0.2175, 0.0188, 0.0045},
	vector: [3][3]float64{
		{-0.5675, 0.7192, 0.4009},
		{-0.5808, -0.0045, -0.8140},
		{-0.5836, -0.6948, 0.4203},
	},
}

// principalOf decomposes a covariance.
func principalOf(cov [3][3]float64) (p principal, err error) {
	m := mat.NewSymDense(3, nil)
	for i := range 3 {
		for j := i; j < 3; j++ {
			m.SetSym(i, j, cov[i][j])
		}
	}
	var e mat.EigenSym
	if !e.Factorize(m, true) {
		return p, errors.New("data.lighting: the covariance of the colours has no eigenvalues")
	}
	var v mat.Dense
	e.VectorsTo(&v)
	for k, value := range e.Values(nil) {
		p.value[k] = max(0, value)
		for i := range 3 {
			p.vector[i][k] = v.At(i, k)
		}
	}
	return p, nil
}

// A colourAugmentation changes the colours of training images, whose values go from 0
// to max.
type colourAugmentation struct {
	jitter  Jitter
	sigma   float64 // of the lighting; 0: none
	colours principal
	c       int
	max     float64
}

func (t *colourAugmentation) idle() bool { return t.jitter == Jitter{} && t.sigma == 0 }

// apply changes an image (H, W, c) in place.
func (t *colourAugmentation) apply(x []float32, r *random.Stream) {
	if t.idle() {
		return
	}
	if t.jitter != (Jitter{}) {
		order := [4]int{0, 1, 2, 3}
		r.Shuffle(order[:])
		for _, k := range order {
			t.step(x, k, r)
		}
	}
	if t.sigma > 0 {
		var alpha [3]float64
		for k := range alpha {
			alpha[k] = t.sigma * r.Normal() * t.colours.value[k] * t.max
		}
		for ch := range 3 {
			v := t.colours.vector[ch]
			add := float32(float64(v[0]*alpha[0]) + float64(v[1]*alpha[1]) + float64(v[2]*alpha[2]))
			for i := ch; i < len(x); i += 3 {
				x[i] += add
			}
		}
	}
}

// step makes one of the four changes.
func (t *colourAugmentation) step(x []float32, kind int, r *random.Stream) {
	j := t.jitter
	factor := func(most float64) float32 { return float32(r.Between(1-most, 1+most)) }
	switch {
	case kind == 0 && j.Brightness > 0:
		f := factor(j.Brightness)
		for i, v := range x {
			x[i] = t.clamp(v * f)
		}
	case kind == 1 && j.Contrast > 0:
		f := factor(j.Contrast)
		sum := 0.0
		for i := 0; i < len(x); i += t.c {
			sum += float64(luma(x[i : i+t.c]))
		}
		mean := float32(sum / float64(len(x)/t.c))
		for i, v := range x {
			x[i] = t.clamp(mean + float32((v-mean)*f))
		}
	case kind == 2 && j.Saturation > 0:
		f := factor(j.Saturation)
		for i := 0; i < len(x); i += 3 {
			p := x[i : i+3]
			g := luma(p)
			for ch, v := range p {
				p[ch] = t.clamp(g + float32((v-g)*f))
			}
		}
	case kind == 3 && j.Hue > 0:
		turn := float32(r.Between(-j.Hue, j.Hue))
		for i := 0; i < len(x); i += 3 {
			turnHue(x[i:i+3], turn)
		}
	}
}

func (t *colourAugmentation) clamp(v float32) float32 { return min(max(v, 0), float32(t.max)) }

// luma is the brightness of a pixel.
func luma(p []float32) float32 {
	if len(p) == 1 {
		return p[0]
	}
	return float32(0.299*p[0]) + float32(0.587*p[1]) + float32(0.114*p[2])
}

// turnHue turns the hue of a pixel by a part of the circle, and leaves the largest
// and the smallest of its values.
func turnHue(p []float32, turn float32) {
	top, low := max(p[0], p[1], p[2]), min(p[0], p[1], p[2])
	d := top - low
	if d == 0 {
		return
	}
	var hue float32 // in sixths
	switch top {
	case p[0]:
		hue = (p[1] - p[2]) / d
	case p[1]:
		hue = 2 + (p[2]-p[0])/d
	default:
		hue = 4 + (p[0]-p[1])/d
	}
	hue += float32(6 * turn)
	for k := range p {
		// Red falls and rises again around hue 0, green around 2, blue around 4.
		at := hue - 2*float32(k)
		for at < -3 {
			at += 6
		}
		for at >= 3 {
			at -= 6
		}
		p[k] = low + float32(d*min(max(2-max(at, -at), 0), 1))
	}
}
