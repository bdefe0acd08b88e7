package report

import (
	"encoding/json"
	"fmt"
	"html"
	"image/color"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	plotfont "gonum.org/v1/plot/font"

	"zoo/experiments/results"
	"zoo/experiments/run"
)

// survivors is a study with every way in which a seed can be missing from a curve.
func survivors() *Study {
	s := &Study{
		Name: "survivors-made-up", Seeds: []uint64{1, 2, 3},
		Axes:    []results.Axis{{Param: "train.optimizer.name", Labels: []string{"all", "late", "early", "never", "failed", "unlogged", "waiting"}}},
		Display: results.Display{Metrics: []string{"test.error", "train.loss"}},
	}
	diverged := func(seed uint64, records, step int) results.Trial {
		t := madeUp(seed, run.Diverged, 0.5, 0.1)
		t.Metrics = t.Metrics[:records]
		t.Summary["diverged_at_step"] = float64(step)
		return t
	}
	for i, label := range s.Axes[0].Labels {
		a := results.Arm{Labels: []string{label}}
		for _, seed := range s.Seeds {
			a.Trials = append(a.Trials, madeUp(seed, run.Complete, 0.3+0.1*float64(i), 0.1))
		}
		switch label {
		case "late":
			a.Trials[1] = diverged(2, 15, 151)
		case "early":
			a.Trials[2] = diverged(3, 0, 4)
		case "never":
			for k := range a.Trials {
				a.Trials[k] = diverged(s.Seeds[k], 0, 7+k)
			}
		case "failed":
			a.Trials[0] = madeUp(1, run.Failed, 1, 1)
		case "unlogged":
			for k := range a.Trials {
				a.Trials[k].Metrics = nil
			}
		case "waiting":
			for k := range a.Trials {
				a.Trials[k] = results.Trial{Seed: s.Seeds[k]}
			}
		}
		s.Arms = append(s.Arms, a)
	}
	return s
}

// spiked is a study whose last arms end far above all others.
func spiked() *Study {
	s := inits()
	s.Name, s.Display.Log = "spiked-made-up", nil
	for i := 3; i < 5; i++ {
		for k := range s.Arms[i].Trials {
			t := &s.Arms[i].Trials[k]
			t.Summary["train.loss"] = 564092.0
			t.Metrics = slices.Clone(t.Metrics)
			t.Metrics[20].Values = run.Values{"loss": 3e5}
		}
	}
	return s
}

// learningRates is a study of two series with more places on the x axis than
// there are hues, whose batches differ.
func learningRates() *Study {
	s := &Study{
		Name: "rates-made-up", Seeds: []uint64{1, 2},
		Axes:    []results.Axis{{Param: "model.norm", Labels: []string{"none", "layer"}}, {Param: "train.optimizer.lr"}},
		Display: results.Display{X: "train.optimizer.lr", Metrics: []string{"train.loss"}, Log: []string{"x"}},
	}
	for k := range 12 {
		s.Axes[1].Values = append(s.Axes[1].Values, math.Pow(2, float64(k)))
		s.Axes[1].Labels = append(s.Axes[1].Labels, fmt.Sprint(1<<k))
	}
	for i, norm := range s.Axes[0].Labels {
		for k, lr := range s.Axes[1].Labels {
			a := results.Arm{Labels: []string{norm, lr}, Changes: []results.Change{{Key: "train.batch", Value: []string{"32", "64"}[i]}}}
			for _, seed := range s.Seeds {
				a.Trials = append(a.Trials, madeUp(seed, run.Complete, 0.1+0.1*float64(k)+float64(i), 0.1))
			}
			s.Arms = append(s.Arms, a)
		}
	}
	return s
}

// bimodal is a study of two arms with one mean, one of which has two modes.
func bimodal(seeds int) *Study {
	s := &Study{
		Name:    "bimodal-made-up",
		Axes:    []results.Axis{{Param: "model.depth", Labels: []string{"1", "2", "3"}, Values: []float64{1, 2, 3}}},
		Display: results.Display{X: "model.depth", Metrics: []string{"test.accuracy"}},
	}
	for _, label := range s.Axes[0].Labels {
		a := results.Arm{Labels: []string{label}}
		for k := range seeds {
			t := madeUp(uint64(k), run.Complete, 0.1, 0.1)
			t.Summary["test.accuracy"] = 0.5
			if label == "2" {
				t.Summary["test.accuracy"] = []any{0.1, 0.9}[k%2]
			}
			a.Trials = append(a.Trials, t)
		}
		s.Arms = append(s.Arms, a)
	}
	for k := range seeds {
		s.Seeds = append(s.Seeds, uint64(k))
	}
	return s
}

