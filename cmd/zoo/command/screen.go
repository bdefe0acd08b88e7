package command

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"zoo/datasets"
	"zoo/experiments"
)

// A screen shows how a trial is going on: lines on out, and on err, if that is a
// terminal, one progress bar.
type screen struct {
	out, err io.Writer
	terminal bool
	bar      *progressbar.ProgressBar
	slow     string // the slow part that the bar is of; empty in training
}

func newScreen(out, err io.Writer) *screen {
	f, ok := err.(*os.File)
	return &screen{out: out, err: err, terminal: ok && showsBar(f)}
}

func (s *screen) start(total int64, options ...progressbar.Option) {
	s.bar = progressbar.NewOptions64(total, append([]progressbar.Option{
		progressbar.OptionSetWriter(s.err), progressbar.OptionThrottle(100 * time.Millisecond), progressbar.OptionClearOnFinish(),
		progressbar.OptionUseANSICodes(barUsesEscapes), progressbar.OptionSetPredictTime(true), progressbar.OptionSetWidth(20), progressbar.OptionFullWidth(),
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "=", SaucerHead: ">", SaucerPadding: " ", BarStart: "[", BarEnd: "]"}),
	}, options...)...)
}

// end takes the bar off the screen.
func (s *screen) end() {
	if s.bar != nil {
		s.bar.Clear()
		s.bar = nil
	}
}

// line prints a line above the bar.
func (s *screen) line(w io.Writer, format string, args ...any) {
	if s.bar != nil {
		s.bar.Clear()
	}
	fmt.Fprintln(w, visible(fmt.Sprintf(format, args...)))
	if s.bar != nil {
		s.bar.RenderBlank()
	}
}

// Data implements experiments.Monitor.
func (s *screen) Data(d datasets.Step) {
	if d.Notice != "" {
		s.Notice(d.Notice)
		return
	}
	if !s.terminal {
		if d.What != s.slow { // a line a file
			s.slow = d.What
			fmt.Fprintln(s.out, d.What)
		}
		return
	}
	if d.What != s.slow {
		s.end()
		s.slow = d.What
		s.start(d.Total, progressbar.OptionSetDescription(visible(d.What)), progressbar.OptionShowCount(), progressbar.OptionShowBytes(d.Unit == "B"))
	}
	s.bar.Set64(d.Done)
}

// Begin implements experiments.Monitor.
func (s *screen) Begin(t *experiments.Trial, dir string, step int) {
	s.end()
	c := t.Config
	s.line(s.out, "%s  seed %d", c.Name, c.Seed)
	s.line(s.out, "model  %s, %s parameters, %s multiply-adds", c.Model.Name, thousands(t.Params.Count()), thousands(t.Eval.MACs()))
	s.line(s.out, "data   %s, %s train, %s val, %s test", c.Data.Name,
		thousands(t.Data.Len(datasets.Train)), thousands(t.Data.Len(datasets.Val)), thousands(t.Data.Len(datasets.Test)))
	for _, n := range t.Notices() {
		s.Notice(n)
	}
	if step > 0 {
		s.line(s.out, "continuing %s at step %d of %d", dir, step, t.Steps())
	}
	if s.terminal {
		s.slow = ""
		s.start(int64(t.Steps()), progressbar.OptionShowCount(), progressbar.OptionSetItsString("steps"), progressbar.OptionShowIts())
		s.bar.Set(step)
	}
}

// Step implements experiments.Monitor.
func (s *screen) Step(e experiments.Step) {
	if s.bar != nil {
		s.bar.Describe(fmt.Sprintf("epoch %d loss %.4f", e.Epoch, e.Loss))
		s.bar.Set(e.Step)
	}
}

// Epoch implements experiments.Monitor.
func (s *screen) Epoch(e experiments.Epoch) {
	line := fmt.Sprintf("epoch %*d/%d  train %.4f %5.2f%%", len(fmt.Sprint(e.Of)), e.Epoch, e.Of, e.Train.Loss, 100*e.Train.Accuracy)
	if e.Val != nil {
		line += fmt.Sprintf("  val %.4f %5.2f%%", e.Val.Loss, 100*e.Val.Accuracy)
		if e.Val.Top5 != nil {
			line += fmt.Sprintf("  top-5 %.2f%%", 100**e.Val.Top5)
		}
	}
	line += fmt.Sprintf("  lr %.1e  %6s", e.LR, duration(e.Seconds))
	if e.Best {
		line += "  best"
	}
	s.line(s.out, "%s", line)
}

// Notice implements experiments.Monitor.
func (s *screen) Notice(message string) {
	for l := range strings.Lines(message) {
		s.line(s.err, "notice: %s", strings.TrimSpace(l))
	}
}

// thousands writes 61706 as 61,706.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// duration writes seconds as people read them.
func duration(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
