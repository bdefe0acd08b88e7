package report

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"zoo/experiments/results"
	"zoo/experiments/run"
	"zoo/experiments/stats"
)

// mostPoints is how many points a curve is drawn with.
const mostPoints = 160

// mostBands is how many intervals can lie over one another and still be told apart.
const mostBands = 6

// looks gives every arm of a study its line: the colour is its series, the shade
// where it stands on the x axis.
func looks(s *Study) []line {
	all := make([]line, len(s.Arms))
	axis, ok := s.XAxis()
	if !ok && len(s.Axes) > 1 && len(s.Arms) > len(hues) {
		ok, axis = true, len(s.Axes)-1
	}
	if !ok {
		for i := range s.Arms {
			all[i] = line{name: armName(s, &s.Arms[i]), width: 1.8}
			all[i].paint, all[i].dashes = hue(i)
		}
		return all
	}
	for k, r := range seriesAlong(s, axis) {
		p, _ := hue(k)
		for at, arm := range r.arms {
			if arm == nil {
				continue
			}
			share := 1.0
			if n := len(r.arms); n > 1 {
				share = 0.45 + 0.55*float64(at)/float64(n-1)
			}
			i := slices.IndexFunc(s.Arms, func(a results.Arm) bool { return slices.Equal(a.Labels, arm.Labels) })
			all[i] = line{group: r.name, name: plain(arm.Labels[axis]), paint: p.shade(share), width: 1.8}
			if r.name == "" {
				all[i].group = plain(s.Axes[axis].Name())
			}
		}
	}
	return all
}

// curves is the figure of the training loss against the steps.
func curves(s *Study) []Figure {
	q := quantityOf("train.loss")
	ch := chart{
		name: "curves", title: "training loss by step", under: under(s), xLabel: "step",
		y: span{log: slices.Contains(s.View.Log, q.metric)},
	}
	crossed, every := false, 0
	for i, l := range looks(s) {
		var thinned int
		l.points, thinned = curve(&s.Arms[i], q)
		if l.points == nil {
			continue
		}
		every = max(every, thinned)
		crossed = crossed || l.points[len(l.points)-1].last
		ch.lines = append(ch.lines, l)
	}
	if ch.lines == nil {
		return nil
	}
	if len(ch.lines) > mostBands && len(s.Seeds) > 1 {
		ch.under = fmt.Sprintf("mean of %d seeds; the tables have intervals", len(s.Seeds))
		for _, l := range ch.lines {
			for i := range l.points {
				l.points[i].lo, l.points[i].hi = math.NaN(), math.NaN()
			}
		}
	}
	if crossed {
		ch.notes = append(ch.notes, "×: a seed diverged here, and the curve ends.")
	}
	if every > 1 {
		ch.notes = append(ch.notes, fmt.Sprintf("Points are means of up to %d records.", every))
	}
	return []Figure{ch.figure()}
}

// curve is the mean over an arm's seeds, as far as all of them have come: those
// that are done, or while there are none those that have begun. Records are
// taken together where they are many.
func curve(a *results.Arm, q quantity) (points []point, together int) {
	trials := slices.DeleteFunc(slices.Clone(a.Trials), func(t results.Trial) bool { return !t.Done() })
	if len(trials) == 0 {
		trials = a.Trials
	}
	at := map[float64][]float64{}
	end, n, diverged := math.Inf(1), 0, false
	for _, t := range trials {
		steps, values := t.Series(q.metric)
		for i := range values { // what was logged after the loss was lost
			if math.IsNaN(values[i]) || math.IsInf(values[i], 0) {
				steps, values = steps[:i], values[:i]
				break
			}
		}
		if len(steps) == 0 {
			diverged = diverged || t.State == run.Diverged
			continue
		}
		n++
		if last := steps[len(steps)-1]; last < end || last == end && t.State == run.Diverged {
			end, diverged = last, t.State == run.Diverged
		}
		for i, step := range steps {
			at[step] = append(at[step], values[i])
		}
	}
	steps := slices.DeleteFunc(slices.Sorted(maps.Keys(at)), func(step float64) bool { return step > end || len(at[step]) < n })
	together = max(1, (len(steps)+mostPoints-1)/mostPoints)
	for chunk := range slices.Chunk(steps, together) {
		means := make([]float64, n)
		for _, step := range chunk {
			for k, v := range at[step] {
				means[min(k, n-1)] += v / float64(len(chunk))
			}
		}
		sample := stats.Describe(means)
		step := chunk[len(chunk)-1]
		points = append(points, point{x: step, y: sample.Mean * q.scale(), lo: sample.Lo * q.scale(), hi: sample.Hi * q.scale(),
			label: axisLabel(step, 0), text: q.estimate(sample)})
	}
	if len(points) > 0 && diverged {
		points[len(points)-1].last = true
	}
	return points, together
}