func drawn() map[string]*Study {
	studies := all()
	studies["survivors"], studies["spiked"], studies["rates"], studies["bimodal"] = survivors(), spiked(), learningRates(), bimodal(6)
	return studies
}

// figureNamed is one of a study's figures, and the texts in its drawing.
func figureNamed(t *testing.T, s *Study, name string) (Figure, string) {
	t.Helper()
	for _, f := range Figures(s) {
		if f.Name == name {
			return f, textsOf(t, f)
		}
	}
	t.Fatalf("%s has no figure %s", s.Name, name)
	return Figure{}, ""
}

var textElement = regexp.MustCompile(`<text [^>]*>([^<]*)</text>`)

func textsOf(t *testing.T, f Figure) string {
	t.Helper()
	svg, err := f.SVG()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range textElement.FindAllStringSubmatch(string(svg), -1) {
		all = append(all, html.UnescapeString(m[1]))
	}
	return strings.Join(all, " ")
}

// TestMeanEndsWhereASeedEnds: a mean of the surviving seeds is never drawn.
func TestMeanEndsWhereASeedEnds(t *testing.T) {
	s := survivors()
	q := quantityOf("train.loss")
	late := curveOf(&s.Arms[1], q)
	if n := len(late.mean); n != 15 || late.mean[n-1].x != 150 || !late.mean[n-1].divergesAfter {
		t.Errorf("have a mean of %d points, want 15 up to step 150, where seed 2 diverged", n)
	}
	for i, p := range late.mean {
		sum := 0.0
		for _, trial := range s.Arms[1].Trials {
			sum += trial.Metrics[i].Values["loss"]
		}
		if math.Abs(p.y-sum/3) > 1e-12 {
			t.Errorf("step %v: have %v, want %v, the mean of all three", p.x, p.y, sum/3)
		}
	}
	var after []uint64
	for _, l := range late.seeds {
		after = append(after, l.seed)
		if first, last := l.points[0], l.points[len(l.points)-1]; first.x != 150 || last.x != 400 || last.divergesAfter {
			t.Errorf("seed %d goes from %v to %v, want 150 to 400", l.seed, first.x, last.x)
		}
	}
	if !slices.Equal(after, []uint64{1, 3}) {
		t.Errorf("seeds %v go on, want 1 and 3", after)
	}
	trial := &s.Arms[1].Trials[1] // a record more, which no other seed has
	trial.Metrics = append(slices.Clone(trial.Metrics), run.Metric{Step: 153, Split: "train", Values: run.Values{"loss": 9}})
	late = curveOf(&s.Arms[1], q)
	if n := len(late.mean); late.mean[n-1].x != 150 || !late.mean[n-1].divergesAfter {
		t.Errorf("the mean ends at %v, without a mark", late.mean[n-1].x)
	}
	if p := late.seeds[1].points; late.seeds[1].seed != 2 || p[1].x != 153 || !p[1].divergesAfter {
		t.Errorf("seed %d has %v after the mean, want a mark at step 153", late.seeds[1].seed, p)
	}
	early := curveOf(&s.Arms[2], q)
	if early.mean != nil || len(early.seeds) != 2 {
		t.Errorf("have a mean of %d points and %d seeds where one seed has no record, want none and 2", len(early.mean), len(early.seeds))
	}
	_, texts := figureNamed(t, s, "curves")
	for _, want := range []string{
		"× a seed diverged, and a mean ends: late (1 of 3 seeds).",
		"early (2 of 3 seeds), no mean", "failed (2 of 3 seeds)",
		"Thin lines: single seeds, where not all have come so far.",
		"Without a mean, 1 of 3 seeds diverged at step 4, before the first record: early.",
		"Without a curve, diverged at steps 7 to 9, before the first record: never.",
		"Without a curve, no record of train.loss: unlogged.",
		"Without a curve, not yet run: waiting.",
	} {
		if !strings.Contains(texts, want) {
			t.Errorf("want %q in %q", want, texts)
		}
	}
	if strings.Contains(texts, "all (") {
		t.Errorf("have a part of the seeds for an arm that has all, in %q", texts)
	}
}

