package train

import (
	"fmt"
	"math"

	"zoo/datasets"
	"zoo/experiments/run"
	"zoo/experiments/task"
	"zoo/internal/optim"
)

// pass sends a batch through the network, forward and backward: the first of its step, or one
// of those that add their gradients to it. It returns the sum of what the step has so far.
func (t *Trial) pass(b datasets.Batch, inStep int) (task.Sums, error) {
	c, program := t.Config, t.trains[b.Bucket]
	index := t.at.Step*c.Train.Accumulate + inStep // of the batch, in the whole training
	program.SetStep(uint64(index))
	counted := b
	if t.mixer != nil {
		var err error
		if counted, err = t.mixer.Mix(program, b, index); err != nil {
			return task.Sums{}, err
		}
	}
	loss, err := program.Run(counted.X, b.Y)
	if err != nil {
		return task.Sums{}, err
	}
	if diverges(c.Train, loss) {
		d := &divergence{t.at.Step, loss, fmt.Errorf("that is above train.diverged_above, %v", c.Train.DivergedAbove)}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			d.where = program.Diagnose()
		}
		return task.Sums{}, d
	}
	sums := c.Task.Count(loss, program.Logits(), counted)
	if t.summed == nil {
		return sums, nil
	}
	if inStep == 0 {
		t.summed.clear()
	}
	t.summed.add(t.trained[b.Bucket], sums)
	program.Finish() // running statistics are of each batch
	return t.summed.sums, nil
}

// stepped are the weights, with the gradients of a step whose last batch was of the bucket.
func (t *Trial) stepped(bucket int) []optim.Param {
	if t.summed != nil {
		return t.summed.mean()
	}
	return t.trained[bucket]
}

// step takes one training step, whose batches add up to the sum.
func (t *Trial) step(bucket int, trained []optim.Param, sum task.Sums) (Step, error) {
	loss := sum.Loss / float64(sum.N)
	if max := t.Config.Train.ClipNorm; max > 0 {
		if norm := optim.ClipNorm(trained, max); math.IsNaN(norm) || math.IsInf(norm, 0) {
			return Step{}, &divergence{t.at.Step, loss, fmt.Errorf("the norm of the gradient is %v", norm)}
		}
	}
	lr := t.schedule(t.at.Step)
	t.solver.Step(lr, trained)
	if t.summed == nil {
		t.trains[bucket].Finish()
	}
	if t.ema != nil {
		t.ema.Update(t.at.Step, t.averaged)
	}
	t.at.Recent[t.at.Step%len(t.at.Recent)] = sum
	t.at.Whole.Add(sum)
	t.at.Step++
	t.at.Batch += t.Config.Train.Accumulate
	return Step{Step: t.at.Step, Of: t.total, Epoch: t.at.Epoch + 1, Loss: loss, LR: lr}, nil
}

// record logs the training loss of the last log_steps steps: those since the last
// record, and at the end of the training as many.
func (t *Trial) record(r *run.Run) error {
	if t.at.Step%t.Config.Train.LogSteps != 0 && t.at.Step != t.total {
		return nil
	}
	values := t.recent()
	values["lr"] = t.schedule(t.at.Step - 1)
	return r.Log(run.Metric{Step: t.at.Step, Epoch: t.at.Epoch + 1, Split: "train", Seconds: t.at.Seconds, Values: values})
}

// recent are the values of the last log_steps steps.
func (t *Trial) recent() run.Values {
	var sum task.Sums
	for _, one := range t.at.Recent {
		sum.Add(one)
	}
	return t.Config.Task.Values(sum, t.Data.Spec())
}
