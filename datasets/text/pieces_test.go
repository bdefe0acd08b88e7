package text

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// testdata/pieces.json has what Python's module regex finds with GPT-2's pattern in strings
// that are hard to cut: each is the join of its pieces.
func TestPieces(t *testing.T) {
	data, err := os.ReadFile("testdata/pieces.json")
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	if err := json.Unmarshal(data, &all); err != nil || len(all) < 400 {
		t.Fatalf("have %d strings, %v", len(all), err)
	}
	for _, want := range all {
		if have := slices.Collect(pieces(strings.Join(want, ""))); !slices.Equal(have, want) {
			t.Errorf("have %q, want %q", have, want)
		}
	}
}

// Bytes that are not UTF-8 are signs of their own, and a loop can end early.
func TestPiecesOfBytes(t *testing.T) {
	if have := slices.Collect(pieces("a\xff\xc3 \xe4\xb8 b")); !slices.Equal(have, []string{"a", "\xff\xc3", " \xe4\xb8", " b"}) {
		t.Errorf("have %q", have)
	}
	for range pieces("a b") {
		break
	}
}

func FuzzPieces(f *testing.F) {
	for _, seed := range []string{"", "a b", "  'll\n\n x", "\xff \xc3", "\u00a0\u2003 9"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rest := text
		for p := range pieces(text) {
			if p == "" || !strings.HasPrefix(rest, p) {
				t.Fatalf("%q: have piece %q of %q", text, p, rest)
			}
			rest = rest[len(p):]
		}
		if rest != "" {
			t.Fatalf("%q: %q is lacking", text, rest)
		}
	})
}
