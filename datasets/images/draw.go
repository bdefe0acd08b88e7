package images

import "runtime"

// frame is the size of the images as they are kept (h, w, c) and as the network
// sees them (H, W, c).
type frame struct{ h, w, c, H, W int }

// shift says what is drawn of an image: pixel (y, x) is the image's (y+dy, x+dx), 0
// outside of the image, then mirrored left to right if flip is set.
type shift struct {
	dy, dx int
	flip   bool
}

// A table has the value that each byte of each channel is drawn as. To look values up
// is several times faster than to compute them.
type table [][256]float32

// asIs is the table of the values that bytes have themselves.
func asIs(c int) table {
	t := make(table, c)
	for ch := range t {
		for b := range t[ch] {
			t[ch][b] = float32(b)
		}
	}
	return t
}

// drawInto writes what is seen of src (h, w, c) to dst (H, W, c). Bytes become what t
// says; floats have none and stay what they are.
func drawInto[T pixel](dst []float32, src []T, f frame, s shift, t table) {
	if bytes, ok := any(src).([]uint8); ok {
		touch(bytes)
	}
	if s == (shift{}) && f.H == f.h && f.W == f.w {
		copyThrough(dst, src, t)
		return
	}
	// Columns [left, right) lie within the image.
	left := min(max(-s.dx, 0), f.W)
	right := max(min(f.w-s.dx, f.W), left)
	for y := range f.H {
		row := dst[y*f.W*f.c : (y+1)*f.W*f.c]
		if sy := y + s.dy; sy < 0 || sy >= f.h || left == right {
			t.border(row)
		} else {
			t.border(row[:left*f.c])
			t.border(row[right*f.c:])
			in := row[left*f.c : right*f.c]
			copyThrough(in, src[(sy*f.w+left+s.dx)*f.c:][:len(in)], t)
		}
		if s.flip {
			mirror(row, f.c)
		}
	}
}

// touch reads a byte of each cache line of an image. In training, images are drawn in
// random order and come from memory: then the lines are waited for together, and not one
// after the other.
func touch(image []uint8) {
	const line = 64
	var sum uint8
	for i := 0; i < len(image); i += line {
		sum += image[i]
	}
	runtime.KeepAlive(sum) // or nothing would be read
}

// copyThrough writes src, whole pixels, to dst, which is as long.
func copyThrough[T pixel](dst []float32, src []T, t table) {
	switch src := any(src).(type) {
	case []float32:
		copy(dst, src)
	case []uint8:
		dst = dst[:len(src)] // which spares a check for each
		if len(t) == 1 {
			one := &t[0]
			for len(src) >= 8 {
				d, s := dst[:8:8], src[:8:8]
				d[0], d[1], d[2], d[3] = one[s[0]], one[s[1]], one[s[2]], one[s[3]]
				d[4], d[5], d[6], d[7] = one[s[4]], one[s[5]], one[s[6]], one[s[7]]
				dst, src = dst[8:], src[8:]
			}
			for i, b := range src {
				dst[i] = one[b]
			}
			return
		}
		for ch := range t {
			one := &t[ch]
			for i := ch; i < len(src); i += len(t) {
				dst[i] = one[src[i]]
			}
		}
	}
}

// border writes pixels that are outside of the image.
func (t table) border(dst []float32) {
	if t == nil {
		clear(dst)
	}
	for ch := range t {
		for i := ch; i < len(dst); i += len(t) {
			dst[i] = t[ch][0]
		}
	}
}

// mirror reverses the order of the pixels of a row.
func mirror(row []float32, c int) {
	for i, j := 0, len(row)-c; i < j; i, j = i+c, j-c {
		for k := range c {
			row[i+k], row[j+k] = row[j+k], row[i+k]
		}
	}
}

// apply maps x in place. The product is rounded before the sum on every
// processor, those with a fused multiply-add included.
func (m affine) apply(x []float32) {
	gain, bias := m.gain[:len(x)], m.bias[:len(x)]
	for i, v := range x {
		x[i] = float32(v*gain[i]) + bias[i]
	}
}

// table is what m makes of bytes of c channels; nil if that depends on where they are.
func (m affine) table(c int) table {
	for i := c; i < len(m.gain); i++ {
		if m.gain[i] != m.gain[i-c] || m.bias[i] != m.bias[i-c] {
			return nil
		}
	}
	t := asIs(c)
	for ch := range t {
		for b, v := range t[ch] {
			t[ch][b] = float32(v*m.gain[ch]) + m.bias[ch]
		}
	}
	return t
}
