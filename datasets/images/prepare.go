package images

import (
	"fmt"
	"os"

	"zoo/internal/origin"
)

// A Picture is a decoded image of any size.
type Picture struct{ image decoded }

// ReadPicture decodes a PNG, JPEG, GIF, WebP, BMP, TIFF, PPM or PGM file.
func ReadPicture(name string) (Picture, error) {
	if info, err := os.Stat(name); err != nil {
		return Picture{}, err
	} else if !info.Mode().IsRegular() {
		return Picture{}, fmt.Errorf("%s: want a file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return Picture{}, err
	}
	defer f.Close()
	data, err := origin.ReadFile(f)
	if err != nil {
		return Picture{}, fmt.Errorf("%s: %w", name, err)
	}
	d, err := decode(data)
	if err != nil {
		return Picture{}, fmt.Errorf("%s: %w", name, err)
	}
	return Picture{d}, nil
}

// A Preparation is how a published network expects to see a picture: a View in
// three channels of values from 0 to 1, minus Mean, divided by Std.
type Preparation struct {
	View
	Mean, Std [3]float64
}

// ImageNet is the preparation of torchvision's networks: the middle of a picture
// whose shorter side is resized, normalised by ImageNet's mean and deviation.
func ImageNet(resize, cut int, filter string) Preparation {
	return Preparation{View{resize, cut, filter}, imagenetMean, imagenetStd}
}

// Inception is the preparation of Google's networks: values from −1 to 1.
func Inception(resize, cut int, filter string) Preparation {
	half := [3]float64{0.5, 0.5, 0.5}
	return Preparation{View{resize, cut, filter}, half, half}
}

// Prepare returns what the network sees (Cut, Cut, 3).
func (p Preparation) Prepare(pic Picture) []float32 {
	seen, _ := p.one(pic.image.channels(3), 0, 1)
	x := make([]float32, len(seen.pix))
	for i, v := range seen.pix {
		x[i] = float32((float64(v)/255 - p.Mean[i%3]) / p.Std[i%3])
	}
	return x
}

// A Preparer is a dataset that shows a network a picture as it shows it its own
// images in evaluation. All datasets of this package are.
type Preparer interface {
	// Prepare returns what the network sees, (H, W, C) or a sequence. A picture that is not of the
	// size of the dataset's files is brought to it: its middle square, or with
	// Options.Cut the view of evaluation.
	Prepare(Picture) []float32
}

// Prepare implements Preparer.
func (s *imageSet) Prepare(pic Picture) []float32 {
	x := make([]float32, s.shape[0]*s.shape[1]*s.shape[2])
	s.store.prepare(x, pic.image.channels(s.shape[2]))
	if full := float32(s.colour.max); full != 255 {
		for i, v := range x {
			x[i] = float32(v*full) / 255
		}
	}
	s.affine.apply(x)
	if s.order != nil {
		reorder(x, s.shape[2], s.order, new([]float32))
	}
	return x
}

func (k *lazyImages[I]) prepare(dst []float32, d decoded) {
	seen, _ := k.view.one(d, 0, 1)
	seen.write(dst, false)
}

// prepare takes the largest middle part that has the proportions of the images, as
// decoded.square does.
func (k *fixedImages[T]) prepare(dst []float32, d decoded) {
	f := k.frame
	h, w := min(d.h, d.w*f.h/f.w), min(d.w, d.h*f.w/f.h)
	d = d.cut(box{(d.h - max(h, 1)) / 2, (d.w - max(w, 1)) / 2, max(h, 1), max(w, 1)})
	pix := make([]float32, len(d.pix))
	for i, v := range d.pix {
		pix[i] = float32(v)
	}
	if d.h != f.h || d.w != f.w {
		pix = resizer{rows: taps(d.h, f.h), cols: taps(d.w, f.w), w: d.w, c: d.c}.resize(d.pix)
	}
	drawInto(dst, pix, f, shift{dy: -k.pad, dx: -k.pad}, nil)
}
