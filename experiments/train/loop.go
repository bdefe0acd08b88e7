package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/experiments/run"
	"zoo/experiments/task"
	"zoo/experiments/weights"
	"zoo/internal/optim"
)

// A divergence says that training stopped because the loss became NaN or infinite, or
// more than train.diverged_above.
type divergence struct {
	step  int
	loss  float64
	where error // the layer that made the first such number, if it is known, or which loss it is
}

// diverges reports whether a loss ends the training.
func diverges(t config.Train, loss float64) bool {
	return math.IsNaN(loss) || math.IsInf(loss, 0) || t.DivergedAbove > 0 && loss > t.DivergedAbove
}

func (d *divergence) Error() string {
	s := fmt.Sprintf("diverged: the loss is %v at step %d", d.loss, d.step)
	if d.where != nil {
		s += "; " + d.where.Error()
	}
	return s
}

// fit trains from where the trial stands to its end. It saves a checkpoint after
// each epoch, after every interval in between, and when ctx ends, whose error it then
// returns.
func (t *Trial) fit(ctx context.Context, r *run.Run, m Monitor, every time.Duration) error {
	began, before := time.Now(), t.at.Seconds
	clock := func() { t.at.Seconds = before + time.Since(began).Seconds() }
	saved := time.Now()
	interrupted := func() error {
		clock()
		if err := t.save(r); err != nil {
			return err // worse than the interruption: it is not saved
		}
		return ctx.Err()
	}
	accumulate := t.Config.Train.Accumulate
	inEpoch := t.perEpoch * accumulate // batches
	data := ctx
	if accumulate > 1 {
		data = context.WithoutCancel(ctx) // so that no step is interrupted between its batches
	}
	// A batch count above 0 at the last step is an epoch whose end was interrupted.
	for (t.at.Step < t.total || t.at.Batch > 0) && !t.at.Stopped {
		if t.at.Batch == 0 {
			for _, p := range t.trains {
				p.Restart()
			}
		}
		if t.evaluationDue() { // it was interrupted
			if err := t.evaluateWithin(ctx, r, m, clock); err != nil && errors.Is(err, ctx.Err()) {
				return interrupted()
			} else if err != nil || t.at.Stopped {
				return err
			}
		}
		batch := t.at.Batch
		for b, err := range t.Data.Batches(data, t.plan(t.at.Epoch, t.at.Batch)) {
			if ctx.Err() != nil && batch == t.at.Batch {
				return interrupted()
			}
			if t.at.Step == t.total || batch == inEpoch {
				break
			}
			if err != nil {
				return err
			}
			sum, err := t.run(b, batch-t.at.Batch)
			if err != nil {
				return err
			}
			if batch++; batch-t.at.Batch < accumulate {
				continue
			}
			trained := t.stepped(b.Bucket)
			peak := t.beforePeak(trained)
			step, err := t.step(b.Bucket, trained, sum)
			if err != nil {
				return err
			}
			if n := peak.notice(trained, step); n != "" {
				m.Notice(n)
			}
			clock()
			if err := t.record(r); err != nil {
				return err
			}
			m.Step(step)
			if t.evaluationDue() {
				if err := t.evaluateWithin(ctx, r, m, clock); err != nil && errors.Is(err, ctx.Err()) {
					return interrupted()
				} else if err != nil || t.at.Stopped {
					return err
				}
				saved = time.Now()
			}
			if time.Since(saved) > every {
				if err := t.save(r); err != nil {
					return err
				}
				saved = time.Now()
			}
		}
		err := ctx.Err()
		if err == nil {
			err = t.endEpoch(ctx, r, m, clock)
		}
		if err != nil && errors.Is(err, ctx.Err()) {
			return interrupted()
		}
		if err != nil {
			return err
		}
		saved = time.Now()
	}
	return nil
}

