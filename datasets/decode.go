package datasets

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	_ "image/jpeg" // the two formats that decode knows
	_ "image/png"
	"math"
)

// maxPixels is the largest image that is decoded: a small file can claim any size.
const maxPixels = 1 << 25

// decoded is an image (h, w, c) of bytes, with one channel or three.
type decoded struct {
	h, w, c int
	pix     []uint8
}

// decode reads a PNG or a JPEG. A grey one has one channel, any other three. Of
// 16 bits the upper 8 are kept; transparent pixels are drawn on black; EXIF
// orientation is not heeded.
func decode(data []byte) (decoded, error) {
	head, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return decoded{}, fmt.Errorf("does not decode as PNG or JPEG: %w", err)
	}
	if head.Width < 1 || head.Height < 1 || head.Height > maxPixels/head.Width {
		return decoded{}, fmt.Errorf("have %d×%d pixels, want at least 1 and at most %d", head.Width, head.Height, maxPixels)
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return decoded{}, fmt.Errorf("does not decode as PNG or JPEG: %w", err)
	}
	b := img.Bounds()
	d := decoded{h: b.Dy(), w: b.Dx(), c: 1}
	switch img := img.(type) {
	case *image.Gray:
		d.pix = make([]uint8, 0, d.h*d.w)
		for y := range d.h {
			d.pix = append(d.pix, img.Pix[y*img.Stride:][:d.w]...)
		}
	case *image.Gray16:
		d.pix = make([]uint8, d.h*d.w)
		for i := range d.pix {
			d.pix[i] = img.Pix[i/d.w*img.Stride+2*(i%d.w)]
		}
	default:
		all := image.NewRGBA(image.Rect(0, 0, d.w, d.h))
		draw.Draw(all, all.Bounds(), img, b.Min, draw.Src)
		d.c, d.pix = 3, make([]uint8, 3*d.h*d.w)
		for i := range d.h * d.w {
			copy(d.pix[3*i:3*i+3], all.Pix[4*i:])
		}
	}
	return d, nil
}

// square cuts the middle out of d, as wide as high, and brings it to side × side.
func (d decoded) square(side int) decoded {
	n := min(d.h, d.w)
	if d.h != d.w {
		top, left := (d.h-n)/2, (d.w-n)/2
		cut := make([]uint8, 0, n*n*d.c)
		for y := range n {
			cut = append(cut, d.pix[((top+y)*d.w+left)*d.c:][:n*d.c]...)
		}
		d = decoded{n, n, d.c, cut}
	}
	if n == side {
		return d
	}
	small := decoded{side, side, d.c, make([]uint8, side*side*d.c)}
	for i, v := range newResizer(n, n, d.c, side).resize(d.pix) {
		small.pix[i] = uint8(math.Round(float64(v)))
	}
	return small
}

// colour returns d with three channels.
func (d decoded) colour() decoded {
	if d.c == 3 {
		return d
	}
	pix := make([]uint8, 0, 3*len(d.pix))
	for _, v := range d.pix {
		pix = append(pix, v, v, v)
	}
	return decoded{d.h, d.w, 3, pix}
}
