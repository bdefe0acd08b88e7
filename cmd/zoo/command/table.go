package command

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// A sheet is a table for people: rows of cells under a header. The headers of columns of
// numbers, which are aligned to the right, begin with a >.
type sheet struct {
	header []string
	rows   [][]string
	notes  []string // printed below the rows, one for each; or none
	footer []string
	// snip cuts the last column at the edge of the terminal; otherwise it is wrapped.
	snip bool
}

const (
	columnGap = 2  // spaces between columns
	leastText = 10 // least width of a last column of texts that is wrapped or cut
)

func (s *sheet) add(cells ...string) { s.rows = append(s.rows, cells) }

// print writes the table. On a terminal, columns for which there is no room follow below,
// next to the first column again. Elsewhere each row is one line.
func (s *sheet) print(w io.Writer) {
	s.visible()
	for i, b := range s.blocks(terminalWidth(w)) {
		if i > 0 {
			fmt.Fprintln(w)
		}
		s.printBlock(w, b, i == 0)
	}
}

// visible escapes control characters before widths are measured.
func (s *sheet) visible() {
	for _, r := range append(slices.Clone(s.rows), s.header, s.notes, s.footer) {
		for i := range r {
			r[i] = strings.ReplaceAll(visible(r[i]), "\t", "    ")
		}
	}
}

// A span is a column in a block of a sheet.
type span struct{ column, width int }

// blocks are the parts of the table that are printed below one another on a terminal of
// that width, 0 for any. Each begins with the first column. Columns of numbers keep their
// width, unless no block can be that wide.
func (s *sheet) blocks(width int) (all [][]span) {
	if width == 0 {
		width = math.MaxInt
	}
	last := len(s.header) - 1
	least := func(column int) int {
		if column == last && !strings.HasPrefix(s.header[last], ">") {
			return min(s.width(column), leastText)
		}
		return s.width(column)
	}
	widest := -columnGap // for a table of one column
	for i := 1; i <= last; i++ {
		widest = max(widest, least(i))
	}
	first := min(s.width(0), max(width/2, width-columnGap-widest))
	room := max(1, width-first-columnGap) // of the others in a block
	all, left := [][]span{{{0, first}}}, room
	for i := 1; i <= last; i++ {
		if min(least(i), room) > left {
			all, left = append(all, []span{{0, first}}), room
		}
		n, end := min(s.width(i), left), len(all)-1
		all[end], left = append(all[end], span{i, n}), left-n-columnGap
	}
	return all
}

// printBlock writes the columns of a block side by side, with the notes of the rows below
// them if notes is true.
func (s *sheet) printBlock(w io.Writer, block []span, notes bool) {
	t := table.NewWriter()
	style := table.Style{Options: table.OptionsNoBordersAndSeparators}
	style.Box.PaddingRight = strings.Repeat(" ", columnGap)
	t.SetStyle(style)
	t.SuppressTrailingSpaces()
	var configs []table.ColumnConfig
	var header []string
	for i, c := range block {
		config := table.ColumnConfig{Number: i + 1}
		name, number := strings.CutPrefix(s.header[c.column], ">")
		if number {
			config.Align, config.AlignHeader, config.AlignFooter = text.AlignRight, text.AlignRight, text.AlignRight
		}
		configs, header = append(configs, config), append(header, s.fit(name, c))
	}
	t.SetColumnConfigs(configs)
	t.AppendHeader(row(header))
	ends := []int{height(header)} // of the rows, in lines
	for _, r := range s.rows {
		cells := s.cells(r, block)
		t.AppendRow(row(cells))
		ends = append(ends, ends[len(ends)-1]+height(cells))
	}
	if s.footer != nil {
		t.AppendFooter(row(s.cells(s.footer, block)))
	}
	for i, line := range strings.Split(t.Render(), "\n") {
		fmt.Fprintln(w, line)
		if r := slices.Index(ends, i+1); notes && r > 0 && r <= len(s.notes) {
			paragraph(w, "    ", s.notes[r-1])
		}
	}
}

// cells are the cells of a row that are in a block.
func (s *sheet) cells(row []string, block []span) (cells []string) {
	for _, c := range block {
		text := ""
		if c.column < len(row) {
			text = row[c.column]
		}
		cells = append(cells, s.fit(text, c))
	}
	return cells
}

// fit cuts or wraps a cell to the width of its column.
func (s *sheet) fit(cell string, c span) string {
	if s.snip && c.column == len(s.header)-1 {
		return text.Snip(cell, c.width, "…")
	}
	var lines []string
	for line := range strings.SplitSeq(cell, "\n") {
		lines = append(lines, wrap(line, c.width)...)
	}
	return strings.Join(lines, "\n")
}

// height is how many lines a row has.
func height(cells []string) int {
	n := 1
	for _, c := range cells {
		n = max(n, 1+strings.Count(c, "\n"))
	}
	return n
}

// width is the width of a column's widest cell.
func (s *sheet) width(column int) int {
	n := columns(strings.TrimPrefix(s.header[column], ">"))
	for _, r := range append(slices.Clone(s.rows), s.footer) {
		if column < len(r) {
			n = max(n, text.LongestLineLen(r[column]))
		}
	}
	return n
}

// total is the width of all columns.
func (s *sheet) total() (n int) {
	for i := range s.header {
		n += s.width(i) + columnGap
	}
	return n - columnGap
}

func row(cells []string) (r table.Row) {
	for _, c := range cells {
		r = append(r, c)
	}
	return r
}
