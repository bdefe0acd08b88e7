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
	// A batch count above 0 at the last step is an epoch whose end was interrupted.
	for (t.at.Step < t.total || t.at.Batch > 0) && !t.stopEarly() {
		for b, err := range t.Data.Batches(ctx, t.plan(t.at.Epoch, t.at.Batch)) {
			if ctx.Err() != nil {
				return interrupted()
			}
			if t.at.Step == t.total {
				break
			}
			if err != nil {
				return err
			}
			peak := t.beforePeak()
			step, err := t.step(b)
			if err != nil {
				return err
			}
			if n := peak.notice(t, step); n != "" {
				m.Notice(n)
			}
			clock()
			if err := t.record(r); err != nil {
				return err
			}
			m.Step(step)
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

// step takes one training step.
func (t *Trial) step(b datasets.Batch) (Step, error) {
	t.Train.SetStep(uint64(t.at.Step))
	x, y, err := t.mix(b)
	if err != nil {
		return Step{}, err
	}
	loss, err := t.Train.Run(x, b.Y)
	if err != nil {
		return Step{}, err
	}
	if diverges(t.Config.Train, loss) {
		d := &divergence{t.at.Step, loss, fmt.Errorf("that is above train.diverged_above, %v", t.Config.Train.DivergedAbove)}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			d.where = t.Train.Diagnose()
		}
		return Step{}, d
	}
	h := hitsOf(t.Train.Logits(), y)
	if max := t.Config.Train.ClipNorm; max > 0 {
		if norm := optim.ClipNorm(t.trained, max); math.IsNaN(norm) || math.IsInf(norm, 0) {
			return Step{}, &divergence{t.at.Step, loss, fmt.Errorf("the norm of the gradient is %v", norm)}
		}
	}
	lr := t.schedule(t.at.Step)
	t.solver.Step(lr, t.trained)
	t.Train.Finish()
	if t.ema != nil {
		t.ema.Update(t.at.Step, t.averaged)
	}
	var one tally
	one.add(loss, h)
	t.at.Recent[t.at.Step%len(t.at.Recent)] = one
	t.at.Whole.add(loss, h)
	t.at.Step++
	t.at.Batch++
	return Step{Step: t.at.Step, Of: t.total, Epoch: t.at.Epoch + 1, Loss: loss, LR: lr}, nil
}

// record logs the training loss of the last log_steps steps: those since the last
// record, and at the end of the training as many.
func (t *Trial) record(r *run.Run) error {
	if t.at.Step%t.Config.Train.LogSteps != 0 && t.at.Step != t.total {
		return nil
	}
	values := t.recent().values()
	values["lr"] = t.schedule(t.at.Step - 1)
	return r.Log(run.Metric{Step: t.at.Step, Epoch: t.at.Epoch + 1, Split: "train", Seconds: t.at.Seconds, Values: values})
}

// recent are the means of the last log_steps steps.
func (t *Trial) recent() Means {
	var sum tally
	for _, one := range t.at.Recent {
		sum.N += one.N
		sum.Loss += one.Loss
		sum.Correct += one.Correct
		sum.Top5 += one.Top5
	}
	return sum.means(t.Data.Spec().Classes())
}

// endEpoch validates, keeps the weights if they are the best, and saves.
func (t *Trial) endEpoch(ctx context.Context, r *run.Run, m Monitor, clock func()) error {
	e := Epoch{Epoch: t.at.Epoch + 1, Of: t.epochs, Train: t.at.Whole.means(t.Data.Spec().Classes()), LR: t.schedule(t.at.Step - 1)}
	if t.Data.Len(datasets.Val) > 0 {
		val, err := t.evaluate(ctx, datasets.Val)
		if err != nil {
			return err
		}
		e.Val = &val
		t.at.Val = &val
		e.Best = t.updateBest(val)
		clock()
		if err := r.Log(run.Metric{Step: t.at.Step, Epoch: e.Epoch, Split: "val", Seconds: t.at.Seconds, Values: val.values()}); err != nil {
			return err
		}
	}
	clock()
	e.Seconds = t.at.Seconds
	t.at.Epoch++
	t.at.Batch = 0
	t.at.Whole = tally{}
	if e.Best {
		if err := t.saveBest(r); err != nil {
			return err
		}
	}
	if err := t.save(r); err != nil {
		return err
	}
	m.Epoch(e)
	return nil
}

// updateBest reports whether val is the best so far, and counts the epochs without
// progress. Of equal accuracies the one with the lower loss is better.
func (t *Trial) updateBest(val Means) bool {
	b := &t.at.Best
	if b.Epoch == 0 || val.Accuracy > b.Accuracy+t.Config.Train.EarlyStop.MinDelta {
		b.Stale = 0
	} else {
		b.Stale++
	}
	if b.Epoch > 0 && (val.Accuracy < b.Accuracy || val.Accuracy == b.Accuracy && val.Loss >= b.Loss) {
		return false
	}
	b.Epoch, b.Means = t.at.Epoch+1, val
	return true
}

func (t *Trial) stopEarly() bool {
	p := t.Config.Train.EarlyStop.Patience
	return p > 0 && t.at.Best.Stale >= p && t.at.Batch == 0
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
	return r.SaveBest(run.Checkpoint{Step: t.at.Step, Epoch: t.at.Epoch, Tensors: weights.Tensors(t.Params)})
}
