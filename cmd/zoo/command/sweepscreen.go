package command

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"zoo/experiments/run"
	"zoo/experiments/sweep"
)

// A sweepScreen shows the progress of a sweep: a line for each trial that ends and, on a
// terminal, one progress bar.
type sweepScreen struct {
	*screen
	total   int // trials
	before  int // trials that were done before
	twice   int // trials that are the same as an earlier one, in another arm
	ended   map[string]int
	work    int64             // multiply-adds of all trials that were not done
	did     map[string]int64  // multiply-adds done so far, by trial
	running []string          // trials in progress, the first begun first
	at      map[string]string // how far these are
}

func newSweepScreen(out, err io.Writer, p *sweep.Plan) *sweepScreen {
	s := &sweepScreen{screen: newScreen(out, err), total: len(p.Trials), ended: map[string]int{}, did: map[string]int64{}, at: map[string]string{}}
	seen := map[string]bool{}
	for _, t := range p.Trials {
		switch {
		case t.Done():
			s.before++
		case seen[t.ID]:
			s.twice++
		default:
			seen[t.ID] = true
			s.work += work(t, t.Steps)
		}
	}
	line := fmt.Sprintf("%s  %d trials, %d done before", p.Name, s.total, s.before)
	if s.twice > 0 {
		line += fmt.Sprintf(", %d the same as in an earlier arm", s.twice)
	}
	s.line(s.out, "%s", line)
	for _, n := range p.Notices {
		s.Notice(n.String())
	}
	if s.terminal != nil && s.work > 0 {
		s.start(s.work, s.counts())
	}
	return s
}

// work is the multiply-adds of a trial's first steps, with an allowance for its start.
func work(t sweep.PlannedTrial, steps int) int64 {
	return int64(t.MACs+100_000) * int64(t.Batch) * int64(steps+10)
}

// trialName names a trial under way in few columns: plain, 56 s1.
func trialName(t sweep.PlannedTrial) string {
	return fmt.Sprintf("%s s%d", armName(t.Labels), t.Seed)
}

// Progress implements sweep.Monitor.
func (s *sweepScreen) Progress(t sweep.PlannedTrial, p sweep.TrialProgress) {
	if s.bar == nil {
		return
	}
	name := trialName(t)
	if !slices.Contains(s.running, name) {
		s.running = append(s.running, name)
	}
	s.at[name] = fmt.Sprintf("%s %d/%d", name, p.Step, p.Of)
	s.did[t.ID] = work(t, p.Step)
	s.draw()
}

// Trial implements sweep.Monitor.
func (s *sweepScreen) Trial(t sweep.PlannedTrial, o sweep.TrialOutcome) {
	s.ended[o.State]++
	s.did[t.ID] = work(t, t.Steps)
	name := trialName(t)
	s.running = slices.DeleteFunc(s.running, func(r string) bool { return r == name })
	line := fmt.Sprintf("[%*d/%d] %s  seed %d  %s", len(fmt.Sprint(s.total)), s.over(), s.total, armName(t.Labels), t.Seed, o.State)
	selects, _ := o.Summary["selects"].(string)
	for _, m := range []struct {
		name   string
		format func(v float64) string
	}{
		{"train.loss", func(v float64) string { return fmt.Sprintf("train %.4f", v) }},
		{"test." + selects, func(v float64) string { return "test " + valueText(selects, v) }},
		{"seconds", func(v float64) string { return fmt.Sprintf("%.1fs", v) }},
	} {
		if v, ok := o.Summary.Float(m.name); ok && o.State == run.Complete {
			line += "  " + m.format(v)
		}
	}
	if o.State == run.Diverged {
		line += fmt.Sprintf("  at step %v", o.Summary["diverged_at_step"])
	}
	if o.Error != "" {
		line += ": " + o.Error
	}
	s.Notice(o.Notices)
	s.line(s.out, "%s", line)
	s.draw()
}

// draw updates the bar.
func (s *sweepScreen) draw() {
	if s.bar == nil {
		return
	}
	var done int64
	for _, d := range s.did {
		done += d
	}
	s.show(s.underWay(s.room()))
	s.bar.Set64(min(done, s.work))
}

// underWay is the counts, followed by as many trials in progress as there is room for, and
// the number of the others.
func (s *sweepScreen) underWay(room int) string {
	text := s.counts()
	for i, r := range s.running {
		others := ""
		if n := len(s.running) - i - 1; n > 0 {
			others = fmt.Sprintf(" +%d", n)
		}
		with := text + " | " + visible(s.at[r])
		if columns(with+others) > room {
			return text + fmt.Sprintf(" +%d", len(s.running)-i)
		}
		text = with
	}
	return text
}

// over is how many trials have ended.
func (s *sweepScreen) over() int {
	n := s.before + s.twice
	for _, k := range s.ended {
		n += k
	}
	return n
}

// counts says how many trials are done, and how many ended otherwise.
func (s *sweepScreen) counts() string {
	parts := []string{fmt.Sprintf("%d/%d", s.before+s.twice+s.ended[run.Complete]+s.ended[run.Diverged], s.total)}
	for _, state := range []string{run.Diverged, run.Failed, run.Interrupted} {
		if n := s.ended[state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, state))
		}
	}
	return strings.Join(parts, ", ")
}
