// Package results holds what the runs of a sweep found: its arms, each with one trial per
// seed. Everything in it comes from run directories, so that any report on a sweep can be
// made again without training.
//
// The data that claims and reports share belong here: which numbers a trial has, and what
// they are if it diverged. Estimates from them are in package stats.
package results

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"zoo/experiments/metric"
	"zoo/experiments/run"
)

// A Study is a sweep with what its runs found.
type Study struct {
	Name, Paper, Figure, Claim string
	Config                     string   // the sweep's config, as YAML
	Commands                   []string // that reproduce the study
	Axes                       []Axis
	Arms                       []Arm // in the order of the sweep
	Seeds                      []uint64
	Baseline                   string // a label: an arm is compared with the arm that differs from it only in having this label
	Display                    Display
	Code                       string   // version of the program that trained the trials; empty before there are any
	Dir                        string   // folder of the sweep's own files: its plan and its report
	Data                       string   // name of the data set, and the first digits of its checksum
	Notices                    []string // what a reader should know about the runs before their numbers
}

// NoteUnchecked adds a notice with the number of trials whose runs recorded nothing about
// their files.
func (s *Study) NoteUnchecked() {
	n, dir := 0, ""
	for _, a := range s.Arms {
		for _, t := range a.Trials {
			if t.Dir != "" && t.Unchecked() {
				n, dir = n+1, t.Dir
			}
		}
	}
	if n > 0 {
		s.Notices = append(s.Notices, fmt.Sprintf("%d runs, such as %s, are of a version of zoo that recorded nothing of its runs' files: they are read unchecked", n, dir))
	}
}

// An Axis is what a sweep varies. Its labels are in the order of the config.
type Axis struct {
	Param  string // the key, such as model.depth; empty for points that set several keys
	Labels []string
	Values []float64 // of the labels, where all are numbers; nil otherwise
}

// Name is the last word of the key: depth for model.depth.
func (a Axis) Name() string {
	if a.Param == "" {
		return "arm"
	}
	return a.Param[strings.LastIndexByte(a.Param, '.')+1:]
}

// An Arm is a point of a sweep: what its trials share.
type Arm struct {
	Labels  []string // one per axis
	Changes []Change // the keys that differ between the arms
	Trials  []Trial  // one per seed, in the order of the seeds
	Params  int      // trained parameters; 0 before a trial is done
	MACs    int      // of one example
	Planned Planned
}

// Planned is what an arm's config says about the numbers that its trials will have, before
// they have run. Zero is unknown.
type Planned struct {
	Known     bool // the other fields are known
	Trains    bool
	Val       bool // there is a validation part
	Probe     bool
	Jacobian  bool
	Lags      bool
	Positions int // of data that are sequences
	LogSteps  int // from one record of the training to the next
	Steps     int
	Task      string
	Metrics   []string // what an evaluation gives, such as accuracy and error
}

// Lacks says why a trial will not have a wanted metric; empty if it may.
func (p Planned) Lacks(wanted string) string {
	part, name, _ := strings.Cut(wanted, ".")
	switch {
	case !p.Known:
	case part == "probe" && !p.Probe:
		return "its config has no probe: set probe.batch"
	case part == "probe" && strings.HasPrefix(name, "singular") && !p.Jacobian:
		return "its probe does not look at the Jacobian: set probe.jacobian"
	case wanted == LagGradient && !p.Lags:
		return "its probe does not look at lags: set probe.lags"
	case part == "val" && !p.Val:
		return "its config sets no examples apart for validation: set data.val"
	case !p.Trains && (part == "train" || part == "val" || part == "test"):
		return "its config trains nothing"
	case p.Metrics != nil && metric.Known(wanted) && !slices.Contains(p.Metrics, name):
		m, _ := metric.Lookup(name)
		if m.Where != "" {
			name += " " + m.Where
		}
		return fmt.Sprintf("its task, %s, has no %s here: have %s", p.Task, name, strings.Join(p.Metrics, ", "))
	}
	return ""
}

// LagGradient is the gradient at the greatest lag, among the numbers of a trial's summary.
// As a series its records are those at each lag, from 0 on.
const LagGradient = "probe.lag_gradient"

// Place is what the records of a metric are counted by: step, or lag.
func Place(metric string) string {
	if metric == LagGradient {
		return "lag"
	}
	return "step"
}

// LacksRecord says why a trial will have no record of a metric at a step, or a lag; empty if
// it may.
func (p Planned) LacksRecord(wanted string, step float64) string {
	switch {
	case p.Known && wanted == LagGradient && (step < 0 || step != math.Trunc(step)):
		return "want a whole number from 0"
	case p.Known && wanted == LagGradient && p.Positions > 0 && step >= float64(p.Positions):
		return fmt.Sprintf("its sequences have %d positions", p.Positions)
	case !p.Known || !strings.HasPrefix(wanted, "train."):
	case step < 1 || step != math.Trunc(step):
		return "want a whole number from 1"
	case p.Steps > 0 && step > float64(p.Steps):
		return fmt.Sprintf("it has %d steps", p.Steps)
	case p.LogSteps > 0 && math.Mod(step, float64(p.LogSteps)) != 0 && (p.Steps == 0 || step != float64(p.Steps)):
		return fmt.Sprintf("its records are %d steps apart: take a multiple, or set train.log_steps", p.LogSteps)
	}
	return ""
}

