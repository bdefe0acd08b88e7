package images

import (
	"fmt"
	"math"

	"zoo/internal/random"
)

// TenViews is the number of views of an image that datasets of images can show besides
// one: the four corners and the middle, and the same mirrored (Krizhevsky et al.
// 2012).
const TenViews = 10

// A View says what a network sees of an image of any size: the shorter side is brought
// to Resize, and the middle Cut × Cut pixels are taken.
type View struct {
	Resize int    // 0: the image as it is
	Cut    int    // at most Resize, where that is not 0
	Filter string // bilinear or bicubic; empty: bilinear
}

func (v View) filter() filter {
	if v.Filter == "" {
		return filters["bilinear"]
	}
	return filters[v.Filter]
}

// size is that of an image of h × w pixels when it is resized.
func (v View) size(h, w int) (int, int) {
	short, long := min(h, w), max(h, w)
	if v.Resize > 0 {
		short, long = v.Resize, int(float64(v.Resize*long)/float64(short))
	}
	if h < w {
		return short, long
	}
	return long, short
}

// fits says what is wrong with an image of h × w pixels.
func (v View) fits(h, w int) error {
	if v.Resize == 0 && min(h, w) < v.Cut {
		return fmt.Errorf("have %d×%d pixels, want at least %d×%d: set data.resize to enlarge", w, h, v.Cut, v.Cut)
	}
	return nil
}

// at returns the part of d that begins at a place of the resized image.
func (v View) at(d decoded, place func(h, w int) (top, left int)) decoded {
	h, w := v.size(d.h, d.w)
	top, left := place(h, w)
	want := box{top, left, v.Cut, v.Cut}
	if h == d.h && w == d.w {
		return d.cut(want)
	}
	return d.resample(v.filter(), box{0, 0, d.h, d.w}, h, w, want)
}

// one returns one of the ten views, and whether it is to be mirrored: those of the
// image come first, then those of its mirror image. Where there is only one view,
// it is the middle.
func (v View) one(d decoded, number, of int) (_ decoded, mirrored bool) {
	middle := func(n int) int { return int(math.RoundToEven(float64(n-v.Cut) / 2)) }
	mirrored = number >= TenViews/2
	return v.at(d, func(h, w int) (top, left int) {
		switch number % 5 {
		case 0, 1:
			left = number % 5 * (w - v.Cut)
		case 2, 3:
			top, left = h-v.Cut, number%5%2*(w-v.Cut)
		}
		if of < TenViews || number%5 == 4 {
			top, left = middle(h), middle(w)
		}
		if mirrored {
			left = w - v.Cut - left
		}
		return top, left
	}), mirrored
}

// random returns a part of the resized image at a random place.
func (v View) random(d decoded, r *random.Stream) decoded {
	return v.at(d, func(h, w int) (top, left int) {
		top = r.Below(h - v.Cut + 1)
		return top, r.Below(w - v.Cut + 1)
	})
}

// scaled returns a random part of the image, of a share of its area from least to
// 1 and a ratio of its sides from 3/4 to 4/3, brought to Cut × Cut (Szegedy et al.
// 2014, section 6). Where ten such parts do not fit, it is the middle.
func (v View) scaled(d decoded, least float64, r *random.Stream) decoded {
	const narrow, wide = 3.0 / 4, 4.0 / 3
	whole := func(b box) decoded {
		return d.resample(v.filter(), b, v.Cut, v.Cut, box{0, 0, v.Cut, v.Cut})
	}
	for range 10 {
		area := float64(d.h*d.w) * r.Between(least, 1)
		ratio := math.Exp(r.Between(math.Log(narrow), math.Log(wide)))
		w, h := int(math.RoundToEven(math.Sqrt(area*ratio))), int(math.RoundToEven(math.Sqrt(area/ratio)))
		if w > 0 && w <= d.w && h > 0 && h <= d.h {
			top := r.Below(d.h - h + 1)
			return whole(box{top, r.Below(d.w - w + 1), h, w})
		}
	}
	h, w := d.h, d.w
	switch ratio := float64(w) / float64(h); {
	case ratio < narrow:
		h = max(1, min(h, int(math.RoundToEven(float64(w)/narrow))))
	case ratio > wide:
		w = max(1, min(w, int(math.RoundToEven(float64(h)*wide))))
	}
	return whole(box{(d.h - h) / 2, (d.w - w) / 2, h, w})
}
