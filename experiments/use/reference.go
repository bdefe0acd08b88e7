// Package use is what can be done with a network once it has weights, or without any:
// find it by the name that a command line gives, evaluate it, send arrays and pictures
// through it, write texts and sounds with it, say what memory it takes, and measure how fast it is.
package use

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

// A ModelReference is a network as a command line names it: a registered model, an
// experiment, or a run, with what it was or is to be trained on.
type ModelReference struct {
	Model  config.Model
	Config *config.Config // of the experiment or the run; nil for a registered model
	Dir    string         // of the run; empty for a model or an experiment
}

// Find finds what a name stands for: the folder of a run, a registered model, or
// an experiment by name or file. Overrides are those of [config.Load]; for a model, whose
// keys are those of the section model, they may leave out the word "model.".
func Find(name string, overrides ...string) (ModelReference, error) {
	if _, err := os.Stat(filepath.Join(name, config.RunFile)); err == nil {
		c, err := config.LoadRun(name, overrides...)
		return ModelReference{Model: c.Model, Config: &c, Dir: name}, err
	}
	if _, ok := architectures.Lookup(name); ok {
		m, err := config.LoadModel(name, overrides...)
		return ModelReference{Model: m}, err
	}
	isFile := strings.ContainsAny(name, `/\`) || strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
	if experiments := config.Names(); !isFile && !slices.Contains(experiments, name) {
		hint := "zoo models and zoo list have them all"
		if n := strict.Nearest(name, append(architectures.Names(), experiments...)); n != "" {
			hint = "did you mean " + n + "?"
		}
		return ModelReference{}, fmt.Errorf("no model, experiment or run %q; %s", name, hint)
	}
	c, _, err := config.Load(name, overrides...)
	return ModelReference{Model: c.Model, Config: &c}, err
}

// Spec is what the network takes and gives: that of the reference's data, or for a
// registered model that of its paper. An input shape such as (H, W, C) and a number of
// classes replace the first input's and the first target's where they are given. No file
// is read.
func (r ModelReference) Spec(input []int, classes int) (datasets.Spec, error) {
	spec, known := r.known()
	var errs []error
	if input == nil && !known {
		errs = append(errs, fmt.Errorf("the size of %s examples is known only from the files: give it with --input", r.Config.Data.Name))
	}
	if classes == 0 && !known {
		errs = append(errs, fmt.Errorf("the number of classes of %s is known only from the files: give it with --classes", r.Config.Data.Name))
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
	if errs != nil {
		return datasets.Spec{}, errors.Join(errs...)
	}
	return changed(spec, input, classes)
}

// known is what the network takes and gives as far as no file is opened. If only they tell,
// it is that of the model's paper, of which input and classes are to be replaced.
func (r ModelReference) known() (s datasets.Spec, known bool) {
	if r.Config != nil {
		if preview := r.Config.Data.Preview(); preview.Spec != nil {
			return *preview.Spec, true
		}
	}
	m, _ := architectures.Lookup(r.Model.Name)
	return m.Data, r.Config == nil
}

// changed is a spec with another shape of the input, if it is not nil, and with another
// number of classes, if it is not 0. Sequences get another length. Where each of the tokens is
// a class, too, both change.
func changed(spec datasets.Spec, input []int, classes int) (datasets.Spec, error) {
	in, target := spec.Inputs[0], spec.Targets[0]
	if input != nil {
		if err := checkShape(in, input); err != nil {
			return spec, err
		}
		if spec.Positions() > 0 {
			spec = spec.OfLength(input[0])
			in, target = spec.Inputs[0], spec.Targets[0]
		}
		in.Shape = input
	}
	if classes != 0 {
		switch {
		case target.Dtype != tensor.Int:
			return spec, fmt.Errorf("have %d classes, and %s is a number", classes, target.Name)
		case in.Dtype == tensor.Int && in.Size == target.Size:
			in.Size = classes
		}
		target.Size = classes
	}
	spec.Inputs = append([]datasets.Field{in}, spec.Inputs[1:]...)
	spec.Targets = append([]datasets.Field{target}, spec.Targets[1:]...)
	return spec, nil
}

// checkShape returns an error if an input cannot have the shape: tokens and sequences of
// numbers stay what they are, and images may become vectors.
func checkShape(in datasets.Field, shape []int) error {
	axes, want := len(shape), "images (H, W, C), or vectors (D)"
	ok := axes == 3 || axes == 1
	switch {
	case in.Dtype == tensor.Int:
		ok, want = axes == 1, "tokens (T)"
	case len(in.Shape) == 2:
		ok, want = axes == 2, "sequences of numbers (T, C)"
	}
	if ok {
		return nil
	}
	return fmt.Errorf("have input %v, want %s", tensor.Shape(shape), want)
}

// Build builds the network with weights that are all zero, to be loaded. It is an
// error if there is no memory for it.
func (r ModelReference) Build(ctx context.Context, mode nn.Mode, spec datasets.Spec, batch int) (*nn.Params, *nn.Program, error) {
	return train.Build(ctx, r.config(), mode, spec, batch)
}

// Outline builds the network without weights, to look at it, whatever its size.
func (r ModelReference) Outline(ctx context.Context, mode nn.Mode, spec datasets.Spec, batch int) (*nn.Params, *nn.Program, error) {
	return train.Outline(ctx, r.Model, mode, spec, batch)
}

// config is the reference's config, or one that has no more than its model.
func (r ModelReference) config() config.Config {
	if r.Config != nil {
		return *r.Config
	}
	return config.Config{Model: r.Model}
}

// IdleKeys says which keys of a config's section model have no effect on its
// network, as far as the shape of its data is known without the files.
func IdleKeys(ctx context.Context, c config.Config) (all []string) {
	r := ModelReference{Model: c.Model, Config: &c}
	spec, err := r.Spec(nil, 0)
	if err != nil {
		return nil // the shape is known when it is run
	}
	_, program, err := r.Outline(ctx, nn.Infer, spec, 1)
	if err != nil {
		return []string{err.Error()}
	}
	c.Train = config.Train{}
	return train.Notices(c, 0, 0, program)
}
