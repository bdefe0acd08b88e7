package datasets

import "testing"

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
			p := pictures{h: c.side, w: c.side, c: c.channels, max: 255, classes: tenDigits}
			for i := range 6000 {
				p.train.add(noise(c.side*c.side*c.channels, uint64(i)), i%10)
			}
			d := newFake(b, c.o, p)
			for b.Loop() {
				for _, err := range d.Batches(b.Context(), Plan{Size: 64, Augment: true}) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(6000*float64(b.N)/b.Elapsed().Seconds(), "images/s")
		})
	}
}
