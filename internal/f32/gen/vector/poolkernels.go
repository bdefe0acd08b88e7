package main

import . "github.com/mmcloughlin/avo/build"

// poolKernels writes the pooling of rows of windows.
func poolKernels() {
	(&pool{name: "maxPoolWindows", doc: "the maximum of each window, and NaN where it holds one.", windows: "y", image: "x",
		begin: func(w *window) {
			for u := range w.vectors {
				w.sums = append(w.sums, w.load(w.inImage("x", u), w.mask))
			}
		},
		pixel: func(w *window) {
			for u, sum := range w.sums {
				VMOVAPS(w.maximum(sum, w.load(w.inImage("x", u), w.mask)), sum)
			}
		},
		end: func(w *window) {
			for u, sum := range w.sums {
				w.store(sum, w.inWindows("y", u), w.mask)
			}
		}}).write()
	(&pool{name: "avgPoolWindows", doc: "weight times the sum of each window.", windows: "y", image: "x", weighted: true,
		begin: func(w *window) {
			for range w.vectors {
				w.sums = append(w.sums, w.zero())
			}
		},
		pixel: func(w *window) {
			for u, sum := range w.sums {
				VADDPS(w.load(w.inImage("x", u), w.mask), sum, sum)
			}
		},
		end: func(w *window) {
			for u, sum := range w.sums {
				w.store(w.mul(sum, w.weight), w.inWindows("y", u), w.mask)
			}
		}}).write()
	(&pool{name: "avgPoolGradWindows", doc: "weight·dy for each pixel of each window.", windows: "dy", image: "dx", weighted: true, gradient: true,
		begin: func(w *window) {
			for u := range w.vectors {
				w.grads = append(w.grads, w.mul(w.weight, w.load(w.inWindows("dy", u), w.mask)))
			}
		},
		pixel: func(w *window) {
			for u, g := range w.grads {
				w.give("dx", u, w.copy(g))
			}
		}}).write()
	(&pool{name: "maxPoolGradWindows", doc: "dy for the first pixel of each window that is y, or NaN, and 0 for the others.",
		windows: "dy y", image: "dx x", gradient: true,
		begin: func(w *window) {
			for u := range w.vectors {
				w.sums = append(w.sums, w.load(w.inWindows("y", u), w.mask))
				w.grads = append(w.grads, w.load(w.inWindows("dy", u), w.mask))
			}
		},
		pixel: func(w *window) {
			for u, y := range w.sums {
				x := w.load(w.inImage("x", u), w.mask)
				hit := w.or(w.compare(x, equal, y), w.compare(x, unordered, x))
				g := w.keep(hit, w.grads[u])
				w.drop(hit, w.grads[u])
				w.give("dx", u, g)
			}
		}}).write()
}
