package train

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/internal/memory"
	"zoo/nn"
)

// An Admission lets a program be built if there is memory for it, and otherwise says
// which key to lower.
type Admission struct {
	Config config.Config // of its sections model and data
	Key    string        // what says how many examples go through the program at once; empty: nothing that can be changed
	Batch  int           // examples at once
	Mode   nn.Mode
	Arrays int // of the length of what is trained, besides the gradient: the solver's
	Copies int // of all parameters: their average
	Held   int // bytes that are taken already
}

// One part of spare of the memory is kept for what is not counted: data, batches, the
// working memory of ops, the graph, the system.
const spare = 16

// Settings completes the settings of a build so that it is refused if there is no memory
// for it, and ends with ctx.
func (a Admission) Settings(ctx context.Context, set nn.Settings) nn.Settings {
	set.Options, set.Batch, set.Context, set.Admit = a.Config.Model.Options, a.Batch, ctx, a.admit
	return set
}

// admit returns an error with what a program of the size takes, if that is more than
// there is.
func (a Admission) admit(s nn.Size) error {
	limit := float64(memory.Limit())
	limit -= limit / spare
	values := float64(s.Values)
	fixed := float64(a.Held) + float64(1+a.Copies)*float64(s.Parameters) + float64(a.Arrays)*float64(s.Trained) // however few examples there are
	if a.Mode == nn.Train {
		fixed += float64(s.Trained) // the gradient, which is among the values
		values = max(0, values-float64(s.Trained))
	}
	text := func(bytes float64) string { return memory.Text(int(min(bytes, math.MaxInt64/2))) }
	if fixed+values <= limit {
		return nil
	}
	if one := values / float64(a.Batch); a.Key != "" && a.Batch > 1 && fixed+one <= limit {
		return fmt.Errorf("%d examples at once take %s of memory, and %s can be had: lower %s, of which about %.0f fit",
			a.Batch, text(fixed+values), text(limit), a.Key, math.Floor((limit-fixed)/one))
	}
	return fmt.Errorf("it takes at least %s of memory, and %s can be had: %s", text(fixed+values), text(limit), a.smaller())
}

// smaller says which keys make the network, or its examples, larger than they would be
// by themselves.
func (a Admission) smaller() string {
	var registered config.Model
	registered.Choose(a.Config.Model.Name)
	var plain datasets.Section
	if a.Config.Data.Name != "" {
		plain = datasets.Named(a.Config.Data.Name)
	}
	own := config.Config{Model: a.Config.Model, Data: a.Config.Data}.Flat()
	usual := config.Config{Model: registered, Data: plain}.Flat()
	enlarging := slices.DeleteFunc(slices.Sorted(maps.Keys(own)), func(key string) bool { return !strings.HasPrefix(key, "model.") })
	for _, key := range a.Config.Data.Preview().Sizes {
		enlarging = append(enlarging, "data."+key)
	}
	var keys []string
	for _, key := range enlarging {
		if largest(own[key]) > largest(usual[key]) {
			keys = append(keys, key+": "+own[key])
		}
	}
	if keys == nil {
		return "take a smaller network"
	}
	return "lower " + strings.Join(keys, ", or ")
}

// largest is the largest whole number of a value, which may be a list; −1 where there
// is none.
func largest(value string) int {
	most := -1
	for _, word := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune("[], -\n", r) }) {
		if n, err := strconv.Atoi(word); err == nil {
			most = max(most, n)
		}
	}
	return most
}

// trainingAdmission is that of a step of training.
func trainingAdmission(c config.Config) Admission {
	a := Admission{Config: c, Key: "train.batch", Batch: c.Train.Batch, Mode: nn.Train, Arrays: c.Train.Optimizer.Arrays()}
	if c.Train.EMA > 0 {
		a.Copies = 1
	}
	if c.Train.Accumulate > 1 {
		a.Arrays++ // the sum of the gradients
	}
	return a
}

// Build builds the network of a config with weights that are all zero, to be loaded. It
// is an error if there is no memory for it.
func Build(ctx context.Context, c config.Config, mode nn.Mode, spec datasets.Spec, batch int) (*nn.Params, *nn.Program, error) {
	a := Admission{Config: c, Batch: batch, Mode: mode}
	return build(nn.BlankParams(tensor.Float32), c.Model, mode, a.Settings(ctx, nn.Settings{Spec: spec}))
}

// Outline builds the network of a model without weights, to look at it, whatever its
// size.
func Outline(ctx context.Context, m config.Model, mode nn.Mode, spec datasets.Spec, batch int) (*nn.Params, *nn.Program, error) {
	return build(nn.OutlineParams(tensor.Float32), m, mode, nn.Settings{Options: m.Options, Spec: spec, Batch: batch, Context: ctx})
}

// CheckStep says whether a step of training can be built, and whether there is memory
// for it. It takes none.
func CheckStep(ctx context.Context, c config.Config, spec datasets.Spec) error {
	_, _, err := build(nn.OutlineParams(tensor.Float32), c.Model, nn.Train, trainingAdmission(c).Settings(ctx, c.Task.Settings(nn.Settings{Spec: spec})))
	return err
}

func build(p *nn.Params, m config.Model, mode nn.Mode, set nn.Settings) (*nn.Params, *nn.Program, error) {
	pr, err := nn.Build(p, mode, m.Network(), set)
	if err != nil {
		return nil, nil, fmt.Errorf("model %s on inputs %v: %w", m.Name, tensor.Shape(set.Spec.Inputs[0].Shape), err)
	}
	return p, pr, nil
}
