package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zoo/experiments/claims"
	"zoo/experiments/results"
	"zoo/experiments/run"
)

// hostile is a study with a malicious config.
func hostile() *Study {
	s := inits()
	bad := "<script>alert(1)</script>\"' onload=x | `a` \x1b[2J \x00 ]]> --> </style> {{.}} @x *y*"
	s.Name, s.Claim, s.Paper, s.Figure, s.Config, s.Code, s.Data, s.Baseline = bad, bad, bad, bad, bad, bad, bad, bad
	s.Commands = []string{bad + "\n```"}
	s.Axes[0].Labels[0], s.Arms[0].Labels[0] = bad, bad
	s.Arms[0].Changes[0].Value = bad
	s.Display.Metrics = []string{"test.accuracy", bad}
	s.Arms[0].Trials[0].Summary["machine"] = bad
	s.Arms[0].Trials[0].Summary[bad] = 1.0
	s.Arms[0].Trials[0].Probe.Signals[0].Path = bad
	return s
}

// awkward is a study with values that no axis can hold.
func awkward() *Study {
	s := depths()
	s.Display.Log = []string{"x", "test.error", "train.loss"}
	s.Axes[1].Values[0] = 0
	values := []any{0.0, -1.0, "NaN", "+Inf", "-Inf", 1e300, 1e-300}
	for i := range s.Arms {
		for k := range s.Arms[i].Trials {
			t := &s.Arms[i].Trials[k]
			if t.State == run.Complete {
				t.Summary["test.accuracy"], t.Summary["train.loss"] = values[(i+k)%len(values)], values[(2*i+k)%len(values)]
			}
			t.Metrics = slices.Clone(t.Metrics)
			if len(t.Metrics) > 3 {
				t.Metrics[2] = run.Metric{Step: 30, Split: "train", Values: run.Values{"loss": []float64{0, -3, math.Inf(1), 1e30}[(i+k)%4]}}
			}
		}
	}
	return s
}

// nothing is a study of which nothing has been run.
func nothing() *Study {
	s := depths()
	for i := range s.Arms {
		for k := range s.Arms[i].Trials {
			s.Arms[i].Trials[k] = results.Trial{Seed: s.Arms[i].Trials[k].Seed}
		}
	}
	return s
}

func oneSeed() *Study {
	s := depths()
	s.Seeds = s.Seeds[:1]
	for i := range s.Arms {
		s.Arms[i].Trials = s.Arms[i].Trials[:1]
	}
	return s
}

func alone() *Study {
	return &Study{Name: "alone", Seeds: []uint64{1}, Display: results.Display{Metrics: []string{"test.error"}},
		Arms: []results.Arm{{Trials: []results.Trial{madeUp(1, run.Complete, 0.1, 0.05)}}}}
}

func all() map[string]*Study {
	return map[string]*Study{
		"depths": depths(), "inits": inits(), "many": many(), "begun": begun(), "hostile": hostile(), "awkward": awkward(),
		"nothing": nothing(), "one seed": oneSeed(), "alone": alone(), "no arms": {Name: "no arms", Display: results.Display{Metrics: []string{"test.error"}}},
	}
}

// wellFormed parses XML to its end.
func wellFormed(t *testing.T, what string, b []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return
		}
	}
}

// TestEverything makes the whole report of every study twice, with equal bytes.
func TestEverything(t *testing.T) {
	for name, s := range all() {
		t.Run(name, func(t *testing.T) {
			v := verdicts(s, "test.error[plain, 44] > 1", "x <")
			make := func() map[string]string {
				files := map[string]string{}
				dir := t.TempDir()
				names, err := Write(dir, s, v)
				if err != nil {
					t.Fatal(err)
				}
				for _, n := range names {
					b, err := os.ReadFile(n)
					if err != nil {
						t.Fatal(err)
					}
					files[filepath.Base(n)] = string(b)
				}
				return files
			}
			first, second := make(), make()
			if len(first) != 3+2*len(Figures(s)) {
				t.Errorf("have %d files of %d figures", len(first), len(Figures(s)))
			}
			for n, content := range first {
				if content != second[n] {
					t.Errorf("%s differs the second time", n)
				}
				if strings.HasSuffix(n, ".svg") {
					wellFormed(t, n, []byte(content))
				}
				if strings.HasSuffix(n, ".png") {
					continue
				}
				if n == "report.md" { // in code, everything is as it is
					content = regexp.MustCompile("(?s)\n````*\n.*\n````*\n").ReplaceAllString(content, "")
				}
				for _, bad := range []string{"NaN", "%!", "<script>alert", "\x1b", "\x00", "ZgotmplZ"} {
					if strings.Contains(content, bad) && !(n == "results.csv" && (bad == "NaN" || name == "hostile")) {
						t.Errorf("%s has %q", n, bad)
					}
				}
			}
			var b bytes.Buffer
			if err := JSON(&b, s, v); err != nil || !json.Valid(b.Bytes()) {
				t.Errorf("JSON: %v", err)
			}
		})
	}
}

