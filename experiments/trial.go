package experiments

import (
	"context"
	"fmt"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/internal/optim"
	"zoo/nn"
)

// A Trial is one config with its data, network and solver, ready to train.
type Trial struct {
	Config Config
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
	epochs   int           // epochs of the whole training, the last one maybe in part
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
func NewTrial(ctx context.Context, c Config, progress datasets.Progress) (*Trial, error) {
	data, err := datasets.Open(ctx, c.Data, progress)
	if err != nil {
		return nil, err
	}
	return newTrial(c, data)
}

// newTrial builds the network, for data that are open.
func newTrial(c Config, data datasets.Dataset) (*Trial, error) {
	t := &Trial{Config: c, Data: data, Params: nn.NewParams(c.Seed, tensor.Float32)}
	perEpoch, total, err := c.Train.steps(data)
	if err != nil {
		return nil, err
	}
	if t.mixer, err = newMixer(c, data.Spec()); err != nil {
		return nil, err
	}
	t.total, t.perEpoch, t.epochs = total, perEpoch, (total+perEpoch-1)/perEpoch
	t.at.Recent = make([]tally, min(c.Train.LogSteps, total))
	set := nn.Settings{Options: c.Model.Options, Spec: data.Spec(), Batch: c.Train.Batch, LabelSmoothing: c.Train.LabelSmoothing, Mixing: c.Train.mixes()}
	if t.Train, err = nn.Build(t.Params, nn.Train, c.Model.Network(), set); err != nil {
		return nil, fmt.Errorf("model %s: %w", c.Model.Name, err)
	}
	set.Batch = c.Train.EvalBatch
	if t.Eval, err = nn.Build(t.Params, nn.Eval, c.Model.Network(), set); err != nil {
		return nil, fmt.Errorf("model %s: %w", c.Model.Name, err)
	}
	if t.total > 0 {
		if t.schedule, err = optim.NewSchedule(c.Train.Schedule, c.Train.Optimizer.LR, perEpoch, t.total); err != nil {
			return nil, err
		}
		for s := range t.total {
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

// steps are the steps of an epoch and of the whole training.
func (t Train) steps(data datasets.Dataset) (perEpoch, total int, err error) {
	examples := data.Len(datasets.Train)
	perEpoch = examples / t.Batch
	switch {
	case perEpoch == 0:
		return 0, 0, fmt.Errorf("train.batch: have %d, want at most the %d examples of the training part", t.Batch, examples)
	case data.Len(datasets.Val) > 0:
	case t.Select == "best":
		return 0, 0, fmt.Errorf("train.select: %s", bestNeedsVal)
	case t.EarlyStop.Patience > 0:
		return 0, 0, fmt.Errorf("train.early_stop.patience: %s", stopNeedsVal)
	}
	total = perEpoch * t.Epochs
	if t.Steps > 0 && (t.Epochs == 0 || t.Steps < total) {
		total = t.Steps
	}
	return perEpoch, total, nil
}

func floats(t *tensor.Dense) []float32 { return t.Data().([]float32) }

// start is what happens before the first step and never again: what depends on
// the initial weights. What the probe finds is kept in the run's folder.
func (t *Trial) start(ctx context.Context, dir string, train func(Config) (string, error)) error {
	if err := t.initialise(ctx, train); err != nil {
		return err
	}
	t.averageFrom()
	return t.probe(ctx, dir)
}

// initialise does the parts of initialisation that need data, or trained weights:
// train returns the directory of a complete run.
func (t *Trial) initialise(ctx context.Context, train func(Config) (string, error)) error {
	if err := t.load(train); err != nil {
		return err
	}
	if t.Config.Model.Init != "lsuv" {
		return nil
	}
	for b, err := range t.Data.Batches(ctx, t.plan(0, 0)) {
		if err != nil {
			return err
		}
		return t.Train.LSUV(b.X, b.Y)
	}
	return nil
}

// averageFrom begins the average of the weights at what they are.
func (t *Trial) averageFrom() {
	if t.Config.Train.EMA > 0 {
		t.ema = optim.NewEMA(t.Config.Train.EMA, t.averaged)
	}
}

// plan is the plan of the batches of an epoch of training.
func (t *Trial) plan(epoch, first int) datasets.Plan {
	return datasets.Plan{Split: datasets.Train, Size: t.Config.Train.Batch, Seed: t.Config.Seed, Epoch: epoch, Augment: true, First: first}
}

// Steps is the number of steps of the whole training, if it is not stopped early.
func (t *Trial) Steps() int { return t.total }
