package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// signals are the figures of the signal before training, for studies with a probe.
func signals(s *Study) (all []Figure) {
	styles := lineStyles(s)
	before := func(name, title, x string) chart {
		return chart{name: name, title: title, subtitle: "before training, mean over " + count(len(s.Seeds), "seed"), xLabel: x, y: span{log: true}}
	}
	activation := before("probe-activation", "std of activations by layer", "layer with weights")
	gradient := before("probe-gradient", "std of gradients by layer", "layer with weights")
	singular := before("probe-singular", "singular values of the Jacobian", "rank")
	lags := before("probe-lags", "gradient by lag, relative to lag 0", "lag of the input")
	lags.subtitle = "before training, geometric mean over " + count(len(s.Seeds), "seed")
	var absent absences
	var partial partialArms
	for i := range s.Arms {
		a := &s.Arms[i]
		probed := 0
		for _, t := range a.Trials {
			if t.Probe != nil {
				probed++
			}
		}
		if probed == 0 {
			absent.add(armName(s, a), reason(a.Trials, len(a.Trials), "no probe"))
			continue
		}
		style := partial.label(styles[i], s, a, probed)
		var forward, backward, forwardTheory, backwardTheory line
		n := 0
		for _, l := range layersOf(a) {
			if !l.weighted {
				continue
			}
			n++
			forward.add(n, l.path, l.std, "")
			backward.add(n, l.path, l.grad, "")
			forwardTheory.add(n, l.path, l.predicted, "predicted ")
			backwardTheory.add(n, l.path, l.predictedGrad, "predicted ")
		}
		activation.measured(style, forward, forwardTheory)
		gradient.measured(style, backward, backwardTheory)
		var values line
		known, more := singularOf(a)
		for k, v := range known {
			values.add(k+1, fmt.Sprint(k+1), v, "")
		}
		if more > 0 {
			singular.notes = append(singular.notes, fmt.Sprintf("%s: rounding leaves no digit of the %d smallest values, which are not drawn.", armName(s, a), more))
		}
		singular.measured(style, values, line{})
		var byLag, byLagTheory line
		back, predicted := lagsOf(a)
		for lag, v := range back {
			byLag.add(lag, "back", v, "")
		}
		for lag, v := range predicted {
			byLagTheory.add(lag, "back", v, "predicted ")
		}
		lags.measured(style, byLag, byLagTheory)
	}
	if strings.HasSuffix(lags.subtitle, predictedNote) {
		lags.notes = append(lags.notes, "Predicted: a linear recurrence, whose weights turn vectors at random.")
	}
	for _, ch := range []chart{activation, gradient, singular, lags} {
		// Single points, as of networks with one layer with weights, are left to the tables.
		if slices.ContainsFunc(ch.lines, func(l line) bool { return len(l.points) > 1 }) {
			ch.countLayers()
			gap := func(l line) bool {
				return slices.ContainsFunc(l.points, func(p point) bool { return math.IsNaN(p.y) })
			}
			if slices.ContainsFunc(ch.lines, gap) {
				ch.notes = append(ch.notes, "Gaps: values that are no numbers.")
			}
			ch.notes = slices.Concat(ch.notes, partial.notes(), absent.notes("a curve"))
			all = append(all, ch.figure(s))
		}
	}
	return all
}

// add adds a point. NaN is a gap in what was measured, and no point at all in what theory
// predicts (kind is not empty).
func (l *line) add(x int, label string, y float64, kind string) {
	if math.IsNaN(y) && kind != "" {
		return
	}
	l.points = append(l.points, point{x: float64(x), y: y, lo: math.NaN(), hi: math.NaN(), label: fmt.Sprint(x, " ", label), text: kind + fixed(y, -1)})
}

const predictedNote = "; dotted: predicted"

// measured adds the line of an arm, and a dotted one for what theory predicts.
func (ch *chart) measured(style, l, theory line) {
	if l.points == nil {
		return
	}
	points := l.points
	l = style
	l.points = points
	if theory.points != nil {
		if !strings.HasSuffix(ch.subtitle, predictedNote) {
			ch.subtitle += predictedNote
		}
		predicted := style
		predicted.points, predicted.unlisted = theory.points, true
		predicted.dashes, predicted.width = []vg.Length{1.5, 4}, 2
		predicted.paint = blend(ink, style.paint, 0.7)
		ch.lines = append(ch.lines, l, predicted)
	} else {
		ch.lines = append(ch.lines, l)
	}
}

// countLayers gives each layer a tick if there are few.
func (ch *chart) countLayers() {
	n := 0
	for _, l := range ch.lines {
		n = max(n, len(l.points))
	}
	for i := 1; i <= n && n <= 12; i++ {
		ch.xTicks = append(ch.xTicks, plot.Tick{Value: float64(i), Label: fmt.Sprint(i)})
	}
}
