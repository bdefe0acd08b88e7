package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zoo/experiments/config"
)

// The name of an experiment can name folders and files on every system.
func TestConfigName(t *testing.T) {
	for name, ok := range map[string]bool{
		"plain-vs-res.2": true, "größe": true, "v1.0": true, "control": true, "com10": true, "x-con": true, "a=b": true, "x.": true,
		"": false, "a b": false, "a/b": false, `a\b`: false, ".hidden": false, "a\nb": false, "a\x00b": false,
		"a:b": false, "a*": false, "what?": false, "<a>": false, `"a"`: false, "a|b": false,
		"-x": false, "x-": true, strings.Repeat("a", 128): true, strings.Repeat("a", 129): false, strings.Repeat("ö", 65): false,
		"con": false, "Aux": false, "nul.v2": false, "COM1": false, "lpt9.x.y": false, "com¹": false, "conin$": false,
	} {
		c := config.Defaults()
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

// TestExtendsInheritsNoWords: what one experiment claims is not the claim of another
// that extends it, nor is its name.
func TestExtendsInheritsNoWords(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	for text, want := range map[string][6]string{
		"extends: plain-vs-res-mnist\nmodel: {width: 4}\n":                                                      {"mine"},
		"extends: plain-vs-res-mnist\nname: own\nclaim: c\nfigure: f\ncheck: [\"test.error[plain, 56] > 0\"]\n": {"own", "", "f", "c", "", "test.error[plain, 56] > 0"},
	} {
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		d, err := config.LoadDesign(file)
		if err != nil {
			t.Fatal(err)
		}
		c := d.Config
		if have := [6]string{c.Name, c.Paper, c.Figure, c.Claim, c.Cost, strings.Join(c.Check, " ")}; have != want {
			t.Errorf("%s\nhave %q, want %q", text, have, want)
		}
		if len(d.Arms) < 2 || c.Report == nil || d.Arms[0].Config.Name != c.Name {
			t.Errorf("%s\nhas lost its sweep, or its arms their name: %d arms called %s", text, len(d.Arms), d.Arms[0].Config.Name)
		}
	}
}

// TestLengthOrigin: the key that gave way says to which.
func TestLengthOrigin(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte("model: {name: mlp}\ndata: {name: digits}\ntrain: {epochs: 2, optimizer: {lr: 0.1}}\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	c, origins, err := config.Load(file, "train.steps=7")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(c.YAML(origins))) {
		if strings.HasPrefix(line, "  epochs:") && !strings.Contains(line, "epochs: 0 ") || strings.HasPrefix(line, "  epochs:") && !strings.Contains(line, "# override train.steps=7") {
			t.Errorf("have %s", line)
		}
	}
}
