package report

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A tooltip is what a page needs to show the values at the pointer, in the units of the
// drawing, whose y axis points down.
type tooltip struct {
	X      string         `json:"x"` // name of the axis
	Panels []tooltipPanel `json:"panels"`
}

type tooltipPanel struct {
	Left   float64       `json:"left"`
	Right  float64       `json:"right"`
	Top    float64       `json:"top"`
	Bottom float64       `json:"bottom"`
	Lines  []tooltipLine `json:"lines"`
}

type tooltipLine struct {
	Name   string         `json:"name"`
	Color  string         `json:"color"`
	Points []tooltipPoint `json:"points"`
}

type tooltipPoint struct {
	X     float64 `json:"x"`
	Y     float64 `json:"y"`
	Label string  `json:"label"`
	Text  string  `json:"text"`
}

// tooltip is the points of a panel with their positions in a drawing of this height. area
// is where the data are drawn.
func (ch chart) tooltip(p panel, area draw.Canvas, height vg.Length) tooltipPanel {
	tenth := func(l vg.Length) float64 { return math.Round(float64(l)*10) / 10 }
	fx, fy := ch.axes(area.Size().X, true).Transforms(&area)
	r := tooltipPanel{Left: tenth(area.Min.X), Right: tenth(area.Max.X), Top: tenth(height - area.Max.Y), Bottom: tenth(height - area.Min.Y)}
	for _, l := range p.lines {
		out := tooltipLine{Name: l.fullName(ch.title), Color: hex(l.paint.light), Points: []tooltipPoint{}}
		for _, p := range l.points {
			if !ch.x.holds(p.x) || math.IsNaN(p.y) {
				continue
			}
			y := area.Min.Y
			switch {
			case ch.y.holds(p.y):
				y = fy(p.y)
			case ch.y.edge(p.y) > 0:
				y = area.Max.Y
			}
			out.Points = append(out.Points, tooltipPoint{tenth(fx(p.x)), tenth(height - y), p.label, p.text})
		}
		r.Lines = append(r.Lines, out)
	}
	return r
}

// fullName is the line's name after that of its panel or its group.
func (l line) fullName(otherwise string) string {
	switch {
	case l.name == "":
		return otherwise
	case l.panel != "" && !l.ownPanel:
		return l.panel + ", " + l.name
	case l.group != "":
		return l.group + ", " + l.name
	}
	return l.name
}

// nullCanvas is a canvas that draws nothing.
type nullCanvas struct{}

func (nullCanvas) SetLineWidth(vg.Length)                 {}
func (nullCanvas) SetLineDash([]vg.Length, vg.Length)     {}
func (nullCanvas) SetColor(color.Color)                   {}
func (nullCanvas) Rotate(float64)                         {}
func (nullCanvas) Translate(vg.Point)                     {}
func (nullCanvas) Scale(x, y float64)                     {}
func (nullCanvas) Push()                                  {}
func (nullCanvas) Pop()                                   {}
func (nullCanvas) Stroke(vg.Path)                         {}
func (nullCanvas) Fill(vg.Path)                           {}
func (nullCanvas) FillString(font.Face, vg.Point, string) {}
func (nullCanvas) DrawImage(vg.Rectangle, image.Image)    {}