// TestNoCurveAtAll: where every seed diverged at once, the figure says so.
func TestNoCurveAtAll(t *testing.T) {
	s := survivors()
	s.Axes[0].Labels, s.Arms = s.Axes[0].Labels[3:4], s.Arms[3:4]
	if _, texts := figureNamed(t, s, "curves"); !strings.Contains(texts, "Without a curve, diverged at steps 7 to 9, before the first record: never.") {
		t.Errorf("have %q", texts)
	}
	for _, f := range Figures(nothing()) {
		if f.Name == "curves" {
			t.Error("a study that has not begun has a figure of curves")
		}
	}
}

// TestEveryMeanIsDrawn: every mean and every seed is within the axes, or else at their edge,
// and then a note says so.
func TestEveryMeanIsDrawn(t *testing.T) {
	check := func(what string, axis span, v float64, notes string, marks [2]string) {
		t.Helper()
		edge := axis.edge(v)
		switch {
		case math.IsNaN(v):
		case edge > 0 && !strings.Contains(notes, marks[1]), edge < 0 && !strings.Contains(notes, marks[0]):
			t.Errorf("%s: %v stands at the edge, but the notes are %q", what, v, notes)
		case edge == 0 && (v < axis.min || v > axis.max):
			t.Errorf("%s: %v is outside of the axis from %v to %v", what, v, axis.min, axis.max)
		}
	}
	for name, s := range drawn() {
		for _, metric := range s.Display.Metrics {
			q := quantityOf(metric)
			if axis, ok := s.XAxis(); ok {
				ch := lineFigure(s, axis, q)
				ch.fitAxes()
				points := 0
				for _, l := range ch.lines {
					for _, p := range l.points {
						points++
						for _, v := range append(p.seeds, p.y) {
							check(name+" "+metric, ch.y, v, strings.Join(ch.notes, " "), [2]string{"▼", "▲"})
						}
					}
				}
				if arms := slices.DeleteFunc(slices.Clone(s.Arms), func(a results.Arm) bool { return a.Values(metric) == nil }); points == 0 && len(arms) > 0 && name != "awkward" {
					t.Errorf("%s %s: no point", name, metric)
				}
				continue
			}
			d, notes := rowsOf(s, q)
			for _, r := range d.rows {
				for _, v := range append(r.seeds, r.mean) {
					check(name+" "+metric, d.x, v, strings.Join(notes, " "), [2]string{"◄", "►"})
				}
			}
		}
		for _, f := range Figures(s) {
			for _, panel := range f.tooltip.Panels {
				for _, l := range panel.Lines {
					for _, p := range l.Points {
						if p.X < panel.Left || p.X > panel.Right || p.Y < panel.Top-0.1 || p.Y > panel.Bottom+0.1 {
							t.Errorf("%s, %s of %s: %v is outside of the plot", name, l.Name, f.Name, p)
						}
					}
				}
			}
		}
	}
}

// TestLogAxisSaysSo: values far above all others are not cut off, but make the
// axis logarithmic, and a note says so.
func TestLogAxisSaysSo(t *testing.T) {
	s := spiked()
	for figure, want := range map[string]string{
		"train-loss": "The x axis is logarithmic, for values from", "curves": "The y axis is logarithmic, for values from",
	} {
		_, texts := figureNamed(t, s, figure)
		if !strings.Contains(texts, want) || !strings.Contains(texts, logTitle) || strings.Contains(texts, "cut off") {
			t.Errorf("%s: want %q in %q", figure, want, texts)
		}
	}
	if _, texts := figureNamed(t, s, "test-accuracy"); strings.Contains(texts, "log") {
		t.Errorf("an axis that is linear says %q", texts)
	}
	for _, c := range []struct {
		values []float64
		want   bool
	}{
		{[]float64{0.1, 0.2, 0.3, 7, 5}, true},
		{[]float64{0, 0.2, 0.3, 7, 5}, false}, // 0 has no place on a log axis
		{[]float64{-1, 0.2, 0.3, 7, 5}, false},
		{[]float64{1, 2, 3, 4, 5}, false},
		{nil, false},
	} {
		if have := crowded(c.values, nil); have != c.want {
			t.Errorf("%v: have %v, want %v", c.values, have, c.want)
		}
	}
	if crowded([]float64{0.1, 0.1, 0.1, 0.1, 2.3, 2.4}, []float64{2.3}) {
		t.Error("a training loss that falls makes its axis logarithmic")
	}
}

