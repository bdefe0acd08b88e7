package use_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"testing"

	"zoo/datasets/sounds"
	"zoo/experiments/use"
)

// picture is that of a tone of n samples.
func picture(t *testing.T, hz float64, n int) image.Image {
	t.Helper()
	s := sounds.Sound{Rate: 8000}
	for i := range n {
		s.Samples = append(s.Samples, float32(0.5*math.Sin(2*math.Pi*hz*float64(i)/8000)))
	}
	var b bytes.Buffer
	if err := use.SoundPicture(&b, s); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// brightest is the row of the lower half, the spectrogram, that is brightest in the middle of the time.
func brightest(img image.Image) (row int) {
	most := -1
	size := img.Bounds().Size()
	for y := size.Y * 55 / 100; y < size.Y*85/100; y++ {
		c := color.NRGBAModel.Convert(img.At(size.X/2, y)).(color.NRGBA)
		if light := int(c.R) + int(c.G); light > most {
			most, row = light, y
		}
	}
	return row
}

// A high tone is above a low one, and the shortest, the longest and silent sounds have
// pictures, too.
func TestSoundPicture(t *testing.T) {
	low, high := brightest(picture(t, 500, 4000)), brightest(picture(t, 3000, 4000))
	if low-high < 50 {
		t.Errorf("have 500 Hz in row %d and 3000 Hz in row %d, want the low tone far below", low, high)
	}
	for _, n := range []int{1, 50_000} {
		if size := picture(t, 0, n).Bounds().Size(); size.X < 600 || size.Y < 400 {
			t.Errorf("%d samples: have a picture of %v", n, size)
		}
	}
}
