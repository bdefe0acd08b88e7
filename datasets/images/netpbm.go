package images

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
)

func init() {
	for magic, name := range map[string]string{"P2": "pgm", "P3": "ppm", "P5": "pgm", "P6": "ppm"} {
		image.RegisterFormat(name, magic, decodeNetpbm, netpbmConfig)
	}
}

// netpbm is the header of a PGM or PPM: the grey and colour formats of Netpbm, in
// decimal numbers (P2, P3) or in bytes (P5, P6).
type netpbm struct {
	grey, text bool
	w, h, most int // most is the value of white
}

// readNetpbm reads the header and the one space after it.
func readNetpbm(r *bufio.Reader) (n netpbm, err error) {
	magic := make([]byte, 2)
	if _, err := io.ReadFull(r, magic); err != nil {
		return n, err
	}
	n.grey, n.text = magic[1] == '2' || magic[1] == '5', magic[1] < '4'
	for _, v := range []*int{&n.w, &n.h, &n.most} {
		if *v, err = netpbmNumber(r); err != nil {
			return n, err
		}
	}
	if n.most < 1 || n.most > 65535 {
		return n, fmt.Errorf("have %d for white, want 1 to 65535", n.most)
	}
	return n, nil
}

// netpbmNumber reads a decimal number and the byte after it, after spaces and
// comments, which go from # to the end of the line.
func netpbmNumber(r *bufio.Reader) (v int, err error) {
	digits := false
	for {
		c, err := r.ReadByte()
		switch {
		case err == io.EOF && digits:
			return v, nil
		case err == io.EOF:
			return 0, io.ErrUnexpectedEOF
		case err != nil:
			return 0, err
		case c >= '0' && c <= '9':
			digits = true
			if v = 10*v + int(c-'0'); v > maxPixels {
				return 0, fmt.Errorf("have a number above %d", maxPixels)
			}
		case c == '#':
			if _, err := r.ReadString('\n'); err != nil {
				return 0, io.ErrUnexpectedEOF
			}
			if digits {
				return v, nil
			}
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v':
			if digits {
				return v, nil
			}
		default:
			return 0, fmt.Errorf("have %q, want a number", c)
		}
	}
}

func (n netpbm) config() image.Config {
	c := image.Config{ColorModel: color.NRGBAModel, Width: n.w, Height: n.h}
	if n.grey {
		c.ColorModel = color.GrayModel
	}
	return c
}

func netpbmConfig(r io.Reader) (image.Config, error) {
	n, err := readNetpbm(bufio.NewReader(r))
	return n.config(), err
}

// decodeNetpbm scales values to bytes, to the nearest.
func decodeNetpbm(r io.Reader) (image.Image, error) {
	in := bufio.NewReader(r)
	n, err := readNetpbm(in)
	if err != nil {
		return nil, err
	}
	if n.w < 1 || n.h < 1 || n.h > maxPixels/n.w {
		return nil, errors.New("it has no pixels, or too many")
	}
	value := func() (uint8, error) {
		v := 0
		var err error
		if n.text {
			v, err = netpbmNumber(in)
		} else {
			var b byte
			b, err = in.ReadByte()
			if v = int(b); err == nil && n.most > 255 {
				b, err = in.ReadByte()
				v = v<<8 | int(b)
			}
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err == nil && v > n.most {
			err = fmt.Errorf("have the value %d, want at most %d", v, n.most)
		}
		return uint8((2*255*v + n.most) / (2 * n.most)), err
	}
	if n.grey {
		m := image.NewGray(image.Rect(0, 0, n.w, n.h))
		for i := range m.Pix {
			if m.Pix[i], err = value(); err != nil {
				return nil, err
			}
		}
		return m, nil
	}
	m := image.NewNRGBA(image.Rect(0, 0, n.w, n.h))
	for i := range m.Pix {
		if m.Pix[i] = 255; i%4 == 3 {
			continue
		}
		if m.Pix[i], err = value(); err != nil {
			return nil, err
		}
	}
	return m, nil
}
