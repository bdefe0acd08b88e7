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
	"zoo/experiments/run"
	"zoo/internal/safetensors"
	"zoo/internal/strict"
	"zoo/nn"
)

// A Saved run is one that has its final weights.
type Saved struct {
	run.Record
	Experiment Config // the resolved config
	Weights    safetensors.File
}

// OpenRun reads a run's directory and its weights.
func OpenRun(dir string) (*Saved, error) {
	dir = filepath.Clean(dir)
	r, err := run.Read(dir)
	if err != nil {
		if _, missing := os.Stat(filepath.Join(dir, runConfig)); missing != nil {
			return nil, noRun(dir)
		}
		return nil, err
	}
	s := &Saved{Record: r}
	if s.Experiment, err = loadRun(dir); err != nil {
		return nil, err
	}
	name := filepath.Join(dir, WeightsFile)
	s.Weights, err = safetensors.ReadFile(name)
	again := fmt.Sprintf("zoo run %s --out %s", filepath.Join(dir, runConfig), filepath.Dir(dir))
	switch {
	case errors.Is(err, fs.ErrNotExist) && r.Status.State == run.Diverged:
		return nil, fmt.Errorf("%s has no weights: it %s", dir, r.Status.Error)
	case errors.Is(err, fs.ErrNotExist) && r.Status.State != run.Complete:
		return nil, fmt.Errorf("%s has no final weights: it is %s at step %d; go on with %s", dir, r.Status.State, r.Status.Step, again)
	case err == nil && !s.Weights.Verified:
		err = fmt.Errorf("%s: altered or damaged: it does not carry its SHA-256", name)
	}
	if err != nil {
		return nil, fmt.Errorf("%w; train again with %s --rerun", err, again)
	}
	return s, nil
}

// noRun says that a folder is no run, and which one may have been meant.
func noRun(dir string) error {
	if _, err := os.Stat(dir); err != nil {
		there, _ := run.List(filepath.Dir(dir)) // only for the hint
		if n := strict.Nearest(dir, there); n != "" {
			return fmt.Errorf("no run directory %s; did you mean %s?", dir, n)
		}
		return fmt.Errorf("no run directory %s; zoo run makes them, in the folder runs", dir)
	}
	return fmt.Errorf("%s is not a run directory: it has no %s", dir, runConfig)
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
	c := s.Experiment
	if crops == 0 {
		crops = c.Train.TestCrops
	}
	if err := CheckCrops(crops); err != nil {
		return Evaluation{}, err
	}
	data, err := datasets.Open(ctx, c.Data, progress)
	if err != nil {
		return Evaluation{}, err
	}
	e := Evaluation{Examples: data.Len(split), SameData: s.Summary["data_sha256"] == data.Checksum()}
	if e.Examples == 0 {
		return Evaluation{}, fmt.Errorf("%s has no %v part: its config sets no examples apart for it", s.Dir, split)
	}
	p := nn.NewParams(c.Seed, tensor.Float32)
	set := nn.Settings{Options: c.Model.Options, Spec: data.Spec(), Batch: c.Train.EvalBatch}
	pr, err := nn.Build(p, nn.Eval, c.Model.Network(), set)
	if err != nil {
		return Evaluation{}, fmt.Errorf("model %s: %w", c.Model.Name, err)
	}
	if err := Import(p, s.Weights.Tensors); err != nil {
		return Evaluation{}, fmt.Errorf("%s does not fit model %s:\n%w", filepath.Join(s.Dir, WeightsFile), c.Model.Name, err)
	}
	e.Means, err = Evaluate(ctx, pr, data, split, crops)
	return e, err
}

// Export writes the run's weights as a safetensors file, under PyTorch's names and
// in its layout, with what they are in the metadata.
func (s *Saved) Export(name string) error {
	c := s.Experiment
	meta := map[string]string{
		"format": "pt", "model": c.Model.Name, "experiment": c.Name, "config": c.key(),
		"dataset": c.Data.Name, "seed": strconv.FormatUint(c.Seed, 10),
	}
	for _, key := range []string{"test.loss", "test.accuracy", "test.top5"} {
		if v, ok := s.Summary.Float(key); ok {
			meta[key] = strconv.FormatFloat(v, 'g', -1, 64)
		}
	}
	return safetensors.WriteFile(name, meta, s.Weights.Tensors...)
}
