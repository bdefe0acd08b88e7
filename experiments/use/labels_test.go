package use

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseLabels(t *testing.T) {
	for _, c := range []struct {
		text, err string
		want      []string
	}{
		{text: "cat\ndog\n", want: []string{"cat", "dog"}},
		{text: "cat\r\ndog\r\n\r\n", want: []string{"cat", "dog"}},
		{text: "\ufeffcat\n  dog, hound ", want: []string{"cat", "dog, hound"}},
		{text: strings.Repeat("x", 100_000), want: []string{strings.Repeat("x", 100_000)}},
		{text: "cat\n\ndog\n", err: "2: have an empty line, want the name of class 1"},
		{text: "cat\nd\xffg\n", err: `2: have "d\xffg", want text in UTF-8`},
		{text: "cat\x00\n", err: `1: have "cat\x00", want text in UTF-8`},
		{text: "\xff\xfec\x00a\x00t\x00", err: "have text in UTF-16"},
		{text: `{"0": ["n01440764", "tench"]}`, err: "1: have JSON, want a name a line"},
		{text: " \n\n", err: "is empty, want a name a line"},
	} {
		have, err := parseLabels([]byte(c.text))
		if c.err == "" && (err != nil || !slices.Equal(have, c.want)) {
			t.Errorf("%.40q: have %.100q, %v, want %.100q", c.text, have, err, c.want)
		}
		if c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%.40q: have error %v, want %q", c.text, err, c.err)
		}
	}
}

func FuzzLabels(f *testing.F) {
	for _, text := range []string{"cat\ndog\n", "\ufeffa\r\nb", "\xff\xfea\x00", "{}", "a\n\nb", "\x00"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		labels, err := parseLabels(text)
		if err != nil {
			return
		}
		for _, l := range labels {
			if l == "" || !utf8.ValidString(l) || strings.ContainsAny(l, "\n\x00") {
				t.Errorf("have the label %q", l)
			}
		}
	})
}
