package use

import (
	"context"
	"fmt"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/experiments/train"
	"zoo/experiments/weights"
	"zoo/nn"
)

// Evaluation is what an evaluation finds on a part of the data.
type Evaluation struct {
	train.Means
	Examples int
	SameData bool // the data are those that the run was trained on, bit for bit
}

// EvaluateRun opens the run's data and evaluates its weights on a part of them, with 1
// or 10 crops of each image, or for 0 those of its test.
func EvaluateRun(ctx context.Context, s *weights.FinishedRun, split datasets.Split, crops int, progress datasets.Progress) (Evaluation, error) {
	w, err := s.OpenWeights()
	if err != nil {
		return Evaluation{}, err
	}
	defer w.Close()
	c := s.Experiment
	c.Name = s.Dir // in errors
	e, checksum, err := EvaluateWeights(ctx, w, c, split, crops, progress)
	e.SameData = s.Summary["data_sha256"] == checksum
	return e, err
}

// EvaluateWeights opens a config's data and evaluates the weights, with its network, on a
// part of them, with 1 or 10 crops of each image, or for 0 those of its test. It
// returns the checksum of the data too.
func EvaluateWeights(ctx context.Context, w *weights.File, c config.Config, split datasets.Split, crops int, progress datasets.Progress) (e Evaluation, checksum string, err error) {
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
	a := train.Admission{Config: c, Key: "train.eval_batch", Batch: c.EvaluatedAtOnce(data, crops), Mode: nn.Eval}
	pr, err := nn.Build(p, nn.Eval, c.Model.Network(), a.Settings(ctx, nn.Settings{Spec: data.Spec()}))
	if err != nil {
		return e, "", fmt.Errorf("model %s: %w", c.Model.Name, err)
	}
	if err := w.Load(p, c.Model, data.Spec(), false); err != nil {
		return e, "", err
	}
	e.Means, err = train.Evaluate(ctx, pr, data, split, crops)
	return e, data.Checksum(), err
}
