package command

import (
	"strings"
	"testing"
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

func TestSize(t *testing.T) {
	for n, want := range map[int]string{0: "0 B", 999: "999 B", 1000: "1 kB", 1083450: "1.08 MB", 999600: "1 MB", 5800000000: "5.8 GB"} {
		if have := size(n); have != want {
			t.Errorf("%d: have %s, want %s", n, have, want)
		}
	}
}