// A Change is a key that is not the same in all arms, with its value, which is empty if the
// arm has no such key.
type Change struct{ Key, Value string }

// String is the arm's name: its labels, as claims write them.
func (a Arm) String() string { return strings.Join(a.Labels, ", ") }

// A Display says how a study is shown: the section report of its config.
type Display struct {
	X         string             // key of the x axis; empty for arms side by side
	Metrics   []string           // of figures and tables, the most important first
	Log       []string           // what has a logarithmic axis: x, or one of the metrics
	Reference []Reference        // curves from the paper
	Margin    map[string]float64 // by metric, the largest difference that does not matter
}

// A Reference is a curve from a paper, to be shown with the measured ones.
type Reference struct {
	Label, Metric string
	X, Y          []float64
}

// A Trial is one run of a sweep, which may not have begun.
type Trial struct {
	Seed  uint64
	State string // run.Complete, ...; empty before it has begun
	run.Record
	Probe *Probe // nil if the config has none
}

// A Probe is the signal through a network before training: the file probe.json.
type Probe struct {
	Loss    run.Number `json:"loss"`
	Signals []Signal   `json:"signals"`

	// Singular are the singular values of the Jacobian from the first to the last
	// hidden layer, descending. One that is too small for a float64 is 0; SingularLog10,
	// the decimal logarithms, holds these, too. The first Resolved are known; rounding has
	// left no digit of the others, and these are upper bounds.
	Singular      []run.Number `json:"singular,omitempty"`
	SingularLog10 []run.Number `json:"singular_log10,omitempty"`
	Resolved      int          `json:"singular_resolved,omitempty"`

	// LagGradient is how much the last hidden values, at the last position of a sequence, depend
	// on the input at that many positions before it, relative to the last one: 1 at lag 0.
	// Predicted is that of a linear recurrence; nil where there is no prediction.
	LagGradient          []run.Number `json:"lag_gradient,omitempty"`
	PredictedLagGradient []run.Number `json:"predicted_lag_gradient,omitempty"`
}

// ShownLags are the lags that tables have a column for, of those from 0 to n − 1: 1, 2, 5 and
// 10 times these, and the greatest.
func ShownLags(n int) (lags []int) {
	for decade := 1; decade < n-1; decade *= 10 {
		for _, lag := range []int{decade, 2 * decade, 5 * decade} {
			if lag < n-1 {
				lags = append(lags, lag)
			}
		}
	}
	return append(lags, n-1)
}

// Resolution is the smallest standard deviation around a mean that float32 can tell from
// rounding.
func Resolution(mean run.Number) float64 {
	return max(0x1p-126, 0x1p-23*math.Abs(float64(mean)))
}

// A Signal is what passes through a layer: mean and standard deviation of its outputs and
// of the loss's gradient with respect to them, the share of units that are zero for all
// examples, and what theory predicts. Nil is unknown.
type Signal struct {
	Path             string      `json:"path"`
	Op               string      `json:"op"`
	Weighted         bool        `json:"weighted,omitempty"` // the layer multiplies its input by trained weights
	Mean             run.Number  `json:"mean"`
	Std              run.Number  `json:"std"`
	GradMean         run.Number  `json:"grad_mean"`
	GradStd          run.Number  `json:"grad_std"`
	Dead             *run.Number `json:"dead,omitempty"`
	PredictedStd     *run.Number `json:"predicted_std,omitempty"`
	PredictedGradStd *run.Number `json:"predicted_grad_std,omitempty"`
	InitialStd       *run.Number `json:"initial_std,omitempty"`  // of the layer's weights
	InitialGain      *run.Number `json:"initial_gain,omitempty"` // √(inputs of an output)·InitialStd
}

// Done tells whether the trial has an outcome: it is complete, or it diverged.
func (t Trial) Done() bool { return run.Done(t.State) }

// DivergedAt is the step at which the trial diverged, where its summary has it.
func (t Trial) DivergedAt() (step int, ok bool) {
	v, ok := t.Summary.Float("diverged_at_step")
	return int(v), ok && t.State == run.Diverged
}