// TestEdgeHidesNothing: two means at the edge and at the same x are both visible.
func TestEdgeHidesNothing(t *testing.T) {
	s := depths()
	for k := range s.Seeds {
		s.Arms[13].Trials[k] = madeUp(s.Seeds[k], run.Diverged, 1, 1) // residual, 110, beside plain, 110
	}
	f, _ := figureNamed(t, s, "train-loss")
	svg, _ := f.SVG()
	triangles := regexp.MustCompile(`<path d="M([\d.]+),([\d.]+)L[\d.]+,[\d.]+L[\d.]+,[\d.]+Z"\s+style="fill:(#\w+)`).FindAllStringSubmatch(string(svg), -1)
	places := map[string]string{}
	for _, m := range triangles {
		if other, ok := places[m[1]+","+m[2]]; ok && other != m[3] {
			t.Errorf("at %s, %s one mark hides another", m[1], m[2])
		}
		places[m[1]+","+m[2]] = m[3]
	}
	if len(triangles) < 3 {
		t.Errorf("have %d marks at the edge, want those of 3 arms", len(triangles))
	}
}

// TestLogXAxis: an x axis over decades is logarithmic, also if the config does not ask for it.
func TestLogXAxis(t *testing.T) {
	s := learningRates()
	s.Display.Log = nil
	if _, texts := figureNamed(t, s, "train-loss"); !strings.Contains(texts, "lr, log axis") {
		t.Errorf("1 to 2048 stand on a linear axis: %q", texts)
	}
	s.Axes[1].Values[0] = 0
	if _, texts := figureNamed(t, s, "train-loss"); strings.Contains(texts, "log axis") {
		t.Errorf("0 stands on a log axis: %q", texts)
	}
	s = depths()
	s.Display.Log = nil
	if _, texts := figureNamed(t, s, "train-loss"); strings.Contains(texts, "log axis") {
		t.Errorf("8 to 110 stand on a log axis: %q", texts)
	}
}

// TestUnresolved: singular values that are lost in rounding are not drawn, and the figure
// says how many there are.
func TestUnresolved(t *testing.T) {
	s := inits()
	for k := range s.Arms[0].Trials {
		s.Arms[0].Trials[k].Probe.Resolved = 20 + k
	}
	_, texts := figureNamed(t, s, "probe-singular")
	if want := "rounding leaves no digit of the 10 smallest values"; !strings.Contains(texts, want) {
		t.Errorf("want %q in %q", want, texts)
	}
}

// TestLags: the figure of the gradient by lag has geometric means, and what is predicted of
// the arms that have a prediction.
func TestLags(t *testing.T) {
	s := inits()
	f, texts := figureNamed(t, s, "probe-lags")
	for _, want := range []string{"geometric mean over 3 seeds; dotted: predicted", "Predicted: a linear recurrence"} {
		if !strings.Contains(texts, want) {
			t.Errorf("want %q in %q", want, texts)
		}
	}
	data, err := json.Marshal(f.tooltip)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"40 back", "9.54e−07", "predicted 1.12e−06"} { // 0.5^20 and 0.71^40
		if !strings.Contains(string(data), want) {
			t.Errorf("want %q in the tooltips", want)
		}
	}
	for i := range s.Arms {
		for k := range s.Seeds {
			s.Arms[i].Trials[k].Probe.PredictedLagGradient = nil
		}
	}
	if _, texts := figureNamed(t, s, "probe-lags"); strings.Contains(strings.ToLower(texts), "predicted") {
		t.Errorf("without a prediction: have %q", texts)
	}
	for i := range s.Arms {
		for k := range s.Seeds {
			s.Arms[i].Trials[k].Probe.LagGradient = nil
		}
	}
	for _, f := range Figures(s) {
		if f.Name == "probe-lags" {
			t.Error("there is a figure of lags that no probe looked at")
		}
	}
}

