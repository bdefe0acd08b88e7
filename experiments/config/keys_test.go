package config_test

import (
	"strings"
	"testing"

	"zoo/experiments/config"
	"zoo/internal/problem"
)

// TestWords: every word that a key tells of is a value of it.
func TestWords(t *testing.T) {
	tried := 0
	for _, k := range config.Keys("mlp-digits") {
		if strings.Contains(k.Name, "[]") || strings.HasPrefix(k.Name, "sweep.") {
			continue
		}
		for _, w := range k.Words {
			tried++
			if k.Name == "task.name" && w.Name() != "classification" {
				continue // known, and for other data
			}
			if !takes(k.Name, w, "1") && !takes(k.Name, w, "0.5") {
				t.Errorf("%s does not take %s", k.Name, w.Form)
			}
		}
	}
	if tried < 50 {
		t.Errorf("tried only %d words", tried)
	}
	if takes("model.norm", problem.Choice{Form: "bath"}, "1") {
		t.Error("model.norm takes bath")
	}
}

// takes tells whether a key takes a word, with these numbers after the first, 0.
func takes(key string, w problem.Choice, number string) bool {
	value := w.Name()
	if n := w.Numbers(); n > 0 {
		value += "(" + number + strings.Repeat(",0", n-1) + ")"
	}
	_, _, err := config.Load("mlp-digits", key+"="+value)
	return err == nil || !strings.Contains(err.Error(), ": "+key+": ")
}
