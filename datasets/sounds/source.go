package sounds

import (
	"context"

	"zoo/datasets"
	"zoo/internal/origin"
)

// soundSource is a datasets.Source of sounds.
type soundSource struct {
	info    datasets.Info
	origin  *origin.Origin // nil: the files are the user's own
	options func() datasets.Options
	// read reads the sounds in a place, and checks them.
	read func(ctx context.Context, root string, progress datasets.Progress) ([]clip, error)
	// open applies options to them.
	open func(clips []clip, o datasets.Options, progress datasets.Progress) (datasets.Dataset, error)
}

// Info implements datasets.Source.
func (s soundSource) Info() datasets.Info {
	info := s.info
	info.Where = s.origin.Where()
	return info
}

// Options implements datasets.Source.
func (s soundSource) Options() datasets.Options { return s.options() }

// Open implements datasets.Source.
func (s soundSource) Open(ctx context.Context, root string, o datasets.Options, progress datasets.Progress) (datasets.Dataset, error) {
	at, err := s.origin.Ensure(ctx, root, progress)
	if err != nil {
		return nil, err
	}
	clips, err := s.readAt(ctx, at, progress)
	if err != nil {
		return nil, err
	}
	return s.open(clips, o, progress)
}

// Get implements datasets.Source.
func (s soundSource) Get(ctx context.Context, root string, _ datasets.Options, progress datasets.Progress) (string, error) {
	at, err := s.origin.Ensure(ctx, root, progress)
	if err != nil {
		return "", err
	}
	_, err = s.readAt(ctx, at, progress)
	return at.Path, err
}

// Verify implements datasets.Source.
func (s soundSource) Verify(ctx context.Context, root string, _ datasets.Options, progress datasets.Progress) (string, error) {
	at, err := s.origin.Locate(root)
	if err != nil {
		return "", err
	}
	_, err = s.readAt(ctx, at, progress)
	return at.Path, err
}

func (s soundSource) readAt(ctx context.Context, at origin.Place, progress datasets.Progress) ([]clip, error) {
	clips, err := s.read(ctx, at.Path, progress)
	return clips, at.Explain(ctx, err)
}