// TestZeroOnALogAxis: a value that a log axis cannot hold is drawn at its edge.
func TestZeroOnALogAxis(t *testing.T) {
	s := inits()
	for k := range s.Arms[0].Trials {
		s.Arms[0].Trials[k].Summary["train.loss"] = 0.0
		s.Arms[0].Trials[k].Probe.Signals[58].Std = 0
		s.Arms[0].Trials[k].Probe.Singular[29] = 0
	}
	for figure, mark := range map[string]string{"train-loss": "◄", "probe-activation": "▼", "probe-singular": "▼"} {
		f, texts := figureNamed(t, s, figure)
		if want := mark + " at the "; !strings.Contains(texts, want) || !strings.Contains(texts, "0 or less") {
			t.Errorf("%s: want %q in %q", figure, want, texts)
		}
		svg, _ := f.SVG()
		triangle := regexp.MustCompile(`<path d="M[\d.]+,[\d.]+L[\d.]+,[\d.]+L[\d.]+,[\d.]+Z"\s+style="fill:` + hex(hues[0].light))
		if !triangle.Match(svg) {
			t.Errorf("%s: nothing stands at the edge", figure)
		}
	}
}

// TestGap: NaN in a signal leaves a gap, and a note says so.
func TestGap(t *testing.T) {
	s := inits()
	for k := range s.Seeds {
		s.Arms[2].Trials[k].Probe.Signals[20].GradStd = run.Number(math.NaN())
	}
	for figure, want := range map[string]bool{"probe-gradient": true, "probe-activation": false} {
		if _, texts := figureNamed(t, s, figure); strings.Contains(texts, "Gaps: values that are no numbers.") != want {
			t.Errorf("%s: have %q", figure, texts)
		}
	}
}

// TestFoot: the notes of a figure and the name of its experiment are part of the drawing,
// within its width and in letters that the font has.
func TestFoot(t *testing.T) {
	style := letters(labelSize, muted, false)
	face := plotfont.DefaultCache.Lookup(style.Font, labelSize).Face
	for name, s := range drawn() {
		for _, f := range Figures(s) {
			texts := textsOf(t, f)
			for _, want := range []string{f.Caption, "experiment " + plain(s.Name)} {
				if name != "hostile" && !strings.Contains(texts, strings.Join(strings.Fields(want), " ")) {
					t.Errorf("%s %s: want %q in %q", name, f.Name, want, texts)
				}
			}
			for _, l := range f.foot {
				if style.Width(l) > figureWidth {
					t.Errorf("%s %s: %q is wider than the figure", name, f.Name, l)
				}
			}
			for _, r := range f.Title + f.subtitle + f.Caption {
				if i, err := face.GlyphIndex(nil, r); name != "hostile" && (err != nil || i == 0) {
					t.Errorf("%s %s: the font has no %c", name, f.Name, r)
				}
			}
		}
	}
}

// TestPanels: no panel has more lines than can be told apart, and each arm has
// one panel.
func TestPanels(t *testing.T) {
	for name, want := range map[string]int{"many": 20, "depths": 2, "rates": 12, "inits": 1} {
		s := drawn()[name]
		f, texts := figureNamed(t, s, "curves")
		if n := len(f.tooltip.Panels); n != want {
			t.Errorf("%s: have %d panels, want %d", name, n, want)
		}
		lines := 0
		for _, p := range f.tooltip.Panels {
			means := slices.DeleteFunc(slices.Clone(p.Lines), func(l tooltipLine) bool { return strings.Contains(l.Name, ", seed ") })
			if lines += len(means); len(means) > len(hues) {
				t.Errorf("%s: a panel has %d lines", name, len(means))
			}
		}
		if lines != len(s.Arms) {
			t.Errorf("%s: have %d lines, want %d", name, lines, len(s.Arms))
		}
		if name == "rates" && (!strings.Contains(texts, "norm") || !strings.Contains(texts, "lr 2048")) {
			t.Errorf("have %q without the names of panels or lines", texts)
		}
	}
	s := learningRates()
	s.Display.X = "model.norm" // twelve series
	f, _ := figureNamed(t, s, "train-loss")
	if n := len(f.tooltip.Panels); n != 12 {
		t.Errorf("have %d panels of twelve series, want 12", n)
	}
	svg, _ := f.SVG()
	if !strings.Contains(string(svg), "stroke:"+hex(faint.light)) {
		t.Error("a panel does not show the others' lines behind its own")
	}
}

