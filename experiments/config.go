// Package experiments turns a config into a run, and its sweep into many: the
// strict config, the training loop, evaluation and what is kept of them; the arms
// of a sweep, the plan of its trials, their processes, and what they found.
package experiments

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"zoo/architectures"
	"zoo/configs"
	"zoo/datasets"
	"zoo/internal/optim"
	"zoo/internal/problem"
	"zoo/internal/strict"
	"zoo/nn"
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
	Data    datasets.Options `doc:"the data"`
	Train   Train            `doc:"how it is trained"`
	Probe   Probe            `doc:"a look at the signal through the network before it is trained"`
	Seeds   []uint64         `doc:"seeds of a sweep's replicates; none: the one seed"`
	Sweep   *Sweep           `doc:"what a sweep varies: see zoo sweep"`
	Check   []string         `doc:"claims over the arms of the sweep, such as test.error[plain, 56] > test.error[residual, 56]: see zoo check"`
	Report  *Report          `doc:"how the sweep is shown: see zoo report"`
}

// Model is the model section: a name, the choices that all networks share, and
// the hyperparameters of the named network. It is a strict.Chooser.
type Model struct {
	Name string `doc:"the network: see zoo models"`
	nn.Options
	network nn.Network // a pointer to the hyperparameters
}

// Choices are the names of the models.
func (m *Model) Choices() []string { return architectures.Names() }

// Choose sets the defaults of the named model.
func (m *Model) Choose(name string) {
	model, _ := architectures.Lookup(name)
	m.Name, m.Options, m.network = name, model.Options, model.Hyperparameters()
}

// Chosen is where the hyperparameters of the model are.
func (m *Model) Chosen() any {
	if m.network == nil {
		return nil
	}
	return m.network
}

// Network is the network with its hyperparameters.
func (m *Model) Network() nn.Network { return m.network }

// Train is the train section.
type Train struct {
	Epochs         int                   `doc:"passes over the training part; 0: by steps alone, or with a probe and without steps no training. Of epochs and steps the one that is given later replaces the other: a config goes before the parents that it extends, the environment before the config, the command line before that, and a sweep's values before all. Where one place gives both, what is reached first ends the training"`
	Steps          int                   `doc:"steps of the whole training, over as many epochs as they take; 0: by epochs alone. See epochs for a config that gives both"`
	Batch          int                   `doc:"examples a step"`
	EvalBatch      int                   `doc:"examples at once in evaluation, at most those of the larger of the parts val and test; has no influence on the result but for rounding"`
	Optimizer      optim.Options         `doc:"the solver"`
	Schedule       optim.ScheduleOptions `doc:"the learning rate over time"`
	ClipNorm       float64               `doc:"scale gradients down to this global norm; 0: as they are"`
	LabelSmoothing float64               `doc:"share of the target's probability that is spread over all classes"`
	Mixup          float64               `doc:"alpha of mixup: examples of a batch are mixed two by two, with a share of the first that is drawn from Beta(alpha, alpha) for each batch; 0: none"`
	Cutmix         float64               `doc:"alpha of cutmix: a rectangle of one image is pasted into another, of an area drawn from Beta(alpha, alpha); with mixup too, each batch takes one of the two at random; 0: none"`
	EMA            float64               `doc:"decay of an average of the weights over the steps, which is then what is evaluated; at most (1+t)/(10+t) at step t, from 0, so that the first weights do not stay in a short training's; 0: none"`
	DivergedAbove  float64               `doc:"a loss, in training or evaluation, above which a run counts as diverged, as it does where the loss is NaN or infinite; 0: there alone"`
	EarlyStop      EarlyStop             `doc:"end before the last epoch"`
	Select         string                `doc:"which weights the test sees: best (highest val accuracy) or last" enum:"best,last"`
	TestCrops      int                   `doc:"parts of each test image whose probabilities are averaged: 1, or 10 (the corners and the middle, and the same mirrored), which wants data.cut"`
	LogSteps       int                   `doc:"steps from one record of the training loss to the next; the loss is the mean over these steps, and so are train.loss and train.accuracy at the end"`
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
	Patience int     `doc:"epochs without a better val accuracy after which training ends; 0: never"`
	MinDelta float64 `doc:"how much higher counts as better"`
}

