// Package config is what an experiment says: the strict config with its sections and
// the errors in them, all at once; the arms of its sweep; and the hash that tells runs
// of different configs apart. It builds no network and opens no data.
package config

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"gorgonia.org/tensor"

	"zoo/datasets"
	_ "zoo/datasets/images" // these register the datasets
	_ "zoo/datasets/sounds"
	_ "zoo/datasets/synthetic"
	_ "zoo/datasets/text"
	"zoo/experiments/task"
	"zoo/internal/optim"
	"zoo/internal/problem"
	"zoo/internal/strict"
)

// Config is one experiment: everything that determines a run but the code.
type Config struct {
	Name    string           `doc:"name of the experiment, and of its run directories; none: its file's. name, paper, figure, claim, cost and check are not inherited by extends"`
	Paper   string           `doc:"the paper that is reproduced"`
	Figure  string           `doc:"figure, table or section of the paper"`
	Claim   string           `doc:"what the experiment shows, in a sentence"`
	Cost    string           `doc:"measured cost of a run"`
	Seed    uint64           `doc:"seed of initial weights, order of the data, augmentation and dropout"`
	Model   Model            `doc:"the network"`
	Weights Pretrained       `doc:"trained weights to start from"`
	Data    datasets.Section `doc:"the data"`
	Task    task.Section     `doc:"what the network learns"`
	Train   Train            `doc:"how it is trained"`
	Probe   Probe            `doc:"a look at the signal through the network before it is trained"`
	Seeds   []uint64         `doc:"seeds of a sweep's replicates; none: the one seed"`
	Sweep   *Sweep           `doc:"what a sweep varies: see zoo sweep"`
	Check   []string         `doc:"claims over the arms of the sweep, such as test.error[plain, 56] > test.error[residual, 56]: see zoo check"`
	Report  *Report          `doc:"how the sweep is shown: see zoo report"`
}

// Defaults are the values of a config that says nothing.
func Defaults() Config {
	return Config{
		Name: "unnamed", Seed: 1,
		Train: Train{
			Epochs: 10, Batch: 64, EvalBatch: 250, Optimizer: optim.Defaults(), Schedule: optim.ScheduleDefaults(),
			Select: "last", LogSteps: 50, Accumulate: 1,
		},
	}
}

// Validate reports values that do not fit together.
func (c *Config) Validate() (ps []problem.Problem) {
	add := func(wrong bool, key, format string, args ...any) {
		if wrong {
			ps = append(ps, problem.Problem{Key: key, Message: fmt.Sprintf(format, args...)})
		}
	}
	add(!namesFolder(c.Name), "name", "have %.40q, want a word that can name a folder on every system: at most %d bytes, no leading dot or dash, no space, no device of Windows", c.Name, maxName)
	add(c.Model.Name == "", "model.name", "no network is named: see zoo models")
	add(c.Weights.From != "" && c.Model.LSUV(), "weights.from", "init lsuv would scale the weights that were loaded: choose another model.init")
	data := c.Data.Preview()
	add(data.Train > 0 && c.Train.Batch > data.Train, "train.batch", "have %d, want at most the %d examples of the training part", c.Train.Batch, data.Train)
	if data.Spec != nil {
		err := c.Task.Fits(*data.Spec)
		add(err != nil, "task.name", "%v", err)
		in := data.Spec.Inputs[0]
		add(c.Probe.Lags && data.Spec.Positions() == 0, "probe.lags", "have %s %v, want data that are sequences", in.Name, tensor.Shape(in.Shape))
	}
	add(c.Train.Epochs == 0 && c.Train.Steps == 0 && c.Probe.Batch == 0, "train.epochs", "have 0 and no steps, want at least 1 of either, or a probe: set probe.batch")
	add(c.Train.EvalSteps > 0 && data.NoVal, "train.eval_steps", evalNeedsVal)
	add(c.Train.Select == "best" && data.NoVal, "train.select", bestNeedsVal)
	views := c.Task.Views()
	add(views > 1 && data.Views <= 1, "task.crops", "have %d, want 1: crops require a part of the image to look at: set data.cut, and data.resize to more", views)
	add(views > 1 && data.Views > 1 && views != data.Views, "task.crops", "have %d, want 1 or %d", views, data.Views)
	add(c.Train.EarlyStop.Patience > 0 && data.NoVal, "train.early_stop.patience", stopNeedsVal)
	return ps
}

// devices are the file names that Windows reserves, whatever follows after a full stop.
var devices = regexp.MustCompile(`(?i)^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\.|$)`)

// maxName is the longest name in bytes: folders and figures append to it, and file
// systems take 255 bytes.
const maxName = 128

// namesFolder reports whether a folder, or a file whose name it begins, can have the
// name on every system.
func namesFolder(name string) bool {
	return name != "" && len(name) <= maxName && name[0] != '.' && name[0] != '-' && !strings.ContainsAny(name, ` /\<>:"|?*`) &&
		!strings.ContainsFunc(name, unicode.IsControl) && !devices.MatchString(name)
}

// YAML is the resolved config. With origins each value is followed by a comment
// that says where it came from; nil leaves them out.
func (c Config) YAML(origins strict.Origins) []byte { return strict.Render(&c, origins) }

// Probe is the probe section: what is looked at before the first step. Batch norm
// uses the statistics of the probe's batch, and dropout drops, as in training.
type Probe struct {
	Batch    int  `doc:"examples that are sent through the network, forward and backward, before it is trained; 0: none"`
	Jacobian bool `doc:"also the singular values of the Jacobian from the first to the last hidden layer, at the first example; not with batch norm"`
	Lags     bool `doc:"also the gradient by lag, of data that are sequences: of the last hidden values, at the last position, with respect to the input at each position, relative to that at the last one, at the first 8 examples; not with batch norm"`
}

// Validate reports values that are out of range.
func (p Probe) Validate() (ps []problem.Problem) {
	if p.Batch < 0 {
		ps = append(ps, problem.Problem{Key: "batch", Message: fmt.Sprintf("have %d, want 0 or more", p.Batch)})
	}
	for _, more := range []struct {
		key   string
		asked bool
	}{{"jacobian", p.Jacobian}, {"lags", p.Lags}} {
		if more.asked && p.Batch == 0 {
			ps = append(ps, problem.Problem{Key: more.key, Message: "requires a batch: set probe.batch"})
		}
	}
	return ps
}

// DataTask is the task of the data: what the section task is where it names none.
func (c *Config) DataTask() string {
	info, _ := datasets.Lookup(c.Data.Name) // if there is none, data.name is reported
	return info.Task
}