// TestOrder: colours go from dark to bright with the numbers on the axis, whatever their
// order in the config and whichever arms the sweep leaves out.
func TestOrder(t *testing.T) {
	s := &Study{Axes: []results.Axis{{Param: "train.batch", Labels: []string{"64", "128", "2", "8"}, Values: []float64{64, 128, 2, 8}}}, Display: results.Display{X: "train.batch"}}
	for _, l := range []string{"64", "2", "8"} {
		s.Arms = append(s.Arms, results.Arm{Labels: []string{l}})
	}
	for i, l := range lineStyles(s) {
		if want := shade([]int{2, 0, 1}[i], 3); l.paint != want {
			t.Errorf("%s has %v, want %v", l.name, l.paint, want)
		}
	}
}

// TestExamplesSeen: steps with batches of different sizes cannot be compared.
func TestExamplesSeen(t *testing.T) {
	s := learningRates()
	f, texts := figureNamed(t, s, "curves")
	if !strings.Contains(texts, "training loss by examples seen") || f.tooltip.X != "examples seen" {
		t.Errorf("the x axis is %q", f.tooltip.X)
	}
	for i, want := range []string{"12,800", "25,600"} { // 400 steps of 32 and of 64
		if p := f.tooltip.Panels[0].Lines[i].Points; p[len(p)-1].Label != want {
			t.Errorf("have %q at the end, want %q", p[len(p)-1].Label, want)
		}
	}
	for i := range s.Arms {
		s.Arms[i].Changes = []results.Change{{Key: "train.batch", Value: "32"}}
	}
	if f, _ := figureNamed(t, s, "curves"); f.tooltip.X != "step" {
		t.Errorf("the x axis is %q where all batches are the same", f.tooltip.X)
	}
}

// TestSeedsAreDrawn: with few seeds each of them is a point beside the mean, so that two
// modes are visible.
func TestSeedsAreDrawn(t *testing.T) {
	ring := regexp.MustCompile(`style="fill:none;stroke:` + hex(hues[0].light) + `;stroke-width:0.9`)
	for seeds, want := range map[int]int{6: 18, 10: 30, 11: 0, 1: 0} {
		f, texts := figureNamed(t, bimodal(seeds), "test-accuracy")
		svg, _ := f.SVG()
		if n := len(ring.FindAll(svg, -1)); n != want {
			t.Errorf("%d seeds: have %d rings, want %d", seeds, n, want)
		}
		if has := strings.Contains(texts, "○"); has != (want > 0) {
			t.Errorf("%d seeds: have %q", seeds, texts)
		}
	}
	ch := lineFigure(bimodal(6), 0, quantityOf("test.accuracy"))
	if p := ch.lines[0].points[1]; !slices.Equal(slices.Compact(slices.Sorted(slices.Values(p.seeds))), []float64{10, 90}) {
		t.Errorf("have seeds %v, want two modes", p.seeds)
	}
}

