package images

import (
	"bytes"
	"fmt"
	"image"
	"math"
	"strings"
	"testing"

	"zoo/internal/random"
)

// Parts have areas from least to all and ratios from 3/4 to 4/3, wherever they are.
func TestScaled(t *testing.T) {
	// The value of a pixel tells where it is; a part brought to its own size shows it.
	const n = 100
	d := decoded{n, n, 3, make([]uint8, n*n*3)}
	for i := range n * n {
		d.pix[3*i], d.pix[3*i+1] = uint8(i/n), uint8(i%n)
	}
	r := random.New(1)
	var areas, ratios []float64
	least, most := math.Inf(1), 0.0
	for range 2000 {
		v := View{Cut: 200}.scaled(d, 0.25, &r)
		at := func(y, x, ch int) float64 { return float64(v.pix[(y*200+x)*3+ch]) }
		h, w := at(199, 0, 0)-at(0, 0, 0)+1, at(0, 199, 1)-at(0, 0, 1)+1
		areas, ratios = append(areas, h*w/n/n), append(ratios, math.Log(w/h))
		least, most = min(least, at(0, 0, 0)), max(most, at(199, 0, 0))
	}
	mean, _ := moments(areas)
	// Large parts of a ratio far from 1 do not fit, so that the mean is below 5/8.
	if mean < 0.5 || mean > 0.625 {
		t.Errorf("the mean area is %v", mean)
	}
	for i, a := range areas {
		if a < 0.23 || a > 1 || math.Abs(ratios[i]) > math.Log(4.0/3)+0.06 {
			t.Fatalf("a part has area %v and ratio %v", a, math.Exp(ratios[i]))
		}
	}
	if mean, _ := moments(ratios); math.Abs(mean) > 0.02 {
		t.Errorf("the mean of the logarithm of the ratio is %v", mean)
	}
	if least != 0 || most != n-1 {
		t.Errorf("parts are in rows %v to %v of %d", least, most, n)
	}
}

// No image is too narrow, too long or too small for any view.
func TestExtremeImages(t *testing.T) {
	r := random.New(1)
	for _, size := range [][2]int{{1, 1}, {1, 5000}, {5000, 1}, {2, 3}, {1, 1 << 20}} {
		d := decoded{size[0], size[1], 3, make([]uint8, size[0]*size[1]*3)}
		for i := range d.pix {
			d.pix[i] = 77
		}
		for _, filter := range []string{"bilinear", "bicubic"} {
			v := View{Resize: 12, Cut: 8, Filter: filter}
			for name, seen := range map[string]decoded{
				"scaled": v.scaled(d, 0.08, &r), "random": v.random(d, &r),
				"middle": func() decoded { d, _ := v.one(d, 0, 1); return d }(),
				"corner": func() decoded { d, _ := v.one(d, 8, TenViews); return d }(),
			} {
				if seen.h != 8 || seen.w != 8 || !bytes.Equal(seen.pix, bytes.Repeat([]byte{77}, 192)) {
					t.Errorf("%v, %s, %s: have %d×%d pixels, want 8×8 of 77", size, filter, name, seen.w, seen.h)
				}
			}
		}
	}
}

// The limits are read from the header, before anything is decoded.
func TestDecodeLimits(t *testing.T) {
	for _, size := range [][2]uint32{{20000, 20000}, {1 << 31, 1 << 31}, {1, 1<<25 + 1}} {
		if _, err := decode(bomb(size[0], size[1])); err == nil || strings.Contains(err.Error(), "EOF") {
			t.Errorf("%v: have %v", size, err)
		}
	}
	animated := "RIFF\x20\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00ANIM\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	if _, err := decode([]byte(animated)); err == nil || err.Error() != "is an animated WebP: want a still image" {
		t.Errorf("an animated WebP: have %v", err)
	}
}

// The upper eight of sixteen bits are kept, with alpha or without.
func TestSixteenBits(t *testing.T) {
	for _, img := range []image.Image{
		&image.NRGBA64{Pix: []uint8{200, 1, 100, 2, 50, 3, 0, 0}, Stride: 8, Rect: image.Rect(0, 0, 1, 1)},
		&image.NRGBA64{Pix: []uint8{200, 1, 100, 2, 50, 3, 255, 255}, Stride: 8, Rect: image.Rect(0, 0, 1, 1)},
	} {
		if d, err := decode(pngOf(img)); err != nil || fmt.Sprint(d.pix) != "[200 100 50]" {
			t.Errorf("have %v, %v", d.pix, err)
		}
	}
}

// Whatever the bytes are, decode returns an image of the header's size, or an error.
func FuzzDecode(f *testing.F) {
	for _, c := range readPILGolden(f).Files {
		f.Add(c.File)
		f.Add(c.File[:len(c.File)/2])
	}
	f.Add(bomb(20000, 20000))
	f.Fuzz(func(t *testing.T, data []byte) {
		if h, w, _, err := header(data); err == nil && h*w > 1<<20 {
			return // right, but slow
		}
		d, err := decode(data)
		if err != nil {
			return
		}
		h, w, _, err := header(data)
		if err != nil || d.h != h || d.w != w || len(d.pix) != h*w*d.c || d.c != 1 && d.c != 3 {
			t.Errorf("have %d×%d×%d and %d values, want %d×%d; %v", d.w, d.h, d.c, len(d.pix), w, h, err)
		}
		(View{Resize: 9, Cut: 7}).one(d, 0, 1)
	})
}
