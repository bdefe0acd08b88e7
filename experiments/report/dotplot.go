package report

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"zoo/experiments/results"
	"zoo/experiments/run"
)

// dotPlots are the figures of the metrics for a study without an x axis: one row per arm,
// with its mean and its seeds.
func dotPlots(s *Study) (all []Figure) {
	for _, metric := range s.Display.Metrics {
		q := quantityIn(s, metric)
		if slices.ContainsFunc(s.Arms, func(a results.Arm) bool { return len(a.Values(metric)) > 0 }) {
			all = append(all, dotPlot(s, q))
		}
	}
	return all
}

// A dotRow is an arm of a dot plot.
type dotRow struct {
	name         string
	n            int
	mean, lo, hi float64
	seeds        []float64
	paint        paint
	text         string // instead of a mean
}

type dotRows struct {
	rows  []dotRow
	x     span
	wide  bool // names are above their rows, because they are long
	label vg.Length
}

func dotPlot(s *Study, q quantity) Figure {
	d, notes := rowsOf(s, q)
	title, subtitle := q.String(), "1 seed"
	if d.x.log {
		title += logTitle
	}
	if len(s.Seeds) > 1 {
		subtitle = fmt.Sprintf("● mean and its 95 %% interval; ○ the %d seeds", len(s.Seeds))
	}
	f := newFigure(s, fileName(q.metric), title, subtitle, notes, d.rowStep()*vg.Length(len(d.rows))+34)
	for _, r := range d.rows {
		f.paints = append(f.paints, r.paint)
	}
	f.content = func(c draw.Canvas) {
		c.Rectangle = f.inside
		p := emptyPlot()
		d.x.apply(&p.X)
		p.Y.Min, p.Y.Max = 0, float64(len(d.rows))
		p.Y.Tick.Marker = plot.ConstantTicks{}
		p.X.Tick.Marker = spacedTicks(d.x.ticks(5), d.x, figureWidth-30-d.left())
		p.Add(d)
		p.Draw(draw.Crop(c, 4+d.left(), -12, 4, 0))
	}
	return f
}

// rowsOf are the rows with their axis, and the notes on them.
func rowsOf(s *Study, q quantity) (d dotRows, notes []string) {
	d.x = empty(slices.Contains(s.Display.Log, q.metric))
	var values, intervals []float64
	above, diverged := false, false
	styles := lineStyles(s)
	for i := range s.Arms {
		a := &s.Arms[i]
		r := dotRow{name: armName(s, a), paint: styles[i].paint}
		for _, v := range a.Values(q.metric) {
			v *= q.scale()
			r.seeds = append(r.seeds, v)
			above = above || math.IsInf(v, 1)
		}
		// Scaled after it was described: intervals may depend on what bounds the values.
		sample := q.describe(a.Values(q.metric))
		r.n, r.mean, r.lo, r.hi = sample.N, sample.Mean*q.scale(), sample.Lo*q.scale(), sample.Hi*q.scale()
		for _, v := range append([]float64{r.mean}, r.seeds...) {
			if !math.IsInf(v, 0) && !math.IsNaN(v) {
				values = append(values, v)
			}
		}
		if !math.IsNaN(r.lo) && !math.IsNaN(r.hi) {
			intervals = append(intervals, r.lo, r.hi)
		}
		switch n := a.Count(run.Diverged); {
		case r.n == 0:
			r.text = reason(a.Trials, len(a.Trials), "no "+plain(q.metric))
		case math.IsInf(r.mean, 1) && n > 0:
			r.text = "diverged"
			if n < r.n {
				r.text = fmt.Sprintf("%d of %d diverged", n, r.n)
			}
		case math.IsNaN(r.mean):
			r.text = "no number"
		case n > 0:
			diverged = true
			r.name += " " + divergedMark
		}
		if part := partOf(r.n, a); part != "" && r.n > 0 {
			r.name += " (" + part + ")"
		}
		d.rows = append(d.rows, r)
	}
	if !d.x.log && crowded(values, nil) {
		d.x.log = true
		notes = append(notes, whyLog("x", values))
	}
	style := letters(labelSize, ink, false)
	below := false
	for _, r := range d.rows {
		d.label = max(d.label, style.Width(r.name)*1.08)
		below = below || slices.ContainsFunc(append(r.seeds, r.mean), func(v float64) bool { return d.x.edge(v) < 0 })
	}
	d.wide = d.label > figureWidth*0.36
	if cut := d.fitAxis(values, intervals, q.percent); cut {
		notes = append(notes, "Intervals are cut at the edges.")
	}
	if diverged {
		notes = append(notes, divergedMark+" some seeds diverged, and count as chance.")
	}
	if above {
		notes = append(notes, infinite("►", "right"))
	}
	if below {
		notes = append(notes, noPlace("◄", "left", d.x))
	}
	return d, notes
}

