package report

import (
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A chart is lines over an x axis.
type chart struct {
	name, title, under string
	xLabel             string
	x, y               span
	xTicks             plot.ConstantTicks // nil: whole numbers
	places             []float64          // on the x axis, whether or not there is a point
	percent            bool               // y cannot leave 0 to 100
	lines              []line
	notes              []string
}

// A line is one of a chart.
type line struct {
	group, name string
	paint       paint
	dashes      []vg.Length
	width       vg.Length
	glyphs      bool
	quiet       bool // not in the legend
	points      []point
}

// A point of a line. Its band is NaN where there is none; an infinite y stands at
// the upper edge.
type point struct {
	x, y, lo, hi float64
	hollow       bool   // some of its seeds diverged
	last         bool   // a seed diverged behind it
	label, text  string // of x, and of y
}

// plotHeight is that of the part below the legend.
const plotHeight = vg.Length(235)

// figure lays the chart out.
func (ch chart) figure() Figure {
	ch.bound()
	var entries []entry
	for _, l := range ch.lines {
		if !l.quiet {
			entries = append(entries, entry{l.group, l.name, l})
		}
	}
	if len(entries) == 1 && entries[0].name == "" {
		entries = nil
	}
	all, height := lay(entries)
	f := Figure{Name: ch.name, Title: ch.title, Caption: strings.Join(ch.notes, " "), height: headingHeight + height + plotHeight}
	for _, l := range ch.lines {
		f.paints = append(f.paints, l.paint)
	}
	f.draw = func(c draw.Canvas) {
		c = heading(c, ch.title, ch.under)
		drawLegend(c, all)
		c.Max.Y -= height
		ch.plot(c)
	}
	// Where the data stand is the same on every canvas.
	c := draw.NewCanvas(nowhere{}, figureWidth, plotHeight)
	f.readout = ch.readout(ch.area(c), f.height)
	return f
}

// bound finds the ranges of the axes, and says what they leave out.
func (ch *chart) bound() {
	x, y, bands := empty(ch.x.log), empty(ch.y.log), empty(ch.y.log)
	infinite, without, cut, under := false, false, false, false
	var values, first []float64 // of all points, and of those where lines begin
	for _, at := range ch.places {
		x.take(at)
	}
	for _, l := range ch.lines {
		if len(l.points) > 0 && y.can(l.points[0].y) {
			first = append(first, l.points[0].y)
		}
		for _, p := range l.points {
			x.take(p.x)
			y.take(p.y)
			bands.take(p.lo)
			under = under || ch.y.log && p.lo <= 0
			bands.take(p.hi)
			infinite = infinite || math.IsInf(p.y, 1)
			if y.can(p.y) {
				values = append(values, p.y)
			}
			without = without || ch.y.log && p.y <= 0
		}
	}
	if !y.log && len(values) > 0 { // a few values far above all that is usual hide it
		slices.Sort(values)
		slices.Sort(first)
		usual := values[(len(values)-1)*9/10]
		if len(first) > 0 {
			usual = max(usual, first[len(first)/2])
		}
		if y.max > 10*usual && usual > 0 {
			y.max, cut = 2*usual, true
			ch.notes = append(ch.notes, "Values above "+short(y.max)+" are cut off.")
		}
	}
	if y.log { // bands may reach further than the values, but not hide them
		room := max(y.max/y.min, 3)
		y.min, y.max = max(min(y.min, bands.min), y.min/room), min(max(y.max, bands.max), y.max*room)
	} else if room := max(y.max-y.min, math.Abs(y.max)*0.2); room > 0 && !cut {
		y.min, y.max = max(min(y.min, bands.min), y.min-room), min(max(y.max, bands.max), y.max+room)
		if y.min > 0 && y.min < 0.4*y.max || y.min < 0 && len(values) > 0 && values[0] >= 0 {
			y.min = 0 // losses and errors are not negative, whatever their intervals
		}
	}
	if under || bands.min < y.min || !cut && (bands.max > y.max || ch.percent && bands.max > 100) {
		ch.notes = append(ch.notes, "Intervals are cut at the edges.")
	}
	if ch.percent && y.max > 100 {
		y.max = 100
	}
	zero, top := y.min == 0 && !y.log, y.max
	x.widen(0.03)
	y.widen(0.05)
	if zero {
		y.min = 0
	}
	if ch.percent && top >= 99 {
		y.max = 101
	}
	if infinite {
		ch.notes = append(ch.notes, "▲ at the upper edge: diverged, the mean is infinite.")
	}
	if without {
		ch.notes = append(ch.notes, "Values that are not above 0 have no place on the logarithmic axis, and are left out.")
	}
	ch.x, ch.y = x, y
}

// set is the plot without its lines.
func (ch chart) set() *plot.Plot {
	p := emptyPlot()
	ch.x.apply(&p.X)
	ch.y.apply(&p.Y)
	p.X.Label.Text = ch.xLabel
	p.Y.Tick.Marker = ch.y.ticks(6)
	ticks := ch.xTicks
	if ticks == nil {
		ticks = slices.DeleteFunc(ch.x.ticks(6), func(t plot.Tick) bool { return t.Value != math.Round(t.Value) })
	}
	p.X.Tick.Marker = spaced(ticks, ch.x, figureWidth-70)
	return p
}

// spaced are the ticks whose labels do not meet; the others lose theirs. The ends
// go first.
func spaced(ticks plot.ConstantTicks, x span, width vg.Length) plot.ConstantTicks {
	style := letters(labelSize, muted, false)
	kept := slices.Clone(ticks)
	for i := range kept {
		kept[i].Label = ""
	}
	type interval struct{ from, to vg.Length }
	var taken []interval
	put := func(i int) {
		label := fit(ticks[i].Label, style, width/3)
		w := style.Width(label)*1.08 + 8
		at := vg.Length(x.at(ticks[i].Value)) * width
		if math.IsNaN(float64(at)) || kept[i].Label != "" {
			return
		}
		for _, t := range taken {
			if at-w/2 < t.to && at+w/2 > t.from {
				return
			}
		}
		taken = append(taken, interval{at - w/2, at + w/2})
		kept[i].Label = label
	}
	if len(ticks) > 0 {
		put(len(ticks) - 1)
	}
	for i := range ticks {
		put(i)
	}
	return kept
}

// area is where the data stand on a canvas.
func (ch chart) area(c draw.Canvas) draw.Canvas { return ch.set().DataCanvas(inner(c)) }

// inner leaves a margin.
func inner(c draw.Canvas) draw.Canvas { return draw.Crop(c, 4, -10, 4, -4) }

func (ch chart) plot(c draw.Canvas) {
	p := ch.set()
	p.Add(rules{}, ch)
	p.Draw(inner(c))
}

// rules are the thin lines at the ticks of the y axis.
type rules struct{}

// Plot implements plot.Plotter.
func (rules) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if at := y(t.Value); c.ContainsY(at) {
			c.StrokeLine2(line1(rule), c.Min.X, at, c.Max.X, at)
		}
	}
}