// TestPageNeedsNothing: the page loads no other file, and each of its ids is unique.
func TestPageNeedsNothing(t *testing.T) {
	outside := regexp.MustCompile(`(?i)(src|href|action)\s*=\s*["']?\s*(https?:|//)|url\(|@import`)
	ids := regexp.MustCompile(` id="([^"]*)"`)
	for name, s := range all() {
		var b bytes.Buffer
		if err := HTML(&b, s, depthVerdicts(depths()), "running"); err != nil {
			t.Fatal(err)
		}
		if found := outside.FindString(b.String()); found != "" {
			t.Errorf("%s: the page has %s", name, found)
		}
		seen := map[string]bool{}
		for _, m := range ids.FindAllStringSubmatch(b.String(), -1) {
			if seen[m[1]] {
				t.Errorf("%s: two elements have the id %q", name, m[1])
			}
			seen[m[1]] = true
		}
	}
}

func TestGrid(t *testing.T) {
	g := Grids(begun())[1]
	if want := "train loss: mean with its 95 % interval (n = 3 seeds)"; g.Title != want {
		t.Errorf("have title %q, want %q", g.Title, want)
	}
	want := []string{"plain", "0.179 ± 0.007", "0.217 ± 0.010", "0.340 ± 0.007", "0.538 ± 0.020", "0.819 ± 0.008", "diverged †", "diverged † ‡"}
	if !slices.Equal(g.Rows[0], want) {
		t.Errorf("have %q, want %q", g.Rows[0], want)
	}
	if g.Rows[1][1] != "– ‡" {
		t.Errorf("have %q for an arm that is not done", g.Rows[1][1])
	}
	wantNotes := []string{
		"† 3 trials of 42 diverged (a loss was no longer finite): a diverged seed counts with an infinite loss, and as chance where chance has a value.",
		"‡ Without 22 trials that have no outcome: 19 not begun, 1 failed, 2 running.",
	}
	if !slices.Equal(g.Notes, wantNotes) {
		t.Errorf("have notes %q, want %q", g.Notes, wantNotes)
	}
	if n := Grids(oneSeed())[0].Notes; !strings.Contains(strings.Join(n, " "), "With n = 1, spread and intervals say little") {
		t.Errorf("have notes %q of one seed", n)
	}
}

func TestTurned(t *testing.T) {
	have := Grids(depths())[1].Turned()
	if want := []string{`depth \ residual`, ">plain", ">residual"}; !slices.Equal(have.Header, want) {
		t.Errorf("have %q, want %q", have.Header, want)
	}
	if want := []string{"56", "diverged †", "0.097 ± 0.021"}; len(have.Rows) != 7 || !slices.Equal(have.Rows[5], want) {
		t.Errorf("have %q, want %q", have.Rows, want)
	}
}

func TestCompare(t *testing.T) {
	tables := Comparisons(depths())
	if len(tables) != 2 {
		t.Fatalf("have %d tables, want 2", len(tables))
	}
	for i, want := range map[int][]string{
		0:  {"plain, 8", "0.179 ± 0.007", "0.0028", "3", "", "", "", "", "baseline"},
		6:  {"plain, 110 †", "diverged", "", "3", "", "", "", "", "baseline"},
		9:  {"residual, 20", "0.166 ± 0.013", "0.005", "3", "−0.174", "[−0.187, −0.161]", "<0.001", "<0.001", "shown"},
		12: {"residual, 56", "0.097 ± 0.021", "0.008", "3", "", "", "", "", "diverged"},
	} {
		if !slices.Equal(tables[1].Rows[i], want) {
			t.Errorf("row %d: have %q, want %q", i, tables[1].Rows[i], want)
		}
	}
	if have := tables[0].Rows[7][8]; have != "not shown" {
		t.Errorf("have %q, want not shown", have)
	}
	if c := Comparisons(inits()); len(c[0].Rows) != 5 || c[0].Rows[4][8] != "not shown" {
		t.Errorf("have %q", c[0].Rows)
	}
}

