package command

import "testing"

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"plain 日本 \tand\n":      "plain 日本 \tand\n",
		"\x1b[31mred":           `\x1b[31mred`,
		"a\rb\x7f\u009b2J":      `a\x0db\x7f\u009b2J`,
		"\u202egnp.exe":         `\u202egnp.exe`,
		"\xff and \ufffd":       `\xff and ` + "\ufffd",
		"a label, [a/b, c] = 1": "a label, [a/b, c] = 1",
	} {
		if have := visible(in); have != want {
			t.Errorf("%q: have %q, want %q", in, have, want)
		}
	}
}