// Value is a number from the trial's summary; ok is false if it has none. Besides the names
// there, a metric such as error is 1 minus the one that it is the complement of, and
// diverged is 1 or 0. A trial that diverged has, of each metric of its task, what its summary
// says of chance, or if nothing, the worst: an infinite loss. A trial that is not done has no
// values.
func (t Trial) Value(name string) (v float64, ok bool) {
	if !t.Done() {
		return 0, false
	}
	if name == "diverged" {
		if t.State == run.Diverged {
			return 1, true
		}
		return 0, true
	}
	if !metric.Known(name) {
		return t.Summary.Float(name)
	}
	part, word, _ := strings.Cut(name, ".")
	m, _ := metric.Lookup(word)
	if m.Of != "" {
		v, ok := t.Value(part + "." + m.Of)
		return 1 - v, ok
	}
	if t.State == run.Diverged {
		return t.atWorst(m)
	}
	return t.Summary.Float(name)
}

// atWorst is what a trial that diverged counts as: chance, where the summary has it, and
// otherwise the worst value of what has no bound, if the trial's task has the metric.
func (t Trial) atWorst(m metric.Metric) (v float64, ok bool) {
	if v, ok := t.Summary.Float("chance." + m.Name); ok {
		return v, true
	}
	has, _ := t.Summary["metrics"].(string)
	if m.Share || !slices.Contains(strings.Fields(has), m.Name) {
		return 0, false
	}
	if m.Higher {
		return math.Inf(-1), true
	}
	return math.Inf(1), true
}

// Below is the upper bound of a number that is too small to be resolved, and of which Value
// therefore has none. The summary holds it under the metric's name followed by _below.
func (t Trial) Below(name string) (bound float64, ok bool) {
	return t.Value(name + "_below")
}

// Series are the steps and values of the records of a metric such as train.loss; of one such
// as train.error, 1 minus those of the metric that it is the complement of. Those of
// LagGradient are lags.
func (t Trial) Series(name string) (steps, values []float64) {
	if name == LagGradient {
		if t.Probe != nil {
			for lag, v := range t.Probe.LagGradient {
				steps, values = append(steps, float64(lag)), append(values, float64(v))
			}
		}
		return steps, values
	}
	split, name, _ := strings.Cut(name, ".")
	m, _ := metric.Lookup(name)
	if m.Of != "" {
		name = m.Of
	}
	for _, r := range t.Metrics {
		v, ok := r.Values[name]
		if r.Split != split || !ok {
			continue
		}
		if m.Of != "" {
			v = 1 - v
		}
		steps, values = append(steps, float64(r.Step)), append(values, v)
	}
	return steps, values
}

// Values are a metric of the arm's trials that are done, in the order of the seeds.
func (a Arm) Values(metric string) (v []float64) {
	for _, t := range a.Trials {
		if x, ok := t.Value(metric); ok {
			v = append(v, x)
		}
	}
	return v
}

// Setting is the arm's value of a key that differs between the arms; it is empty for other
// keys.
func (a Arm) Setting(key string) string {
	for _, c := range a.Changes {
		if c.Key == key {
			return c.Value
		}
	}
	return ""
}

// Pairs are the values of a metric in two arms, for the seeds that are done in both.
func Pairs(a, b Arm, metric string) (x, y []float64) {
	for i := range min(len(a.Trials), len(b.Trials)) {
		v, ok := a.Trials[i].Value(metric)
		w, ok2 := b.Trials[i].Value(metric)
		if ok && ok2 {
			x, y = append(x, v), append(y, w)
		}
	}
	return x, y
}

// Count counts the arm's trials in a state.
func (a Arm) Count(state string) (n int) {
	for _, t := range a.Trials {
		if t.State == state {
			n++
		}
	}
	return n
}

// BaselineOf is the arm that an arm is compared with: the one that differs from it in one
// label, which is the baseline's. It is nil for a baseline, and if there is no such arm.
func (s *Study) BaselineOf(a *Arm) *Arm {
	for i := range s.Arms {
		b := &s.Arms[i]
		other := 0
		for k := range a.Labels {
			if a.Labels[k] != b.Labels[k] {
				other++
				if b.Labels[k] != s.Baseline {
					other = 2
				}
			}
		}
		if other == 1 {
			return b
		}
	}
	return nil
}

// Only is the study with only these arms, named by one label each. The first is the
// baseline of the others.
func (s *Study) Only(arms []Arm) *Study {
	only := *s
	only.Axes, only.Arms, only.Display.X = []Axis{{}}, nil, ""
	for _, a := range arms {
		a.Labels = []string{a.String()}
		only.Axes[0].Labels = append(only.Axes[0].Labels, a.Labels[0])
		only.Arms = append(only.Arms, a)
	}
	only.Baseline = only.Axes[0].Labels[0]
	return &only
}

// XAxis is the index of the x axis; ok is false if the study has none, and shows arms side
// by side.
func (s *Study) XAxis() (axis int, ok bool) {
	for i, a := range s.Axes {
		if s.Display.X != "" && a.Param == s.Display.X {
			return i, true
		}
	}
	return 0, false
}

// Numbers are texts as numbers; nil unless all of them are finite numbers.
func Numbers(texts []string) []float64 {
	v := make([]float64, len(texts))
	for i, t := range texts {
		x, err := strconv.ParseFloat(t, 64)
		if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
			return nil
		}
		v[i] = x
	}
	return v
}
