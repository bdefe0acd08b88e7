package images

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"

	"zoo/datasets"
	"zoo/internal/random"
)

// An imageStore has the images of a dataset, in memory or in files.
type imageStore interface {
	// draw writes the view of an image into dst (H, W, c), in the unit of bytes, or
	// as the viewer's table says, if it has one.
	draw(dst []float32, s datasets.Split, i int, w *viewer) error
	// prepare writes what evaluation would see of another image, with the same number of
	// channels.
	prepare(dst []float32, d decoded)
	// hash adds all that determines an image.
	hash(h io.Writer, s datasets.Split, i int)
	// views says how many views of an image there can be, 1 or TenViews.
	views() int
	// workers is how many goroutines should draw at a time.
	workers() int
}

// A viewer belongs to one worker, and says which view of an image to draw.
type viewer struct {
	random bool // a training view, chosen by r
	r      random.Stream
	view   int   // otherwise: the number of the view
	of     int   // how many views there are
	table  table // what bytes are drawn as; nil: as they are

	// The image drawn last, as its views follow one another.
	split  datasets.Split
	number int
	image  decoded

	buffer []float32 // of reorder
}

// fixedImages are images of one size in memory.
type fixedImages[T pixel] struct {
	parts [3]examples[[]T]
	frame frame
	asIs  table // nil if T is not a byte
	pad   int
	crop  int
	flip  bool
}

func (k *fixedImages[T]) draw(dst []float32, s datasets.Split, i int, w *viewer) error {
	v := shift{dy: -k.pad, dx: -k.pad}
	if w.random && (k.crop > 0 || k.flip) {
		v.dy += w.r.Below(2*k.crop+1) - k.crop
		v.dx += w.r.Below(2*k.crop+1) - k.crop
		v.flip = k.flip && w.r.Below(2) == 1
	}
	t := k.asIs
	if w.table != nil {
		t = w.table
	}
	drawInto(dst, k.parts[s].pix[i], k.frame, v, t)
	return nil
}

func (k *fixedImages[T]) hash(h io.Writer, s datasets.Split, i int) { hashPixels(h, k.parts[s].pix[i]) }
func (k *fixedImages[T]) views() int                                { return 1 }
func (k *fixedImages[T]) workers() int                              { return 1 } // copying is quick

// lazyImages are images that are resized each time that they are drawn; those in
// files are decoded then, too.
type lazyImages[I any] struct {
	parts  [3]examples[I]
	c      int
	view   View
	scale  float64
	flip   bool
	decode func(I) (decoded, error)
	sum    func(I) []byte // a digest of, or all of, what determines the image
}

func (k *lazyImages[I]) draw(dst []float32, s datasets.Split, i int, w *viewer) error {
	if w.image.pix == nil || w.split != s || w.number != i {
		d, err := k.decode(k.parts[s].pix[i])
		if err != nil {
			w.image = decoded{}
			return err
		}
		w.image, w.split, w.number = d.channels(k.c), s, i
	}
	var seen decoded
	var mirrored bool
	switch {
	case !w.random:
		seen, mirrored = k.view.one(w.image, w.view, w.of)
	case k.scale > 0:
		seen = k.view.scaled(w.image, k.scale, &w.r)
	default:
		seen = k.view.random(w.image, &w.r)
	}
	if w.random && k.flip {
		mirrored = w.r.Below(2) == 1
	}
	seen.write(dst, mirrored)
	return nil
}

// write copies d to dst, mirrored left to right if mirrored is set.
func (d decoded) write(dst []float32, mirrored bool) {
	for i, v := range d.pix {
		dst[i] = float32(v)
	}
	if mirrored {
		for y := range d.h {
			mirror(dst[y*d.w*d.c:(y+1)*d.w*d.c], d.c)
		}
	}
}

func (k *lazyImages[I]) hash(h io.Writer, s datasets.Split, i int) { h.Write(k.sum(k.parts[s].pix[i])) }
func (k *lazyImages[I]) views() int                                { return TenViews }
func (k *lazyImages[I]) workers() int                              { return runtime.GOMAXPROCS(0) }

// inRows calls each for the rows 0 to n−1, shared out among the workers, each of
// which takes neighbouring rows and has a viewer of its own. It returns the error of
// the first row that has one.
func inRows(n, workers int, each func(row int, w *viewer) error) error {
	workers = max(1, min(workers, n))
	errs := make([]error, workers)
	part := func(w int) {
		var own viewer
		for row := w * n / workers; row < (w+1)*n/workers && errs[w] == nil; row++ {
			errs[w] = each(row, &own)
		}
	}
	var all sync.WaitGroup
	for w := 1; w < workers; w++ {
		all.Go(func() { part(w) })
	}
	part(0)
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// checkColours says which options need colours that grey images do not have.
func checkColours(o Options, c int) error {
	var wrong []string
	for key, set := range map[string]bool{
		"normalize": o.Normalize == "imagenet", "jitter.saturation": o.Jitter.Saturation > 0,
		"jitter.hue": o.Jitter.Hue > 0, "lighting": o.Lighting != "none" && o.Lighting != "",
	} {
		if set && c != 3 {
			wrong = append(wrong, "data."+key)
		}
	}
	if slices.Sort(wrong); wrong != nil {
		return fmt.Errorf("%s: have images of %d channel, want three: these are grey", strings.Join(wrong, ", "), c)
	}
	return nil
}
