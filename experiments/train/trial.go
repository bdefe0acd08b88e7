// Package train turns a config into a run: the training loop with its evaluation,
// checkpoints and notices, the probe before it, and what is kept of them. A network
// that does not fit into memory is refused before any is taken.
package train

import (
	"context"
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/experiments/run"
	"zoo/experiments/task"
	"zoo/internal/optim"
	"zoo/nn"
)

// A Trial is one config with its data, network and solver, ready to train.
type Trial struct {
	Config config.Config
	Data   datasets.Dataset
	Params *nn.Params

	trains   []*nn.Program // one for each of datasets.Specs, on the same parameters
	evals    []*nn.Program // likewise
	mixer    *task.Mixer   // nil if examples are not mixed
	solver   optim.Solver
	schedule optim.Schedule
	trained  [][]optim.Param // by program, weights and gradients in its own memory
	summed   *gradientSum    // nil where one batch makes a step
	ema      *optim.EMA      // nil without averaging
	averaged []optim.Param   // what it averages: weights and running statistics
	total    int             // steps of the whole training
	perEpoch int             // steps of a whole epoch
	peak     int             // the first step with the highest learning rate, from 0
	epochs   int             // epochs of the whole training, of which the last may be incomplete
	at       position
}

// position is where a training stands: all that a checkpoint holds besides
// tensors. Its JSON gives back the same bits.
type position struct {
	Step      int         `json:"step"`    // steps done
	Epoch     int         `json:"epoch"`   // epochs done
	Batch     int         `json:"batch"`   // batches done of the current epoch
	Seconds   float64     `json:"seconds"` // spent on training and validation
	Recent    []task.Sums `json:"recent"`  // of the last log_steps steps, that of step s at s modulo their number
	Whole     task.Sums   `json:"whole"`   // since the beginning of the epoch
	Best      best        `json:"best"`
	Val       run.Values  `json:"val,omitempty"` // of the latest evaluation
	Evaluated int         `json:"evaluated"`     // the step after which that was
	Stopped   bool        `json:"stopped"`       // early, by the latest evaluation
}

// best is the best evaluation on val by the task's metric.
type best struct {
	Step   int        `json:"step"`   // 0: none yet
	Epoch  int        `json:"epoch"`  // of that step, counted from 1
	Within bool       `json:"within"` // not at the end of the epoch
	Values run.Values `json:"values"`
	Stale  int        `json:"stale"` // evaluations since one was better by more than min_delta
}

// NewTrial opens the data and builds the network, at step 0.
func NewTrial(ctx context.Context, c config.Config, progress datasets.Progress) (*Trial, error) {
	data, err := datasets.Open(ctx, c.Data, progress)
	if err != nil {
		return nil, err
	}
	return NewTrialOn(ctx, c, data)
}

// NewTrialOn builds the network for data that are open, at step 0.
func NewTrialOn(ctx context.Context, c config.Config, data datasets.Dataset) (*Trial, error) {
	t := &Trial{Config: c, Data: data, Params: nn.NewParams(c.Seed, tensor.Float32)}
	perEpoch, total, err := c.Train.Length(data)
	if err != nil {
		return nil, err
	}
	if err := c.Task.Fits(data.Spec()); err != nil {
		return nil, fmt.Errorf("task.name: %w", err)
	}
	if t.mixer, err = c.Task.Mixer(data.Spec(), c.Train.Batch, c.Seed); err != nil {
		return nil, err
	}
	t.total, t.perEpoch, t.epochs = total, perEpoch, (total+perEpoch-1)/perEpoch
	recent := min(c.Train.LogSteps, total)
	if recent > mostRecent {
		return nil, fmt.Errorf("train.log_steps: have %d, want at most %d: every checkpoint holds the losses of that many steps", recent, mostRecent)
	}
	t.at.Recent = make([]task.Sums, recent)
	if err := t.build(ctx); err != nil {
		return nil, fmt.Errorf("model %s: %w", c.Model.Name, err)
	}
	if t.total > 0 {
		if t.schedule, err = optim.NewSchedule(c.Train.Schedule, c.Train.Optimizer.LR, perEpoch, t.total); err != nil {
			return nil, err
		}
		for s := range t.total {
			if s%(1<<16) == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if t.schedule(s) > t.schedule(t.peak) {
				t.peak = s
			}
		}
	}
	for _, program := range t.trains {
		var trained []optim.Param
		for _, p := range program.Trained() {
			trained = append(trained, optim.Param{
				Name: p.Path, W: floats(p.Value), G: floats(p.Grad),
				Decay: p.Kind == nn.Weight || c.Train.Optimizer.DecayNormBias,
			})
		}
		t.trained = append(t.trained, trained)
	}
	if c.Train.Accumulate > 1 {
		t.summed = newGradientSum(t.trained[0])
	}
	if t.solver, err = optim.New(c.Train.Optimizer, t.trained[0]); err != nil {
		return nil, err
	}
	for _, p := range t.Params.All() {
		t.averaged = append(t.averaged, optim.Param{Name: p.Path, W: floats(p.Value)})
	}
	return t, nil
}

// mostRecent is the most losses of steps that a checkpoint may hold.
const mostRecent = 1_000_000

// build makes the parameters and the programs for training and evaluation.
func (t *Trial) build(ctx context.Context) (err error) {
	c := t.Config
	for _, spec := range datasets.Specs(t.Data) {
		train := trainingAdmission(c)
		for _, program := range t.trains {
			train.Held += program.Memory().Arena
		}
		program, err := nn.Build(t.Params, nn.Train, c.Model.Network(), train.Settings(ctx, c.Task.Settings(settings(t.Data, spec))))
		if err != nil {
			return err
		}
		t.trains = append(t.trains, program)
	}
	t.evals, err = BuildEval(ctx, t.Params, c, t.Data, c.Task.Views(), t.held())
	return err
}

// Eval is the program that evaluates; of several for sequences of several lengths, that for
// the longest.
func (t *Trial) Eval() *nn.Program { return t.evals[0] }

// held is what the programs so far, the solver and the average hold besides the
// parameters themselves.
func (t *Trial) held() int {
	r, parameters := trainingAdmission(t.Config), 0
	for _, p := range t.Params.All() {
		parameters += 4 * p.Shape.TotalSize()
	}
	held := 4*r.Arrays*t.Params.Count() + r.Copies*parameters
	for _, program := range slices.Concat(t.trains, t.evals) {
		held += program.Memory().Arena
	}
	return held
}

func floats(t *tensor.Dense) []float32 { return t.Data().([]float32) }

// startAverage begins the average of the weights with the weights as they are.
func (t *Trial) startAverage() {
	if t.Config.Train.EMA > 0 {
		t.ema = optim.NewEMA(t.Config.Train.EMA, t.averaged)
	}
}

// plan is the plan of the batches of an epoch of training.
func (t *Trial) plan(epoch, first int) datasets.Plan {
	return datasets.Plan{Split: datasets.Train, Size: t.Config.Train.Batch, Seed: t.Config.Seed, Epoch: epoch, Training: true, First: first}
}

// Steps is the number of steps of the whole training, if it is not stopped early.
func (t *Trial) Steps() int { return t.total }
