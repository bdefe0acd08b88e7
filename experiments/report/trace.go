package report

import (
	"fmt"
	"math"
	"slices"

	"zoo/experiments/results"
	"zoo/experiments/run"
)

// A curve is the mean over an arm's seeds, up to the last step that all of them have. The
// seeds are those that are done or, while there are none, those that have begun. After
// that step single seeds are drawn: a mean of the remaining ones would be a mean of the
// survivors.
type curve struct {
	n          int             // seeds that have records
	diverged   int             // how many of these diverged
	unrecorded []results.Trial // trials that diverged before their first record; then there is no mean
	perPoint   int             // records per point
	mean       []point
	seeds      []seedLine
}

type seedLine struct {
	seed   uint64
	points []point
}

func curveOf(a *results.Arm, q quantity) (c curve) {
	trials := slices.DeleteFunc(slices.Clone(a.Trials), func(t results.Trial) bool { return !t.Done() })
	if len(trials) == 0 {
		trials = a.Trials
	}
	var all []trace
	longest, first := 0, math.Inf(1) // records of the longest trace, and the step at which the first one ends
	for _, t := range trials {
		r := traceOf(t, q)
		switch {
		case len(r.steps) > 0:
			all = append(all, r)
			longest, first = max(longest, len(r.steps)), min(first, r.end())
			if r.diverged {
				c.diverged++
			}
		case r.diverged:
			c.unrecorded = append(c.unrecorded, t)
		}
	}
	c.n, c.perPoint = len(all), max(1, (longest+mostPoints-1)/mostPoints)
	end := math.Inf(-1) // of the mean
	if c.unrecorded == nil && c.n > 0 {
		common := slices.DeleteFunc(slices.Clone(all[0].steps), func(step float64) bool {
			return slices.ContainsFunc(all, func(r trace) bool { return !r.has(step) })
		})
		for chunk := range slices.Chunk(common, c.perPoint) {
			c.mean = append(c.mean, meanOf(all, chunk, q))
		}
		if len(common) > 0 {
			end = common[len(common)-1]
			last := &c.mean[len(c.mean)-1]
			last.divergesAfter = slices.ContainsFunc(all, func(r trace) bool { return r.diverged && r.end() == first })
			if c.n == 1 || c.n > mostSeeds {
				last.seeds = nil
			}
		}
	}
	for _, r := range all {
		if r.end() > end {
			c.seeds = append(c.seeds, seedLine{r.seed, r.after(end, c.perPoint, q)})
		}
	}
	return c
}

// meanOf is a point of the mean over traces that have all these steps.
func meanOf(all []trace, steps []float64, q quantity) point {
	var values, scaled []float64
	for _, r := range all {
		v := r.mean(steps)
		values, scaled = append(values, v), append(scaled, v*q.scale())
	}
	sample, step := q.describe(values), steps[len(steps)-1]
	return point{
		x: step, y: sample.Mean * q.scale(), lo: sample.Lo * q.scale(), hi: sample.Hi * q.scale(), seeds: scaled,
		label: axisLabel(step, 0), text: q.estimate(sample),
	}
}

// lines are the lines of the curve in the style of its arm.
func (c curve) lines(style line) (all []line) {
	if c.mean != nil {
		l := style
		l.points = c.mean
		for i := range l.points[:len(l.points)-1] {
			l.points[i].seeds = nil // only the last point shows the seeds
		}
		all = append(all, l)
	}
	for i, s := range c.seeds {
		l := style
		l.points, l.width, l.unlisted = s.points, 0.8, true
		l.name += fmt.Sprint(", seed ", s.seed)
		if c.mean == nil && i == 0 {
			if l.name, l.unlisted = style.name, false; l.panel == "" {
				l.name += ", no mean"
			}
		}
		all = append(all, l)
	}
	return all
}

// A trace is the records of a trial before its loss became infinite or NaN.
type trace struct {
	seed          uint64
	steps, values []float64
	diverged      bool
}

func traceOf(t results.Trial, q quantity) trace {
	steps, values := t.Series(q.metric)
	diverged := t.State == run.Diverged
	if i := slices.IndexFunc(values, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }); i >= 0 {
		steps, values, diverged = steps[:i], values[:i], true
	}
	return trace{t.Seed, steps, values, diverged}
}

func (r trace) end() float64 { return r.steps[len(r.steps)-1] }

func (r trace) has(step float64) bool {
	_, ok := slices.BinarySearch(r.steps, step)
	return ok
}

// mean is the mean of the records at these steps.
func (r trace) mean(steps []float64) (sum float64) {
	for _, step := range steps {
		i, _ := slices.BinarySearch(r.steps, step)
		sum += r.values[i] / float64(len(steps))
	}
	return sum
}

// after is the points from the record at a step onwards.
func (r trace) after(step float64, perPoint int, q quantity) (points []point) {
	from, ok := slices.BinarySearch(r.steps, step)
	add := func(steps []float64) {
		v, at := r.mean(steps), steps[len(steps)-1]
		points = append(points, point{x: at, y: v * q.scale(), lo: math.NaN(), hi: math.NaN(), label: axisLabel(at, 0), text: short(v * q.scale())})
	}
	if ok {
		add(r.steps[from : from+1])
		from++
	}
	for chunk := range slices.Chunk(r.steps[from:], perPoint) {
		add(chunk)
	}
	points[len(points)-1].divergesAfter = r.diverged
	return points
}
