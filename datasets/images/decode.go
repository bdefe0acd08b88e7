package images

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/gif" // the formats that decode knows
	_ "image/jpeg"
	_ "image/png"
	"math"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"
)

// maxPixels is the largest image that is decoded: a small file can claim any size.
const maxPixels = 1 << 25

// extensions are the names' ends of the files that decode reads, and wantFormat
// what they are called. What a file is, its content says.
var extensions = []string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".ppm", ".pgm"}

const wantFormat = "PNG, JPEG, GIF, WebP, BMP, TIFF, PPM or PGM"

// decoded is an image (h, w, c) of bytes, with one channel or three.
type decoded struct {
	h, w, c int
	pix     []uint8
}

// header reads the size of an image and whether it is grey, and refuses what is
// too large. The size is the one that decode gives it.
func header(data []byte) (h, w int, grey bool, err error) {
	head, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return 0, 0, false, notDecoded(data, err)
	}
	if head.Width < 1 || head.Height < 1 || head.Height > maxPixels/head.Width {
		return 0, 0, false, fmt.Errorf("have %d×%d pixels, want at least 1 and at most %d", head.Width, head.Height, maxPixels)
	}
	h, w = head.Height, head.Width
	if orientation(data) > 4 {
		h, w = w, h
	}
	return h, w, head.ColorModel == color.GrayModel || head.ColorModel == color.Gray16Model, nil
}

// decode reads a picture of one of the extensions' formats. A grey one has one channel, any other
// three. As in the Python Imaging Library, an alpha channel is dropped and not
// drawn on anything, and of an animation (GIF, APNG) the first image is taken. Of
// 16 bits the upper 8 are kept, the grey ones' too. A picture is turned as its EXIF
// orientation says.
func decode(data []byte) (d decoded, err error) {
	defer func() {
		if r := recover(); r != nil { // foreign decoders on foreign bytes
			d, err = decoded{}, fmt.Errorf("does not decode as %s: %v", wantFormat, r)
		}
	}()
	h, w, _, err := header(data)
	if err != nil {
		return decoded{}, err
	}
	img, format, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return decoded{}, notDecoded(data, err)
	}
	turn := orientation(data)
	if turn > 4 {
		h, w = w, h
	}
	if whole := image.Rect(0, 0, w, h); img.Bounds() != whole { // the first image of a GIF may be a part
		canvas := image.NewNRGBA(whole)
		draw.Draw(canvas, whole, img, image.Point{}, draw.Src)
		img = canvas
	}
	convert := fullRange
	if format == "webp" {
		convert = studioRange
	}
	return pixels(img, convert).turned(turn), nil
}

func notDecoded(data []byte, err error) error {
	if isAnimatedWebP(data) {
		return errors.New("is an animated WebP: want a still image")
	}
	return fmt.Errorf("does not decode as %s: %w", wantFormat, err)
}

// isAnimatedWebP looks for the animation flag of an extended WebP file.
func isAnimatedWebP(b []byte) bool {
	return len(b) > 20 && string(b[:4]) == "RIFF" && string(b[8:16]) == "WEBPVP8X" && b[20]&2 != 0
}

// pixels are the bytes of an image whose upper left corner is at (0, 0).
func pixels(img image.Image, convert rule) decoded {
	b := img.Bounds()
	d := decoded{h: b.Dy(), w: b.Dx(), c: 1}
	switch img := img.(type) {
	case *image.Gray:
		d.pix = make([]uint8, 0, d.h*d.w)
		for y := range d.h {
			d.pix = append(d.pix, img.Pix[y*img.Stride:][:d.w]...)
		}
		return d
	case *image.Gray16:
		d.pix = make([]uint8, d.h*d.w)
		for i := range d.pix {
			d.pix[i] = img.Pix[i/d.w*img.Stride+2*(i%d.w)]
		}
		return d
	}
	d.c, d.pix = 3, make([]uint8, 3*d.h*d.w)
	switch img := img.(type) {
	case *image.YCbCr:
		fromYCbCr(d, img, convert)
	case *image.NYCbCrA:
		fromYCbCr(d, &img.YCbCr, convert)
	case *image.NRGBA:
		for i := range d.h * d.w {
			copy(d.pix[3*i:3*i+3], img.Pix[i/d.w*img.Stride+i%d.w*4:])
		}
	case *image.NRGBA64:
		for i := range d.h * d.w {
			p := img.Pix[i/d.w*img.Stride+i%d.w*8:]
			d.pix[3*i], d.pix[3*i+1], d.pix[3*i+2] = p[0], p[2], p[4]
		}
	case *image.Paletted:
		table := make([]color.NRGBA, 256) // entries that are not there are black
		for i, c := range img.Palette {
			table[i] = color.NRGBAModel.Convert(c).(color.NRGBA)
		}
		for i := range d.h * d.w {
			c := table[img.Pix[i/d.w*img.Stride+i%d.w]]
			d.pix[3*i], d.pix[3*i+1], d.pix[3*i+2] = c.R, c.G, c.B
		}
	default: // opaque ones: RGB of 8 and 16 bits, CMYK
		all := image.NewRGBA(image.Rect(0, 0, d.w, d.h))
		draw.Draw(all, all.Bounds(), img, b.Min, draw.Src)
		for i := range d.h * d.w {
			copy(d.pix[3*i:3*i+3], all.Pix[4*i:])
		}
	}
	return d
}

// square cuts the middle out of d, as wide as high, and brings it to side × side.
func (d decoded) square(side int) decoded {
	n := min(d.h, d.w)
	if d.h != d.w {
		d = d.cut(box{(d.h - n) / 2, (d.w - n) / 2, n, n})
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

// cut returns a part of d.
func (d decoded) cut(b box) decoded {
	part := decoded{b.h, b.w, d.c, make([]uint8, 0, b.h*b.w*d.c)}
	for y := range b.h {
		part.pix = append(part.pix, d.pix[((b.top+y)*d.w+b.left)*d.c:][:b.w*d.c]...)
	}
	return part
}

// channels returns d with one channel or three. The grey of a colour is its luma,
// .299 R + .587 G + .114 B.
func (d decoded) channels(c int) decoded {
	if d.c == c {
		return d
	}
	n := d.h * d.w
	pix := make([]uint8, n*c)
	for i := range n {
		if c == 3 {
			pix[3*i], pix[3*i+1], pix[3*i+2] = d.pix[i], d.pix[i], d.pix[i]
		} else {
			r, g, b := int(d.pix[3*i]), int(d.pix[3*i+1]), int(d.pix[3*i+2])
			pix[i] = uint8((19595*r + 38470*g + 7471*b + 1<<15) >> 16)
		}
	}
	return decoded{d.h, d.w, c, pix}
}
