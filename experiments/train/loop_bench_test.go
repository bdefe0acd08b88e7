package train_test

import (
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"zoo/experiments/config"
	"zoo/experiments/train"
	"zoo/experiments/use"
	"zoo/nn"
)

// BenchmarkLoop trains with the recipe of resnet20-cifar10 on pictures from files,
// and takes the synthetic steps of zoo bench in turn with it: images are cropped,
// flipped, normalised and put into batches, losses recorded, and the metric
// overhead is what all that adds to the median step.
func BenchmarkLoop(b *testing.B) {
	const batch, batches, epochs = 128, 10, 3
	root := b.TempDir()
	for class := range 10 {
		pictures(b, filepath.Join(root, "train", fmt.Sprint(class)), batch*batches/10)
		pictures(b, filepath.Join(root, "test", fmt.Sprint(class)), 1)
	}
	c, _, err := config.Load("resnet20-cifar10", "data.name=imagefolder", "data.root="+root,
		fmt.Sprint("train.epochs=", epochs), "train.steps=0", "train.eval_batch=10")
	if err != nil {
		b.Fatal(err)
	}
	var loop, synthetic []float64
	for b.Loop() {
		var last time.Time
		watch := &watcher{step: func(s train.Step) {
			if s.Step%batches != 1 { // the first one of an epoch follows on much else
				loop = append(loop, 1e3*time.Since(last).Seconds())
			}
			last = time.Now()
		}}
		if _, err := train.Execute(b.Context(), c, train.RunOptions{Root: b.TempDir(), Every: time.Hour, Monitor: watch}); err != nil {
			b.Fatal(err)
		}
		m, err := use.Bench{Model: c.Model, Mode: nn.Train, Batch: batch, Steps: batches * epochs}.Run(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		synthetic = append(synthetic, m.Median)
	}
	median := func(v []float64) float64 { slices.Sort(v); return v[len(v)/2] }
	b.ReportMetric(median(loop), "loop-ms")
	b.ReportMetric(median(synthetic), "synthetic-ms")
	b.ReportMetric(100*(median(loop)/median(synthetic)-1), "overhead-%")
	b.ReportMetric(0, "ns/op")
}

// pictures writes n pictures of noise into a folder.
func pictures(b *testing.B, dir string, n int) {
	b.Helper()
	if err := os.MkdirAll(dir, 0o777); err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for i := range n {
		img := image.NewNRGBA(image.Rect(0, 0, 32, 32))
		for j := range img.Pix {
			img.Pix[j] = uint8(r.Uint32()) | uint8(255*(j%4/3)) // opaque
		}
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("%04d.png", i)))
		if err != nil {
			b.Fatal(err)
		}
		if err := png.Encode(f, img); err != nil {
			b.Fatal(err)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
