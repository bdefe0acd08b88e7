package images

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"sync"

	"zoo/datasets"
	"zoo/internal/memory"
	"zoo/internal/random"
)

// imageSet is a dataset of images that a network sees in one size.
type imageSet struct {
	name    string // of the dataset
	opts    Options
	classes []string
	parts   [3]labels
	shape   [3]int // (H, W, c) of what the network sees
	store   imageStore
	colour  colourAugmentation
	affine  affine
	table   table // affine's, if store draws through tables and affine has one
	order   []int // of the pixels of a sequence; nil: row by row
	sum     func() string
	skipped int // files that were left out
	views   int // of each example, in evaluation
}

// labels are the classes of the examples of a part, and their numbers in the files.
type labels struct{ label, index []int }

func (p decodedSet) dataset(_ context.Context, name string, o Options, _ datasets.Progress) (datasets.Dataset, error) {
	s, err := newImageSet(name, o, p)
	if err != nil {
		return nil, err
	}
	s.skipped = p.skipped
	return s, nil
}

func (p decodedSet) verify(context.Context, datasets.Progress) error { return nil } // they are decoded

// newImageSet applies the options to images in memory.
func newImageSet(name string, o Options, p decodedSet) (*imageSet, error) {
	parts, err := split(o, p.classes, p.train, p.val, p.test)
	if err != nil {
		return nil, err
	}
	if o.Cut > 0 || o.Scale > 0 {
		v := o.view()
		if v.Cut == 0 {
			v.Cut = min(p.h, p.w)
		}
		if err := v.fits(p.h, p.w); err != nil {
			return nil, fmt.Errorf("data.cut: %w", err)
		}
		return newLazySet(context.Background(), name, o, p.classes, &lazyImages[[]uint8]{
			parts: parts, c: p.c, view: v, scale: o.Scale, flip: o.Flip,
			decode: func(pix []uint8) (decoded, error) { return decoded{p.h, p.w, p.c, pix}, nil },
			sum:    func(pix []uint8) []byte { return append([]byte{byte(p.h >> 8), byte(p.h)}, pix...) },
		}, p.max, silent)
	}
	if o.Resize == 0 || o.Resize == p.h && o.Resize == p.w {
		return newFixedSet(name, o, p, p.h, p.w, parts)
	}
	if err := o.fits(p.c, len(parts[datasets.Train].pix)+len(parts[datasets.Val].pix)+len(parts[datasets.Test].pix)); err != nil {
		return nil, err
	}
	r := newResizer(p.h, p.w, p.c, o.Resize)
	var small [3]examples[[]float32]
	for i, e := range parts {
		small[i] = resized(e, r)
	}
	return newFixedSet(name, o, p, o.Resize, o.Resize, small)
}

// fits is an error if the resized images do not fit into memory, as float32.
func (o Options) fits(channels, images int) error {
	limit := memory.Limit()
	if bytes := 4 * o.Resize * o.Resize * channels; bytes > limit/max(1, images) { // maxSide keeps the product small
		return fmt.Errorf("data.resize: %d images of %d × %d pixels take %s each, and %s of memory can be had for all: lower data.resize, or data.train and data.test, or set data.cut, which keeps the images as they are",
			images, o.Resize, o.Resize, memory.Text(bytes), memory.Text(limit))
	}
	return nil
}

// newFixedSet is the dataset of images that already have their size, h × w.
func newFixedSet[T pixel](name string, o Options, p decodedSet, h, w int, parts [3]examples[[]T]) (*imageSet, error) {
	f := frame{h: h, w: w, c: p.c, H: h + 2*o.Pad, W: w + 2*o.Pad}
	if o.Crop >= min(f.H, f.W) {
		return nil, fmt.Errorf("data.crop: have %d, want less than the image's %d × %d pixels", o.Crop, f.H, f.W)
	}
	s := &imageSet{name: name, opts: o, views: 1, classes: p.classes, shape: [3]int{f.H, f.W, f.c}}
	for i, e := range parts {
		s.parts[i] = labels{e.label, e.index}
	}
	k := &fixedImages[T]{parts: parts, frame: f, pad: o.Pad, crop: o.Crop, flip: o.Flip}
	s.store = k
	if err := s.finish(inMemory[T]{parts[datasets.Train].pix, p.c}, h, w, p.max); err != nil {
		return nil, err
	}
	if _, bytes := any(k).(*fixedImages[uint8]); bytes {
		k.asIs, s.table = asIs(f.c), s.affine.table(f.c)
	}
	return s, nil
}

// finish makes the normalisation and the lighting, for images (h, w, c) whose
// values go from 0 to max.
func (s *imageSet) finish(of statistic, h, w, max int) error {
	o, c := s.opts, s.shape[2]
	if err := checkColours(o, c); err != nil {
		return err
	}
	n, err := parseNorm(o.Normalize)
	if err != nil {
		return fmt.Errorf("data.normalize: %w", err)
	}
	if s.affine, err = affineOf(n, of, h, w, c, o.Pad, max); err != nil {
		return err
	}
	s.colour = colourAugmentation{jitter: o.Jitter, c: c, max: float64(max)}
	if l, _ := parseLighting(o.Lighting); l.of == "train" || l.of == "imagenet" {
		s.colour.sigma, s.colour.colours = l.sigma, imagenetColours
		if l.of == "train" {
			cov := of.covariance()
			for i := range 3 {
				for j := range 3 {
					cov[i][j] /= float64(max) * float64(max)
				}
			}
			if s.colour.colours, err = principalOf(cov); err != nil {
				return err
			}
		}
	}
	s.order = o.reading().order(s.shape[0], s.shape[1])
	s.sum = sync.OnceValue(s.hash)
	return nil
}

