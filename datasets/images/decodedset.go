package images

import (
	"fmt"

	"zoo/datasets"
)

// pixel is how one channel of a pixel is kept in memory: a byte as it is in the
// file, or, after resizing, a float32 in the same unit.
type pixel interface{ uint8 | float32 }

// examples are images with their classes. An image is kept as its pixels
// (h, w, c), or as the file that they are decoded from.
type examples[I any] struct {
	pix   []I
	label []int
	index []int // number of the example in the files of its part
}

// A decodedSet holds images of one size in memory, before any option is applied.
type decodedSet struct {
	h, w, c     int
	max         int // the byte that means 1
	classes     []string
	train, test examples[[]uint8]
	val         examples[[]uint8] // empty where the files have no such part
	skipped     int               // files that were left out, as skip_bad asks for
}

// part are the images of one of the files' parts.
func (p *decodedSet) part(s datasets.Split) *examples[[]uint8] {
	return [...]*examples[[]uint8]{datasets.Train: &p.train, datasets.Val: &p.val, datasets.Test: &p.test}[s]
}

// roomFor returns examples without images, with room for n.
func roomFor[I any](n int) examples[I] {
	return examples[I]{make([]I, 0, n), make([]int, 0, n), make([]int, 0, n)}
}

// add appends an image.
func (e *examples[I]) add(pix I, label int) {
	e.pix = append(e.pix, pix)
	e.label = append(e.label, label)
	e.index = append(e.index, len(e.index))
}

// pick returns the examples with these numbers, in this order.
func (e examples[I]) pick(numbers []int) examples[I] {
	p := roomFor[I](len(numbers))
	for _, i := range numbers {
		p.pix = append(p.pix, e.pix[i])
		p.label = append(p.label, e.label[i])
		p.index = append(p.index, e.index[i])
	}
	return p
}

// join makes examples of pixels that lie one image after the other.
func join(pix []byte, labels []byte) examples[[]uint8] {
	e := roomFor[[]uint8](len(labels))
	if len(labels) == 0 {
		return e
	}
	size := len(pix) / len(labels)
	for i, l := range labels {
		e.add(pix[i*size:(i+1)*size:(i+1)*size], int(l))
	}
	return e
}

// checkLabels says which label is not less than the number of classes.
func checkLabels(labels []byte, classes int) error {
	for i, l := range labels {
		if int(l) >= classes {
			return fmt.Errorf("example %d: have label %d, want at most %d", i, l, classes-1)
		}
	}
	return nil
}
