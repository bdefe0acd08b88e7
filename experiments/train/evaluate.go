package train

import (
	"context"
	"fmt"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/experiments/run"
	"zoo/experiments/task"
	"zoo/nn"
)

// addValues puts the values of a part of the data into a summary.
func addValues(s run.Summary, part string, values run.Values) {
	for name, v := range values {
		s[part+"."+name] = v
	}
}

// evaluate evaluates a part of the data with the averaged weights, where there are any.
func (t *Trial) evaluate(ctx context.Context, split datasets.Split) (run.Values, error) {
	if t.ema != nil {
		t.ema.Swap(t.averaged)
		defer t.ema.Swap(t.averaged)
	}
	return t.evaluateInPlace(ctx, split, 1)
}

// evaluateInPlace evaluates the weights as they are. A loss that is NaN, infinite or
// above the bound is a divergence: that of the last step shows only here.
func (t *Trial) evaluateInPlace(ctx context.Context, split datasets.Split, views int) (run.Values, error) {
	v, err := Evaluate(ctx, t.Config.Task, t.evals, t.Data, split, views)
	if err == nil && diverges(t.Config.Train, v["loss"]) {
		err = &divergence{t.at.Step, v["loss"], fmt.Errorf("this is the loss on %v, after the step", split)}
	}
	return v, err
}

// BuildEval builds the programs that evaluate a config's network on data, one for each of
// datasets.Specs. held is the memory in bytes that is taken already.
func BuildEval(ctx context.Context, p *nn.Params, c config.Config, data datasets.Dataset, views, held int) (all []*nn.Program, err error) {
	for _, spec := range datasets.Specs(data) {
		a := Admission{Config: c, Key: "train.eval_batch", Batch: c.EvaluatedAtOnce(data, views), Mode: nn.Eval, Held: held}
		program, err := nn.Build(p, nn.Eval, c.Model.Network(), a.Settings(ctx, c.Task.Settings(settings(data, spec))))
		if err != nil {
			return nil, err
		}
		all, held = append(all, program), held+program.Memory().Arena
	}
	return all, nil
}

// settings are those of a build for data.
func settings(data datasets.Dataset, spec datasets.Spec) nn.Settings {
	s, ok := data.(datasets.Streamed)
	return nn.Settings{Spec: spec, Stateful: ok && s.Stream()}
}

// Evaluate returns what a task finds of programs in mode nn.Eval, one for each of
// datasets.Specs, on a part of a dataset. With several views of each example, what the task
// makes of them together counts.
func Evaluate(ctx context.Context, t task.Section, programs []*nn.Program, data datasets.Dataset, split datasets.Split, views int) (run.Values, error) {
	spec := data.Spec()
	var average func(*task.Sums, *tensor.Dense, datasets.Batch)
	if views > 1 {
		viewed, ok := data.(datasets.Viewed)
		viewing, can := t.Task.(task.Viewing)
		if !ok || !can {
			return nil, fmt.Errorf("have %d views of each example, want 1: these data, or the task %s, have only one", views, t.Name)
		}
		var err error
		if data, err = viewed.Views(views); err != nil {
			return nil, err
		}
		average = viewing.Average(views, spec)
	}
	for _, p := range programs {
		p.Restart()
	}
	var sum task.Sums
	for b, err := range data.Batches(ctx, datasets.Plan{Split: split, Size: programs[0].Batch}) {
		if err != nil {
			return nil, err
		}
		p := programs[b.Bucket]
		loss, err := p.Run(b.X, b.Y)
		if err != nil {
			return nil, err
		}
		if views > 1 {
			average(&sum, p.Logits(), b)
		} else {
			sum.Add(t.Count(loss, p.Logits(), b))
		}
	}
	return t.Values(sum, spec), nil
}
