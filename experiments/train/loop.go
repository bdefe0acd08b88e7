package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"zoo/experiments/config"
	"zoo/experiments/run"
	"zoo/experiments/task"
	"zoo/experiments/weights"
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

// A fitting is the training of a trial by this process.
type fitting struct {
	*Trial
	run     *run.Run
	monitor Monitor
	every   time.Duration // between checkpoints within an epoch

	began  time.Time
	before float64 // seconds that processes before this one spent
	saved  time.Time
}

// fit trains from where the trial stands to its end. It saves a checkpoint after
// each epoch, after every interval in between, and when ctx ends, whose error it then
// returns.
func (t *Trial) fit(ctx context.Context, r *run.Run, m Monitor, every time.Duration) error {
	f := &fitting{Trial: t, run: r, monitor: m, every: every, began: time.Now(), before: t.at.Seconds, saved: time.Now()}
	// A batch count above 0 at the last step is an epoch whose end was interrupted.
	for (t.at.Step < t.total || t.at.Batch > 0) && !t.at.Stopped {
		err := f.epoch(ctx)
		if err != nil && errors.Is(err, ctx.Err()) {
			f.clock()
			if err := f.save(); err != nil {
				return err // worse than the interruption: it is not saved
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// epoch trains to the end of the epoch, of the training, or to where it is stopped early.
func (f *fitting) epoch(ctx context.Context) error {
	if f.at.Batch == 0 {
		for _, p := range f.trains {
			p.Restart()
		}
	}
	if f.evaluationDue() { // it was interrupted
		if err := f.evaluateWithin(ctx); err != nil || f.at.Stopped {
			return err
		}
	}
	accumulate := f.Config.Train.Accumulate
	data := ctx
	if accumulate > 1 {
		data = context.WithoutCancel(ctx) // so that no step is interrupted between its batches
	}
	batch := f.at.Batch // which counts those of whole steps
	for b, err := range f.Data.Batches(data, f.plan(f.at.Epoch, batch)) {
		if batch == f.at.Batch && ctx.Err() != nil {
			return ctx.Err()
		}
		if f.at.Step == f.total || batch == f.perEpoch*accumulate {
			break
		}
		if err != nil {
			return err
		}
		sum, err := f.pass(b, batch-f.at.Batch)
		if err != nil {
			return err
		}
		if batch++; batch-f.at.Batch < accumulate {
			continue
		}
		if err := f.update(ctx, b.Bucket, sum); err != nil || f.at.Stopped {
			return err
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return f.endEpoch(ctx)
}

// update takes the step that the latest batches lead to, and what follows from it.
func (f *fitting) update(ctx context.Context, bucket int, sum task.Sums) error {
	trained := f.stepped(bucket)
	peak := f.beforePeak(trained)
	step, err := f.step(bucket, trained, sum)
	if err != nil {
		return err
	}
	if n := peak.notice(trained, step); n != "" {
		f.monitor.Notice(n)
	}
	f.clock()
	if err := f.record(f.run); err != nil {
		return err
	}
	f.monitor.Step(step)
	if f.evaluationDue() {
		return f.evaluateWithin(ctx)
	}
	if time.Since(f.saved) > f.every {
		return f.save()
	}
	return nil
}

// clock brings the trial's seconds up to date.
func (f *fitting) clock() { f.at.Seconds = f.before + time.Since(f.began).Seconds() }

// save saves a checkpoint.
func (f *fitting) save() error {
	c, err := f.checkpoint()
	if err != nil {
		return err
	}
	f.saved = time.Now()
	return errors.Join(f.run.SaveCheckpoint(c), f.run.SetStatus(run.Status{State: run.Running, Step: f.at.Step, Epoch: f.at.Epoch}))
}

// saveBest keeps the weights that were validated.
func (f *fitting) saveBest() error {
	if f.ema != nil {
		f.ema.Swap(f.averaged)
		defer f.ema.Swap(f.averaged)
	}
	return f.run.SaveBest(run.Checkpoint{Step: f.at.Step, Epoch: f.at.Epoch + 1, Tensors: weights.Tensors(f.Params)})
}
