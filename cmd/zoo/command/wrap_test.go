package command

import (
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		width          int
	}{
		{"what fits stays", "a line  of text", "a line  of text", 15},
		{"between words", "a line of text", "a line\nof text", 8},
		{"an indented text", "    a line of text", "    a line\n    of text", 12},
		{"a number and its text", "1  a line of text", "1  a line\n   of text", 10},
		{"fields as a whole", "one two  three four  five", "one two\n  three four\n  five", 13},
		{"a field that is too long", "[1/8] plain  complete at last", "[1/8] plain\n  complete\n  at last", 12},
		{"a word that is too long", "in runs/lenet5-mnist", "in\nruns/len\net5-mnis\nt", 8},
		{"wide characters", "日本語のラベル", "日本\n語の\nラベ\nル", 5},
		{"an indentation that is too large", "          a b c", "    a b\n    c", 8},
		{"tabs", "a\tb", "a\n  b", 4},
		{"a command on a line of its own", "Next: " + command("zoo", "run", "a"), "Next:\nzoo run a", 10},
		{
			name:  "a command of several lines",
			in:    "Next: " + command("zoo", "run", "a.yaml", "seed=2"),
			want:  "Next:\nzoo run \\\na.yaml \\\nseed=2",
			width: 10,
		},
		{"what a command quotes", command("zoo", "run", "'x=[1, 2]'", "y=3"), "zoo run \\\n'x=[1, 2]' \\\ny=3", 12},
		{"one column", "日ab", "日\na\nb", 1},
	} {
		want := strings.ReplaceAll(c.want, " \\\n", continuation+"\n")
		if have := strings.Join(wrap(c.in, c.width), "\n"); have != want {
			t.Errorf("%s: have\n%s\nwant\n%s", c.name, have, want)
		}
	}
}

func TestUnbroken(t *testing.T) {
	in := "A text\nof two lines.\n\n  a list\n  of its own\n\nThe\nend."
	want := "A text of two lines.\n\n  a list\n  of its own\n\nThe end."
	if have := unbroken(in); have != want {
		t.Errorf("have\n%s\nwant\n%s", have, want)
	}
}