// Defaults are the values of a config that says nothing.
func Defaults() Config {
	return Config{
		Name: "unnamed", Seed: 1, Data: datasets.Defaults(),
		Train: Train{
			Epochs: 10, Batch: 64, EvalBatch: 250, Optimizer: optim.Defaults(), Schedule: optim.ScheduleDefaults(),
			Select: "last", TestCrops: 1, LogSteps: 50,
		},
	}
}

const (
	bestNeedsVal = "best requires a validation part: set data.val, or select last"
	stopNeedsVal = "stopping early requires a validation part: set data.val"
)

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
	if info, err := datasets.Lookup(c.Data.Name); err == nil {
		n := c.Data.TrainingExamples(info)
		add(n > 0 && c.Train.Batch > n, "train.batch", "have %d, want at most the %d examples of the training part", c.Train.Batch, n)
	}
	add(c.Train.Epochs == 0 && c.Train.Steps == 0 && c.Probe.Batch == 0, "train.epochs", "have 0 and no steps, want at least 1 of either, or a probe: set probe.batch")
	info, _ := datasets.Lookup(c.Data.Name)
	noVal := c.Data.Val == 0 && !info.NeedsRoot // files of the user's may have a validation part: see steps
	add(c.Train.Select == "best" && noVal, "train.select", bestNeedsVal)
	add(c.Train.TestCrops > 1 && c.Data.Cut == 0, "train.test_crops", "ten crops want a part of the image to look at: set data.cut, and data.resize to more")
	add(c.Train.EarlyStop.Patience > 0 && noVal, "train.early_stop.patience", stopNeedsVal)
	return ps
}

// devices are the names of files that Windows keeps for itself, whatever follows
// after a full stop.
var devices = regexp.MustCompile(`(?i)^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\.|$)`)

// maxName is the length of a name in bytes: its folders' and figures' names have more
// to say, and 255 bytes are what file systems take.
const maxName = 128

// namesFolder tells whether a folder, or a file with something appended, can have
// the name on every system.
func namesFolder(name string) bool {
	return name != "" && len(name) <= maxName && name[0] != '.' && name[0] != '-' && !strings.ContainsAny(name, ` /\<>:"|?*`) &&
		!strings.ContainsFunc(name, unicode.IsControl) && !devices.MatchString(name)
}

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
	add(!(t.LabelSmoothing >= 0 && t.LabelSmoothing < 1), "label_smoothing", "have %v, want a value in [0, 1)", t.LabelSmoothing)
	add(!(t.Mixup >= 0 && t.Mixup <= maxAlpha), "mixup", "have %v, want a value in [0, %v]", t.Mixup, maxAlpha)
	add(!(t.Cutmix >= 0 && t.Cutmix <= maxAlpha), "cutmix", "have %v, want a value in [0, %v]", t.Cutmix, maxAlpha)
	add(CheckCrops(t.TestCrops) != nil, "test_crops", "%v", CheckCrops(t.TestCrops))
	add(!(t.EMA >= 0 && t.EMA < 1), "ema", "have %v, want a value in [0, 1)", t.EMA)
	add(!(t.DivergedAbove >= 0), "diverged_above", "have %v, want 0 or more", t.DivergedAbove)
	add(t.Select != "best" && t.Select != "last", "select", "have %q, want best or last", t.Select)
	return ps
}

// The largest values that make sense, before any memory is estimated: beyond them is a
// slip of the keyboard.
const (
	mostSteps   = 1_000_000_000
	mostOfModel = 1 << 24 // units, filters, layers, classes
)

// Validate reports hyperparameters that are beyond all bounds.
func (m *Model) Validate() (ps []problem.Problem) {
	if m.network == nil {
		return nil
	}
	settings := m.Settings()
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		values, list := settings[key].([]any)
		if !list {
			values = []any{settings[key]}
		}
		for _, v := range values {
			if n, ok := v.(int); ok && n > mostOfModel {
				ps = append(ps, problem.Problem{Key: key, Message: fmt.Sprintf("have %d, want at most %d", n, mostOfModel)})
			}
		}
	}
	return ps
}

