package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// A Table is a table for the terminal, Markdown and HTML. The headers of columns of
// numbers, which are aligned to the right, begin with a >.
type Table struct {
	Title  string
	Header []string
	Rows   [][]string
	Notes  []string
}

func (t *Table) add(cells ...string) { t.Rows = append(t.Rows, cells) }

// Tables are the tables of a study in the order in which they are shown.
func Tables(s *Study) []Table {
	return append(Grids(s), Comparisons(s)...)
}

// Turned is the table with its rows as columns, for narrow terminals.
func (t Table) Turned() Table {
	corner, number := column(t.Header[0])
	if down, right, ok := strings.Cut(corner, corners); ok {
		corner = right + corners + down
	}
	if number {
		corner = ">" + corner
	}
	turned := Table{Title: t.Title, Header: []string{corner}, Notes: t.Notes}
	for _, r := range t.Rows {
		turned.Header = append(turned.Header, ">"+r[0])
	}
	for i, h := range t.Header[1:] {
		name, _ := column(h)
		row := []string{name}
		for _, r := range t.Rows {
			row = append(row, r[i+1])
		}
		turned.Rows = append(turned.Rows, row)
	}
	return turned
}

// corners is between the names of rows and columns in a table's first cell.
const corners = ` \ `

// Without is the table without the column with that header.
func (t Table) Without(header string) Table {
	i := slices.Index(t.Header, header)
	if i < 0 {
		return t
	}
	t.Header = slices.Delete(slices.Clone(t.Header), i, i+1)
	t.Rows = slices.Clone(t.Rows)
	for k, r := range t.Rows {
		t.Rows[k] = slices.Delete(slices.Clone(r), i, i+1)
	}
	return t
}

// column is the name of a column, and whether it holds numbers.
func column(header string) (name string, number bool) { return strings.CutPrefix(header, ">") }

// markdown writes the table in GitHub's form, its notes below it.
func (t Table) markdown(w io.Writer) {
	if t.Title != "" {
		fmt.Fprintf(w, "**%s**\n\n", escape(t.Title))
	}
	out := table.NewWriter()
	header := table.Row{}
	columns := make([]table.ColumnConfig, len(t.Header))
	for i, h := range t.Header {
		name, number := column(h)
		columns[i].Number = i + 1
		if number {
			columns[i].Align = text.AlignRight
		}
		header = append(header, escape(name))
	}
	out.SetColumnConfigs(columns)
	out.AppendHeader(header)
	for _, r := range t.Rows {
		row := table.Row{}
		for _, c := range r {
			row = append(row, escape(c))
		}
		out.AppendRow(row)
	}
	fmt.Fprintf(w, "%s\n\n", out.RenderMarkdown())
	for _, n := range t.Notes {
		fmt.Fprintf(w, "%s\n\n", escape(n))
	}
}

var markup = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "<", "&lt;", ">", "&gt;", "[", `\[`, "]", `\]`,
	"#", `\#`, "~", `\~`, "&", "&amp;", "@", "&#64;")

// escape makes text that Markdown shows unchanged. The table writer escapes bars.
func escape(s string) string { return markup.Replace(s) }
