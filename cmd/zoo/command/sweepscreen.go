package command

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"zoo/experiments/run"
	"zoo/experiments/sweep"
)

// A sweepScreen shows how a sweep is going on: a line for each trial that ends,
// and on a terminal one progress bar for the whole.
type sweepScreen struct {
	*screen
	total   int // trials
	before  int // that were done before
	twice   int // that are a trial before them in another arm
	ended   map[string]int
	work    int64            // of all trials that were not done: multiply-adds
	did     map[string]int64 // of it, by trial
	running []string         // trials under way, the first begun first
	at      map[string]string
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
		line += fmt.Sprintf(", %d the same as in an arm before them", s.twice)
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

// work is the work of a trial's first steps, with a share for its start.
func work(t sweep.PlannedTrial, steps int) int64 {
	return int64(t.MACs+100_000) * int64(t.Batch) * int64(steps+10)
}

// Progress implements sweep.Monitor.
func (s *sweepScreen) Progress(t sweep.PlannedTrial, p sweep.TrialProgress) {
	if s.bar == nil {
		return
	}
	name := fmt.Sprintf("%s s%d", armName(t.Labels), t.Seed)
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
	name := fmt.Sprintf("%s s%d", armName(t.Labels), t.Seed)
	s.running = slices.DeleteFunc(s.running, func(r string) bool { return r == name })
	line := fmt.Sprintf("[%*d/%d] %s  seed %d  %s", len(fmt.Sprint(s.total)), s.over(), s.total, armName(t.Labels), t.Seed, o.State)
	for _, m := range []struct {
		name, format string
		scale        float64
	}{{"train.loss", "train %.4f", 1}, {"test.accuracy", "test %.2f%%", 100}, {"seconds", "%.1fs", 1}} {
		if v, ok := o.Summary.Float(m.name); ok && o.State == run.Complete {
			line += "  " + fmt.Sprintf(m.format, m.scale*v)
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

// draw shows how far the sweep is.
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

// underWay are the counts and the trials under way, as many as there is room for; how
// many others there are stands after them.
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

// over is how many trials are over.
func (s *sweepScreen) over() int {
	n := s.before + s.twice
	for _, k := range s.ended {
		n += k
	}
	return n
}

// counts says how many trials ended how.
func (s *sweepScreen) counts() string {
	parts := []string{fmt.Sprintf("%d/%d", s.before+s.twice+s.ended[run.Complete]+s.ended[run.Diverged], s.total)}
	for _, state := range []string{run.Diverged, run.Failed, run.Interrupted} {
		if n := s.ended[state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, state))
		}
	}
	return strings.Join(parts, ", ")
}
