package images

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"testing"

	"zoo/datasets"
)

// One epoch of 6,000 images: a tenth of MNIST, and an eighth of CIFAR-10 with
// its usual augmentation.
func BenchmarkEpoch(b *testing.B) {
	for name, c := range map[string]struct {
		side, channels int
		o              Options
	}{
		"mnist":   {28, 1, Options{Normalize: "standard", Pad: 2}},
		"cifar10": {32, 3, Options{Normalize: "standard", Crop: 4, Flip: true}},
	} {
		b.Run(name, func(b *testing.B) {
			p := decodedSet{h: c.side, w: c.side, c: c.channels, max: 255, classes: tenDigits}
			for i := range 6000 {
				p.train.add(noise(c.side*c.side*c.channels, uint64(i)), i%10)
			}
			d := newFake(b, c.o, p)
			for b.Loop() {
				for _, err := range d.Batches(b.Context(), datasets.Plan{Size: 64, Training: true}) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(6000*float64(b.N)/b.Elapsed().Seconds(), "images/s")
		})
	}
}

// Photographs of ImageNet's usual size, decoded and cut for training on all
// processors.
func BenchmarkLazyImages(b *testing.B) {
	m := image.NewNRGBA(image.Rect(0, 0, 500, 375))
	for i := range 500 * 375 {
		x, y := float64(i%500), float64(i/500)
		v := 128 + 100*math.Sin(x/9)*math.Cos(y/7)
		m.SetNRGBA(i%500, i/500, color.NRGBA{uint8(v), uint8(255 - v), uint8(i % 251), 255})
	}
	var data bytes.Buffer
	if err := jpeg.Encode(&data, m, &jpeg.Options{Quality: 90}); err != nil {
		b.Fatal(err)
	}
	files := map[string][]byte{"test/a/0.jpg": data.Bytes()}
	for i := range 32 {
		files[fmt.Sprintf("train/a/%d.jpg", i)] = data.Bytes()
	}
	root := b.TempDir() + "/x.zip"
	write(b, root, zipOf(files, false))
	for name, jitter := range map[string]Jitter{"plain": {}, "jitter": {0.4, 0.4, 0.4, 0.1}} {
		b.Run(name, func(b *testing.B) {
			d, err := datasets.Open(b.Context(), folder(root, func(o *FolderOptions) {
				o.Options = Options{Resize: 256, Cut: 224, Scale: 0.08, Flip: true, Normalize: "imagenet", Jitter: jitter}
			}), nil)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				for _, err := range d.Batches(b.Context(), datasets.Plan{Size: 32, Training: true}) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(32*float64(b.N)/b.Elapsed().Seconds(), "images/s")
		})
	}
}
