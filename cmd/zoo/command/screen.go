package command

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/schollz/progressbar/v3"

	"zoo/datasets"
	"zoo/experiments/train"
)

// A screen shows the progress of a trial: lines on out and, if err is a terminal, one
// progress bar on it.
type screen struct {
	out, err io.Writer
	terminal *os.File // the terminal err, or nil
	bar      *progressbar.ProgressBar
	slow     string // what the bar measures; empty in training

	about string // the text before the bar
	long  int    // columns of the bar
	drawn string // the whole line when it was last measured
	rest  int    // columns of the line beside about and the bar
}

func newScreen(out, err io.Writer) *screen {
	s := &screen{out: out, err: err}
	if l, ok := err.(*lines); ok && showsBar(l.file) {
		s.terminal = l.file
	}
	return s
}

// A bar has longest columns if there is room. A terminal of at least roomy columns shows
// counts beside it, and one of fewer than narrow columns shows no times.
const longest, roomy, narrow = 40, 76, 40

// start puts a bar on the terminal.
func (s *screen) start(total int64, about string, counts ...progressbar.Option) {
	width := barLine{s.terminal}.width()
	if width < roomy {
		counts = nil
	}
	s.bar = progressbar.NewOptions64(total, append([]progressbar.Option{
		progressbar.OptionSetWriter(barLine{s.terminal}), progressbar.OptionThrottle(100 * time.Millisecond), progressbar.OptionClearOnFinish(),
		progressbar.OptionUseANSICodes(barUsesEscapes), progressbar.OptionSetPredictTime(width >= narrow), progressbar.OptionSetElapsedTime(width >= narrow),
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "=", SaucerHead: ">", SaucerPadding: " ", BarStart: "[", BarEnd: "]"}),
	}, counts...)...)
	s.about, s.long, s.drawn, s.rest = "", 0, "", len("   0% [] [0s:0s]")
	s.show(about)
}

// longer is how much longer a line may become from one drawing to the next.
const longer = len("1h10m")

// room is how many columns of the terminal are left for the text before the bar and the
// bar.
func (s *screen) room() int {
	if drawn := s.bar.String(); drawn != s.drawn {
		s.drawn, s.rest = drawn, columns(drawn)-columns(s.about)-s.long
	}
	return max(0, barLine{s.terminal}.width()-s.rest-longer)
}

// show changes the text before the bar, cut to the room there is, and gives the rest to the
// bar.
func (s *screen) show(about string) {
	room := s.room()
	s.about = visible(about)
	if columns(s.about) > room {
		s.about = text.Trim(s.about, room-1) + text.Trim("…", room)
	}
	s.long = min(longest, room-columns(s.about))
	progressbar.OptionSetWidth(s.long)(s.bar)
	s.bar.Describe(s.about)
}

// A barLine writes a terminal's line with the bar, cut at the width of the terminal.
type barLine struct{ file *os.File }

// width is 80 columns if the terminal does not tell its width.
func (s barLine) width() int { return cmp.Or(terminalWidth(s.file), 80) }

func (s barLine) Write(b []byte) (int, error) {
	width := s.width()
	var cut []string
	for part := range strings.SplitSeq(string(b), "\r") {
		cut = append(cut, text.Trim(part, width))
	}
	if _, err := s.file.WriteString(strings.Join(cut, "\r")); err != nil {
		return 0, err
	}
	return len(b), nil
}

// end removes the bar.
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
	fmt.Fprintf(w, format+"\n", args...)
	if s.bar != nil {
		s.bar.RenderBlank()
	}
}

// Data implements train.Monitor.
func (s *screen) Data(d datasets.Step) {
	if d.Notice != "" {
		s.Notice(d.Notice)
		return
	}
	if s.terminal == nil {
		if d.What != s.slow { // one line per file
			s.slow = d.What
			fmt.Fprintln(s.out, d.What)
		}
		return
	}
	if d.What != s.slow {
		s.end()
		s.slow = d.What
		s.start(d.Total, d.What, progressbar.OptionShowCount(), progressbar.OptionShowBytes(d.Unit == "B"))
	}
	s.bar.Set64(d.Done)
}

// Begin implements train.Monitor.
func (s *screen) Begin(t *train.Trial, dir string, step int) {
	s.end()
	c := t.Config
	s.line(s.out, "%s  seed %d", c.Name, c.Seed)
	s.line(s.out, "model  %s, %s parameters, %s multiply-adds", c.Model.Name, thousands(t.Params.Count()), thousands(t.Eval().MACs()))
	s.line(s.out, "data   %s, %s train, %s val, %s test", c.Data.Name,
		thousands(t.Data.Len(datasets.Train)), thousands(t.Data.Len(datasets.Val)), thousands(t.Data.Len(datasets.Test)))
	for _, n := range t.Notices() {
		s.Notice(n)
	}
	if step > 0 {
		s.line(s.out, "continuing %s at step %d of %d", dir, step, t.Steps())
	}
	if s.terminal != nil {
		s.slow = ""
		s.start(int64(t.Steps()), "", progressbar.OptionShowCount(), progressbar.OptionSetItsString("steps"), progressbar.OptionShowIts())
		s.bar.Set(step)
	}
}

// Step implements train.Monitor.
func (s *screen) Step(e train.Step) {
	if s.bar != nil {
		s.show(fmt.Sprintf("epoch %d loss %.4f", e.Epoch, e.Loss))
		s.bar.Set(e.Step)
	}
}

// Epoch implements train.Monitor.
func (s *screen) Epoch(e train.Epoch) {
	line := fmt.Sprintf("epoch %*d/%d", len(fmt.Sprint(e.Of)), e.Epoch, e.Of)
	if e.Within {
		line = fmt.Sprintf("step %*d/%d", len(fmt.Sprint(e.Steps)), e.Step, e.Steps)
	}
	line += "  train " + brief(e.Metrics[:min(2, len(e.Metrics))], e.Train)
	if e.Val != nil {
		line += "  val " + brief(e.Metrics, e.Val)
	}
	line += fmt.Sprintf("  lr %.1e  %6s", e.LR, duration(e.Seconds))
	if e.Best {
		line += "  best"
	}
	s.line(s.out, "%s", line)
}

// Notice implements train.Monitor.
func (s *screen) Notice(message string) {
	for l := range strings.Lines(message) {
		s.line(s.err, "notice: %s", strings.TrimSpace(l))
	}
}