func (s *imageSet) Spec() datasets.Spec {
	return s.opts.reading().spec(s.shape[0], s.shape[1], s.shape[2], len(s.classes))
}

func (s *imageSet) Len(p datasets.Split) int { return len(s.parts[p].label) }
func (s *imageSet) Checksum() string         { return s.sum() }

// Classes implements datasets.Labelled.
func (s *imageSet) Classes() []string { return slices.Clone(s.classes) }

// Skipped implements datasets.Incomplete.
func (s *imageSet) Skipped() int { return s.skipped }

// Views implements datasets.Viewed, for 1 and TenViews.
func (s *imageSet) Views(n int) (datasets.Dataset, error) {
	switch {
	case n != 1 && n != TenViews:
		return nil, fmt.Errorf("%s: have %d views of each image, want 1 or %d", s.name, n, TenViews)
	case n > s.store.views():
		return nil, fmt.Errorf("%s: ten views of each image require a part of it to look at: set data.cut, and data.resize to more", s.name)
	}
	v := *s
	v.views = n
	return &v, nil
}

func (s *imageSet) Batches(ctx context.Context, p datasets.Plan) iter.Seq2[datasets.Batch, error] {
	return func(yield func(datasets.Batch, error) bool) {
		n, err := s.count(p)
		if err != nil {
			yield(datasets.Batch{}, err)
			return
		}
		order := make([]int, s.Len(p.Split))
		for i := range order {
			order[i] = i
		}
		if p.Training {
			order = random.Permutation(len(order), random.ForOrder, p.Seed, uint64(p.Epoch))
		}
		rows := len(order) * s.views
		fill := func(b *datasets.Batch, k int) error {
			b.Index = k
			return s.fill(b, order, k*p.Size, min((k+1)*p.Size, rows), p)
		}
		datasets.Prefetch(ctx, func() *datasets.Batch { return datasets.NewBatch(s.Spec(), p.Size) }, p.First, n, fill)(yield)
	}
}

// count is the number of batches of an epoch.
func (s *imageSet) count(p datasets.Plan) (int, error) {
	if p.Training && s.views != 1 {
		return 0, fmt.Errorf("%s: have %d views of each image, want 1 in training", s.name, s.views)
	}
	n, err := p.Count(s.Len(p.Split) * s.views)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", s.name, err)
	}
	return n, nil
}

// fill writes the rows from to to−1 of an epoch into b, and padding after them.
func (s *imageSet) fill(b *datasets.Batch, order []int, from, to int, p datasets.Plan) error {
	x, y := b.X[0].Data().([]float32), b.Y[0].Data().([]int) // (size, H, W, c) or as sequences, (size)
	size, views := s.shape[0]*s.shape[1]*s.shape[2], s.views
	e := s.parts[p.Split]
	b.Pad(to - from)
	through := s.table
	if p.Training && !s.colour.idle() {
		through = nil // colours change in the unit of bytes
	}
	return inRows(b.N, s.store.workers(), func(row int, w *viewer) error {
		i := order[(from+row)/views]
		w.random, w.view, w.of, w.table = p.Training, (from+row)%views, views, through
		if p.Training {
			w.r = random.New(random.ForAugment, p.Seed, uint64(p.Epoch), uint64(e.index[i]))
		}
		dst := x[row*size : (row+1)*size] // (H, W, c)
		if err := s.store.draw(dst, p.Split, i, w); err != nil {
			return err
		}
		if through == nil {
			if p.Training {
				s.colour.apply(dst, &w.r)
			}
			s.affine.apply(dst)
		}
		if s.order != nil {
			reorder(dst, s.shape[2], s.order, &w.buffer)
		}
		y[row] = e.label[i]
		return nil
	})
}

// hash is what Checksum returns. Where the files are does not count.
func (s *imageSet) hash() string {
	sum := sha256.New()
	h := bufio.NewWriterSize(sum, 1<<16) // SHA-256 is fast with large writes
	head, err := json.Marshal(struct {
		Name    string
		Options Options
		Classes []string
		Shape   [3]int
		Skipped int `json:",omitempty"`
	}{s.name, s.opts, s.classes, s.shape, s.skipped})
	if err != nil {
		panic(err) // numbers and strings always marshal
	}
	h.Write(head)
	var b [16]byte
	for part, e := range s.parts {
		binary.LittleEndian.PutUint64(b[:], uint64(len(e.label)))
		h.Write(b[:8])
		for i := range e.label {
			binary.LittleEndian.PutUint64(b[:], uint64(e.label[i]))
			binary.LittleEndian.PutUint64(b[8:], uint64(e.index[i]))
			h.Write(b[:])
			s.store.hash(h, datasets.Split(part), i)
		}
	}
	h.Flush()
	return hex.EncodeToString(sum.Sum(nil))
}

func hashPixels[T pixel](h io.Writer, p []T) {
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