// CheckCrops says whether an evaluation can have so many crops.
func CheckCrops(n int) error {
	if n != 1 && n != datasets.TenViews {
		return fmt.Errorf("have %d crops of each image, want 1 or %d", n, datasets.TenViews)
	}
	return nil
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

// Environment are the variables that begin like a setting and are none: the
// data folder, and the set of instructions (f32.ISA).
var Environment = []string{"ZOO_DATA", "ZOO_ISA"}

// ownWords are keys that a config does not inherit: they say what one experiment is
// and what was found with it, which another one that extends it has yet to show.
var ownWords = []string{"name", "paper", "figure", "claim", "cost", "check"}

// loader finds named configs in ./configs, then among those in the program.
func loader() *strict.Loader {
	return &strict.Loader{Dirs: []string{"configs"}, FS: configs.FS, Env: "ZOO_", Reserved: Environment, Own: ownWords}
}

// Load resolves a config, by name or file, with overrides such as
// "train.epochs=3". The error is a *strict.Error with every problem.
func Load(name string, overrides ...string) (Config, strict.Origins, error) {
	c, origins, err := resolve(name, overrides)
	return c, origins, severalValues(err, name, overrides)
}

// resolve is Load, with settings of a sweep. A config without a name has that of
// its file.
func resolve(name string, overrides []string, settings ...strict.Setting) (Config, strict.Origins, error) {
	c := Defaults()
	file := filepath.Base(name)
	if stem := strings.TrimSuffix(strings.TrimSuffix(file, ".yaml"), ".yml"); namesFolder(stem) {
		c.Name = stem
	}
	origins, err := loader().Load(&c, name, overrides, settings...)
	return c, origins, err
}

// Keys are the keys of a config, those of its network among them, with its values for
// the defaults. A config that cannot be read, or none, has those of [Defaults].
func Keys(name string, overrides ...string) []strict.Key {
	c := Defaults()
	if name != "" {
		c, _, _ = resolve(name, overrides) // as far as it goes
	}
	return strict.Keys(&c)
}

// KeysOfModel are the keys that the section model has for a registered model, with its
// defaults.
func KeysOfModel(name string) []strict.Key {
	c := Defaults()
	return strict.KeysOfChoice(&c, "model", name)
}

// Names lists the configs that can be run by name: those of ./configs and those
// in the program.
func Names() []string { return loader().Names() }

// Schema is the JSON schema of a config file, for editors.
func Schema() []byte {
	c := Defaults()
	return strict.Schema(&c, "zoo experiment")
}

// YAML is the resolved config. With origins each value is followed by a comment
// that says where it came from; nil leaves them out.
func (c Config) YAML(origins strict.Origins) []byte { return strict.Render(&c, origins) }

// trial is the config without what only its sweep needs: that of one run.
func (c Config) trial() Config {
	c.Seeds, c.Sweep, c.Check, c.Report = nil, nil, nil, nil
	return c
}

// key is a hash of the config without its words: of all that it says about the
// result of a run.
func (c Config) key() string {
	c = c.trial()
	c.Name, c.Paper, c.Figure, c.Claim, c.Cost = "", "", "", "", ""
	c.Weights.From = c.content()
	c.Data.Root = "" // the checksum of the data is of the content, wherever that is
	return digest(string(c.YAML(nil)))
}

// id is a hash of what determines the result of a run: the config without its
// words, the data that it names, the program, and the run that it starts from, if
// it does: see parentID.
func (c Config) id(dataChecksum, code, parent string) string {
	if parent == "" {
		return digest(c.key(), dataChecksum, code)
	}
	return digest(c.key(), dataChecksum, code, parent)
}

// digest is a hash of texts, short enough for the name of a folder.
func digest(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		fmt.Fprintf(h, "%d %s\n", len(t), t)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}
