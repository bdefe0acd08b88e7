package report

import (
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A chart is lines over an x axis, in one panel or in several of the same axes.
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
	panel       string // the title of the panel that it is in
	alone       bool   // in its panel, where the lines of the others are a grey background
	common      bool   // to all panels
	group, name string
	paint       paint
	dashes      []vg.Length
	width       vg.Length
	glyphs      bool
	quiet       bool // not in the legend
	points      []point
}

// A point of a line. Its band is NaN where there is none. A y that has no place on
// the axis stands at the edge.
type point struct {
	x, y, lo, hi float64
	seeds        []float64 // replicates, which are drawn beside it
	some         bool      // some of its seeds diverged
	last         bool      // a seed diverged after it
	label, text  string    // of x, and of y
}

// A panel is a plot with some of the lines.
type panel struct {
	title  string
	lines  []line
	behind []line
}

func (ch chart) panels() (all []panel) {
	for _, l := range ch.lines {
		if l.common {
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
			case l.common:
				p.lines = append(p.lines, l)
			case l.alone && l.panel != p.title && !l.quiet:
				p.behind = append(p.behind, l)
			}
		}
	}
	return all
}

// entries are the legend's: lines of several panels that look alike have one, and
// those that are alone in their panels have its title.
func (ch chart) entries() (all []entry) {
	for _, l := range ch.lines {
		e := entry{l.group, l.name, l}
		same := func(o entry) bool { return o.group == e.group && o.name == e.name && o.line.paint == l.paint }
		if !l.quiet && !l.alone && !slices.ContainsFunc(all, same) {
			all = append(all, e)
		}
	}
	if len(all) == 1 && all[0].name == "" {
		return nil
	}
	return all
}

// figure lays the chart out.
func (ch chart) figure(s *Study) Figure {
	ch.bound()
	panels := ch.panels()
	legend, top := lay(ch.entries())
	layout := arrange(panels)
	bottom := vg.Length(0)
	if len(panels) > 1 {
		bottom = rowHeight // the name of the x axis, once
	}
	f := newFigure(s, ch.name, ch.title, ch.under, ch.notes, top+layout.height+bottom)
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
	// Where the data stand is the same on every canvas.
	f.readout.X = ch.xLabel
	for i, p := range panels {
		cell := draw.NewCanvas(nowhere{}, 0, 0)
		cell.Rectangle = cells[i]
		f.readout.Panels = append(f.readout.Panels, ch.readout(p, ch.area(cell, layout), f.height))
	}
	return f
}

// A layout is how the panels of a chart stand in rows below one another.
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

// titleLines are those of the panel's title, of which a cell of this width has at
// most two.
func (p panel) titleLines(width vg.Length) []string {
	style := letters(labelSize, ink, true)
	lines := wrap(p.title, style, width-8)
	if len(lines) > 2 {
		lines = []string{lines[0], fit(strings.Join(lines[1:], " "), style, (width-8)/1.15)}
	}
	return lines
}

// set is the plot without its lines.
func (ch chart) set(width vg.Length, single bool) *plot.Plot {
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
	p.X.Tick.Marker = spaced(ticks, ch.x, width-margin)
	return p
}

// xName is what stands below the x axis.
func (ch chart) xName() string {
	if ch.x.log {
		return ch.xLabel + logTitle
	}
	return ch.xLabel
}

// plotted is where the plot of a cell is: below the panel's title, with a margin.
func plotted(c draw.Canvas, a layout) draw.Canvas { return draw.Crop(c, 4, -10, 4, -4-a.titles) }

// area is where the data stand in a cell.
func (ch chart) area(c draw.Canvas, a layout) draw.Canvas {
	return ch.set(c.Size().X, a.single).DataCanvas(plotted(c, a))
}

func (ch chart) draw(c draw.Canvas, p panel, a layout) {
	for i, l := range p.titleLines(c.Size().X) {
		beside(c, letters(labelSize, ink, true), c.Min.X+4, c.Max.Y-rowHeight*(vg.Length(i)+0.5), l)
	}
	plot := ch.set(c.Size().X, a.single)
	plot.Add(rules{}, plotLines{ch, p})
	plot.Draw(plotted(c, a))
}
