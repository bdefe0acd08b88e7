package weights

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"zoo/experiments/config"
	"zoo/experiments/metric"
	"zoo/experiments/run"
	"zoo/internal/safetensors"
)

// A FinishedRun is a run that has its final weights.
type FinishedRun struct {
	run.Record
	Experiment config.Config // the resolved config
}

// OpenRun reads a run's directory and checks that it has weights.
func OpenRun(dir string) (*FinishedRun, error) {
	dir = filepath.Clean(dir)
	r, err := run.Read(dir)
	if err != nil {
		if _, missing := os.Stat(filepath.Join(dir, config.RunFile)); missing != nil && !errors.As(err, new(*run.DamagedError)) {
			return nil, config.NotARun(dir)
		}
		return nil, err
	}
	f := &FinishedRun{Record: r}
	if f.Experiment, err = config.LoadRun(dir); err != nil {
		return nil, err
	}
	_, err = os.Stat(f.weightsFile())
	switch {
	case errors.Is(err, fs.ErrNotExist) && r.Status.State == run.Diverged:
		return nil, fmt.Errorf("%s has no weights: it %s", dir, r.Status.Error)
	case errors.Is(err, fs.ErrNotExist) && r.Status.State != run.Complete:
		return nil, fmt.Errorf("%s has no final weights: it is %s at step %d; go on with %s", dir, r.Status.State, r.Status.Step, f.command())
	case err != nil:
		return nil, f.damaged(err)
	}
	return f, nil
}

// RunNotice is what a user should know of a run before its files are used; empty if
// there is nothing.
func RunNotice(dir string) string {
	s, err := run.ReadStatus(dir)
	if err != nil || !(run.Record{Status: s}).Unchecked() {
		return "" // whoever uses the run gets the error
	}
	return fmt.Sprintf("%s is of a version of zoo that recorded nothing of its runs' files: they are read unchecked", dir)
}

func (f *FinishedRun) weightsFile() string { return config.WeightsOf(f.Dir) }

// command is the command that trained the run.
func (f *FinishedRun) command() string {
	return fmt.Sprintf("zoo run %s --out %s", filepath.Join(f.Dir, config.RunFile), filepath.Dir(f.Dir))
}

// damaged says what to do about weights that cannot be read.
func (f *FinishedRun) damaged(err error) error {
	if errors.As(err, new(*run.DamagedError)) {
		return err // it says that already
	}
	return fmt.Errorf("%w; train again with %s --rerun", err, f.command())
}

// OpenWeights opens the run's weights, or those that one of the patterns fits: see [Open].
func (f *FinishedRun) OpenWeights(only ...string) (*File, error) {
	r, err := safetensors.Open(f.weightsFile())
	if err != nil {
		return nil, f.damaged(err)
	}
	w := newFile(f.weightsFile(), r, r.Tensors)
	w.verify, w.damaged = f.verify(r), f.damaged
	if err := w.keep(only); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// verify returns what checks the weights: against what the run recorded of the file, or,
// where that is nothing, against the checksum that a run's weights carry.
func (f *FinishedRun) verify(weights *safetensors.Reader) func() error {
	return func() error {
		if known, err := f.Status.Verify(f.Dir, config.WeightsFile); known {
			return err
		}
		return weights.Verify()
	}
}

// Verify checks the run's weights against the checksum that they carry.
func (f *FinishedRun) Verify() error {
	w, err := f.OpenWeights()
	if err != nil {
		return err
	}
	defer w.Close()
	if err := w.verify(); err != nil {
		return f.damaged(err)
	}
	return nil
}

// Export writes the run's weights as a safetensors file, under PyTorch's names and
// in its layout, with what they are in the metadata, and returns how many tensors
// there are.
func (f *FinishedRun) Export(name string) (tensors int, err error) {
	r, err := safetensors.Open(f.weightsFile())
	if err != nil {
		return 0, f.damaged(err)
	}
	defer r.Close()
	c := f.Experiment
	meta := map[string]string{
		"format": "pt", "model": c.Model.Name, "experiment": c.Name, "config": c.Key(),
		"dataset": c.Data.Name, "seed": strconv.FormatUint(c.Seed, 10),
	}
	for _, name := range metric.Names() {
		if v, ok := f.Summary.Float("test." + name); ok {
			meta["test."+name] = strconv.FormatFloat(v, 'g', -1, 64)
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
