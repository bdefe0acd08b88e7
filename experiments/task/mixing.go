package task

import (
	"errors"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/nn"
)

// forMixing makes the random numbers of mixing differ from those that a seed gives
// elsewhere.
const forMixing = 0x6d6978

// A Mixer makes the batches of mixup (Zhang et al. 2017) and cutmix (Yun et al.
// 2019): each example is mixed with another one of the batch, or with itself, all
// with the same share. What it draws depends only on seed and step.
type Mixer struct {
	mixup, cutmix float64
	seed          uint64
	x             []*tensor.Dense
	others        *tensor.Dense
}

func newMixer(mixup, cutmix float64, spec datasets.Spec, batch int, seed uint64) (*Mixer, error) {
	shape := spec.Inputs[0].Shape
	if len(spec.Inputs) != 1 || spec.Inputs[0].Dtype != tensor.Float32 || cutmix > 0 && len(shape) != 3 {
		return nil, errors.New("task.mixup, task.cutmix: these require data of one image each")
	}
	return &Mixer{
		mixup: mixup, cutmix: cutmix, seed: seed,
		x:      []*tensor.Dense{tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(append([]int{batch}, shape...)...))},
		others: tensor.New(tensor.Of(tensor.Int), tensor.WithShape(batch)),
	}, nil
}

// Mix mixes the examples of a batch for a step of a program, and returns the mixed inputs
// with the targets of which a hit counts: those of the larger share. The loss takes the
// batch's own targets.
func (m *Mixer) Mix(p *nn.Program, b datasets.Batch, step int) (datasets.Batch, error) {
	share := m.mix(b, step)
	if err := p.Mix(m.others, share); err != nil {
		return b, err
	}
	b.X = m.x
	if share < 0.5 {
		b.Y = []*tensor.Dense{m.others}
	}
	return b, nil
}

// mix fills x and others, and returns the share of the batch's own examples.
func (m *Mixer) mix(b datasets.Batch, step int) (share float64) {
	r := rand.New(rand.NewPCG(m.seed^forMixing, uint64(step)))
	other := r.Perm(b.Y[0].Shape()[0])
	for i, k := range other {
		m.others.Data().([]int)[i] = b.Y[0].Data().([]int)[k]
	}
	src, dst := b.X[0].Data().([]float32), m.x[0].Data().([]float32)
	size := len(src) / len(other)
	if m.cutmix > 0 && (m.mixup == 0 || r.IntN(2) == 1) {
		share = beta(m.cutmix, r)
		s := b.X[0].Shape()
		box, inside := cutBox(s[1], s[2], share, r)
		for i, k := range other {
			paste(dst[i*size:(i+1)*size], src[i*size:(i+1)*size], src[k*size:(k+1)*size], box, s[2], s[3])
		}
		return 1 - inside
	}
	share = beta(m.mixup, r)
	first, second := float32(share), float32(1-share)
	for i, k := range other {
		a, b := src[i*size:(i+1)*size], src[k*size:(k+1)*size]
		for j, v := range a {
			dst[i*size+j] = float32(first*v) + float32(second*b[j])
		}
	}
	return share
}

// beta draws from Beta(alpha, alpha). Where alpha is too small to compute with, its
// limit remains: 0 or 1.
func beta(alpha float64, r *rand.Rand) float64 {
	share := distuv.Beta{Alpha: alpha, Beta: alpha, Src: r}.Rand()
	if math.IsNaN(share) {
		return float64(r.IntN(2))
	}
	return share
}

// A rectangle is a part of an image: rows top to bottom−1, columns left to right−1.
type rectangle struct{ top, bottom, left, right int }

// cutBox is a rectangle of 1 − share of the area of an image, around a place at
// random, clipped to the image, and the share of the area that remains.
func cutBox(h, w int, share float64, r *rand.Rand) (box rectangle, inside float64) {
	side := math.Sqrt(1 - share)
	y, x := r.IntN(h), r.IntN(w)
	halfH, halfW := int(float64(h)*side)/2, int(float64(w)*side)/2
	box = rectangle{max(y-halfH, 0), min(y+halfH, h), max(x-halfW, 0), min(x+halfW, w)}
	return box, float64((box.bottom-box.top)*(box.right-box.left)) / float64(h*w)
}

// paste writes an image (h, w, c) to dst, with the part in the box from another.
func paste(dst, image, other []float32, b rectangle, w, c int) {
	copy(dst, image)
	for y := b.top; y < b.bottom; y++ {
		from, to := (y*w+b.left)*c, (y*w+b.right)*c
		copy(dst[from:to], other[from:to])
	}
}
