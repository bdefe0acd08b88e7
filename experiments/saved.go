package experiments

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/experiments/run"
	"zoo/internal/safetensors"
	"zoo/nn"
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
		return nil, fmt.Errorf("%s has no final weights: it is %s at step %d; go on with %s", dir, r.Status.State, r.Status.Step, s.again())
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

// again is the command that trained the run.
func (s *Saved) again() string {
	return fmt.Sprintf("zoo run %s --out %s", filepath.Join(s.Dir, config.RunFile), filepath.Dir(s.Dir))
}

// damaged says what to do about weights that cannot be read.
func (s *Saved) damaged(err error) error {
	if errors.As(err, new(*run.DamagedError)) {
		return err // which says it already
	}
	return fmt.Errorf("%w; train again with %s --rerun", err, s.again())
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
	if err := w.choose(only); err != nil {
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

// Evaluation is what Evaluate finds on a part of the data.
type Evaluation struct {
	Means
	Examples int
	SameData bool // the data are those that the run was trained on, bit for bit
}

// Evaluate opens the run's data and evaluates its weights on a part of them, with 1
// or 10 crops of each image, or for 0 those of its test.
func (s *Saved) Evaluate(ctx context.Context, split datasets.Split, crops int, progress datasets.Progress) (Evaluation, error) {
	w, err := s.OpenWeights()
	if err != nil {
		return Evaluation{}, err
	}
	defer w.Close()
	c := s.Experiment
	c.Name = s.Dir // in errors
	e, checksum, err := w.Evaluate(ctx, c, split, crops, progress)
	e.SameData = s.Summary["data_sha256"] == checksum
	return e, err
}

// Evaluate opens a config's data and evaluates the weights, with its network, on a
// part of them, with 1 or 10 crops of each image, or for 0 those of its test. It
// returns the checksum of the data too.
func (w *Weights) Evaluate(ctx context.Context, c config.Config, split datasets.Split, crops int, progress datasets.Progress) (e Evaluation, checksum string, err error) {
	if crops == 0 {
		crops = c.Train.TestCrops
	}
	if err := config.CheckCrops(crops); err != nil {
		return e, "", err
	}
	data, err := datasets.Open(ctx, c.Data, progress)
	if err != nil {
		return e, "", err
	}
	if e.Examples = data.Len(split); e.Examples == 0 {
		return e, "", fmt.Errorf("%s has no %v part: its config sets no examples apart for it", c.Name, split)
	}
	p := nn.BlankParams(tensor.Float32)
	r := room{config: c, key: "train.eval_batch", batch: c.EvaluatedAtOnce(data, crops), mode: nn.Eval}
	pr, err := nn.Build(p, nn.Eval, c.Model.Network(), r.settings(ctx, nn.Settings{Spec: data.Spec()}))
	if err != nil {
		return e, "", fmt.Errorf("model %s: %w", c.Model.Name, err)
	}
	if err := w.loadAll(p, c.Model, data.Spec()); err != nil {
		return e, "", err
	}
	e.Means, err = Evaluate(ctx, pr, data, split, crops)
	return e, data.Checksum(), err
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
