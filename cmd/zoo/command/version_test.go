package command

import (
	"strings"
	"testing"
)

// A trial uses what its sweep knows about the executable only if it is the same file.
func TestKnownCode(t *testing.T) {
	size, rest, _ := strings.Cut(stamp(), ",")
	for _, c := range []struct{ name, known, want string }{
		{"the sweep's", knownCode(), code()},
		{"of the same file", stamp() + "sha256:0123", "sha256:0123"},
		{"of a file of another size", "1" + size + "," + rest + "sha256:0123", code()},
		{"of a file of another time", size + ",1," + "sha256:0123", code()},
		{"nothing", "", code()},
		{"no stamp", "sha256:0123", code()},
	} {
		if have := codeIf(c.known); have != c.want {
			t.Errorf("%s: have %s, want %s", c.name, have, c.want)
		}
	}
	if code() == "unknown" || stamp() == "" {
		t.Errorf("have code %s and stamp %q", code(), stamp())
	}
}