// TestColours: lines of a panel differ visibly in both colour schemes, and hues also for
// people with colour vision deficiencies. Distances are those of OKLab (Ottosson 2020),
// where 0.02 can just be seen; the other eyes are Machado et al.'s (2009, A
// physiologically-based model for simulation of color vision deficiency).
func TestColours(t *testing.T) {
	eyes := map[string][3][3]float64{
		"all":  {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
		"prot": {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
		"deut": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	}
	check := func(what string, paints []paint, least map[string]float64) {
		for look, of := range map[string]func(paint) color.NRGBA{
			"light": func(p paint) color.NRGBA { return p.light }, "dark": func(p paint) color.NRGBA { return p.dark },
		} {
			for eye, m := range eyes {
				for i, p := range paints {
					for k, q := range paints[:i] {
						if d := distance(oklab(of(p), m), oklab(of(q), m)); d < least[eye] {
							t.Errorf("%s, %s, %s: colours %d and %d are %.3f apart, want %v", what, look, eye, k, i, d, least[eye])
						}
					}
				}
			}
			for i, p := range paints {
				if c := contrast(of(p), of(paper)); c < 2.5 {
					t.Errorf("%s, %s: colour %d has contrast %.1f", what, look, i, c)
				}
			}
		}
	}
	check("hues", hues, map[string]float64{"all": 0.15, "prot": 0.09, "deut": 0.09})
	check("steps", steps, map[string]float64{"all": 0.08, "prot": 0.05, "deut": 0.05})
	check("hues and a reference", append(slices.Clone(hues), muted), map[string]float64{"all": 0.08})
	for n := range len(steps) + 1 {
		var some []paint
		for i := range n {
			some = append(some, shade(i, n))
		}
		if len(slices.CompactFunc(some, func(a, b paint) bool { return a == b })) != n {
			t.Errorf("%d steps have a colour twice", n)
		}
	}
	// A colour as it is written in a drawing has one dark colour.
	dark := map[string]paint{}
	for _, p := range slices.Concat(hues, steps, []paint{paper, ink, muted, rule, base, faint}) {
		for _, o := range opacities {
			light := hex(p.withOpacity(o))
			if q, ok := dark[light]; ok && q.dark != p.dark {
				t.Errorf("%s is dark %v and %v", light, p.dark, q.dark)
			}
			dark[light] = p
		}
	}
	for name, s := range drawn() {
		for _, f := range Figures(s) {
			for i, p := range f.tooltip.Panels {
				seen := map[string]string{}
				for _, l := range p.Lines {
					arm, _, _ := strings.Cut(strings.TrimSuffix(l.Name, ", no mean"), ", seed ")
					if other, ok := seen[l.Color]; ok && other != arm && !strings.Contains(l.Name, "predicted") {
						t.Errorf("%s, %s, panel %d: %s and %s have one colour", name, f.Name, i, arm, other)
					}
					seen[l.Color] = arm
				}
			}
		}
	}
}

func linear(c color.NRGBA) (v [3]float64) {
	for i, x := range []uint8{c.R, c.G, c.B} {
		if v[i] = float64(x) / 255; v[i] <= 0.04045 {
			v[i] /= 12.92
		} else {
			v[i] = math.Pow((v[i]+0.055)/1.055, 2.4)
		}
	}
	return v
}

func times(m [3][3]float64, v [3]float64) (r [3]float64) {
	for i := range m {
		for k := range v {
			r[i] += m[i][k] * v[k]
		}
	}
	return r
}

// oklab is a colour as an eye sees it, in OKLab.
func oklab(c color.NRGBA, eye [3][3]float64) [3]float64 {
	v := times(eye, linear(c))
	for i := range v {
		v[i] = min(max(v[i], 0), 1)
	}
	v = times([3][3]float64{
		{0.4122214708, 0.5363325363, 0.0514459929},
		{0.2119034982, 0.6806995451, 0.1073969566},
		{0.0883024619, 0.2817188376, 0.6299787005},
	}, v)
	for i := range v {
		v[i] = math.Cbrt(v[i])
	}
	return times([3][3]float64{
		{0.2104542553, 0.7936177850, -0.0040720468},
		{1.9779984951, -2.4285922050, 0.4505937099},
		{0.0259040371, 0.7827717662, -0.8086757660},
	}, v)
}

func distance(a, b [3]float64) float64 {
	return math.Sqrt((a[0]-b[0])*(a[0]-b[0]) + (a[1]-b[1])*(a[1]-b[1]) + (a[2]-b[2])*(a[2]-b[2]))
}

// contrast is the Web Content Accessibility Guidelines'.
func contrast(a, b color.NRGBA) float64 {
	of := func(c color.NRGBA) float64 {
		v := linear(c)
		return 0.2126*v[0] + 0.7152*v[1] + 0.0722*v[2]
	}
	x, y := of(a), of(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}
