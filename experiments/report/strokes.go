package report

import (
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

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

// plotLines are the lines of a panel.
type plotLines struct {
	chart
	panel
}

// Plot implements plot.Plotter: first the background, then bands, lines and points.
func (pl plotLines) Plot(c draw.Canvas, p *plot.Plot) {
	fx, fy := p.Transforms(&c)
	at := func(x, y float64) vg.Point { return vg.Point{X: fx(x), Y: fy(pl.y.within(y))} }
	stretches := func(l line) {
		for _, run := range pl.runs(l, func(q point) bool { return pl.y.holds(q.y) }) {
			var path []vg.Point
			for _, q := range run {
				path = append(path, at(q.x, q.y))
			}
			if len(path) > 1 {
				c.StrokeLines(stroke(l.paint.light, l.width, l.dashes), path)
			}
		}
	}
	for _, l := range pl.background {
		l.paint, l.width = faint, 1
		stretches(l)
	}
	for _, l := range pl.panel.lines {
		for _, run := range pl.runs(l, func(q point) bool { return q.hi >= pl.y.min && q.lo <= pl.y.max }) {
			var band []vg.Point
			for _, q := range run {
				band = append(band, at(q.x, q.hi))
			}
			for _, q := range slices.Backward(run) {
				band = append(band, at(q.x, q.lo))
			}
			if len(run) == 1 { // nothing to fill: a whisker
				c.StrokeLines(stroke(l.paint.withOpacity(seedOpacity), 1.5, nil), band)
				continue
			}
			c.FillPolygon(l.paint.withOpacity(bandOpacity), band)
		}
	}
	for _, l := range pl.panel.lines {
		stretches(l)
	}
	type place struct {
		x    vg.Length
		edge int
	}
	stacked := map[place]int{} // marks at the edges, which would cover one another
	for _, l := range pl.panel.lines {
		for _, q := range l.points {
			if !pl.x.holds(q.x) {
				continue
			}
			mean := at(q.x, q.y)
			edge, level := pl.y.edge(q.y), 0
			if edge != 0 {
				level = stacked[place{mean.X, edge}]
				stacked[place{mean.X, edge}]++
				l.pointer(c, mean.X, edge, level, 5)
			} else if !math.IsNaN(q.y) {
				l.mark(c, q, mean)
			}
			for _, v := range q.seeds {
				if edge := pl.y.edge(v); edge != 0 {
					l.pointer(c, mean.X+apart, edge, level, 3)
				} else if pl.y.holds(v) {
					l.paint.ring(c, at(q.x, v).Add(vg.Point{X: apart}))
				}
			}
		}
	}
}

// apart is the distance of the seeds from their mean.
const apart = vg.Length(6)

// mark draws a point of the line.
func (l line) mark(c draw.Canvas, q point, at vg.Point) {
	switch {
	case q.divergesAfter:
		width, arm := max(l.width, 1.2), 2+l.width
		c.StrokeLine2(stroke(l.paint.light, width, nil), at.X-arm, at.Y-arm, at.X+arm, at.Y+arm)
		c.StrokeLine2(stroke(l.paint.light, width, nil), at.X-arm, at.Y+arm, at.X+arm, at.Y-arm)
	case l.glyphs || len(l.points) == 1:
		l.paint.disc(c, at, 3.2)
	}
	if q.diverged {
		style := letters(labelSize, l.paint, true)
		style.XAlign = text.XRight
		beside(c, style, at.X-3, at.Y+6, divergedMark)
	}
}

// pointer draws a triangle at the upper or the lower edge; level is how many are there
// already.
func (l line) pointer(c draw.Canvas, x vg.Length, edge, level int, size vg.Length) {
	away := size + 1 + 11*vg.Length(level)
	y := c.Max.Y - away
	if edge < 0 {
		y = c.Min.Y + away
	}
	tip := size * vg.Length(edge)
	c.FillPolygon(l.paint.light, []vg.Point{{X: x - size, Y: y - tip}, {X: x + size, Y: y - tip}, {X: x, Y: y + tip}})
}

// runs are the stretches of a line in which all points can be drawn.
func (ch chart) runs(l line, can func(point) bool) (all [][]point) {
	open := false
	for _, p := range l.points {
		if !ch.x.holds(p.x) || !can(p) {
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

// disc draws a mean.
func (p paint) disc(c draw.Canvas, at vg.Point, radius vg.Length) {
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: p.light, Radius: radius, Shape: draw.CircleGlyph{}}, at)
}

// ring draws a seed.
func (p paint) ring(c draw.Canvas, at vg.Point) {
	var path vg.Path
	const radius = vg.Length(2.2)
	path.Move(vg.Point{X: at.X + radius, Y: at.Y})
	path.Arc(at, radius, 0, 2*math.Pi)
	path.Close()
	c.SetLineStyle(stroke(p.light, 0.9, nil))
	c.Stroke(path)
}

// sample draws a piece of the line for the legend.
func (l line) sample(c draw.Canvas, from, to, y vg.Length) {
	c.StrokeLine2(stroke(l.paint.light, l.width, l.dashes), from, y, to, y)
	if l.glyphs {
		l.paint.disc(c, vg.Point{X: (from + to) / 2, Y: y}, 3.2)
	}
}
