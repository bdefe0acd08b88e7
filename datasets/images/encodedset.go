package images

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"zoo/datasets"
)

// A file is an image that stays encoded until it is looked at.
type file struct {
	name string
	path string // of the file; empty: data is its content
	data []byte
	sum  [sha256.Size]byte
	h, w int
	grey bool
}

// decode reads and decodes the image.
func (f *file) decode() (decoded, error) {
	data := f.data
	if f.path != "" {
		var err error
		if data, err = os.ReadFile(f.path); err != nil {
			return decoded{}, err
		}
		if sha256.Sum256(data) != f.sum {
			return decoded{}, fmt.Errorf("%s: has changed since the dataset was opened", f.path)
		}
	}
	d, err := decode(data)
	if err != nil {
		return d, fmt.Errorf("%s: %w", f.name, err)
	}
	return d, nil
}

// An encodedSet holds images of any size in files: in a folder, where they are read
// each time, or from an archive, whose content is kept.
type encodedSet struct {
	classes []string
	parts   [3]examples[*file]
	c       int // 3, or 1 if all are grey
	skipped int // files that were left out, as skip_bad asks for
}

// readEncodedSet looks at all images at a root, without decoding them.
func readEncodedSet(ctx context.Context, root string, o FolderOptions, progress datasets.Progress) (encodedSet, error) {
	info, err := os.Stat(root)
	if err != nil {
		return encodedSet{}, err
	}
	found, err := eachImage(ctx, root, "looking at "+root, progress, func(name string, data []byte) (*file, error) {
		f := &file{name: name, sum: sha256.Sum256(data)}
		if f.data = data; info.IsDir() {
			f.data, f.path = nil, filepath.Join(root, filepath.FromSlash(name))
		}
		var err error
		if f.h, f.w, f.grey, err = header(data); err == nil {
			err = o.view().fits(f.h, f.w)
		}
		return f, err
	})
	if err != nil {
		return encodedSet{}, err
	}
	l, err := layoutAt(root, &found, o, progress)
	if err != nil {
		return encodedSet{}, err
	}
	e := encodedSet{classes: l.classes, c: 1, skipped: l.skipped}
	for i, im := range found.images {
		if !im.img.grey {
			e.c = 3
		}
		e.parts[l.part[i]].add(im.img, l.label[i])
	}
	return e, nil
}

func (e encodedSet) dataset(ctx context.Context, name string, o Options, progress datasets.Progress) (datasets.Dataset, error) {
	parts, err := split(o, e.classes, e.parts[datasets.Train], e.parts[datasets.Val], e.parts[datasets.Test])
	if err != nil {
		return nil, err
	}
	k := &lazyImages[*file]{
		parts: parts, c: e.c, view: o.view(), scale: o.Scale, flip: o.Flip,
		decode: (*file).decode, sum: func(f *file) []byte { return f.sum[:] },
	}
	s, err := newLazySet(ctx, name, o, e.classes, k, 255, progress)
	if err != nil {
		return nil, err
	}
	s.skipped = e.skipped
	return s, nil
}

// verify decodes all images.
func (e encodedSet) verify(ctx context.Context, progress datasets.Progress) error {
	all := slices.Concat(e.parts[datasets.Train].pix, e.parts[datasets.Val].pix, e.parts[datasets.Test].pix)
	for i, f := range all {
		if _, err := f.decode(); err != nil {
			return err
		}
		progress(datasets.Step{What: "decoding", Done: int64(i + 1), Total: int64(len(all)), Unit: "images"})
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// newLazySet is the dataset of lazyImages whose values go from 0 to max.
func newLazySet[I any](ctx context.Context, name string, o Options, classes []string, k *lazyImages[I], max int, progress datasets.Progress) (*imageSet, error) {
	c, cut := k.c, k.view.Cut
	s := &imageSet{name: name, opts: o, views: 1, classes: classes, store: k, shape: [3]int{cut, cut, c}}
	for i, e := range k.parts {
		s.parts[i] = labels{e.label, e.index}
	}
	n, err := parseNorm(o.Normalize)
	if err != nil {
		return nil, err
	}
	count := newPixelStatistics(cut*cut*c, c)
	if n.name == "standard" || n.name == "mean" || o.lightingOf() == "train" {
		what := "taking the mean of " + name
		if err := k.statistics(ctx, count, func(done int) {
			progress(datasets.Step{What: what, Done: int64(done), Total: int64(len(k.parts[datasets.Train].label)), Unit: "images"})
		}); err != nil {
			return nil, err
		}
	}
	return s, s.finish(count, cut, cut, max)
}
