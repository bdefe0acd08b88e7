package strict

import (
	"fmt"
	"testing"
	"testing/fstest"

	"zoo/internal/problem"
)

// exampleConfig has the shape of an experiment.
type exampleConfig struct {
	Name  string             `doc:"the experiment's name"`
	Paper string             `doc:"citation"`
	Seed  uint64             `doc:"seed of everything random"`
	Model exampleModel       `doc:"the network"`
	Data  exampleData        `doc:"the dataset"`
	Train exampleTrain       `doc:"how to train"`
	Axes  []exampleAxis      `doc:"what a sweep varies"`
	Notes map[string]float64 `doc:"numbers by name"`

	//lint:ignore U1000 a field that is not exported is not a key
	internal int
	Skipped  func() `yaml:"-"`
}

type exampleOptions struct {
	Init string `doc:"initialisation of the weights"`
	Norm string `doc:"normalisation"`
}

func (o exampleOptions) Validate() []problem.Problem {
	if _, _, err := problem.Call(o.Init); err != nil {
		return []problem.Problem{{Key: "init", Message: err.Error()}}
	}
	return nil
}

// exampleModel is a Chooser whose choices are a struct each.
type exampleModel struct {
	Name           string `doc:"the architecture"`
	exampleOptions `yaml:",inline"`
	arch           any
}

type exampleResNet struct {
	Blocks   int    `doc:"blocks in a stage"`
	Shortcut string `doc:"where shapes differ" enum:"A,B,none"`
}

func (r *exampleResNet) Validate() []problem.Problem {
	if r.Blocks < 1 {
		return []problem.Problem{{Key: "blocks", Message: fmt.Sprintf("have %d, want at least 1", r.Blocks)}}
	}
	return nil
}

type exampleMLP struct {
	Widths []int `doc:"units of each hidden layer"`
}

func (m *exampleModel) Choices() []string { return []string{"resnet", "mlp", "lenet5"} }

func (m *exampleModel) Choose(name string) {
	switch name {
	case "resnet":
		m.arch = &exampleResNet{Blocks: 3, Shortcut: "A"}
	case "mlp":
		m.arch = &exampleMLP{Widths: []int{64}}
	default:
		m.arch = nil
	}
}

func (m *exampleModel) Chosen() any { return m.arch }

// Validate relies on the choice having been made.
func (c *exampleConfig) Validate() []problem.Problem {
	if c.Model.Name == "mlp" && len(c.Model.arch.(*exampleMLP).Widths) > 9 {
		return []problem.Problem{{Key: "model.widths", Message: "want at most 9 hidden layers"}}
	}
	return nil
}

type exampleData struct {
	Name string  `doc:"the dataset"`
	Pad  uint8   `doc:"pixels on each side"`
	Flip bool    `doc:"mirror at random"`
	Mean float32 `doc:"subtracted from each pixel"`
}

func (exampleData) Enums() map[string][]string {
	return map[string][]string{"name": {"digits", "mnist", "cifar10"}}
}

type exampleTrain struct {
	Epochs    int               `doc:"passes over the training data"`
	Batch     int               `doc:"images a step"`
	Optimizer exampleOptimizer  `doc:"the solver"`
	EMA       float64           `doc:"decay of the weight average"`
	EarlyStop *exampleEarlyStop `doc:"stop when val gets no better"`
	LRs       []float64         `yaml:"rates" doc:"learning rate of each epoch"`
}

func (t exampleTrain) Validate() []problem.Problem {
	var p []problem.Problem
	if t.Batch < 1 {
		p = append(p, problem.Problem{Key: "batch", Message: fmt.Sprintf("have %d, want at least 1", t.Batch)})
	}
	if len(t.LRs) > t.Epochs {
		p = append(p, problem.Problem{Key: "rates", Message: fmt.Sprintf("have %d rates, want at most epochs, %d", len(t.LRs), t.Epochs)})
	}
	return p
}

type exampleOptimizer struct {
	Name        string  `doc:"the rule" enum:"sgd,adam"`
	LR          float64 `doc:"learning rate"`
	WeightDecay float64 `doc:"L2 penalty"`
}

type exampleEarlyStop struct {
	Patience int `doc:"epochs without progress"`
}

func (e exampleEarlyStop) Validate() []problem.Problem {
	if e.Patience < 1 {
		return []problem.Problem{{Key: "patience", Message: "not given, want at least 1"}}
	}
	return nil
}

type exampleAxis struct {
	Param  string   `doc:"the key"`
	Values []string `doc:"its values"`
	Labels []Word   `doc:"their names in plots"`
	Mode   string   `doc:"how they go together" enum:"grid,zip"`
}

func (a *exampleAxis) SetDefaults() { a.Mode = "grid" }

func exampleDefaults() *exampleConfig {
	return &exampleConfig{
		Seed:  1,
		Model: exampleModel{Name: "lenet5", exampleOptions: exampleOptions{Init: "kaiming", Norm: "batch"}},
		Data:  exampleData{Name: "mnist", Mean: 0.1307},
		Train: exampleTrain{Epochs: 10, Batch: 64, Optimizer: exampleOptimizer{Name: "sgd", LR: 0.1}},
	}
}

// configs is an embedded folder of configs.
func configs(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// load loads the config named main over the example's defaults.
func load(t *testing.T, files map[string]string, overrides ...string) (*exampleConfig, Origins, error) {
	t.Helper()
	c := exampleDefaults()
	l := &Loader{FS: configs(files), Env: "ZOOTEST_", Reserved: []string{"ZOOTEST_DATA"}}
	origins, err := l.Load(c, "main", overrides)
	return c, origins, err
}
