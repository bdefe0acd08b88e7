package datasets

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// A keeper has the images of a dataset, in memory or in files.
type keeper interface {
	// draw writes what is seen of an image into dst (H, W, c), in the unit of bytes,
	// or if the aim has a table as that says.
	draw(dst []float32, s Split, i int, a *aim) error
	// prepare writes what evaluation would see of another image, of as many channels.
	prepare(dst []float32, d decoded)
	// hash adds all that determines an image.
	hash(h io.Writer, s Split, i int)
	// views says how many views of an image there can be, 1 or TenViews.
	views() int
	// workers is how many goroutines are to draw at a time.
	workers() int
}

// An aim says which view of an image is wanted. One goroutine has it.
type aim struct {
	random bool   // a training view: chosen by
	r      stream // this
	view   int    // otherwise this one
	of     int    // of so many
	table  table  // what bytes are drawn as; nil: as they are

	// The image of the latest draw: its views follow one another.
	split  Split
	number int
	image  decoded
}

// still are images of one size in memory.
type still[T pixel] struct {
	parts [3]examples[[]T]
	frame frame
	asIs  table // nil if T is no byte
	pad   int
	crop  int
	flip  bool
}

func (k *still[T]) draw(dst []float32, s Split, i int, a *aim) error {
	v := view{dy: -k.pad, dx: -k.pad}
	if a.random && (k.crop > 0 || k.flip) {
		v.dy += a.r.below(2*k.crop+1) - k.crop
		v.dx += a.r.below(2*k.crop+1) - k.crop
		v.flip = k.flip && a.r.below(2) == 1
	}
	t := k.asIs
	if a.table != nil {
		t = a.table
	}
	drawInto(dst, k.parts[s].pix[i], k.frame, v, t)
	return nil
}

func (k *still[T]) hash(h io.Writer, s Split, i int) { hashPixels(h, k.parts[s].pix[i]) }
func (k *still[T]) views() int                       { return 1 }
func (k *still[T]) workers() int                     { return 1 } // copying is quick

// photos are images that are resized each time that they are looked at: those of
// files are decoded then, too.
type photos[I any] struct {
	parts  [3]examples[I]
	c      int
	view   View
	scale  float64
	flip   bool
	decode func(I) (decoded, error)
	sum    func(I) []byte // of all that determines the image
}

func (k *photos[I]) draw(dst []float32, s Split, i int, a *aim) error {
	if a.image.pix == nil || a.split != s || a.number != i {
		d, err := k.decode(k.parts[s].pix[i])
		if err != nil {
			a.image = decoded{}
			return err
		}
		a.image, a.split, a.number = d.channels(k.c), s, i
	}
	var seen decoded
	var mirrored bool
	switch {
	case !a.random:
		seen, mirrored = k.view.one(a.image, a.view, a.of)
	case k.scale > 0:
		seen = k.view.scaled(a.image, k.scale, &a.r)
	default:
		seen = k.view.random(a.image, &a.r)
	}
	if a.random && k.flip {
		mirrored = a.r.below(2) == 1
	}
	seen.write(dst, mirrored)
	return nil
}

// write copies d to dst, mirrored left to right if so asked.
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

func (k *photos[I]) hash(h io.Writer, s Split, i int) { h.Write(k.sum(k.parts[s].pix[i])) }
func (k *photos[I]) views() int                       { return TenViews }
func (k *photos[I]) workers() int                     { return runtime.GOMAXPROCS(0) }

// inRows calls each for the rows 0 to n−1, in so many goroutines that each take
// neighbouring ones, and returns the error of the first row that has one. Each
// goroutine has an aim of its own.
func inRows(n, workers int, each func(row int, a *aim) error) error {
	workers = max(1, min(workers, n))
	errs := make([]error, workers)
	part := func(w int) {
		var a aim
		for row := w * n / workers; row < (w+1)*n/workers && errs[w] == nil; row++ {
			errs[w] = each(row, &a)
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

// checkColours says which options want colours that grey images do not have.
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
