package report

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// An entry of a legend: a piece of a line and its name. Entries of a group follow the
// group's name, which has no line.
type entry struct {
	group, name string
	line        line
}

const (
	sampleWidth  = vg.Length(20)
	groupedWidth = vg.Length(14)
	rowHeight    = labelSize + 5
)

// A placedEntry is an entry with its position below the top left corner.
type placedEntry struct {
	entry
	text string
	x, y vg.Length
	head bool // the name of a group
}

// layLegend places the entries in as many rows as they need.
func layLegend(entries []entry) (all []placedEntry, height vg.Length) {
	style := letters(labelSize, ink, false)
	bold := letters(labelSize, ink, true)
	width := figureWidth - 8
	var left, column vg.Length // of grouped entries, which are aligned in columns
	for _, e := range entries {
		if e.group != "" {
			left = max(left, bold.Width(fit(e.group, bold, width/3))*1.08+10)
			column = max(column, groupedWidth+5+style.Width(fit(e.name, style, width/2))*1.08+8)
		}
	}
	x, y, group := vg.Length(0), vg.Length(0), ""
	for i, e := range entries {
		if e.group != group || i == 0 {
			if group = e.group; x > 0 {
				x, y = 0, y+rowHeight
			}
			if group != "" {
				all = append(all, placedEntry{e, fit(group, bold, width/3), 0, y, true})
				x = left
			}
		}
		from, w, t := vg.Length(0), column, fit(e.name, style, width-sampleWidth-5)
		if group != "" {
			from, t = left, fit(e.name, style, width/2)
		} else {
			w = sampleWidth + 5 + style.Width(t)*1.08 + 12 // other fonts may be wider
		}
		if x > from && x+w-8 > width {
			x, y = from, y+rowHeight
		}
		all = append(all, placedEntry{e, t, x, y, false})
		x += w
	}
	if all == nil {
		return nil, 0
	}
	return all, y + rowHeight + 4
}

// drawLegend draws the entries at the top of a canvas.
func drawLegend(c draw.Canvas, all []placedEntry) {
	for _, e := range all {
		x, middle := c.Min.X+4+e.x, c.Max.Y-e.y-rowHeight/2
		if e.head {
			beside(c, letters(labelSize, ink, true), x, middle, e.text)
			continue
		}
		sample := sampleWidth
		if e.group != "" {
			sample = groupedWidth
		}
		e.line.sample(c, x, x+sample, middle)
		beside(c, letters(labelSize, ink, false), x+sample+5, middle, e.text)
	}
}
