package train

import (
	"context"

	"zoo/datasets"
	"zoo/experiments/run"
	"zoo/experiments/task"
)

// evaluationDue says whether the latest step is one after which val is evaluated within the
// epoch, and has not been.
func (t *Trial) evaluationDue() bool {
	n := t.Config.Train.EvalSteps
	return n > 0 && t.at.Step > 0 && t.at.Step%n == 0 && t.at.Evaluated != t.at.Step &&
		t.at.Step < t.total && t.at.Batch > 0 && t.at.Batch < t.perEpoch*t.Config.Train.Accumulate
}

// evaluateWithin evaluates in the middle of an epoch, and saves.
func (f *fitting) evaluateWithin(ctx context.Context) error {
	e := f.current(f.recent())
	e.Within = true
	if err := f.validate(ctx, &e); err != nil {
		return err
	}
	if err := f.save(); err != nil {
		return err
	}
	f.monitor.Epoch(e)
	return nil
}

// endEpoch validates, keeps the weights if they are the best, and saves.
func (f *fitting) endEpoch(ctx context.Context) error {
	e := f.current(f.Config.Task.Values(f.at.Whole, f.Data.Spec()))
	if err := f.validate(ctx, &e); err != nil {
		return err
	}
	f.at.Epoch++
	f.at.Batch = 0
	f.at.Whole = task.Sums{}
	if err := f.save(); err != nil {
		return err
	}
	f.monitor.Epoch(e)
	return nil
}

// current is what there is to tell of the current epoch before val is evaluated.
func (t *Trial) current(values run.Values) Epoch {
	return Epoch{
		Epoch: t.at.Epoch + 1, Of: t.epochs, Step: t.at.Step, Steps: t.total,
		Metrics: t.Config.Task.Metrics(t.Data.Spec()), Train: values, LR: t.schedule(t.at.Step - 1),
	}
}

// validate evaluates val, if there is any, and keeps the weights if they are the best.
func (f *fitting) validate(ctx context.Context, e *Epoch) error {
	if f.Data.Len(datasets.Val) > 0 {
		val, err := f.evaluate(ctx, datasets.Val)
		if err != nil {
			return err
		}
		e.Val, f.at.Val, f.at.Evaluated = val, val, f.at.Step
		e.Best = f.updateBest(val, e.Within)
		f.clock()
		if err := f.run.Log(run.Metric{Step: f.at.Step, Epoch: e.Epoch, Split: "val", Seconds: f.at.Seconds, Values: val}); err != nil {
			return err
		}
	}
	f.clock()
	e.Seconds = f.at.Seconds
	if e.Best {
		return f.saveBest()
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
