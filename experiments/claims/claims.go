// Package claims evaluates what a config claims about the arms of its sweep: with
// the means over the seeds, and seed by seed for the interval of the margin.
package claims

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"zoo/experiments/results"
	"zoo/experiments/run"
	"zoo/experiments/stats"
	"zoo/internal/formula"
)

// The states of a claim.
const (
	Met       = "met"
	NotMet    = "not met"
	NotYetRun = "not yet run"
)

// A Verdict is what the runs say to a claim.
type Verdict struct {
	Text  string
	State string
	Parts []Part // its comparisons; none of a claim that is not yet run
	Lacks string // why it is not yet run
}

// A Part is a comparison in a claim, with the means of both sides.
type Part struct {
	formula.Comparison
	// Margin is left minus right, seed by seed: its interval shows how sure the
	// comparison is. Its N is 0 where a side is not finite.
	Margin stats.Sample
}

// Unsure tells whether the interval of the margin has both signs, or there is none.
func (p Part) Unsure() bool {
	return p.Margin.N > 0 && !(p.Margin.Lo > 0 || p.Margin.Hi < 0)
}

// Check parses a claim and resolves its names against the arms of a study, which
// need not have been run.
func Check(text string, s *results.Study) error {
	f, err := formula.Parse(text)
	if err != nil {
		return err
	}
	_, _, err = f.Truth(env{study: s, pretend: true})
	return err
}

// Evaluate gives the verdict on a claim that Check has passed.
func Evaluate(text string, s *results.Study) Verdict {
	v := Verdict{Text: text, State: NotYetRun}
	f, err := formula.Parse(text)
	if err != nil {
		v.Lacks = err.Error()
		return v
	}
	var lacks []string
	holds, parts, err := f.Truth(env{study: s, lacks: &lacks})
	if err != nil || lacks != nil {
		if err != nil {
			lacks = []string{err.Error()}
		}
		v.Lacks = strings.Join(lacks, "; ")
		return v
	}
	v.State = NotMet
	if holds {
		v.State = Met
	}
	margins := make([][]float64, len(parts))
	for i := range s.Seeds {
		_, single, err := f.Truth(env{study: s, seed: i + 1})
		if err != nil {
			break
		}
		for k, p := range single {
			margins[k] = append(margins[k], p.Left-p.Right)
		}
	}
	for k, p := range parts {
		part := Part{Comparison: p}
		if m := margins[k]; !slices.ContainsFunc(m, func(x float64) bool { return math.IsInf(x, 0) || math.IsNaN(x) }) {
			part.Margin = stats.Describe(m)
		}
		v.Parts = append(v.Parts, part)
	}
	return v
}

// env gives names their values: the mean over the seeds, or that of one seed.
type env struct {
	study   *results.Study
	seed    int       // which one, from 1; 0: the mean over all
	pretend bool      // every name that can have a value has the value 1
	lacks   *[]string // what is not yet run
}

// Values implements formula.Env.
func (e env) Values(n formula.Name) ([]float64, error) {
	return e.each(n, func(t results.Trial) (float64, bool) { return t.Value(n.Path) })
}

// Series implements formula.Env: at(metric[arm], step) is the first record at
// that step or later, steps_to(metric[arm], value) the first step at which the
// metric is at most that value, and infinite if it never is.
func (e env) Series(function string, n formula.Name, args []float64) ([]float64, bool, error) {
	if function != "at" && function != "steps_to" {
		return nil, false, nil
	}
	if len(args) != 1 {
		return nil, true, fmt.Errorf("have %d arguments, want 2: a metric of an arm, and a number", len(args)+1)
	}
	v, err := e.each(n, func(t results.Trial) (float64, bool) {
		if !t.Done() {
			return 0, false
		}
		steps, values := t.Series(n.Path)
		for i := range steps {
			switch {
			case function == "at" && steps[i] >= args[0]:
				return values[i], true
			case function == "steps_to" && values[i] <= args[0]:
				return steps[i], true
			}
		}
		if function == "at" && t.State == run.Diverged { // before that step
			return t.Value(n.Path)
		}
		return math.Inf(1), function == "steps_to"
	})
	return v, true, err
}

// each finds the arms that a name means, and takes a number of each.
func (e env) each(n formula.Name, value func(results.Trial) (float64, bool)) ([]float64, error) {
	if !Known(n.Path) {
		return nil, errors.New(UnknownMetric(n.Path))
	}
	arms, err := Arms(e.study, n.Labels)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", n.Path, err)
	}
	var all []float64
	for _, a := range arms {
		if e.pretend {
			all = append(all, 1)
			continue
		}
		var v []float64
		var missing []string // seeds
		for i, t := range a.Trials {
			if e.seed > 0 && i != e.seed-1 {
				continue
			}
			x, ok := value(t)
			switch {
			case ok:
				v = append(v, x)
			case e.lacks == nil:
				return nil, fmt.Errorf("%s of [%s] is not known", n.Path, a)
			case t.Done():
				e.lack("[%s], seed %d has no %s", a, t.Seed, n.Path)
			case t.State == "":
				missing = append(missing, fmt.Sprint(t.Seed))
			default:
				e.lack("[%s], seed %d is %s", a, t.Seed, t.State)
			}
		}
		switch len(missing) {
		case 0:
		case 1:
			e.lack("[%s], seed %s", a, missing[0])
		default:
			e.lack("[%s], seeds %s", a, strings.Join(missing, ", "))
		}
		all = append(all, stats.Describe(v).Mean)
	}
	return all, nil
}

func (e env) lack(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(*e.lacks, text) {
		*e.lacks = append(*e.lacks, text)
	}
}

// UnknownMetric says that a trial cannot have a metric.
func UnknownMetric(metric string) string {
	return fmt.Sprintf("no metric %s: want train, val, test or probe with a name behind it, as in test.error or train.loss, or diverged, seconds, steps, epochs, params, macs", metric)
}

// Known tells whether a trial may have the metric.
func Known(metric string) bool {
	part, name, dotted := strings.Cut(metric, ".")
	if !dotted {
		return slices.Contains([]string{"diverged", "seconds", "steps", "epochs", "params", "macs", "best_epoch"}, metric)
	}
	if part == "probe" {
		return name != ""
	}
	return slices.Contains([]string{"train", "val", "test"}, part) && slices.Contains([]string{"loss", "accuracy", "error", "top5"}, name)
}

// Arms finds the arms with these labels, where [formula.Any] is any, in the order
// of the sweep.
func Arms(s *results.Study, labels []string) (arms []*results.Arm, err error) {
	want := make([]string, len(s.Axes))
	for i, a := range s.Axes {
		want[i] = a.Name()
	}
	if len(labels) != len(s.Axes) {
		return nil, fmt.Errorf("have [%s], want a label for each of [%s]", strings.Join(labels, ", "), strings.Join(want, ", "))
	}
	for i, l := range labels {
		if a := s.Axes[i]; l != formula.Any && !slices.Contains(a.Labels, l) {
			return nil, fmt.Errorf("no arm [%s]: %s has no label %s, want one of %s", strings.Join(labels, ", "), a.Name(), l, strings.Join(a.Labels, ", "))
		}
	}
	for i := range s.Arms {
		a := &s.Arms[i]
		match := true
		for k, l := range labels {
			match = match && (l == formula.Any || l == a.Labels[k])
		}
		if match {
			arms = append(arms, a)
		}
	}
	if arms == nil {
		return nil, fmt.Errorf("no arm [%s]: the sweep excludes it", strings.Join(labels, ", "))
	}
	return arms, nil
}
