// Package claims evaluates what a config claims about the arms of its sweep, with one
// estimator for everything: each side of a comparison is evaluated in each seed, and its
// value is the mean over the seeds. The margin is the mean of the differences in each seed,
// so that the sides differ by the margin, and its interval is around it. (The mean of a
// maximum is at least the maximum of the means, that of a minimum at most the minimum: a
// claim on max(...) is about the worst arm in each seed.)
//
// How a claim becomes a verdict belongs here. The grammar of claims is that of formulas,
// the numbers are those of package results, and how verdicts look is left to reports.
package claims

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"zoo/experiments/metric"
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
	Unknown   = "cannot be evaluated" // complete runs lack a number in it
)

// A Verdict is what the runs say about a claim.
type Verdict struct {
	Text  string
	State string
	Parts []Part // its comparisons; none if the claim is not yet run
	Lacks string // why it is not yet run or cannot be evaluated; else which numbers are bounds, if any
}

// Unsure tells whether more seeds could change the verdict.
func (v Verdict) Unsure() bool { return slices.ContainsFunc(v.Parts, Part.Unsure) }

// A Part is a comparison in a claim. Its sides are means over the seeds, and the margin is
// their difference.
type Part struct {
	formula.Comparison
	// Margin is left minus right in each seed; its interval shows how sure the comparison
	// is. Its N is 0 if a side is not finite.
	Margin stats.Sample
	// Agree tells whether the comparison has the same result in every seed as for the means.
	Agree bool
	// Bounded tells whether the claim has numbers that are too small to be resolved. Their
	// upper bounds take their place.
	Bounded bool
}

// Unsure tells whether the interval of the margin has both signs or reaches 0, or is missing
// although the seeds differ. A margin that is the same in all seeds is sure, and so is one
// that is infinite in all of them.
func (p Part) Unsure() bool {
	switch {
	case p.Bounded:
		return true
	case p.Margin.N == 0, p.Op == "==" && p.Agree:
		return !p.Agree
	case p.Margin.Constant():
		return false
	}
	return !(p.Margin.Lo > 0 || p.Margin.Hi < 0)
}

// Seeds says how many seeds a t-test at 5 % needs to show the margin with a probability of
// power, if the effect is as large as in the seeds so far.
func (p Part) Seeds(power float64) string {
	m := p.Margin
	switch {
	case m.N == 0:
		return "no estimate: a side is not finite"
	case m.N < 2:
		return "no estimate from one seed"
	case m.Constant():
		return fmt.Sprintf("any: it is the same in each of %d seeds", m.N)
	case math.IsNaN(m.SD):
		return "no estimate: it is made of shares or medians of the seeds"
	}
	effect := fmt.Sprintf("(the margin is %.2g deviations, in %d seeds)", math.Abs(m.Mean)/m.SD, m.N)
	n, ok := stats.Seeds(m, power)
	if !ok {
		return fmt.Sprintf("more than %d %s", stats.MostSeeds, effect)
	}
	return fmt.Sprintf("%d %s", n, effect)
}

// Check parses a claim and resolves its names against the arms of a study, which need not
// have been run. A number that no run of them can have is an error, too.
func Check(text string, s *results.Study) error {
	f, err := formula.Parse(text)
	if err != nil {
		return err
	}
	_, _, err = f.Truth(stats.Mean, env{study: s, pretend: true})
	return err
}

// Evaluate gives the verdict on a claim that has passed Check: it evaluates both sides in
// each seed, and compares the means.
func Evaluate(text string, s *results.Study) Verdict {
	v := Verdict{Text: text, State: NotYetRun}
	f, err := formula.Parse(text)
	if err != nil {
		v.State, v.Lacks = Unknown, err.Error()
		return v
	}
	if len(s.Seeds) == 0 || len(s.Arms) == 0 {
		v.Lacks = "there are no trials"
		return v
	}
	var lacks lacking
	replicates := make([]formula.Env, len(s.Seeds))
	for i := range s.Seeds {
		replicates[i] = env{study: s, seed: i, lacks: &lacks}
	}
	holds, parts, err := f.Truth(stats.Mean, replicates...)
	if err != nil {
		v.State, v.Lacks = Unknown, err.Error()
		return v
	}
	if text := lacks.String(); text != "" {
		v.Lacks = text
		if !lacks.runs() {
			v.State = Unknown
		}
		return v
	}
	v.State, v.Lacks = NotMet, strings.Join(lacks.bounds, "; ")
	if holds {
		v.State = Met
	}
	for _, c := range parts {
		p := Part{Comparison: c, Agree: agree(c), Bounded: lacks.bounds != nil}
		p.Margin = margin(c)
		v.Parts = append(v.Parts, p)
	}
	return v
}