// run sends a batch through the network, forward and backward: the first of its step, or one
// of those that add their gradients to it. It returns the sum of what the step has so far.
func (t *Trial) run(b datasets.Batch, inStep int) (task.Sums, error) {
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

// evaluationDue says whether the latest step is one after which val is evaluated within the
// epoch, and has not been.
func (t *Trial) evaluationDue() bool {
	n := t.Config.Train.EvalSteps
	return n > 0 && t.at.Step > 0 && t.at.Step%n == 0 && t.at.Evaluated != t.at.Step &&
		t.at.Step < t.total && t.at.Batch > 0 && t.at.Batch < t.perEpoch*t.Config.Train.Accumulate
}

// evaluateWithin evaluates in the middle of an epoch, and saves.
func (t *Trial) evaluateWithin(ctx context.Context, r *run.Run, m Monitor, clock func()) error {
	e := t.epoch(t.recent())
	e.Within = true
	if err := t.validate(ctx, r, &e, clock); err != nil {
		return err
	}
	if err := t.save(r); err != nil {
		return err
	}
	m.Epoch(e)
	return nil
}

// endEpoch validates, keeps the weights if they are the best, and saves.
func (t *Trial) endEpoch(ctx context.Context, r *run.Run, m Monitor, clock func()) error {
	e := t.epoch(t.Config.Task.Values(t.at.Whole, t.Data.Spec()))
	if err := t.validate(ctx, r, &e, clock); err != nil {
		return err
	}
	t.at.Epoch++
	t.at.Batch = 0
	t.at.Whole = task.Sums{}
	if err := t.save(r); err != nil {
		return err
	}
	m.Epoch(e)
	return nil
}

// epoch is what there is to tell of the current epoch before val is evaluated.
func (t *Trial) epoch(values run.Values) Epoch {
	return Epoch{
		Epoch: t.at.Epoch + 1, Of: t.epochs, Step: t.at.Step, Steps: t.total,
		Metrics: t.Config.Task.Metrics(t.Data.Spec()), Train: values, LR: t.schedule(t.at.Step - 1),
	}
}

// validate evaluates val, if there is any, and keeps the weights if they are the best.
func (t *Trial) validate(ctx context.Context, r *run.Run, e *Epoch, clock func()) error {
	if t.Data.Len(datasets.Val) > 0 {
		val, err := t.evaluate(ctx, datasets.Val)
		if err != nil {
			return err
		}
		e.Val, t.at.Val, t.at.Evaluated = val, val, t.at.Step
		e.Best = t.updateBest(val, e.Within)
		clock()
		if err := r.Log(run.Metric{Step: t.at.Step, Epoch: e.Epoch, Split: "val", Seconds: t.at.Seconds, Values: val}); err != nil {
			return err
		}
	}
	clock()
	e.Seconds = t.at.Seconds
	if e.Best {
		return t.saveBest(r)
	}
	return nil
}

// updateBest reports whether val is the best so far by the task's metric, and counts the
// evaluations without progress. Of equal ones that with the lower loss is better.
func (t *Trial) updateBest(val run.Values, within bool) bool {
	b, c := &t.at.Best, t.Config.Train.EarlyStop
	score := func(v run.Values) float64 {
		m := t.Config.Task.Selects()
		if m.Higher {
			return v[m.Name]
		}
		return -v[m.Name]
	}
	if b.Step == 0 || score(val) > score(b.Values)+c.MinDelta {
		b.Stale = 0
	} else {
		b.Stale++
	}
	t.at.Stopped = c.Patience > 0 && b.Stale >= c.Patience
	if b.Step > 0 && (score(val) < score(b.Values) || score(val) == score(b.Values) && val["loss"] >= b.Values["loss"]) {
		return false
	}
	b.Step, b.Epoch, b.Within, b.Values = t.at.Step, t.at.Epoch+1, within, val
	return true
}

func (t *Trial) save(r *run.Run) error {
	c, err := t.checkpoint()
	if err != nil {
		return err
	}
	return errors.Join(r.SaveCheckpoint(c), r.SetStatus(run.Status{State: run.Running, Step: t.at.Step, Epoch: t.at.Epoch}))
}

// saveBest keeps the weights that were validated.
func (t *Trial) saveBest(r *run.Run) error {
	if t.ema != nil {
		t.ema.Swap(t.averaged)
		defer t.ema.Swap(t.averaged)
	}
	return r.SaveBest(run.Checkpoint{Step: t.at.Step, Epoch: t.at.Epoch + 1, Tensors: weights.Tensors(t.Params)})
}
