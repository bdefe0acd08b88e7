package config

import (
	"fmt"

	"zoo/datasets"
	"zoo/internal/optim"
	"zoo/internal/problem"
)

// Train is the train section.
type Train struct {
	Epochs        int                   `doc:"passes over the training part; 0: only steps count, and with a probe and without steps nothing is trained. Of epochs and steps the one that is given later replaces the other: a config goes before the parents that it extends, the environment before the config, the command line before that, and a sweep's values before all. Where one place gives both, what is reached first ends the training"`
	Steps         int                   `doc:"steps of the whole training, over as many epochs as they take; 0: only epochs count. See epochs for a config that gives both"`
	Batch         int                   `doc:"examples a step"`
	Accumulate    int                   `doc:"batches whose gradients make one step, which is that of one batch of all of their examples, but for batch norm and rounding"`
	EvalBatch     int                   `doc:"examples at once in evaluation, at most those of the larger of the parts val and test; has no influence on the result but for rounding"`
	Optimizer     optim.Options         `doc:"the solver"`
	Schedule      optim.ScheduleOptions `doc:"the learning rate over time"`
	ClipNorm      float64               `doc:"scale gradients down to this global norm; 0: as they are"`
	EMA           float64               `doc:"decay of an average of the weights over the steps, which is then what is evaluated; at most (1+t)/(10+t) at step t, from 0, so that the first weights do not stay in a short training's; 0: none"`
	DivergedAbove float64               `doc:"a loss, in training or evaluation, above which a run counts as diverged, as it does where the loss is NaN or infinite; 0: only then"`
	EvalSteps     int                   `doc:"steps from one evaluation on val to the next, besides those at the ends of epochs; 0: only those"`
	EarlyStop     EarlyStop             `doc:"end before the last step"`
	Select        string                `doc:"which weights the test sees: best, by the task's metric on val, such as accuracy, or last" enum:"best,last"`
	LogSteps      int                   `doc:"steps from one record of the training loss to the next; the loss is the mean over these steps, and so are train.loss and the other metrics of train at the end"`
}

// Settle implements strict.Settler: the later of epochs and steps replaces the other.
func (t *Train) Settle(later func(key, other string) bool) map[string]string {
	switch {
	case t.Steps > 0 && later("steps", "epochs"):
		t.Epochs = 0
		return map[string]string{"epochs": "steps"}
	case t.Steps > 0 && later("epochs", "steps"):
		t.Steps = 0
		return map[string]string{"steps": "epochs"}
	}
	return nil
}

// EarlyStop is the section train.early_stop.
type EarlyStop struct {
	Patience int     `doc:"evaluations on val, at the ends of epochs and after eval_steps, without a better one after which training ends; 0: never"`
	MinDelta float64 `doc:"how much counts as better, of the task's metric"`
}

const (
	bestNeedsVal = "best requires a validation part: set data.val, or select last"
	evalNeedsVal = "evaluating requires a validation part: set data.val"
	stopNeedsVal = "stopping early requires a validation part: set data.val"
)

// mostSteps is the largest number of steps or epochs that makes sense: see MostOfModel.
const mostSteps = 1_000_000_000

