package command

import (
	"fmt"
	"strings"
	"testing"

	"zoo/experiments/report"
)

func TestSheet(t *testing.T) {
	s := sheet{header: []string{"NAME", ">N", "TEXT"}, footer: []string{"total", "12", ""}}
	s.add("a×b", "2", "first, of some length")
	s.add("c", "10", "")
	var out strings.Builder
	s.print(&out)
	want := `NAME    N  TEXT
a×b     2  first, of some length
c      10
total  12
`
	if out.String() != want {
		t.Errorf("have\n%s\nwant\n%s", out.String(), want)
	}
}

func TestNotes(t *testing.T) {
	s := sheet{header: []string{"NAME", "COST"}, notes: []string{"first", "second"}, snip: true}
	s.add("a", "1 s")
	s.add("b", "")
	var out strings.Builder
	s.print(&out)
	want := "NAME  COST\na     1 s\n    first\nb\n    second\n"
	if out.String() != want {
		t.Errorf("have\n%s\nwant\n%s", out.String(), want)
	}
}

func TestBlocks(t *testing.T) {
	for _, c := range []struct {
		name, header string
		widths       []int
		width        int
		want         string
	}{
		{"no terminal", "A B", []int{300, 300}, 0, "[[{0 300} {1 300}]]"},
		{"all side by side", "A >B C", []int{5, 5, 5}, 19, "[[{0 5} {1 5} {2 5}]]"},
		{"a last text is narrower", "A >B C", []int{5, 5, 50}, 30, "[[{0 5} {1 5} {2 16}]]"},
		{"numbers are not", "A >B >C", []int{5, 5, 12}, 20, "[[{0 5} {1 5}] [{0 5} {2 12}]]"},
		{"the first column is, if need be", "A >B", []int{30, 20}, 40, "[[{0 20} {1 18}]]"},
		{"and as little as will do", "A >B >C", []int{30, 12, 12}, 40, "[[{0 26} {1 12}] [{0 26} {2 12}]]"},
		{"a single column", "A", []int{50}, 40, "[[{0 40}]]"},
		{"hardly a terminal", "A B", []int{9, 9}, 2, "[[{0 1} {1 1}]]"},
	} {
		s := sheet{header: strings.Fields(c.header)}
		row := make([]string, len(c.widths))
		for i, n := range c.widths {
			row[i] = strings.Repeat("x", n)
		}
		s.add(row...)
		if have := fmt.Sprint(s.blocks(c.width)); have != c.want {
			t.Errorf("%s: have %s, want %s", c.name, have, c.want)
		}
	}
}

func TestFitting(t *testing.T) {
	long := report.Table{Header: []string{"arm", ">a", ">b", ">c"}, Rows: [][]string{{"x", "1234567890", "1234567890", "1234567890"}}}
	dispensable := report.Table{Header: []string{"arm", ">SD", ">p", ""}, Rows: [][]string{{"plain", "0.1", "0.01", "not shown"}}, Notes: []string{"A note."}}
	for _, c := range []struct {
		name  string
		table report.Table
		width int
		want  string
	}{
		{"no terminal", long, 0, "arm >a >b >c"},
		{"as wide as it is", long, 39, "arm >a >b >c"},
		{"turned", long, 38, "arm >x"},
		{"neither form fits", long, 12, "arm >x"},
		{"without p", dispensable, 21, "arm >SD "},
		{"without p and SD", dispensable, 16, "arm "},
	} {
		have := fitting(c.table, c.width)
		if header := strings.Join(have.Header, " "); header != c.want {
			t.Errorf("%s: have the columns %q, want %q", c.name, header, c.want)
		}
		if missing := len(have.Notes) > len(c.table.Notes); missing != strings.HasPrefix(c.name, "without") {
			t.Errorf("%s: have the notes %q", c.name, have.Notes)
		}
	}
}