// fitAxis finds the range of the axis, and tells whether it cuts intervals.
func (d *dotRows) fitAxis(values, intervals []float64, percent bool) (cut bool) {
	bands := empty(d.x.log)
	for _, v := range values {
		d.x.include(v)
	}
	for _, v := range intervals {
		bands.include(v)
	}
	linear := percent && !d.x.log
	least, most := d.x.min, d.x.max
	d.x.stretch(bands)
	if linear { // values beyond 0 and 100 are shown all the same
		d.x.min, d.x.max = max(d.x.min, min(0, least)), min(d.x.max, max(100, most))
	}
	from, to := d.x.min, d.x.max
	d.x.widen(0.04)
	if linear && least >= 0 && most <= 100 {
		d.x.min, d.x.max = max(d.x.min, -0.5), min(d.x.max, 100.5)
	}
	return slices.ContainsFunc(intervals, func(v float64) bool { return v < from || v > to })
}

// rowStep is the height of a row.
func (d dotRows) rowStep() vg.Length {
	if d.wide {
		return 38
	}
	return 26
}

// left is the width of the names beside the rows.
func (d dotRows) left() vg.Length {
	if d.wide {
		return 4
	}
	return d.label + 8
}

// Plot implements plot.Plotter.
func (d dotRows) Plot(c draw.Canvas, p *plot.Plot) {
	fx, fy := p.Transforms(&c)
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if x := fx(t.Value); c.ContainsX(x) {
			c.StrokeLine2(line1(rule), x, c.Min.Y, x, c.Max.Y)
		}
	}
	for i, r := range d.rows {
		y := fy(float64(len(d.rows)-i) - 0.5)
		name := letters(labelSize, ink, false)
		if d.wide {
			shown := fit(r.name, name, c.Size().X)
			c.SetColor(paper.light) // no grid lines behind letters
			c.Fill(vg.Rectangle{Min: vg.Point{X: c.Min.X, Y: y + 3}, Max: vg.Point{X: c.Min.X + name.Width(shown)*1.08, Y: y + 18}}.Path())
			beside(c, name, c.Min.X, y+10, shown)
			y -= 6
		} else {
			name.XAlign = text.XRight
			beside(c, name, c.Min.X-8, y, r.name)
		}
		if r.text != "" {
			s := letters(labelSize, muted, false)
			s.XAlign = text.XRight
			beside(c, s, c.Max.X-14, y, fit(r.text, s, c.Size().X-20))
		}
		for _, v := range r.seeds {
			if edge := d.x.edge(v); edge != 0 {
				pointer(c, r.paint, y-6, edge, 3)
			} else if d.x.holds(v) && len(r.seeds) > 1 {
				r.paint.ring(c, vg.Point{X: fx(v), Y: y - 6})
			}
		}
		at := y + 1.5
		if r.hi >= d.x.min && r.lo <= d.x.max {
			c.StrokeLine2(stroke(r.paint.light, 2, nil), fx(d.x.within(r.lo)), at, fx(d.x.within(r.hi)), at)
		}
		switch edge := d.x.edge(r.mean); {
		case edge < 0:
			pointer(c, r.paint, at, edge, 5)
		case d.x.holds(r.mean):
			r.paint.disc(c, vg.Point{X: fx(r.mean), Y: at}, 4)
		}
	}
}

// pointer draws a triangle at the right edge, or at the left one.
func pointer(c draw.Canvas, p paint, y vg.Length, edge int, size vg.Length) {
	x := c.Max.X - size - 1
	if edge < 0 {
		x = c.Min.X + size + 1
	}
	tip := size * vg.Length(edge)
	c.FillPolygon(p.light, []vg.Point{{X: x - tip, Y: y - size}, {X: x - tip, Y: y + size}, {X: x + tip, Y: y}})
}