// margin describes left minus right. diverged counts as a share of the seeds.
func margin(c formula.Comparison) (m stats.Sample) {
	d := stats.Paired(c.Lefts, c.Rights).Sample
	switch {
	case math.IsInf(d.Mean, 0) || math.IsNaN(d.Mean):
		return stats.Sample{}
	case c.Aggregate != nil:
		return aggregate(*c.Aggregate, c.Left, c.Right)
	case c.LeftOf == "diverged" && slices.Min(c.Rights) == slices.Max(c.Rights):
		return aggregate(formula.Aggregate{Function: "share", Values: c.Lefts, Left: true}, c.Left, c.Right)
	case c.RightOf == "diverged" && slices.Min(c.Lefts) == slices.Max(c.Lefts):
		return aggregate(formula.Aggregate{Function: "share", Values: c.Rights}, c.Left, c.Right)
	case c.Aggregated: // the numbers of the seeds are not independent
		return stats.Sample{N: d.N, Mean: d.Mean, SD: math.NaN(), Lo: math.NaN(), Hi: math.NaN()}
	}
	return d
}

// aggregate is the margin between a number of all seeds, such as a median, and a constant.
func aggregate(a formula.Aggregate, left, right float64) (m stats.Sample) {
	if a.Function == "share" {
		k := 0
		for _, v := range a.Values {
			k += int(v)
		}
		m = stats.ShareOf(k, len(a.Values))
	} else {
		m = stats.Median(a.Values)
	}
	if !a.Left {
		m.Lo, m.Hi = left-m.Hi, left-m.Lo
	} else {
		m.Lo, m.Hi = m.Lo-right, m.Hi-right
	}
	m.Mean = left - right
	return m
}

// agree tells whether the comparison has the same result in every seed as for the means.
func agree(c formula.Comparison) bool {
	for i, left := range c.Lefts {
		right := c.Rights[i]
		if math.IsNaN(left) || math.IsNaN(right) || cmp.Compare(left, right) != cmp.Compare(c.Left, c.Right) {
			return false
		}
	}
	return true
}

// lacking collects the numbers that a claim lacks.
type lacking struct {
	bounds  []string            // that take the place of numbers too small to be resolved
	numbers []string            // that complete runs do not have
	unfit   []string            // runs without an outcome
	arms    []string            // that are not yet run
	seeds   map[string][]string // of those arms
}

// runs tells whether trials are missing that could still be run.
func (l lacking) runs() bool { return l.unfit != nil || l.arms != nil }

// trial adds a trial without an outcome.
func (l *lacking) trial(a *results.Arm, t results.Trial) {
	if t.State != "" {
		add(&l.unfit, fmt.Sprintf("[%s], seed %d is %s", a, t.Seed, t.State))
		return
	}
	if l.seeds == nil {
		l.seeds = map[string][]string{}
	}
	add(&l.arms, a.String())
	seeds := l.seeds[a.String()]
	add(&seeds, fmt.Sprint(t.Seed))
	l.seeds[a.String()] = seeds
}

func add(list *[]string, text string) {
	if !slices.Contains(*list, text) {
		*list = append(*list, text)
	}
}

func (l lacking) String() string {
	all := append(l.numbers, l.unfit...)
	for _, a := range l.arms {
		word := "seed"
		if len(l.seeds[a]) > 1 {
			word = "seeds"
		}
		all = append(all, fmt.Sprintf("[%s], %s %s", a, word, strings.Join(l.seeds[a], ", ")))
	}
	return strings.Join(all, "; ")
}

// env gives names their values in one seed. It implements formula.Env.
type env struct {
	study   *results.Study
	seed    int      // its index
	pretend bool     // give the value 1 to every name that can have one
	lacks   *lacking // collects the numbers that are missing
}

// Expand implements formula.Env.
func (e env) Expand(n formula.Name) ([]formula.Name, error) {
	if !Known(n.Path) {
		return nil, errors.New(UnknownMetric(n.Path))
	}
	arms, err := Arms(e.study, n.Labels)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", n.Path, err)
	}
	var all []formula.Name
	for _, a := range arms {
		all = append(all, formula.Name{Path: n.Path, Labels: a.Labels})
	}
	return all, nil
}

