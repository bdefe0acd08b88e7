package config

import (
	"fmt"
	"strconv"

	"zoo/internal/formula"
	"zoo/internal/strict"
)

// derive evaluates what follows from the values of an arm's config.
func (d *Design) derive(c Config) (settings []strict.Setting, err error) {
	var problems []strict.Problem
	for i, derived := range d.Config.Sweep.Derive {
		key := fmt.Sprintf("sweep.derive[%d].value", i)
		at := d.Origins.Near(key)
		f, err := formula.Parse(derived.Value)
		if err != nil {
			return nil, err // Validate has parsed it
		}
		v, err := f.Number(keys{c})
		if err != nil {
			problems = append(problems, strict.Problem{Place: at, Key: key, Message: fmt.Sprintf("%q: %v", derived.Value, err)})
			continue
		}
		settings = append(settings, strict.Setting{Key: derived.Param, At: at, Value: strict.Scalar(strconv.FormatFloat(v, 'g', -1, 64), at)})
	}
	if problems != nil {
		return nil, &strict.Error{Problems: problems}
	}
	return settings, nil
}

// keys gives the keys of a config as names to a formula.
type keys struct{ config Config }

// Expand implements formula.Env.
func (keys) Expand(n formula.Name) ([]formula.Name, error) { return []formula.Name{n}, nil }

// Value implements formula.Env.
func (k keys) Value(n formula.Name) (float64, error) {
	text, ok := k.config.Value(n.Path)
	if v, err := strconv.ParseFloat(text, 64); ok && err == nil && n.Labels == nil {
		return v, nil
	}
	if ok {
		return 0, fmt.Errorf("%s is %s, want a key whose value is a number", n.Path, text)
	}
	return 0, fmt.Errorf("no key %s", n.Path)
}

// Series implements formula.Env.
func (keys) Series(string, formula.Name, []float64) (float64, bool, error) { return 0, false, nil }

// Share implements formula.Env.
func (keys) Share(string) bool { return false }
