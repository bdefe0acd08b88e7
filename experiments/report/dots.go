package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"zoo/experiments/results"
	"zoo/experiments/run"
	"zoo/experiments/stats"
)

// dots are figures of the metrics for a study without an x axis: the arms below
// one another, each with its seeds.
func dots(s *Study) (all []Figure) {
	for _, metric := range s.View.Metrics {
		q := quantityOf(metric)
		if slices.ContainsFunc(s.Arms, func(a results.Arm) bool { return len(a.Values(metric)) > 0 }) {
			all = append(all, dotPlot(s, q))
		}
	}
	return all
}

// dotRow is an arm of a dot plot.
type dotRow struct {
	name   string
	sample stats.Sample
	seeds  []float64
	paint  paint
	text   string
}

type dotRows struct {
	rows  []dotRow
	x     span
	wide  bool // names above their rows, since they are long
	label vg.Length
}

func dotPlot(s *Study, q quantity) Figure {
	d := dotRows{x: empty(slices.Contains(s.View.Log, q.metric))}
	var notes []string
	bands := empty(d.x.log)
	infinite, without, diverged := false, false, false
	looks := looks(s)
	style := letters(labelSize, ink, false)
	for i := range s.Arms {
		a := &s.Arms[i]
		r := dotRow{name: armName(s, a), paint: looks[i].paint}
		for _, v := range a.Values(q.metric) {
			v *= q.scale()
			r.seeds = append(r.seeds, v)
			d.x.take(v)
			infinite = infinite || math.IsInf(v, 0)
			without = without || d.x.log && v <= 0
		}
		r.sample = stats.Describe(r.seeds)
		d.x.take(r.sample.Mean)
		bands.take(r.sample.Lo)
		bands.take(r.sample.Hi)
		switch n := a.Count(run.Diverged); {
		case r.sample.N == 0:
			r.text = "no result"
		case math.IsInf(r.sample.Mean, 0) || math.IsNaN(r.sample.Mean):
			r.text = "diverged"
			if n < r.sample.N {
				r.text = fmt.Sprintf("%d of %d diverged", n, r.sample.N)
			}
		case n > 0:
			diverged = true
			r.name += " " + divergedMark
		}
		d.label = max(d.label, style.Width(r.name)*1.08)
		d.rows = append(d.rows, r)
	}
	d.wide = d.label > figureWidth*0.36
	room := max(d.x.max-d.x.min, math.Abs(d.x.max)*0.2)
	least, most := d.x.min-room, d.x.max+room
	if d.x.log {
		room = max(d.x.max/d.x.min, 3)
		least, most = d.x.min/room, d.x.max*room
	}
	if bands.min < least || bands.max > most || q.percent && (bands.min < 0 || bands.max > 100) {
		notes = append(notes, "Intervals are cut at the edges.")
	}
	d.x.min, d.x.max = max(min(d.x.min, bands.min), least), min(max(d.x.max, bands.max), most)
	if q.percent && !d.x.log {
		d.x.min, d.x.max = max(d.x.min, 0), min(d.x.max, 100)
	}
	d.x.widen(0.04)
	if q.percent && !d.x.log {
		d.x.min, d.x.max = max(d.x.min, -0.5), min(d.x.max, 100.5)
	}
	if diverged {
		notes = append(notes, divergedMark+": some seeds diverged, and count with the accuracy of chance.")
	}
	if infinite {
		notes = append(notes, "▶ at the right edge: diverged seeds; their arm has no mean.")
	}
	if without {
		notes = append(notes, "Values that are not above 0 have no place on the logarithmic axis, and are left out.")
	}
	subtitle := "1 seed"
	if len(s.Seeds) > 1 {
		subtitle = fmt.Sprintf("● mean, bar its 95 %% interval; small: the %d seeds", len(s.Seeds))
	}
	f := Figure{Name: fileName(q.metric), Title: q.String(), Caption: strings.Join(notes, " "),
		height: headingHeight + d.step()*vg.Length(len(d.rows)) + 34}
	for _, r := range d.rows {
		f.paints = append(f.paints, r.paint)
	}
	f.draw = func(c draw.Canvas) {
		c = heading(c, f.Title, subtitle)
		p := emptyPlot()
		d.x.apply(&p.X)
		p.Y.Min, p.Y.Max = 0, float64(len(d.rows))
		p.Y.Tick.Marker = plot.ConstantTicks{}
		p.X.Tick.Marker = spaced(d.x.ticks(5), d.x, figureWidth-30-d.left())
		p.Add(d)
		p.Draw(draw.Crop(c, 4+d.left(), -12, 4, 0))
	}
	return f
}

// step is the height of a row.
func (d dotRows) step() vg.Length {
	if d.wide {
		return 38
	}
	return 26
}

// left is the width that names take beside the rows.
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
			c.SetColor(paper.light) // no rules behind letters
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
			beside(c, s, c.Max.X-14, y, r.text)
		}
		for _, v := range r.seeds {
			switch {
			case math.IsInf(v, 1):
				x := c.Max.X - 5
				c.FillPolygon(r.paint.light, []vg.Point{{X: x - 4, Y: y - 4.5}, {X: x - 4, Y: y + 4.5}, {X: x + 4, Y: y}})
			case d.x.can(v) && len(r.seeds) > 1:
				c.DrawGlyphNoClip(draw.GlyphStyle{Color: r.paint.thin(seedOpacity), Radius: 2.4, Shape: draw.CircleGlyph{}}, vg.Point{X: fx(v), Y: y - 6})
			}
		}
		if !d.x.can(r.sample.Mean) {
			continue
		}
		at := vg.Point{X: fx(r.sample.Mean), Y: y + 1.5}
		if d.x.can(r.sample.Hi) {
			c.StrokeLine2(stroke(r.paint.light, 2, nil), fx(d.x.within(r.sample.Lo)), at.Y, fx(d.x.within(r.sample.Hi)), at.Y)
		}
		c.DrawGlyphNoClip(draw.GlyphStyle{Color: r.paint.light, Radius: 4, Shape: draw.CircleGlyph{}}, at)
	}
}
