package use

import (
	"context"
	"fmt"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/experiments/metric"
	"zoo/experiments/run"
	"zoo/experiments/train"
	"zoo/experiments/weights"
	"zoo/nn"
)

// Evaluation is what an evaluation finds on a part of the data.
type Evaluation struct {
	Metrics  []metric.Metric // in the order in which to show them
	Values   run.Values
	Examples int
	SameData bool // the data are those that the run was trained on, bit for bit
}

// EvaluateRun opens the run's data and evaluates its weights on a part of them, averaged
// over a number of views of each example, or for 0 those of its test.
func EvaluateRun(ctx context.Context, s *weights.FinishedRun, split datasets.Split, views int, progress datasets.Progress) (Evaluation, error) {
	w, err := s.OpenWeights()
	if err != nil {
		return Evaluation{}, err
	}
	defer w.Close()
	c := s.Experiment
	c.Name = s.Dir // in errors
	e, checksum, err := EvaluateWeights(ctx, w, c, split, views, progress)
	e.SameData = s.Summary["data_sha256"] == checksum
	return e, err
}

// EvaluateWeights opens a config's data and evaluates the weights, with its network, on a
// part of them, averaged over a number of views of each example, or for 0 those of its
// test. It returns the checksum of the data too.
func EvaluateWeights(ctx context.Context, w *weights.File, c config.Config, split datasets.Split, views int, progress datasets.Progress) (e Evaluation, checksum string, err error) {
	if views == 0 {
		views = c.Task.Views()
	}
	data, err := datasets.Open(ctx, c.Data, progress)
	if err != nil {
		return e, "", err
	}
	if e.Examples = data.Len(split); e.Examples == 0 {
		return e, "", fmt.Errorf("%s has no %v part: its config sets no examples apart for it", c.Name, split)
	}
	spec := data.Spec()
	if err := c.Task.Fits(spec); err != nil {
		return e, "", err
	}
	p := nn.BlankParams(tensor.Float32)
	programs, err := train.BuildEval(ctx, p, c, data, views, 0)
	if err != nil {
		return e, "", fmt.Errorf("model %s: %w", c.Model.Name, err)
	}
	if err := w.Load(p, c.Model, spec, false); err != nil {
		return e, "", err
	}
	e.Metrics = c.Task.Metrics(spec)
	e.Values, err = train.Evaluate(ctx, c.Task, programs, data, split, views)
	return e, data.Checksum(), err
}
