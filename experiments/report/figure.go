package report

import (
	"bytes"
	"fmt"
	"image/color"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/image/font"
	"gonum.org/v1/plot"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// The width of every figure, and the sizes of its letters, which are 11 pixels high even on
// the narrowest phones.
const (
	figureWidth = vg.Length(420)
	titleSize   = vg.Length(15)
	labelSize   = vg.Length(13)
)

// A Figure is a drawing. Its bytes depend only on the study.
type Figure struct {
	Name    string // of its files
	Title   string
	Caption string // the notes at its foot: what marks mean, what is not drawn and why

	subtitle, source string
	height           vg.Length
	inside           vg.Rectangle // between heading and foot; the lower left corner is the origin
	foot             []string     // lines of the notes, and the experiment's name
	paints           []paint
	content          func(draw.Canvas)
	tooltip          tooltip
}

// newFigure is a figure without content, which the caller adds. Notes are part of the
// drawing, so that they are not lost when it is copied out of its report.
func newFigure(s *Study, name, title, subtitle string, notes []string, content vg.Length) Figure {
	f := Figure{Name: name, Title: title, Caption: strings.Join(notes, " "), subtitle: subtitle, source: plain(s.Name)}
	style := letters(labelSize, muted, false)
	for _, n := range append(slices.Clone(notes), "experiment "+f.source) {
		f.foot = append(f.foot, wrap(n, style, figureWidth-8)...)
	}
	foot := vg.Length(len(f.foot))*footLine + 6
	f.inside = vg.Rectangle{Min: vg.Point{Y: foot}, Max: vg.Point{X: figureWidth, Y: foot + content}}
	f.height = headingHeight + content + foot
	return f
}

const footLine = labelSize + 3

// draw draws the figure on a canvas of its size.
func (f Figure) draw(c draw.Canvas) {
	heading(c, f.Title, f.subtitle)
	f.content(c)
	style := letters(labelSize, muted, false)
	for i, l := range f.foot {
		c.FillText(style, vg.Point{X: c.Min.X + 4, Y: c.Min.Y + 6 + footLine*vg.Length(len(f.foot)-1-i)}, l)
	}
}

// Figures are the figures of a study, the most important first.
func Figures(s *Study) (all []Figure) {
	if axis, ok := s.XAxis(); ok {
		all = append(all, lineFigures(s, axis)...)
	} else {
		all = append(all, dotPlots(s)...)
	}
	all = append(all, curves(s)...)
	all = append(all, signals(s)...)
	taken := map[string]int{}
	for i := range all { // two metrics may have one file name
		taken[all[i].Name]++
		if n := taken[all[i].Name]; n > 1 {
			all[i].Name += fmt.Sprint("-", n)
		}
	}
	return all
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// fileName makes a file name of a metric.
func fileName(metric string) string {
	return strings.Trim(notInNames.ReplaceAllString(strings.ToLower(metric), "-"), "-")
}

// canvas draws the figure in light colours on a white page.
func (f Figure) canvas(c vg.CanvasSizer) {
	d := draw.New(c)
	d.SetColor(paper.light)
	d.Fill(d.Rectangle.Path())
	f.draw(d)
}

// PNG is the drawing as pixels, with twice the resolution of an ordinary screen.
func (f Figure) PNG() ([]byte, error) {
	c := vgimg.NewWith(vgimg.UseWH(figureWidth, f.height), vgimg.UseDPI(192))
	f.canvas(c)
	var b bytes.Buffer
	_, err := vgimg.PngCanvas{Canvas: c}.WriteTo(&b)
	return b.Bytes(), err
}

// SVG is the drawing as a file of its own, which follows the light or dark colour scheme of
// its viewer.
func (f Figure) SVG() ([]byte, error) {
	body, err := f.body()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg class="plot" width="%g" height="%g" viewBox="0 0 %g %g" xmlns="http://www.w3.org/2000/svg" role="img">`+"\n",
		4*figureWidth/3, 4*f.height/3, figureWidth, f.height)
	fmt.Fprintf(&b, "<title>%s: %s</title>\n<style>%s</style>\n%s</svg>\n", escapeXML(f.source), escapeXML(f.Title), darkRules(f.paints), body)
	return b.Bytes(), nil
}

// inline is the drawing within a page that has the style sheet.
func (f Figure) inline(id string) (string, error) {
	body, err := f.body()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`<svg class="plot" viewBox="0 0 %g %g" role="img" aria-labelledby="%s-t %s-d"><title id="%s-t">%s</title><desc id="%s-d">%s</desc>`+"\n%s</svg>",
		figureWidth, f.height, id, id, id, escapeXML(f.Title), id, escapeXML(f.Caption+" The tables have the numbers."), body), nil
}

// A browser uses the first of these fonts that it has; their widths are nearly equal.
const fonts = "font-family:Liberation Sans,Arial,Helvetica,sans-serif"

var fontStyle = regexp.MustCompile(`font-family:Liberation Sans;font-variant:normal;font-weight:(\w+);font-style:normal`)

// body is the content of the SVG element.
func (f Figure) body() ([]byte, error) {
	c := vgsvg.New(figureWidth, f.height)
	f.canvas(c)
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, err
	}
	_, body, _ := bytes.Cut(b.Bytes(), []byte(`xlink">`+"\n"))
	body = bytes.TrimSuffix(body, []byte("</svg>\n"))
	return fontStyle.ReplaceAll(body, []byte(fonts+";font-weight:$1")), nil
}

var escapeXML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;").Replace

// letters is a text style.
func letters(size vg.Length, p paint, bold bool) text.Style {
	f := plotfont.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	if bold {
		f.Weight = font.WeightBold
	}
	return text.Style{Color: p.light, Font: f, Handler: plot.DefaultTextHandler}
}

// fit shortens a text that is wider than width.
func fit(s string, style text.Style, width vg.Length) string {
	if style.Width(s) <= width {
		return s
	}
	runes := []rune(s)
	for len(runes) > 1 && style.Width(string(runes)+"…") > width {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimSpace(string(runes)) + "…"
}

// wrap breaks a text into lines of at most that width, between words where possible.
func wrap(s string, style text.Style, width vg.Length) (lines []string) {
	width /= 1.15 // other fonts may be wider
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && style.Width(line+" "+word) <= width {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for line = word; style.Width(line) > width; {
			runes := []rune(line)
			n := len(runes) - 1
			for n > 1 && style.Width(string(runes[:n])) > width {
				n--
			}
			lines, line = append(lines, string(runes[:n])), string(runes[n:])
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// heading writes title and subtitle.
func heading(c draw.Canvas, title, subtitle string) {
	s := letters(titleSize, ink, true)
	c.Max.Y -= titleSize + 3
	c.FillText(s, vg.Point{X: c.Min.X + 4, Y: c.Max.Y}, fit(title, s, figureWidth-8))
	s = letters(labelSize, muted, false)
	c.Max.Y -= labelSize + 4
	c.FillText(s, vg.Point{X: c.Min.X + 4, Y: c.Max.Y}, fit(subtitle, s, figureWidth-8))
}

const headingHeight = titleSize + 3 + labelSize + 4 + 8

// emptyPlot is a plot in the style of all figures.
func emptyPlot() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Tick.Label = letters(labelSize, muted, false)
		a.Label.TextStyle = letters(labelSize, ink, false)
		a.Tick.LineStyle = line1(base)
		a.Tick.Length = 0
		a.LineStyle.Width = 0
		a.Padding = 0
	}
	p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = text.XCenter, text.YTop
	p.Y.Tick.Label.XAlign, p.Y.Tick.Label.YAlign = text.XRight, text.YCenter
	p.X.Label.TextStyle.XAlign, p.X.Label.TextStyle.YAlign = text.XCenter, text.YBottom
	p.X.LineStyle = line1(base)
	p.X.Tick.Length = 4
	p.X.Label.Padding = 2
	return p
}

// beside writes a text at the height of a mark.
func beside(c draw.Canvas, s text.Style, x, y vg.Length, txt string) {
	s.YAlign = text.YCenter
	c.FillText(s, vg.Point{X: x, Y: y + 0.13*s.Font.Size}, txt)
}

func line1(p paint) draw.LineStyle { return draw.LineStyle{Color: p.light, Width: 1} }

func stroke(c color.Color, width vg.Length, dashes []vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: width, Dashes: dashes}
}
