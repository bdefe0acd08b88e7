// Package task says what networks learn, one file a task: which data it fits, what its
// evaluation counts, and which number is the one that matters. The loss itself follows
// from the target: see nn.Criterion.
package task

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/experiments/metric"
	"zoo/experiments/run"
	"zoo/internal/problem"
	"zoo/nn"
)

// A Task is a struct of options, the keys that it has in the section task of a config.
type Task interface {
	// Accepts says why data with the spec do not fit; nil if they do.
	Accepts(datasets.Spec) error
	// Metrics are what an evaluation gives, the loss first, in the order in which to show
	// them.
	Metrics(datasets.Spec) []metric.Metric
	// Selects is the metric by which weights are selected and training is stopped early.
	Selects() metric.Metric
	// Chance is what guessing gives, by the name of a metric, where it has a value. A run that
	// diverged counts with it.
	Chance(datasets.Spec) map[string]float64
	// Count adds up a batch: the mean loss and the outputs that the network gave, of which
	// those count that have a target.
	Count(loss float64, out *tensor.Dense, b datasets.Batch) Sums
	// Values are the metrics of a sum.
	Values(Sums, datasets.Spec) run.Values
}

// What some tasks do besides.
type (
	// A Setter changes how programs are built.
	Setter interface{ Settings(*nn.Settings) }
	// A Mixing task trains on mixtures of examples.
	Mixing interface {
		// Mixer is nil if batches stay as they are.
		Mixer(spec datasets.Spec, batch int, seed uint64) (*Mixer, error)
	}
	// A Viewing task can average over several views of an example.
	Viewing interface {
		Views() int // of each example of the test; 1: the usual one
		// Average returns what adds to a sum the examples that a batch completes: the views of
		// an example come in rows one after the other, in one batch or in two.
		Average(views int, spec datasets.Spec) func(sum *Sums, out *tensor.Dense, b datasets.Batch)
	}
)

// Sums are what a number of targets add up to. Its JSON gives back the same bits.
type Sums struct {
	N    int       `json:"n"`              // targets that count
	Loss float64   `json:"loss"`           // the sum of their losses
	More []float64 `json:"more,omitempty"` // what the task counts besides
}

// Add adds other sums.
func (s *Sums) Add(o Sums) {
	s.N += o.N
	s.Loss += o.Loss
	if s.More == nil && o.More != nil {
		s.More = make([]float64, len(o.More))
	}
	for i, v := range o.More {
		s.More[i] += v
	}
}

// mean is the sum v for one target.
func (s Sums) mean(v float64) float64 { return v / float64(s.N) }

// tasks make the tasks with their defaults.
var tasks = map[string]func() Task{}

// Register makes a task available by a name: make returns a pointer to its options with
// their defaults. It panics if the name is taken.
func Register(name string, make func() Task) {
	if _, taken := tasks[name]; taken || name == "" {
		panic(fmt.Sprintf("task: name %q is empty or registered twice", name))
	}
	tasks[name] = make
}

// Names are the names of all tasks, sorted.
func Names() []string { return slices.Sorted(maps.Keys(tasks)) }

// Section is the section task of a config: a task and its options. It is a
// strict.Chooser.
type Section struct {
	Name string `doc:"what the network learns from the data: which numbers an evaluation gives, and by which one weights are selected; the dataset says which it is where this does not"`
	Task `yaml:"-"`
}

// Named is the section of a task with its defaults. It panics if there is none of that
// name.
func Named(name string) Section {
	var s Section
	s.Choose(name)
	return s
}

// Choices are the names of the tasks.
func (s *Section) Choices() []string { return Names() }

// Choose sets the defaults of the named task.
func (s *Section) Choose(name string) { s.Name, s.Task = name, tasks[name]() }

// Chosen is where the options of the task are.
func (s *Section) Chosen() any {
	if s.Task == nil {
		return nil
	}
	return s.Task
}

// Fits says why the task does not fit data with the spec, and which do; nil if it does.
func (s Section) Fits(spec datasets.Spec) error {
	err := s.Accepts(spec)
	if err == nil {
		return nil
	}
	fit := "no task fits them"
	var names []string
	for _, name := range Names() {
		if tasks[name]().Accepts(spec) == nil {
			names = append(names, name)
		}
	}
	if names != nil {
		fit = "tasks that fit: " + strings.Join(names, ", ")
	}
	return fmt.Errorf("%s %w; %s", s.Name, err, fit)
}

// Settings are those of a build for the task.
func (s Section) Settings(set nn.Settings) nn.Settings {
	if t, ok := s.Task.(Setter); ok {
		t.Settings(&set)
	}
	return set
}

// Mixer is what mixes the examples of a batch, nil if they stay as they are.
func (s Section) Mixer(spec datasets.Spec, batch int, seed uint64) (*Mixer, error) {
	if t, ok := s.Task.(Mixing); ok {
		return t.Mixer(spec, batch, seed)
	}
	return nil, nil
}

// Views is how many views of each example the test averages over.
func (s Section) Views() int {
	if t, ok := s.Task.(Viewing); ok {
		return t.Views()
	}
	return 1
}

// Headline is the metric that figures and tables show unless a config says otherwise: the
// one that selects, or its complement, as error for accuracy.
func (s Section) Headline() metric.Metric {
	m := s.Selects()
	if c, ok := m.Complement(); ok {
		return c
	}
	return m
}

// MetricNames are the names of what an evaluation gives, and of their complements.
func (s Section) MetricNames(spec datasets.Spec) (names []string) {
	for _, m := range s.Metrics(spec) {
		names = append(names, m.Name)
		if c, ok := m.Complement(); ok {
			names = append(names, c.Name)
		}
	}
	return names
}

// Follow implements strict.Follower: the task is that of the data.
func (*Section) Follow(config any) string {
	if c, ok := config.(interface{ DataTask() string }); ok {
		return c.DataTask()
	}
	return ""
}

// describe describes data for messages: images (28, 28, 1) with class (one of 10).
func describe(s datasets.Spec) string {
	fields := func(fields []datasets.Field) string {
		var all []string
		for _, f := range fields {
			text := f.Name
			if len(f.Shape) > 0 {
				text += " " + fmt.Sprint(tensor.Shape(f.Shape))
			}
			if f.Dtype == tensor.Int && f.Size > 0 {
				text += fmt.Sprintf(" of %d", f.Size)
			}
			all = append(all, text)
		}
		return strings.Join(all, ", ")
	}
	return fields(s.Inputs) + " with targets " + fields(s.Targets)
}

// target is the one target of data. It is an error if there are more, or if wrong says what
// is wrong with it.
func target(s datasets.Spec, want string, fits func(datasets.Field) bool) error {
	if len(s.Targets) != 1 || !fits(s.Targets[0]) {
		return fmt.Errorf("requires %s: have %s", want, describe(s))
	}
	return nil
}

// badShare reports a value that is not in [0, 1).
func badShare(key string, v float64) (ps []problem.Problem) {
	if !(v >= 0 && v < 1) {
		ps = append(ps, problem.Problem{Key: key, Message: fmt.Sprintf("have %v, want a value in [0, 1)", v)})
	}
	return ps
}
