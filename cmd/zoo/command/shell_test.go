package command

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestQuote(t *testing.T) {
	for _, c := range []struct{ arg, unix, windows string }{
		{"runs/a-s1", "runs/a-s1", "runs/a-s1"},
		{`runs\a-s1`, `'runs\a-s1'`, `runs\a-s1`},
		{"train.steps=3", "train.steps=3", "train.steps=3"},
		{"größe", "größe", "größe"},
		{"", "''", `""`},
		{"plain,56", "plain,56", `"plain,56"`},
		{"100%", "100%", `"100%"`},
		{"seeds=[1, 2]", "'seeds=[1, 2]'", `"seeds=[1, 2]"`},
		{"it's", `'it'\''s'`, `"it's"`},
		{`name="a: b"`, `'name="a: b"'`, `"name=\"a: b\""`},
		{`C:\my runs\`, `'C:\my runs\'`, `"C:\my runs\\"`},
		{`a\" b`, `'a\" b'`, `"a\\\" b"`},
	} {
		if have := quote(c.arg, false); have != c.unix {
			t.Errorf("%s: have %s, want %s", c.arg, have, c.unix)
		}
		if have := quote(c.arg, true); have != c.windows {
			t.Errorf("%s on Windows: have %s, want %s", c.arg, have, c.windows)
		}
	}
}

func TestExpanded(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"a-s1", "a-s2", "b[1]", "b1"} {
		if err := os.MkdirAll(filepath.Join("runs", name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for arg, want := range map[string]string{
		"runs/a-*":  "runs/a-s1 runs/a-s2",
		"runs/?-s2": "runs/a-s2",
		"runs/c-*":  "runs/c-*", // an error of the verb, which names it
		"runs/b[1]": "runs/b[1]",
		"plain,56":  "plain,56",
		"[*":        "[*",
		"k=[a.*]":   "k=[a.*]",
	} {
		have := expanded([]string{arg, "x"})
		for i := range have {
			have[i] = filepath.ToSlash(have[i])
		}
		if !slices.Equal(have, append(strings.Fields(want), "x")) {
			t.Errorf("%s: have %q, want %s", arg, have, want)
		}
	}
}