// Plot implements plot.Plotter: first the bands, then lines and points.
func (ch chart) Plot(c draw.Canvas, p *plot.Plot) {
	fx, fy := p.Transforms(&c)
	at := func(x, y float64) vg.Point { return vg.Point{X: fx(x), Y: fy(ch.y.within(y))} }
	for _, l := range ch.lines {
		for _, run := range ch.runs(l, func(q point) bool { return ch.y.can(q.hi) && !math.IsNaN(q.lo) }) {
			var band []vg.Point
			for _, q := range run {
				band = append(band, at(q.x, q.hi))
			}
			for _, q := range slices.Backward(run) {
				band = append(band, at(q.x, q.lo))
			}
			if len(run) == 1 { // nothing to fill: a whisker
				c.StrokeLines(stroke(l.paint.thin(seedOpacity), 1.5, nil), band)
				continue
			}
			c.FillPolygon(l.paint.thin(bandOpacity), band)
		}
	}
	for _, l := range ch.lines {
		for _, run := range ch.runs(l, func(q point) bool { return ch.y.can(q.y) }) {
			var path []vg.Point
			for _, q := range run {
				path = append(path, vg.Point{X: fx(q.x), Y: fy(q.y)})
			}
			if len(path) > 1 {
				c.StrokeLines(stroke(l.paint.light, l.width, l.dashes), c.ClipLinesY(path)...)
			}
		}
		for _, q := range l.points {
			switch {
			case !ch.x.can(q.x) || math.IsNaN(q.y):
			case math.IsInf(q.y, 1):
				l.glyph(c, draw.PyramidGlyph{}, vg.Point{X: fx(q.x), Y: c.Max.Y - 4}, 5)
			case !ch.y.can(q.y) || q.y > ch.y.max:
			case q.last:
				p := at(q.x, q.y)
				c.StrokeLine2(stroke(l.paint.light, 2, nil), p.X-4, p.Y-4, p.X+4, p.Y+4)
				c.StrokeLine2(stroke(l.paint.light, 2, nil), p.X-4, p.Y+4, p.X+4, p.Y-4)
			case l.glyphs && q.hollow:
				l.glyph(c, draw.CircleGlyph{}, at(q.x, q.y), 4.5)
				c.DrawGlyph(draw.GlyphStyle{Color: paper.light, Radius: 2.7, Shape: draw.CircleGlyph{}}, at(q.x, q.y))
			case l.glyphs || len(l.points) == 1:
				l.glyph(c, draw.CircleGlyph{}, at(q.x, q.y), 3.2)
			}
		}
	}
}

// runs are the stretches of a line in which all points can be drawn.
func (ch chart) runs(l line, can func(point) bool) (all [][]point) {
	open := false
	for _, p := range l.points {
		if !ch.x.can(p.x) || !can(p) {
			open = false
			continue
		}
		if !open {
			all, open = append(all, nil), true
		}
		all[len(all)-1] = append(all[len(all)-1], p)
	}
	return all
}

func (l line) glyph(c draw.Canvas, shape draw.GlyphDrawer, at vg.Point, radius vg.Length) {
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: l.paint.light, Radius: radius, Shape: shape}, at)
}

// sample draws a piece of the line for the legend.
func (l line) sample(c draw.Canvas, from, to, y vg.Length) {
	c.StrokeLine2(stroke(l.paint.light, max(l.width, 2), l.dashes), from, y, to, y)
	if l.glyphs {
		l.glyph(c, draw.CircleGlyph{}, vg.Point{X: (from + to) / 2, Y: y}, 3.2)
	}
}
