package images

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// exifTIFF is EXIF data that holds only an orientation.
func exifTIFF(orientation byte) []byte {
	return []byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(orientation) + "\x00\x00\x00\x00\x00\x00")
}

// withPNGChunk puts a chunk after the header of a PNG.
func withPNGChunk(png []byte, name string, content []byte) []byte {
	c := binary.BigEndian.AppendUint32(nil, uint32(len(content)))
	c = append(append(c, name...), content...)
	c = binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c[4:]))
	const header = 8 + 25
	return slices.Concat(png[:header], c, png[header:])
}

// TestOrientationOfPNG: a PNG is turned as a JPEG is.
func TestOrientationOfPNG(t *testing.T) {
	upright := pngOf(rgb(5, 3, 1))
	want, err := decode(upright)
	if err != nil {
		t.Fatal(err)
	}
	for o := byte(1); o <= 8; o++ {
		data := withPNGChunk(upright, "eXIf", exifTIFF(o))
		have, err := decode(data)
		if turned := want.turned(int(o)); err != nil || have.h != turned.h || have.w != turned.w || !bytes.Equal(have.pix, turned.pix) {
			t.Errorf("orientation %d: have %d×%d, %v, want %d×%d", o, have.h, have.w, err, turned.h, turned.w)
		}
		if h, w, _, err := header(data); err != nil || h != have.h || w != have.w {
			t.Errorf("orientation %d: the header has %d×%d, %v", o, h, w, err)
		}
	}
}

// TestOrientationOfChunks: of WebP and TIFF, and of files that end too early.
func TestOrientationOfChunks(t *testing.T) {
	riff := func(chunks ...string) []byte { return []byte("RIFF\x00\x00\x00\x00WEBP" + strings.Join(chunks, "")) }
	exif := string(exifTIFF(6))
	size := func(s string) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) }
	for _, c := range []struct {
		name string
		data []byte
		want int
	}{
		{"WebP", riff("VP8X\x03\x00\x00\x00abc\x00", "EXIF"+size(exif)+exif), 6},
		{"WebP with the JPEG's prefix", riff("EXIF" + size("Exif\x00\x00"+exif) + "Exif\x00\x00" + exif), 6},
		{"WebP that ends", riff("EXIF\xff\xff\xff\xff" + exif), 1},
		{"WebP without", riff("VP8 \x01\x00\x00\x00a\x00"), 1},
		{"TIFF", exifTIFF(3), 3},
		{"PNG that ends", []byte("\x89PNG\r\n\x1a\n\xff\xff\xff\xffeXIf"), 1},
		{"nothing", nil, 1},
	} {
		if have := orientation(c.data); have != c.want {
			t.Errorf("%s: have %d, want %d", c.name, have, c.want)
		}
	}
}

// TestFormats: every format gives the pixels of the picture that was written.
func TestFormats(t *testing.T) {
	m := rgb(5, 3, 1)
	grey := image.NewGray(image.Rect(0, 0, 5, 3))
	for i := range grey.Pix {
		grey.Pix[i] = uint8(16 * i)
	}
	var b, f, g bytes.Buffer
	if err := bmp.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	if err := tiff.Encode(&f, m, nil); err != nil {
		t.Fatal(err)
	}
	if err := tiff.Encode(&g, grey, nil); err != nil {
		t.Fatal(err)
	}
	want, _ := decode(pngOf(m))
	var p3, p6, p2, p5, deep []byte
	for i, v := range want.pix {
		p3 = fmt.Appendf(p3, "%d%s", v, []string{" ", "\n", " # a comment\n"}[i%3])
	}
	p6 = append([]byte("P6 5 3 255\n"), want.pix...)
	for i, v := range grey.Pix {
		p2 = fmt.Appendf(p2, "%d ", v)
		p5 = append(p5, v)
		deep = binary.BigEndian.AppendUint16(deep, uint16(grey.Pix[i])*257)
	}
	for _, c := range []struct {
		name string
		data []byte
		want decoded
	}{
		{"BMP", b.Bytes(), want},
		{"TIFF", f.Bytes(), want},
		{"TIFF, grey", g.Bytes(), decoded{3, 5, 1, grey.Pix}},
		{"P3", append([]byte("P3\n# made by hand\n5 3\n255\n"), p3...), want},
		{"P6", p6, want},
		{"P2", append([]byte("P2 5 3 255 "), p2...), decoded{3, 5, 1, grey.Pix}},
		{"P5", append([]byte("P5 5 3 255\n"), p5...), decoded{3, 5, 1, grey.Pix}},
		{"P5 of 16 bits", append([]byte("P5 5 3 65535\n"), deep...), decoded{3, 5, 1, grey.Pix}},
	} {
		have, err := decode(c.data)
		if err != nil || have.h != c.want.h || have.w != c.want.w || have.c != c.want.c || !bytes.Equal(have.pix, c.want.pix) {
			t.Errorf("%s: have %+v, %v, want %+v", c.name, have, err, c.want)
		}
	}
	for text, want := range map[string]string{
		"P6 5 3 255\nab":             "unexpected EOF",
		"P5 5 3 70000\n":             "have 70000 for white",
		"P5 5 3 9\n\x0a":             "at most 9",
		"P5 99999999 99999999 255\n": "above",
		"P5 5000000 500000 255\n":    "pixels",
		"P5 0 3 255\n":               "pixels",
		"P2 1 1 255 x":               "want a number",
		"P5 5":                       "does not decode",
	} {
		if _, err := decode([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: have error %v, want %q", text, err, want)
		}
	}
}
