package experiments

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/experiments/train"
	"zoo/internal/strict"
	"zoo/nn"
)

// A Subject is a network that a command line names, and what it was or is to be
// trained on.
type Subject struct {
	Model  config.Model
	Config *config.Config // of the experiment or the run; nil for a registered model
	Dir    string         // of the run; empty for a model or an experiment
}

// Find finds what a name stands for: the folder of a run, a registered model, or
// an experiment by name or file. Overrides are those of [Load]; for a model, whose
// keys are those of the section model, they may leave out the word "model.".
func Find(name string, overrides ...string) (Subject, error) {
	if _, err := os.Stat(filepath.Join(name, config.RunFile)); err == nil {
		c, err := config.LoadRun(name, overrides...)
		return Subject{Model: c.Model, Config: &c, Dir: name}, err
	}
	if _, ok := architectures.Lookup(name); ok {
		m, err := config.LoadModel(name, overrides...)
		return Subject{Model: m}, err
	}
	isFile := strings.ContainsAny(name, `/\`) || strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
	if experiments := config.Names(); !isFile && !slices.Contains(experiments, name) {
		hint := "zoo models and zoo list have them all"
		if n := strict.Nearest(name, append(architectures.Names(), experiments...)); n != "" {
			hint = "did you mean " + n + "?"
		}
		return Subject{}, fmt.Errorf("no model, experiment or run %q; %s", name, hint)
	}
	c, _, err := config.Load(name, overrides...)
	return Subject{Model: c.Model, Config: &c}, err
}

// Spec is what the network takes and gives: an input shape such as (H, W, C) and
// a number of classes where they are given, otherwise those of the subject's data,
// or for a registered model those of its paper. No file is read.
func (s Subject) Spec(input []int, classes int) (datasets.Spec, error) {
	if s.Config == nil {
		m, _ := architectures.Lookup(s.Model.Name)
		if input == nil {
			input = m.Input[:]
		}
		if classes == 0 {
			classes = m.Classes
		}
	} else {
		shape, known, err := s.Config.DataShape()
		if err != nil {
			return datasets.Spec{}, err
		}
		if input == nil {
			input = shape
		}
		if classes == 0 {
			classes = known
		}
	}
	var errs []error
	if input == nil {
		errs = append(errs, fmt.Errorf("the size of %s images is known from the files alone: give it with --input", s.Config.Data.Name))
	}
	if classes == 0 {
		errs = append(errs, fmt.Errorf("the number of classes of %s is known from the files alone: give it with --classes", s.Config.Data.Name))
	}
	if classes < 0 || classes > config.MostOfModel {
		errs = append(errs, fmt.Errorf("--classes: have %d, want at most %d", classes, config.MostOfModel))
	}
	for _, d := range input {
		if d < 1 {
			errs = append(errs, fmt.Errorf("have input %v, want sizes of at least 1", tensor.Shape(input)))
			break
		}
	}
	return datasets.Spec{Inputs: []datasets.Input{{Name: "images", Dtype: tensor.Float32, Shape: input}}, Classes: classes}, errors.Join(errs...)
}

// Build builds the network with weights that are all zero, to be loaded. It is an
// error if there is no memory for it.
func (s Subject) Build(ctx context.Context, mode nn.Mode, spec datasets.Spec, batch int) (*nn.Params, *nn.Program, error) {
	return train.Build(ctx, s.config(), mode, spec, batch)
}

// Outline builds the network without weights, to look at it, whatever its size.
func (s Subject) Outline(ctx context.Context, mode nn.Mode, spec datasets.Spec, batch int) (*nn.Params, *nn.Program, error) {
	return train.Outline(ctx, s.Model, mode, spec, batch)
}

// config is the subject's config, or one that has no more than its model.
func (s Subject) config() config.Config {
	if s.Config != nil {
		return *s.Config
	}
	return config.Config{Model: s.Model}
}

// IdleKeys says which keys of a config's section model have no effect on its
// network, as far as the shape of its data is known without the files.
func IdleKeys(ctx context.Context, c config.Config) (all []string) {
	s := Subject{Model: c.Model, Config: &c}
	spec, err := s.Spec(nil, 0)
	if err != nil {
		return nil // known when it is run
	}
	_, program, err := s.Outline(ctx, nn.Infer, spec, 1)
	if err != nil {
		return []string{err.Error()}
	}
	c.Train = config.Train{}
	return train.Notices(c, 0, 0, program)
}
