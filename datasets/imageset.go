package datasets

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"iter"
	"math"
	"slices"
	"sync"

	"gorgonia.org/tensor"
)

// imageSet is a dataset of images of one size in memory.
type imageSet[T pixel] struct {
	opts    Options
	classes []string
	parts   [3]examples[T]
	frame   frame
	affine  affine
	sum     func() string
}

// newImageSet applies the options to what was read.
func newImageSet(o Options, p pictures) (Dataset, error) {
	parts, err := split(o, p)
	if err != nil {
		return nil, err
	}
	if o.Resize == 0 || o.Resize == p.h && o.Resize == p.w {
		return finish(o, p, p.h, p.w, parts)
	}
	r := newResizer(p.h, p.w, p.c, o.Resize)
	var small [3]examples[float32]
	for i, e := range parts {
		small[i] = resized(e, r)
	}
	return finish(o, p, o.Resize, o.Resize, small)
}

// finish makes the dataset of images that have their size, h × w, in memory.
func finish[T pixel](o Options, p pictures, h, w int, parts [3]examples[T]) (Dataset, error) {
	f := frame{h: h, w: w, c: p.c, H: h + 2*o.Pad, W: w + 2*o.Pad}
	if o.Crop >= min(f.H, f.W) {
		return nil, fmt.Errorf("data.crop: have %d, want less than the image's %d × %d pixels", o.Crop, f.H, f.W)
	}
	n, err := parseNorm(o.Normalize)
	if err != nil {
		return nil, fmt.Errorf("data.normalize: %w", err)
	}
	m, err := affineOf(n, parts[Train].pix, h, w, p.c, o.Pad, p.max)
	if err != nil {
		return nil, err
	}
	s := &imageSet[T]{opts: o, classes: p.classes, parts: parts, frame: f, affine: m}
	s.sum = sync.OnceValue(s.hash)
	return s, nil
}

func (s *imageSet[T]) Spec() Spec {
	return Spec{
		Inputs:  []Input{{Name: "images", Dtype: tensor.Float32, Shape: []int{s.frame.H, s.frame.W, s.frame.c}}},
		Classes: len(s.classes),
	}
}

func (s *imageSet[T]) Len(p Split) int   { return len(s.parts[p].label) }
func (s *imageSet[T]) Classes() []string { return slices.Clone(s.classes) }
func (s *imageSet[T]) Checksum() string  { return s.sum() }

func (s *imageSet[T]) Batches(ctx context.Context, p Plan) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		n, err := s.count(p)
		if err != nil {
			yield(Batch{}, err)
			return
		}
		e := s.parts[p.Split]
		order := make([]int, len(e.label))
		for i := range order {
			order[i] = i
		}
		if p.Augment {
			order = permutation(len(e.label), forOrder, p.Seed, uint64(p.Epoch))
		}
		fill := func(b *Batch, k int) {
			b.Index = k
			s.fill(b, e, order[k*p.Size:min((k+1)*p.Size, len(order))], p)
		}
		ahead(ctx, func() *Batch { return s.newBatch(p.Size) }, p.First, n, fill)(yield)
	}
}

// count is the number of batches of an epoch.
func (s *imageSet[T]) count(p Plan) (int, error) {
	n := s.Len(p.Split)
	switch {
	case p.Size < 1:
		return 0, fmt.Errorf("%s: have a batch of %d examples, want at least 1", s.opts.Name, p.Size)
	case p.First < 0:
		return 0, fmt.Errorf("%s: have batch %d to begin with, want 0 or more", s.opts.Name, p.First)
	case !p.Augment:
		return (n + p.Size - 1) / p.Size, nil
	case p.Split != Train:
		return 0, fmt.Errorf("%s: have the %s part to augment, want train", s.opts.Name, p.Split)
	case n < p.Size:
		return 0, fmt.Errorf("%s: have %d training examples, want at least the %d of one batch", s.opts.Name, n, p.Size)
	}
	return n / p.Size, nil
}

func (s *imageSet[T]) newBatch(size int) *Batch {
	f := s.frame
	return &Batch{
		X: []*tensor.Dense{tensor.New(tensor.WithShape(size, f.H, f.W, f.c), tensor.Of(tensor.Float32))},
		Y: tensor.New(tensor.WithShape(size), tensor.Of(tensor.Int)),
	}
}

// fill writes the examples with these numbers into b, and padding after them.
func (s *imageSet[T]) fill(b *Batch, e examples[T], numbers []int, p Plan) {
	x, y := b.X[0].Data().([]float32), b.Y.Data().([]int)
	size := s.frame.size()
	for row, i := range numbers {
		dst := x[row*size : (row+1)*size]
		v := view{dy: -s.opts.Pad, dx: -s.opts.Pad}
		if p.Augment {
			v = s.augment(v, p, e.index[i])
		}
		drawInto(dst, e.pix[i], s.frame, v)
		s.affine.apply(dst)
		y[row] = e.label[i]
	}
	b.N = len(numbers)
	clear(x[b.N*size:])
	for i := b.N; i < len(y); i++ {
		y[i] = -1
	}
}

// augment moves v as the epoch's crop and flip of one example want it.
func (s *imageSet[T]) augment(v view, p Plan, index int) view {
	if s.opts.Crop == 0 && !s.opts.Flip {
		return v
	}
	r := newStream(forAugment, p.Seed, uint64(p.Epoch), uint64(index))
	v.dy += r.below(2*s.opts.Crop+1) - s.opts.Crop
	v.dx += r.below(2*s.opts.Crop+1) - s.opts.Crop
	v.flip = s.opts.Flip && r.below(2) == 1
	return v
}

// hash is what Checksum returns. Where the files are does not count.
func (s *imageSet[T]) hash() string {
	o := s.opts
	o.Root = ""
	h := sha256.New()
	head, err := json.Marshal(struct {
		Options Options
		Classes []string
		Frame   [5]int
	}{o, s.classes, [5]int{s.frame.h, s.frame.w, s.frame.c, s.frame.H, s.frame.W}})
	if err != nil {
		panic(err) // numbers and strings always marshal
	}
	h.Write(head)
	for _, e := range s.parts {
		binary.Write(h, binary.LittleEndian, int64(len(e.label)))
		for i := range e.label {
			binary.Write(h, binary.LittleEndian, [2]int64{int64(e.label[i]), int64(e.index[i])})
			hashPixels(h, e.pix[i])
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

func hashPixels[T pixel](h hash.Hash, p []T) {
	switch p := any(p).(type) {
	case []uint8:
		h.Write(p)
	case []float32:
		b := make([]byte, 0, 4*len(p))
		for _, v := range p {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
		h.Write(b)
	}
}
