// Package train turns a config into a run: the training loop with its evaluation,
// checkpoints and notices, the probe before it, and what is kept of them. A network
// that does not fit into memory is refused before any is taken.
package train

import (
	"context"
	"fmt"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/internal/optim"
	"zoo/nn"
)

// A Trial is one config with its data, network and solver, ready to train.
type Trial struct {
	Config config.Config
	Data   datasets.Dataset
	Params *nn.Params
	Train  *nn.Program
	Eval   *nn.Program

	mixer    *mixer // nil without mixup and cutmix
	solver   optim.Solver
	schedule optim.Schedule
	trained  []optim.Param // weights and gradients, in the programs' own memory
	ema      *optim.EMA    // nil without averaging
	averaged []optim.Param // what it averages: weights and running statistics
	total    int           // steps of the whole training
	perEpoch int           // steps of a whole epoch
	peak     int           // the first step with the highest learning rate, from 0
	epochs   int           // epochs of the whole training, of which the last may be incomplete
	at       position
}

// position is where a training stands: all that a checkpoint holds besides
// tensors. Its JSON gives back the same bits.
type position struct {
	Step    int     `json:"step"`    // steps done
	Epoch   int     `json:"epoch"`   // epochs done
	Batch   int     `json:"batch"`   // batches done of the current epoch
	Seconds float64 `json:"seconds"` // spent on training and validation
	Recent  []tally `json:"recent"`  // of the last log_steps steps, that of step s at s modulo their number
	Whole   tally   `json:"whole"`   // since the beginning of the epoch
	Best    best    `json:"best"`
	Val     *Means  `json:"val,omitempty"` // of the last epoch
}

// best is the epoch with the highest validation accuracy.
type best struct {
	Epoch int `json:"epoch"` // counted from 1; 0: none yet
	Means
	Stale int `json:"stale"` // epochs since one was better by more than min_delta
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
	if t.mixer, err = newMixer(c, data.Spec()); err != nil {
		return nil, err
	}
	t.total, t.perEpoch, t.epochs = total, perEpoch, (total+perEpoch-1)/perEpoch
	recent := min(c.Train.LogSteps, total)
	if recent > mostRecent {
		return nil, fmt.Errorf("train.log_steps: have %d, want at most %d: every checkpoint holds the losses of that many steps", recent, mostRecent)
	}
	t.at.Recent = make([]tally, recent)
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
	for _, p := range t.Train.Trained() {
		t.trained = append(t.trained, optim.Param{
			Name: p.Path, W: floats(p.Value), G: floats(p.Grad),
			Decay: p.Kind == nn.Weight || c.Train.Optimizer.DecayNormBias,
		})
	}
	if t.solver, err = optim.New(c.Train.Optimizer, t.trained); err != nil {
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
	set := nn.Settings{Spec: t.Data.Spec(), LabelSmoothing: c.Train.LabelSmoothing, Mixing: mixes(c.Train)}
	train := trainingAdmission(c)
	if t.Train, err = nn.Build(t.Params, nn.Train, c.Model.Network(), train.Settings(ctx, set)); err != nil {
		return err
	}
	eval := Admission{Config: c, Key: "train.eval_batch", Batch: c.EvaluatedAtOnce(t.Data, c.Train.TestCrops), Mode: nn.Eval, Held: t.held()}
	t.Eval, err = nn.Build(t.Params, nn.Eval, c.Model.Network(), eval.Settings(ctx, set))
	return err
}

// held is what the programs so far, the solver and the average hold besides the
// parameters themselves.
func (t *Trial) held() int {
	r, parameters := trainingAdmission(t.Config), 0
	for _, p := range t.Params.All() {
		parameters += 4 * p.Shape.TotalSize()
	}
	held := t.Train.Memory().Arena + 4*r.Arrays*t.Params.Count() + r.Copies*parameters
	if t.Eval != nil {
		held += t.Eval.Memory().Arena
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