func TestClaims(t *testing.T) {
	have := Claims(depthVerdicts(depths()))
	want := [][]string{
		{"met", "15.13 %", "7.551 %", "[5.36, 9.798] %", "test.error[plain, 44] > test.error[plain, 20]"},
		{
			"met",
			"",
			"",
			"",
			"test.error[residual, 110] <= test.error[residual, 20] && train.loss[plain, 110] > 3 * train.loss[plain, 20]",
		},
		{
			"· holds, unsure",
			"5.052 %",
			"5.589 %",
			"[−2.604, 1.529] %",
			"test.error[residual, 110] <= test.error[residual, 20]",
		},
		{"· holds", "∞", "1.021", "", "train.loss[plain, 110] > 3 * train.loss[plain, 20]"},
		{
			"not met, unsure",
			"5.589 %",
			"3.775 %",
			"[−0.3706, 3.998] %",
			"test.error[residual, 20] < 0.5 * test.error[plain, 20]",
		},
	}
	for i := range want {
		if !slices.Equal(have.Rows[i], want[i]) {
			t.Errorf("have %q, want %q", have.Rows[i], want[i])
		}
	}
	open := Claims(depthVerdicts(begun()))
	if open.Rows[1][0] != claims.NotYetRun || len(open.Notes) == 0 {
		t.Errorf("have %q with %q for a claim that is not yet run", open.Rows[1], open.Notes)
	}
}

// TestMarkdownTables: every row of a table has the same number of cells as its header.
func TestMarkdownTables(t *testing.T) {
	bar := regexp.MustCompile(`(^|[^\\])\|`)
	for name, s := range all() {
		var b bytes.Buffer
		if err := Results(&b, []Section{{s, verdicts(s, "a|b")}}, "figures"); err != nil {
			t.Fatal(err)
		}
		cells := 0
		for line := range strings.Lines(b.String()) {
			if !strings.HasPrefix(line, "|") {
				cells = 0
				continue
			}
			n := len(bar.FindAllString(line, -1))
			if cells > 0 && n != cells {
				t.Errorf("%s: have %d bars, want %d, in %s", name, n, cells, line)
			}
			cells = n
		}
	}
}

func TestResults(t *testing.T) {
	name := filepath.Join(t.TempDir(), "experiments", "RESULTS.md")
	if err := os.MkdirAll(filepath.Join(filepath.Dir(name), "figures"), 0o777); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(filepath.Dir(name), "figures", "other.svg")
	if err := os.WriteFile(other, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	sections := []Section{{depths(), depthVerdicts(depths())}, {inits(), nil}}
	if err := WriteResults(name, sections); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| depth-made-up | 2 met (1 unsure), 1 not met (1 unsure) | 3 | 42 of 42 | 43 min |",
		"| init-made-up | no claims | 3 | 15 of 15 | 15 min |",
		"![test error, %](figures/depth-made-up-test-error.svg)",
		"| plain | 5.5 \\[3.8, 7.9\\] |",
	} {
		if !strings.Contains(string(b), want) {
			t.Errorf("want a line with %s in\n%.900s", want, b)
		}
	}
	for _, link := range regexp.MustCompile(`\]\(([^)]*)\)`).FindAllStringSubmatch(string(b), -1) {
		if _, err := os.Stat(filepath.Join(filepath.Dir(name), link[1])); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(other); err != nil {
		t.Errorf("a file that was there: %v", err)
	}
}

func TestCSV(t *testing.T) {
	s := begun()
	s.Arms[0].Trials[0].Summary["test.loss"] = "+Inf"
	var b bytes.Buffer
	if err := CSV(&b, s); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"residual", "depth", "seed", "state", "chance.accuracy", "classes", "seconds", "test.accuracy", "test.loss", "threads", "train.loss", "dir"}; !slices.Equal(rows[0], want) {
		t.Errorf("have header %q, want %q", rows[0], want)
	}
	if len(rows) != 43 {
		t.Errorf("have %d rows, want a header and 42 trials", len(rows))
	}
	if r := rows[1]; r[0] != "plain" || r[1] != "8" || r[2] != "1" || r[3] != "complete" || r[8] != "inf" || r[11] != "runs/made-up-s1" {
		t.Errorf("have %q", r)
	}
	if r := rows[42]; r[3] != "" || r[7] != "" {
		t.Errorf("have %q for a trial that has not begun", r)
	}
}