// Value implements formula.Env.
func (e env) Value(n formula.Name) (float64, error) {
	return e.number(n, "", func(t results.Trial) (float64, string) {
		if v, ok := t.Value(n.Path); ok {
			return v, ""
		}
		if bound, ok := t.Below(n.Path); ok {
			add(&e.lacks.bounds, fmt.Sprintf("%s of [%s], seed %d is below %.3g, the smallest number that can be resolved", n.Path, strings.Join(n.Labels, ", "), t.Seed, bound))
			return bound, ""
		}
		return 0, "has no " + n.Path
	})
}

// Series implements formula.Env: at(metric[arm], step) is the record at that step, and
// steps_to(metric[arm], value) the first step at which the metric is at most that value,
// which is infinite if there is none. The steps of the gradient by lag are lags.
func (e env) Series(function string, n formula.Name, args []float64) (float64, bool, error) {
	if function != "at" && function != "steps_to" {
		return 0, false, nil
	}
	if len(args) != 1 {
		return 0, true, fmt.Errorf("have %d arguments, want 2: a metric of an arm, and a number", len(args)+1)
	}
	lacks := ""
	if function == "at" {
		if arms, err := Arms(e.study, n.Labels); err == nil {
			lacks = arms[0].Planned.LacksRecord(n.Path, args[0])
		}
		if lacks != "" {
			lacks = fmt.Sprintf(" at %s %v: %s", results.Place(n.Path), args[0], lacks)
		}
	}
	v, err := e.number(n, lacks, func(t results.Trial) (float64, string) {
		steps, values := t.Series(n.Path)
		if function == "steps_to" {
			for i, v := range values {
				if v <= args[0] {
					return steps[i], ""
				}
			}
			return math.Inf(1), ""
		}
		if i := slices.Index(steps, args[0]); i >= 0 {
			return values[i], ""
		}
		if t.State == run.Diverged && (len(steps) == 0 || steps[len(steps)-1] < args[0]) { // before that step
			if v, ok := t.Value(n.Path); ok {
				return v, ""
			}
		}
		return 0, fmt.Sprintf("has no %s at %s %v: %s", n.Path, results.Place(n.Path), args[0], records(steps))
	})
	return v, true, err
}

// records says which steps have one.
func records(steps []float64) string {
	switch n := len(steps); {
	case n == 0:
		return "it has no records"
	case n < 4:
		return "its records are at " + strings.Trim(strings.ReplaceAll(fmt.Sprint(steps), " ", ", "), "[]")
	default:
		return fmt.Sprintf("its records are at %v, %v, ..., %v", steps[0], steps[1], steps[n-1])
	}
}

// Share implements formula.Env.
func (e env) Share(name string) bool { return metric.Share(name) }

// number finds the arm of a name, and returns a number of its trial; value gives that, or
// why the trial has none. planned says why no trial of the arm can have one, if so.
func (e env) number(n formula.Name, planned string, value func(results.Trial) (v float64, lacks string)) (float64, error) {
	arms, err := Arms(e.study, n.Labels)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", n.Path, err)
	}
	a := arms[0]
	if e.pretend {
		if lacks := a.Planned.Lacks(n.Path); lacks != "" {
			planned = ": " + lacks
		}
		if planned != "" {
			return 0, fmt.Errorf("[%s] will have no %s%s", a, n.Path, planned)
		}
		return 1, nil
	}
	t := a.Trials[e.seed]
	if t.Done() {
		v, lacks := value(t)
		if lacks != "" {
			add(&e.lacks.numbers, fmt.Sprintf("[%s], seed %d %s", a, t.Seed, lacks))
		}
		return v, nil
	}
	e.lacks.trial(a, t)
	return math.NaN(), nil
}

// UnknownMetric is the message for a metric that no trial can have.
func UnknownMetric(name string) string {
	return fmt.Sprintf("no metric %s: want train, val or test followed by %s, as in test.error, or probe followed by a name, or diverged, seconds, steps, epochs, params, macs",
		name, strings.Join(metric.Names(), ", "))
}

// Known tells whether a trial may have the number.
func Known(name string) bool {
	part, of, dotted := strings.Cut(name, ".")
	if !dotted {
		return slices.Contains([]string{"diverged", "seconds", "steps", "epochs", "params", "macs", "best_epoch", "best_step"}, name)
	}
	return part == "probe" && of != "" || metric.Known(name)
}

// Arms finds the arms with these labels, one per axis, in the order of the sweep.
// [formula.Any] matches any label. Labels that match no arm are an error that says why.
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