// Validate reports values that are out of range.
func (t Train) Validate() (ps []problem.Problem) {
	add := func(wrong bool, key, format string, args ...any) {
		if wrong {
			ps = append(ps, problem.Problem{Key: key, Message: fmt.Sprintf(format, args...)})
		}
	}
	add(t.Epochs < 0, "epochs", "have %d, want 0 or more", t.Epochs)
	add(t.Epochs > mostSteps, "epochs", "have %d, want at most %d", t.Epochs, mostSteps)
	add(t.Steps < 0, "steps", "have %d, want 0 or more", t.Steps)
	add(t.Steps > mostSteps, "steps", "have %d, want at most %d", t.Steps, mostSteps)
	add(t.Batch < 1, "batch", "have %d, want at least 1", t.Batch)
	add(t.EvalBatch < 1, "eval_batch", "have %d, want at least 1", t.EvalBatch)
	add(t.LogSteps < 1, "log_steps", "have %d, want at least 1", t.LogSteps)
	add(!(t.ClipNorm >= 0), "clip_norm", "have %v, want 0 or more", t.ClipNorm)
	add(t.Accumulate < 1, "accumulate", "have %d, want at least 1", t.Accumulate)
	add(t.Accumulate > mostSteps, "accumulate", "have %d, want at most %d", t.Accumulate, mostSteps)
	add(t.EvalSteps < 0, "eval_steps", "have %d, want 0 or more", t.EvalSteps)
	add(!(t.EMA >= 0 && t.EMA < 1), "ema", "have %v, want a value in [0, 1)", t.EMA)
	add(!(t.DivergedAbove >= 0), "diverged_above", "have %v, want 0 or more", t.DivergedAbove)
	add(t.Select != "best" && t.Select != "last", "select", "have %q, want best or last", t.Select)
	return ps
}

// Validate reports values that are out of range.
func (e EarlyStop) Validate() (ps []problem.Problem) {
	if e.Patience < 0 {
		ps = append(ps, problem.Problem{Key: "patience", Message: fmt.Sprintf("have %d, want 0 or more", e.Patience)})
	}
	if !(e.MinDelta >= 0) {
		ps = append(ps, problem.Problem{Key: "min_delta", Message: fmt.Sprintf("have %v, want 0 or more", e.MinDelta)})
	}
	return ps
}

// Length returns the steps of an epoch and of the whole training.
func (t Train) Length(data datasets.Dataset) (perEpoch, total int, err error) {
	examples := data.Len(datasets.Train)
	batches := examples / t.Batch
	perEpoch = batches / t.Accumulate
	switch {
	case batches == 0:
		return 0, 0, fmt.Errorf("train.batch: have %d, want at most the %d examples of the training part", t.Batch, examples)
	case perEpoch == 0:
		return 0, 0, fmt.Errorf("train.accumulate: have %d, want at most the %d batches of an epoch", t.Accumulate, batches)
	case data.Len(datasets.Val) > 0:
	case t.EvalSteps > 0:
		return 0, 0, fmt.Errorf("train.eval_steps: %s", evalNeedsVal)
	case t.Select == "best":
		return 0, 0, fmt.Errorf("train.select: %s", bestNeedsVal)
	case t.EarlyStop.Patience > 0:
		return 0, 0, fmt.Errorf("train.early_stop.patience: %s", stopNeedsVal)
	}
	total = perEpoch * t.Epochs // cannot overflow: Validate bounds the factors
	if t.Steps > 0 && (t.Epochs == 0 || t.Steps < total) {
		total = t.Steps
	}
	if total > mostSteps {
		return 0, 0, fmt.Errorf("train.epochs: have %d of %d steps each, want at most %d steps in all", t.Epochs, perEpoch, mostSteps)
	}
	return perEpoch, total, nil
}

// Evaluations is how often val is evaluated in a training of total steps that is not stopped
// early: at the end of each epoch, the last of which may be cut short, and between.
func (t Train) Evaluations(perEpoch, total int) int {
	n := (total + perEpoch - 1) / perEpoch
	if t.EvalSteps > 0 {
		n += total / t.EvalSteps
		both := total / lcm(perEpoch, t.EvalSteps) // those at the end of an epoch
		if total%perEpoch != 0 && total%t.EvalSteps == 0 {
			both++
		}
		n -= both
	}
	return n
}

// lcm is the least common multiple of two positive numbers.
func lcm(a, b int) int {
	x, y := a, b
	for y > 0 {
		x, y = y, x%y
	}
	return a / x * b
}

// EvaluatedAtOnce is how many examples are evaluated at once: no more than the larger of the
// parts val and test has, with that number of views of each.
func (c Config) EvaluatedAtOnce(data datasets.Dataset, views int) int {
	part := max(data.Len(datasets.Val), data.Len(datasets.Test)*views)
	if part == 0 {
		part = data.Len(datasets.Train)
	}
	return max(1, min(c.Train.EvalBatch, part))
}
