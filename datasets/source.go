package datasets

import (
	"context"
	"fmt"
)

// imageSource is a Source of images.
type imageSource struct {
	info   Info
	origin *origin // nil: the bytes are in the program, or at the user's root
	// read returns the images in a place. Of the options it applies those that
	// matter before all images have one size.
	read func(ctx context.Context, at place, o Options, progress Progress) (contents, error)
}

// contents are what the reader of a dataset's files returns: a decodedSet or an encodedSet.
type contents interface {
	// dataset applies the options.
	dataset(ctx context.Context, o Options, progress Progress) (Dataset, error)
	// verify decodes what has not been decoded yet.
	verify(ctx context.Context, progress Progress) error
}

func (s imageSource) Info() Info {
	info := s.info
	if info.Embedded {
		info.Where = "in the program itself"
	}
	if s.origin != nil {
		if at, err := s.origin.find(""); err == nil {
			info.Where = at.path
		}
	}
	return info
}

func (s imageSource) Open(ctx context.Context, o Options, progress Progress) (Dataset, error) {
	progress = orSilent(progress)
	at, err := s.ensure(ctx, o, progress)
	if err != nil {
		return nil, err
	}
	var packed []string
	if s.origin != nil {
		packed = s.origin.packed(at.path)
	}
	var p contents
	if packed == nil {
		p, err = s.readAt(ctx, at, o, progress)
	} else {
		p, err = unpacked(s.origin.name, packed, progress, func() (contents, error) { return s.readAt(ctx, at, o, progress) })
	}
	if err != nil {
		return nil, err
	}
	return p.dataset(ctx, o, progress)
}

func (s imageSource) Get(ctx context.Context, o Options, progress Progress) (string, error) {
	return s.verify(ctx, s.ensure, o, progress)
}

func (s imageSource) Verify(ctx context.Context, o Options, progress Progress) (string, error) {
	return s.verify(ctx, s.find, o, progress)
}

func (s imageSource) verify(ctx context.Context, locate func(context.Context, Options, Progress) (place, error), o Options, progress Progress) (string, error) {
	at, err := locate(ctx, o, progress)
	if err != nil {
		return "", err
	}
	p, err := s.readAt(ctx, at, o, progress)
	if err == nil {
		err = p.verify(ctx, orSilent(progress))
	}
	return at.path, err
}

// readAt reads the images in a place.
func (s imageSource) readAt(ctx context.Context, at place, o Options, progress Progress) (contents, error) {
	p, err := s.read(ctx, at, o, progress)
	if err != nil && at.remedy != "" && ctx.Err() == nil {
		err = fmt.Errorf("%w: %s", err, at.remedy)
	}
	return p, err
}

// ensure is the place of the files, which are fetched if they are nowhere.
func (s imageSource) ensure(ctx context.Context, o Options, progress Progress) (place, error) {
	if s.origin == nil {
		return s.find(ctx, o, progress)
	}
	return s.origin.ensure(ctx, o.Root, progress)
}

// find is the place of the files that are there.
func (s imageSource) find(_ context.Context, o Options, _ Progress) (place, error) {
	if s.origin == nil {
		where := s.Info().Where
		if where == "" {
			where = o.Root
		}
		return place{path: where}, nil
	}
	at, err := s.origin.find(o.Root)
	if err != nil && o.Root == "" {
		err = s.origin.absent(err)
	}
	return at, err
}
