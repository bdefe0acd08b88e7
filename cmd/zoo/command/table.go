package command

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"zoo/experiments/report"
)

// A sheet is a table for people: rows of cells under a header. The names of
// columns of numbers, which stand to the right, begin with a >.
type sheet struct {
	header []string
	rows   [][]string
	notes  []string // one for each row, that stands below it; or none
	footer []string
	// snip cuts the last column where the terminal ends; otherwise it is wrapped.
	snip bool
}

func (s *sheet) add(cells ...string) { s.rows = append(s.rows, cells) }

// visible escapes foreign text before widths are counted.
func (s *sheet) visible() {
	for _, r := range append(slices.Clone(s.rows), s.header, s.notes, s.footer) {
		for i := range r {
			r[i] = visible(r[i])
		}
	}
}

// print writes the table. On a terminal it is as wide as that, if the last column
// can make it so; elsewhere each row is a line.
func (s *sheet) print(w io.Writer) {
	s.visible()
	t := table.NewWriter()
	style := table.Style{Options: table.OptionsNoBordersAndSeparators}
	style.Box.PaddingRight = "  "
	t.SetStyle(style)
	t.SuppressTrailingSpaces()
	columns := make([]table.ColumnConfig, len(s.header))
	used := 0
	for i, h := range s.header {
		columns[i].Number = i + 1
		if h, ok := strings.CutPrefix(h, ">"); ok {
			s.header[i] = h
			columns[i].Align, columns[i].AlignHeader, columns[i].AlignFooter = text.AlignRight, text.AlignRight, text.AlignRight
		}
		if i < len(s.header)-1 {
			used += s.width(i) + len(style.Box.PaddingRight)
		}
	}
	if left := terminalWidth(w) - used; left >= 10 {
		last := &columns[len(columns)-1]
		last.WidthMax, last.WidthMaxEnforcer = left, text.WrapSoft
		if s.snip {
			last.WidthMaxEnforcer = func(cell string, width int) string { return text.Snip(cell, width, "…") }
		}
	}
	t.SetColumnConfigs(columns)
	t.AppendHeader(row(s.header))
	for _, r := range s.rows {
		t.AppendRow(row(r))
	}
	if s.footer != nil {
		t.AppendFooter(row(s.footer))
	}
	for i, line := range strings.Split(t.Render(), "\n") {
		fmt.Fprintln(w, line)
		if i > 0 && i <= len(s.notes) { // rows with notes are lines: they are snipped
			paragraph(w, "    ", s.notes[i-1])
		}
	}
}

// paragraph writes a text with an indent.
func paragraph(w io.Writer, indent, s string) {
	for line := range strings.Lines(s) {
		fmt.Fprintln(w, indent+strings.TrimSpace(line))
	}
}

// oneLine is a text without line breaks.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// width is that of the widest cell of a column.
func (s *sheet) width(column int) (n int) {
	for _, r := range append(s.rows, s.header, s.footer) {
		if column < len(r) {
			n = max(n, text.StringWidthWithoutEscSequences(r[column]))
		}
	}
	return n
}

func row(cells []string) (r table.Row) {
	for _, c := range cells {
		r = append(r, c)
	}
	return r
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(exact(w))
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// sizes writes a shape as people do: 28×28×1.
func sizes(shape []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(shape), "[]"), " ", "×")
}

// size writes a number of bytes as people do: 1.08 MB.
func size(n int) string {
	f, unit := float64(n), 0
	for f >= 999.5 && unit < 4 {
		f, unit = f/1000, unit+1
	}
	if unit == 0 {
		return fmt.Sprint(n, " B")
	}
	return fmt.Sprintf("%.3g %cB", f, " kMGT"[unit])
}

// showTables prints the tables of a report. Where a terminal is too narrow for one,
// it goes without the columns that can be missed.
func showTables(w io.Writer, tables []report.Table) {
	for i, t := range tables {
		if i > 0 {
			fmt.Fprintln(w)
		}
		var left []string
		for _, header := range []string{">p", ">SD", ">n"} {
			wide := (&sheet{header: t.Header, rows: t.Rows}).total()
			if width := terminalWidth(w); width > 0 && wide > width && slices.Contains(t.Header, header) {
				t = t.Without(header)
				left = append(left, strings.TrimPrefix(header, ">"))
			}
		}
		if left != nil {
			t.Notes = append(slices.Clone(t.Notes), "A wider terminal shows "+strings.Join(left, ", ")+", too.")
		}
		paragraph(w, "", t.Title)
		s := sheet{header: slices.Clone(t.Header), rows: t.Rows}
		s.print(w)
		for _, n := range t.Notes {
			paragraph(w, "", n)
		}
	}
}
