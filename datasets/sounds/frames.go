package sounds

import (
	"encoding/binary"
	"io"
	"math"

	"gorgonia.org/tensor"

	"zoo/datasets"
)

// labelled are sequences (t, width) of numbers, each with a class.
func labelled(name string, t, width, classes int) datasets.Spec {
	return datasets.Spec{
		Inputs:  []datasets.Field{{Name: name, Dtype: tensor.Float32, Shape: []int{t, width}}},
		Targets: []datasets.Field{datasets.Label(classes)},
	}
}

// frames are sounds as frames of numbers, in one window each.
type frames struct {
	length  int
	width   int       // of a frame
	silence []float32 // a frame
	parts   [3][]frameClip
}

type frameClip struct {
	item
	values []float32 // (frames, width)
}

// newFrames makes the frames of clips: samples, or those of a spectrogram, standardised.
func newFrames(o Options, rate int, clips []clip) (*frames, error) {
	f := &frames{length: o.length(), width: 1, silence: []float32{0}}
	made := func(samples []float32) []float32 { return samples }
	if o.Form == "mel" {
		s, err := newSpectrogram(o.Mel.orUsual(), rate)
		if err != nil {
			return nil, err
		}
		f.width, f.silence, made = s.Bands, s.silence(), s.frames
	}
	for number, c := range clips {
		f.parts[c.part] = append(f.parts[c.part], frameClip{item{c.class, number}, made(c.sound.Samples)})
	}
	if o.Form == "mel" {
		f.standardise()
	}
	return f, nil
}

// standardise gives each band the mean 0 and the deviation 1 over the training part.
func (f *frames) standardise() {
	each := func(clips []frameClip, do func(band int, v float64)) {
		for _, c := range clips {
			for i, v := range c.values {
				do(i%f.width, float64(v))
			}
		}
	}
	train, n := f.parts[datasets.Train], 0
	mean, squares := make([]float64, f.width), make([]float64, f.width)
	each(train, func(band int, v float64) { mean[band] += v; n++ })
	for i := range mean {
		mean[i] *= float64(f.width) / float64(n)
	}
	each(train, func(band int, v float64) { squares[band] += (v - mean[band]) * (v - mean[band]) })
	apply := func(values []float32) {
		for i, v := range values {
			band := i % f.width
			deviation := math.Sqrt(squares[band] * float64(f.width) / float64(n))
			if deviation < 1e-6 { // nothing but silence, up to rounding
				deviation = 1
			}
			values[i] = float32((float64(v) - mean[band]) / deviation)
		}
	}
	for _, part := range f.parts {
		for _, c := range part {
			apply(c.values)
		}
	}
	apply(f.silence)
}

func (f *frames) examples(s datasets.Split) int { return len(f.parts[s]) }

// read writes a sound with silence around it, or a part of a longer one.
func (f *frames) read(b *datasets.Batch, row, example int, p datasets.Plan) {
	x := datasets.Row[float32](b.X[0], row) // (T, width)
	c := f.parts[p.Split][example]
	n := len(c.values) / f.width
	from, to := 0, 0 // the frame of the sound, and that of the window, where both begin
	if rest := f.length - n; rest >= 0 {
		to = c.place(p, rest, rest/2)
	} else {
		from = c.place(p, -rest, -rest/2)
	}
	for k := range f.length {
		frame := f.silence
		if at := from + k - to; k >= to && at < n {
			frame = c.values[at*f.width:][:f.width]
		}
		copy(x[k*f.width:], frame)
	}
	datasets.Row[int](b.Y[0], row)[0] = c.class
}

func (f *frames) hash(w io.Writer) {
	var b []byte
	for _, part := range f.parts {
		for _, c := range part {
			c.item.hash(w, len(c.values))
			b = b[:0]
			for _, v := range c.values {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
			}
			w.Write(b)
		}
		w.Write([]byte{0xFF}) // the end of a part
	}
}