// TestInertCells: no label is a formula for a spreadsheet, and numbers stay numbers.
func TestInertCells(t *testing.T) {
	for in, want := range map[string]string{"=1+1": "'=1+1", "@SUM(A1)": "'@SUM(A1)", "-6": "-6", "+1e3": "+1e3", "-cmd": "'-cmd", "relu": "relu", "": ""} {
		if have := safeCell(in); have != want {
			t.Errorf("%q: have %q, want %q", in, have, want)
		}
	}
}

func TestDifferences(t *testing.T) {
	have := Differences(depths())
	if want := []string{"arm", "model.residual", "model.depth", ">parameters", ">multiply-adds"}; !slices.Equal(have.Header, want) {
		t.Errorf("have %q, want %q", have.Header, want)
	}
	if want := []string{"residual, 14", "true", "14", "8,000", "2,400,000"}; !slices.Equal(have.Rows[8], want) {
		t.Errorf("have %q, want %q", have.Rows[8], want)
	}
}

func TestProbes(t *testing.T) {
	tables := Probes(inits())
	if len(tables) != 6 || len(tables[0].Rows) != 60 {
		t.Fatalf("have %d tables", len(tables))
	}
	if r := tables[1].Rows[2]; r[0] != "conv2" || r[1] != "conv 3x3" || r[3] != "0.71" || r[6] != "" {
		t.Errorf("have %q", r)
	}
	if r := tables[1].Rows[3]; r[3] != "" || r[6] != "2.0 %" {
		t.Errorf("have %q", r)
	}
	lags := tables[len(tables)-1]
	if want := []string{"arm", ">1", ">2", ">5", ">10", ">20", ">40"}; !slices.Equal(lags.Header, want) || len(lags.Rows) != 9 {
		t.Errorf("have %q and %d rows, want %q, and 5 arms of which 4 are predicted", lags.Header, len(lags.Rows), want)
	}
	if r := lags.Rows[1]; r[0] != "xavier_normal" || r[2] != "0.5" { // the geometric mean of 0.25, 0.5 and 1
		t.Errorf("have %q", r)
	}
	if r := lags.Rows[2]; r[0] != "xavier_normal, predicted" || r[2] != "0.504" || r[6] != "1.12e−06" {
		t.Errorf("have %q", r)
	}
	if Probes(depths()) != nil {
		t.Error("a study without probes has tables of them")
	}
}

// TestTooltip: the points of a tooltip are where the drawing has them.
func TestTooltip(t *testing.T) {
	for _, f := range Figures(depths()) {
		svg, err := f.SVG()
		if err != nil {
			t.Fatal(err)
		}
		path := strings.ReplaceAll(string(svg), "M", "L")
		for _, panel := range f.tooltip.Panels {
			for _, l := range panel.Lines {
				for _, p := range l.Points {
					if p.X < panel.Left || p.X > panel.Right || p.Y < panel.Top-0.1 || p.Y > panel.Bottom+0.1 {
						t.Errorf("%s: %v is outside of the plot", f.Name, p)
					}
				}
			}
			// the first point of the first line: "L<x>,<height − y>" to a tenth
			p := panel.Lines[0].Points[0]
			found := false
			for _, m := range regexp.MustCompile(`L([\d.]+),([\d.]+)`).FindAllStringSubmatch(path, -1) {
				var x, y float64
				if json.Unmarshal([]byte(m[1]), &x) == nil && json.Unmarshal([]byte(m[2]), &y) == nil {
					found = found || math.Abs(x-p.X) < 0.11 && math.Abs(float64(f.height)-y-p.Y) < 0.11
				}
			}
			if !found {
				t.Errorf("%s: nothing is drawn at %v", f.Name, p)
			}
		}
	}
}
