package images

import (
	"context"

	"zoo/datasets"
	"zoo/internal/origin"
)

// imageSource is a datasets.Source of images.
type imageSource struct {
	info    datasets.Info
	origin  *origin.Origin          // nil: the bytes are in the program, or at the user's root
	options func() datasets.Options // nil: Options
	// read returns the images in a place. Of the options, which are those of the source, it
	// applies those that matter before all images have one size.
	read func(ctx context.Context, at origin.Place, o datasets.Options, progress datasets.Progress) (contents, error)
}

// contents are what the reader of a dataset's files returns: a decodedSet or an encodedSet.
type contents interface {
	// dataset applies the options of the dataset of that name.
	dataset(ctx context.Context, name string, o Options, progress datasets.Progress) (datasets.Dataset, error)
	// verify decodes what has not been decoded yet.
	verify(ctx context.Context, progress datasets.Progress) error
}

// Info implements datasets.Source.
func (s imageSource) Info() datasets.Info {
	info := s.info
	info.Where = s.origin.Where()
	if info.Embedded {
		info.Where = origin.Embedded
	}
	return info
}

// Options implements datasets.Source.
func (s imageSource) Options() datasets.Options {
	if s.options != nil {
		return s.options()
	}
	o := Defaults()
	return &o
}

// Open implements datasets.Source.
func (s imageSource) Open(ctx context.Context, root string, o datasets.Options, progress datasets.Progress) (datasets.Dataset, error) {
	at, err := s.origin.Ensure(ctx, root, progress)
	if err != nil {
		return nil, err
	}
	var packed []string
	if s.origin != nil {
		packed = s.origin.Packed(at.Path)
	}
	var c contents
	if packed == nil {
		c, err = s.readAt(ctx, at, o, progress)
	} else {
		c, err = unpacked(s.info.Name, packed, progress, func() (contents, error) { return s.readAt(ctx, at, o, progress) })
	}
	if err != nil {
		return nil, err
	}
	return c.dataset(ctx, s.info.Name, o.(sharedOptions).shared(), progress)
}

// Get implements datasets.Source.
func (s imageSource) Get(ctx context.Context, root string, o datasets.Options, progress datasets.Progress) (string, error) {
	at, err := s.origin.Ensure(ctx, root, progress)
	if err != nil {
		return "", err
	}
	return s.verify(ctx, at, o, progress)
}

// Verify implements datasets.Source.
func (s imageSource) Verify(ctx context.Context, root string, o datasets.Options, progress datasets.Progress) (string, error) {
	at, err := s.origin.Locate(root)
	if err != nil {
		return "", err
	}
	return s.verify(ctx, at, o, progress)
}

// verify reads and decodes the images in a place, and says where that is.
func (s imageSource) verify(ctx context.Context, at origin.Place, o datasets.Options, progress datasets.Progress) (string, error) {
	if s.info.Embedded {
		at.Path = origin.Embedded
	}
	c, err := s.readAt(ctx, at, o, progress)
	if err == nil {
		err = c.verify(ctx, progress)
	}
	return at.Path, err
}

// readAt reads the images in a place.
func (s imageSource) readAt(ctx context.Context, at origin.Place, o datasets.Options, progress datasets.Progress) (contents, error) {
	c, err := s.read(ctx, at, o, progress)
	return c, at.Explain(ctx, err)
}

// silent tells nobody.
func silent(datasets.Step) {}
