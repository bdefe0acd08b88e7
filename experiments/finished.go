package experiments

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"zoo/experiments/config"
	"zoo/experiments/run"
	"zoo/internal/safetensors"
)

// A Saved run is one that has its final weights.
type Saved struct {
	run.Record
	Experiment config.Config // the resolved config
}

// OpenRun reads a run's directory and sees that it has weights.
func OpenRun(dir string) (*Saved, error) {
	dir = filepath.Clean(dir)
	r, err := run.Read(dir)
	if err != nil {
		if _, missing := os.Stat(filepath.Join(dir, config.RunFile)); missing != nil && !errors.As(err, new(*run.DamagedError)) {
			return nil, config.NotARun(dir)
		}
		return nil, err
	}
	s := &Saved{Record: r}
	if s.Experiment, err = config.LoadRun(dir); err != nil {
		return nil, err
	}
	_, err = os.Stat(s.weightsFile())
	switch {
	case errors.Is(err, fs.ErrNotExist) && r.Status.State == run.Diverged:
		return nil, fmt.Errorf("%s has no weights: it %s", dir, r.Status.Error)
	case errors.Is(err, fs.ErrNotExist) && r.Status.State != run.Complete:
		return nil, fmt.Errorf("%s has no final weights: it is %s at step %d; go on with %s", dir, r.Status.State, r.Status.Step, s.command())
	case err != nil:
		return nil, s.damaged(err)
	}
	return s, nil
}

// RunNotice is what is to be said of a run before its files are used; empty if that is
// nothing.
func RunNotice(dir string) string {
	s, err := run.ReadStatus(dir)
	if err != nil || !(run.Record{Status: s}).Unchecked() {
		return "" // an error is that of the use
	}
	return fmt.Sprintf("%s is of a version of zoo that recorded nothing of its runs' files: they are read unchecked", dir)
}

func (s *Saved) weightsFile() string { return config.WeightsOf(s.Dir) }

// command is the command that trained the run.
func (s *Saved) command() string {
	return fmt.Sprintf("zoo run %s --out %s", filepath.Join(s.Dir, config.RunFile), filepath.Dir(s.Dir))
}

// damaged says what to do about weights that cannot be read.
func (s *Saved) damaged(err error) error {
	if errors.As(err, new(*run.DamagedError)) {
		return err // which says it already
	}
	return fmt.Errorf("%w; train again with %s --rerun", err, s.command())
}

// OpenWeights opens the run's weights, or a part of them: see the function of this
// name.
func (s *Saved) OpenWeights(only ...string) (*Weights, error) {
	r, err := safetensors.Open(s.weightsFile())
	if err != nil {
		return nil, s.damaged(err)
	}
	w := newWeights(s.weightsFile(), r, r.Tensors)
	w.verify, w.damaged = s.verify(r), s.damaged
	if err := w.keep(only); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// verify returns what checks the weights: against what the run recorded of the file, or,
// where that is nothing, against the checksum that a run's weights carry.
func (s *Saved) verify(weights *safetensors.Reader) func() error {
	return func() error {
		if known, err := s.Status.Verify(s.Dir, config.WeightsFile); known {
			return err
		}
		return weights.Verify()
	}
}

// Verify checks the run's weights against the checksum that they carry.
func (s *Saved) Verify() error {
	w, err := s.OpenWeights()
	if err != nil {
		return err
	}
	defer w.Close()
	if err := w.verify(); err != nil {
		return s.damaged(err)
	}
	return nil
}

// Export writes the run's weights as a safetensors file, under PyTorch's names and
// in its layout, with what they are in the metadata, and returns how many tensors
// there are.
func (s *Saved) Export(name string) (tensors int, err error) {
	r, err := safetensors.Open(s.weightsFile())
	if err != nil {
		return 0, s.damaged(err)
	}
	defer r.Close()
	c := s.Experiment
	meta := map[string]string{
		"format": "pt", "model": c.Model.Name, "experiment": c.Name, "config": c.Key(),
		"dataset": c.Data.Name, "seed": strconv.FormatUint(c.Seed, 10),
	}
	for _, key := range []string{"test.loss", "test.accuracy", "test.top5"} {
		if v, ok := s.Summary.Float(key); ok {
			meta[key] = strconv.FormatFloat(v, 'g', -1, 64)
		}
	}
	var all []safetensors.Tensor
	for _, t := range r.Tensors {
		x, err := r.Copy(t)
		if err != nil {
			return 0, err
		}
		all = append(all, x)
	}
	return len(all), safetensors.WriteFile(name, meta, all...)
}
