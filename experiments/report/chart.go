package report

import (
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A chart is a figure of lines over an x axis, in one panel or in several with the same
// axes.
type chart struct {
	name, title, subtitle string
	xLabel                string
	x, y                  span
	xTicks                plot.ConstantTicks // nil: whole numbers
	places                []float64          // on the x axis, whether or not there is a point
	percent               bool               // y cannot leave 0 to 100
	lines                 []line
	notes                 []string
}

// A line of a chart, with how it is drawn.
type line struct {
	panel       string // the title of the panel that it is in
	ownPanel    bool   // it has its panel to itself; the lines of the other panels are a grey background
	everyPanel  bool   // it is in every panel
	group, name string
	paint       paint
	dashes      []vg.Length
	width       vg.Length
	glyphs      bool
	unlisted    bool // not in the legend
	points      []point
}

// A point of a line. lo and hi are NaN where it has no interval. A y that the axis cannot
// hold is drawn at its edge.
type point struct {
	x, y, lo, hi  float64
	seeds         []float64 // replicates, which are drawn beside it
	diverged      bool      // some of its seeds diverged
	divergesAfter bool      // a seed diverged after it
	label, text   string    // of x, and of y
}

// A panel is a plot of some of the lines.
type panel struct {
	title      string
	lines      []line
	background []line
}

// panels are the panels of the chart, in the order of its lines.
func (ch chart) panels() (all []panel) {
	for _, l := range ch.lines {
		if l.everyPanel {
			continue
		}
		i := slices.IndexFunc(all, func(p panel) bool { return p.title == l.panel })
		if i < 0 {
			i, all = len(all), append(all, panel{title: l.panel})
		}
		all[i].lines = append(all[i].lines, l)
	}
	for i := range all {
		p := &all[i]
		for _, l := range ch.lines {
			switch {
			case l.everyPanel:
				p.lines = append(p.lines, l)
			case l.ownPanel && l.panel != p.title && !l.unlisted:
				p.background = append(p.background, l)
			}
		}
	}
	return all
}

// entries are those of the legend. Lines of several panels that look alike share one;
// a line that has a panel to itself needs none, as the panel's title names it.
func (ch chart) entries() (all []entry) {
	for _, l := range ch.lines {
		e := entry{l.group, l.name, l}
		same := func(o entry) bool { return o.group == e.group && o.name == e.name && o.line.paint == l.paint }
		if !l.unlisted && !l.ownPanel && !slices.ContainsFunc(all, same) {
			all = append(all, e)
		}
	}
	if len(all) == 1 && all[0].name == "" {
		return nil
	}
	return all
}

// figure lays out the chart.
func (ch chart) figure(s *Study) Figure {
	ch.fitAxes()
	panels := ch.panels()
	legend, top := layLegend(ch.entries())
	layout := arrange(panels)
	bottom := vg.Length(0)
	if len(panels) > 1 {
		bottom = rowHeight // the name of the x axis, once
	}
	f := newFigure(s, ch.name, ch.title, ch.subtitle, ch.notes, top+layout.height+bottom)
	inside, cells := f.inside, layout.cells
	for i := range cells { // from places below the legend to places in the figure
		cells[i] = cells[i].Add(vg.Point{X: inside.Min.X, Y: inside.Max.Y - top})
	}
	f.content = func(c draw.Canvas) {
		drawLegend(draw.Canvas{Canvas: c.Canvas, Rectangle: inside}, legend)
		for i, p := range panels {
			ch.draw(draw.Canvas{Canvas: c.Canvas, Rectangle: cells[i]}, p, layout)
		}
		if len(panels) > 1 {
			style := letters(labelSize, ink, false)
			style.XAlign = text.XCenter
			c.FillText(style, vg.Point{X: figureWidth / 2, Y: inside.Min.Y + 4}, ch.xName())
		}
	}
	for _, l := range ch.lines {
		f.paints = append(f.paints, l.paint)
	}
	// The points have the same positions on every canvas.
	f.tooltip.X = ch.xLabel
	for i, p := range panels {
		cell := draw.NewCanvas(nullCanvas{}, 0, 0)
		cell.Rectangle = cells[i]
		f.tooltip.Panels = append(f.tooltip.Panels, ch.tooltip(p, ch.dataArea(cell, layout), f.height))
	}
	return f
}

// A layout is how the panels of a chart are arranged in rows.
type layout struct {
	cells  []vg.Rectangle // the top left corner of the first is the origin
	height vg.Length
	titles vg.Length // height of the panels' titles
	single bool
}

func arrange(panels []panel) (a layout) {
	if a.single = len(panels) == 1; a.single {
		a.height = 235
		a.cells = []vg.Rectangle{{Min: vg.Point{Y: -a.height}, Max: vg.Point{X: figureWidth}}}
		return a
	}
	columns, plot := 2, vg.Length(132)
	lines := func() (most int) {
		for _, p := range panels {
			most = max(most, len(p.titleLines(figureWidth/vg.Length(columns))))
		}
		return most
	}
	if len(panels) > 6 {
		plot = 100
		if columns = 3; lines() > 1 {
			columns = 2
		}
	}
	a.titles = vg.Length(lines()) * rowHeight
	size := vg.Point{X: figureWidth / vg.Length(columns), Y: a.titles + plot}
	for i := range panels {
		at := vg.Point{X: size.X * vg.Length(i%columns), Y: -size.Y * vg.Length(i/columns+1)}
		a.cells = append(a.cells, vg.Rectangle{Min: at, Max: at.Add(size)})
		a.height = -at.Y
	}
	return a
}

// titleLines are the one or two lines of the panel's title in a cell of this width.
func (p panel) titleLines(width vg.Length) []string {
	style := letters(labelSize, ink, true)
	lines := wrap(p.title, style, width-8)
	if len(lines) > 2 {
		lines = []string{lines[0], fit(strings.Join(lines[1:], " "), style, (width-8)/1.15)}
	}
	return lines
}

// axes is a plot with axes and ticks, but without lines.
func (ch chart) axes(width vg.Length, single bool) *plot.Plot {
	p := emptyPlot()
	ch.x.apply(&p.X)
	ch.y.apply(&p.Y)
	n, margin := 6, vg.Length(70)
	if single {
		p.X.Label.Text = ch.xName()
	} else {
		n, margin = 3, 55
	}
	p.Y.Tick.Marker = ch.y.ticks(n)
	ticks := ch.xTicks
	if ticks == nil {
		ticks = slices.DeleteFunc(ch.x.ticks(n), notWhole)
	}
	p.X.Tick.Marker = spacedTicks(ticks, ch.x, width-margin)
	return p
}

// xName is the text below the x axis.
func (ch chart) xName() string {
	if ch.x.log {
		return ch.xLabel + logTitle
	}
	return ch.xLabel
}

// plotArea is the part of a cell with the plot: below the panel's title, with a margin.
func plotArea(c draw.Canvas, a layout) draw.Canvas { return draw.Crop(c, 4, -10, 4, -4-a.titles) }

// dataArea is the part of a cell in which the data are drawn.
func (ch chart) dataArea(c draw.Canvas, a layout) draw.Canvas {
	return ch.axes(c.Size().X, a.single).DataCanvas(plotArea(c, a))
}

// draw draws a panel in its cell.
func (ch chart) draw(c draw.Canvas, p panel, a layout) {
	for i, l := range p.titleLines(c.Size().X) {
		beside(c, letters(labelSize, ink, true), c.Min.X+4, c.Max.Y-rowHeight*(vg.Length(i)+0.5), l)
	}
	plot := ch.axes(c.Size().X, a.single)
	plot.Add(rules{}, plotLines{ch, p})
	plot.Draw(plotArea(c, a))
}
