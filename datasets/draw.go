package datasets

// frame is the size of the images as they are kept (h, w, c) and as the network
// sees them (H, W, c).
type frame struct{ h, w, c, H, W int }

// view is the part of an image that is seen: its pixel (y, x) is the image's
// (y+dy, x+dx), 0 outside of the image, then mirrored left to right if flip is set.
type view struct {
	dy, dx int
	flip   bool
}

// drawInto writes what is seen of src (h, w, c) to dst (H, W, c).
func drawInto[T pixel](dst []float32, src []T, f frame, v view) {
	// Columns [left, right) lie within the image.
	left := min(max(-v.dx, 0), f.W)
	right := max(min(f.w-v.dx, f.W), left)
	for y := range f.H {
		row := dst[y*f.W*f.c : (y+1)*f.W*f.c]
		if sy := y + v.dy; sy < 0 || sy >= f.h || left == right {
			clear(row)
		} else {
			clear(row[:left*f.c])
			clear(row[right*f.c:])
			in := row[left*f.c : right*f.c]
			old := src[(sy*f.w+left+v.dx)*f.c:][:len(in)]
			for i, p := range old {
				in[i] = float32(p)
			}
		}
		if v.flip {
			mirror(row, f.c)
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
