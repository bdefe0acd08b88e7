package main

import (
	"zoo/internal/f32/gen/lanes"
)

// poolKernels writes the pooling of rows of windows.
func poolKernels() {
	(&pool{name: "maxPoolWindows", doc: "the maximum of each window, and NaN where it holds one.", windows: "y", image: "x",
		begin: func(w *window) {
			for u := range w.vectors {
				w.sums = append(w.sums, w.Load(w.inImage("x", u), w.mask))
			}
		},
		pixel: func(w *window) {
			for u, sum := range w.sums {
				w.Move(w.Maximum(sum, w.Load(w.inImage("x", u), w.mask)), sum)
			}
		},
		end: func(w *window) {
			for u, sum := range w.sums {
				w.Store(sum, w.inWindows("y", u), w.mask)
			}
		}}).write()
	(&pool{name: "avgPoolWindows", doc: "weight times the sum of each window.", windows: "y", image: "x", weighted: true,
		begin: func(w *window) {
			for range w.vectors {
				w.sums = append(w.sums, w.Zero())
			}
		},
		pixel: func(w *window) {
			for u, sum := range w.sums {
				w.AddTo(w.Load(w.inImage("x", u), w.mask), sum)
			}
		},
		end: func(w *window) {
			for u, sum := range w.sums {
				w.Store(w.Mul(sum, w.weight), w.inWindows("y", u), w.mask)
			}
		}}).write()
	(&pool{name: "avgPoolGradWindows", doc: "weight·dy for each pixel of each window.", windows: "dy", image: "dx", weighted: true, gradient: true,
		begin: func(w *window) {
			for u := range w.vectors {
				w.grads = append(w.grads, w.Mul(w.weight, w.Load(w.inWindows("dy", u), w.mask)))
			}
		},
		pixel: func(w *window) {
			for u, g := range w.grads {
				w.give("dx", u, w.Copy(g))
			}
		}}).write()
	(&pool{name: "maxPoolGradWindows", doc: "dy for the first pixel of each window that is y, or NaN, and 0 for the others.",
		windows: "dy y", image: "dx x", gradient: true,
		begin: func(w *window) {
			for u := range w.vectors {
				w.sums = append(w.sums, w.Load(w.inWindows("y", u), w.mask))
				w.grads = append(w.grads, w.Load(w.inWindows("dy", u), w.mask))
			}
		},
		pixel: func(w *window) {
			for u, y := range w.sums {
				x := w.Load(w.inImage("x", u), w.mask)
				hit := w.Either(w.Compare(x, lanes.Equal, y), w.Compare(x, lanes.Unordered, x))
				g := w.Keep(hit, w.grads[u])
				w.Drop(hit, w.grads[u])
				w.give("dx", u, g)
			}
		}}).write()
}
