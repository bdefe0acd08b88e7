package f32

// Windows are pooling windows side by side over the pixels of an image, each of
// C channels. The loops take what has a value for each channel of each window (y
// and dy), and the image from the first window's first pixel on (x and dx).
type Windows struct {
	Count, Height, Width int // how many windows, and the pixels of each
	C                    int
	Step, Line           int // distance of neighbouring windows and of lines of pixels, in elements
}

// windowsLen and imageLen are the lengths of what the loops take.
func (w Windows) windowsLen() int { return w.Count * w.C }
func (w Windows) imageLen() int   { return w.pixel(w.Count-1, w.Height-1, w.Width-1) + w.C }

// vectorWindows says whether a vector loop runs, for these slices of the windows and of
// the image. It panics where one is too short.
func vectorWindows[F Float](w Windows, windows, image []F) bool {
	_, _ = windows[:w.windowsLen()], image[:w.imageLen()]
	return first(image) != nil
}

// pixel is where a pixel of a window begins.
func (w Windows) pixel(window, line, column int) int {
	return window*w.Step + line*w.Line + column*w.C
}

// MaxPool writes the maxima of the windows, channel by channel: NaN where one is.
func MaxPool[F Float](y, x []F, w Windows) {
	if vectorWindows(w, y, x) {
		maxPoolWindows(w.Count, w.Height, w.Width, w.C, w.Step, w.Line, first(x), first(y))
		return
	}
	maxPoolLoop(y, x, w)
}

func maxPoolLoop[F Float](y, x []F, w Windows) {
	for i := range w.Count {
		y := y[i*w.C:][:w.C]
		copy(y, x[w.pixel(i, 0, 0):])
		for p := range w.Height {
			for q := range w.Width {
				for j, v := range x[w.pixel(i, p, q):][:w.C] {
					y[j] = max(y[j], v)
				}
			}
		}
	}
}

// MaxPoolGrad gives dy to the first pixel of each window that is y or NaN, in
// row-major order, and 0 to the window's other pixels: it overwrites dx, or adds
// to it where accumulate is set.
func MaxPoolGrad[F Float](dx, dy, y, x []F, w Windows, accumulate bool) {
	if vectorWindows(w, y, x) && vectorWindows(w, dy, dx) {
		maxPoolGradWindows(w.Count, w.Height, w.Width, w.C, w.Step, w.Line, accumulate, first(dx), first(x), first(dy), first(y))
		return
	}
	maxPoolGradLoop(dx, dy, y, x, w, accumulate)
}

func maxPoolGradLoop[F Float](dx, dy, y, x []F, w Windows, accumulate bool) {
	for i := range w.Count {
		for j := range w.C {
			g, top := dy[i*w.C+j], y[i*w.C+j]
			for p := range w.Height {
				for q := range w.Width {
					at := w.pixel(i, p, q) + j
					var d F
					if x[at] == top || x[at] != x[at] {
						d, g = g, 0
					}
					setOrAdd(dx, at, d, accumulate)
				}
			}
		}
	}
}

// setOrAdd sets dx[at] to d, or adds it.
func setOrAdd[F Float](dx []F, at int, d F, accumulate bool) {
	if accumulate {
		d += dx[at]
	}
	dx[at] = d
}

// AvgPool writes weight times the sums of the windows, channel by channel.
func AvgPool[F Float](y, x []F, weight F, w Windows) {
	if vectorWindows(w, y, x) {
		avgPoolWindows(w.Count, w.Height, w.Width, w.C, w.Step, w.Line, first(x), first(y), float32(weight))
		return
	}
	avgPoolLoop(y, x, weight, w)
}

func avgPoolLoop[F Float](y, x []F, weight F, w Windows) {
	for i := range w.Count {
		y := y[i*w.C:][:w.C]
		clear(y)
		for p := range w.Height {
			for q := range w.Width {
				addLoop(y, y, x[w.pixel(i, p, q):][:w.C])
			}
		}
		scaleLoop(y, y, weight)
	}
}

// AvgPoolGrad gives weight·dy to each pixel of each window: it overwrites dx, or
// adds to it where accumulate is set.
func AvgPoolGrad[F Float](dx, dy []F, weight F, w Windows, accumulate bool) {
	if vectorWindows(w, dy, dx) {
		avgPoolGradWindows(w.Count, w.Height, w.Width, w.C, w.Step, w.Line, accumulate, first(dx), first(dy), float32(weight))
		return
	}
	avgPoolGradLoop(dx, dy, weight, w, accumulate)
}

func avgPoolGradLoop[F Float](dx, dy []F, weight F, w Windows, accumulate bool) {
	for i := range w.Count {
		for p := range w.Height {
			for q := range w.Width {
				for j, g := range dy[i*w.C:][:w.C] {
					setOrAdd(dx, w.pixel(i, p, q)+j, weight*g, accumulate)
				}
			}
		}
	}
}
