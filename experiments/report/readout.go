package report

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A readout is what a page needs to show the values below the pointer, in the
// units of the drawing, whose y goes down.
type readout struct {
	X      string         `json:"x"` // name of the axis
	Panels []readoutPanel `json:"panels"`
}

type readoutPanel struct {
	Left   float64       `json:"left"`
	Right  float64       `json:"right"`
	Top    float64       `json:"top"`
	Bottom float64       `json:"bottom"`
	Lines  []readoutLine `json:"lines"`
}

type readoutLine struct {
	Name   string         `json:"name"`
	Color  string         `json:"color"`
	Points []readoutPoint `json:"points"`
}

type readoutPoint struct {
	X     float64 `json:"x"`
	Y     float64 `json:"y"`
	Label string  `json:"label"`
	Text  string  `json:"text"`
}

// readout gives the points of a panel the places that they have in a drawing of
// this height, the area being that of the data.
func (ch chart) readout(p panel, area draw.Canvas, height vg.Length) readoutPanel {
	tenth := func(l vg.Length) float64 { return math.Round(float64(l)*10) / 10 }
	fx, fy := ch.set(area.Size().X, true).Transforms(&area)
	r := readoutPanel{Left: tenth(area.Min.X), Right: tenth(area.Max.X), Top: tenth(height - area.Max.Y), Bottom: tenth(height - area.Min.Y)}
	for _, l := range p.lines {
		out := readoutLine{Name: l.fullName(ch.title), Color: written(l.paint.light), Points: []readoutPoint{}}
		for _, p := range l.points {
			if !ch.x.can(p.x) || math.IsNaN(p.y) {
				continue
			}
			y := area.Min.Y
			switch {
			case ch.y.can(p.y):
				y = fy(p.y)
			case ch.y.edge(p.y) > 0:
				y = area.Max.Y
			}
			out.Points = append(out.Points, readoutPoint{tenth(fx(p.x)), tenth(height - y), p.label, p.text})
		}
		r.Lines = append(r.Lines, out)
	}
	return r
}

// fullName is the line's with its panel's or its group's.
func (l line) fullName(otherwise string) string {
	switch {
	case l.name == "":
		return otherwise
	case l.panel != "" && !l.alone:
		return l.panel + ", " + l.name
	case l.group != "":
		return l.group + ", " + l.name
	}
	return l.name
}

// nowhere is a canvas that draws nothing.
type nowhere struct{}

func (nowhere) SetLineWidth(vg.Length)                 {}
func (nowhere) SetLineDash([]vg.Length, vg.Length)     {}
func (nowhere) SetColor(color.Color)                   {}
func (nowhere) Rotate(float64)                         {}
func (nowhere) Translate(vg.Point)                     {}
func (nowhere) Scale(x, y float64)                     {}
func (nowhere) Push()                                  {}
func (nowhere) Pop()                                   {}
func (nowhere) Stroke(vg.Path)                         {}
func (nowhere) Fill(vg.Path)                           {}
func (nowhere) FillString(font.Face, vg.Point, string) {}
func (nowhere) DrawImage(vg.Rectangle, image.Image)    {}
