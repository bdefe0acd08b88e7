package train

import (
	"context"

	"zoo/datasets"
	"zoo/experiments/config"
)

// An Opener opens data sets, each section data once.
type Opener struct {
	ctx      context.Context
	progress datasets.Progress
	opened   map[string]datasets.Dataset // by config.DataKey
}

// NewOpener returns an Opener that tells progress how far a slow part has come. What
// it opens ends with ctx.
func NewOpener(ctx context.Context, progress datasets.Progress) Opener {
	return Opener{ctx, progress, map[string]datasets.Dataset{}}
}

// Open opens the data of a section.
func (s Opener) Open(section datasets.Section) (datasets.Dataset, error) {
	if data, ok := s.opened[config.DataKey(section)]; ok {
		return data, nil
	}
	data, err := datasets.Open(s.ctx, section, s.progress)
	if err == nil {
		s.opened[config.DataKey(section)] = data
	}
	return data, err
}

// Checksum is the checksum of a config's data.
func (s Opener) Checksum(c config.Config) (string, error) {
	data, err := s.Open(c.Data)
	if err != nil {
		return "", err
	}
	return data.Checksum(), nil
}
