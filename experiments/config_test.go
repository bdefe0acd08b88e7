package experiments_test

import (
	"strings"
	"testing"

	"zoo/experiments"
)

// The name of an experiment can name folders and files on every system.
func TestConfigName(t *testing.T) {
	for name, ok := range map[string]bool{
		"plain-vs-res.2": true, "größe": true, "v1.0": true, "control": true, "com10": true, "x-con": true, "a=b": true, "x.": true,
		"": false, "a b": false, "a/b": false, `a\b`: false, ".hidden": false, "a\nb": false, "a\x00b": false,
		"a:b": false, "a*": false, "what?": false, "<a>": false, `"a"`: false, "a|b": false,
		"con": false, "Aux": false, "nul.v2": false, "COM1": false, "lpt9.x.y": false, "com¹": false, "conin$": false,
	} {
		c := experiments.Defaults()
		c.Name = name
		have := true
		for _, p := range c.Validate() {
			if p.Key == "name" {
				have = false
				if !strings.Contains(p.Message, "want a word that can name a folder on every system") {
					t.Errorf("%q: %s", name, p.Message)
				}
			}
		}
		if have != ok {
			t.Errorf("may a config be named %q: have %v, want %v", name, have, ok)
		}
	}
}
