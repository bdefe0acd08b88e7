package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"zoo/internal/strict"
)

// arguments are the overrides of a sweep's command line, taken apart: one with several
// values, such as model.depth=4,16, is an axis of a grid, and seed=1..3 are its seeds.
type arguments struct {
	plain    []string // the others
	axes     []Axis
	at       []strict.Place // of the axes
	seeds    []uint64       // nil: none are given
	seedsAt  strict.Place
	problems []strict.Problem
}

// parseArguments takes the overrides of a config apart.
func parseArguments(name string, overrides []string) (a arguments) {
	if len(overrides) == 0 {
		return a
	}
	simple := slices.DeleteFunc(slices.Clone(overrides), func(o string) bool { return strings.ContainsAny(o, ",") || strings.Contains(o, "..") })
	keys := Keys(name, simple...)
	for i, o := range overrides {
		name, text, _ := strings.Cut(o, "=")
		var key strict.Key
		if k := slices.IndexFunc(keys, func(k strict.Key) bool { return k.Name == name }); k >= 0 {
			key = keys[k]
		}
		if err := a.add(o, name, text, key, strict.Override(overrides, i)); err != nil {
			a.problems = append(a.problems, strict.Problem{Place: strict.Override(overrides, i), Key: name, Message: err.Error()})
		}
	}
	return a
}

// add takes one override; the zero Key is one that the config does not have.
func (a *arguments) add(override, name, text string, key strict.Key, at strict.Place) error {
	list := strings.HasPrefix(strings.TrimSpace(text), "[")
	seeds := name == "seed" || name == "seeds" && !list
	values := apart(text)
	switch {
	case list && len(values) == 1 && key.Name != "" && !key.List && !key.Section:
		return fmt.Errorf("have a list, want %s; write %s=%s to sweep over its values", key.Type, name, strings.Trim(text, " []"))
	case !seeds && (!several(values, key) || notOfATrial(name) != ""):
		a.plain = append(a.plain, override)
		return nil
	case slices.Contains(values, ""):
		return fmt.Errorf("have %s, want a value before and after each comma", text)
	case key.List && !seeds && slices.ContainsFunc(values, func(v string) bool { return !strings.HasPrefix(v, "[") }):
		return fmt.Errorf("%s may be one list or several: write %s=[%s] for the one, %s=[%s] to sweep over several", text, name, text, name, strings.Join(values, "],["))
	}
	if key.Number || seeds {
		var err error
		if values, err = counted(values); err != nil {
			return err
		}
	}
	if seeds {
		a.seeds, a.seedsAt = nil, at // a later one replaces an earlier one
		for _, v := range values {
			var c struct {
				Seed uint64 `doc:"a seed"`
			}
			var wrong *strict.Error
			if _, err := new(strict.Loader).Load(&c, "", []string{"seed=" + v}); errors.As(err, &wrong) {
				return fmt.Errorf("%s, as in seed=1,2,3 or seed=1..3", wrong.Problems[0].Message)
			}
			a.seeds = append(a.seeds, c.Seed)
		}
		return nil
	}
	axis := Axis{Param: name}
	for _, text := range values {
		v, err := strict.Text(text, at)
		if err != nil {
			return err
		}
		axis.Values = append(axis.Values, v)
	}
	a.axes, a.at = append(a.axes, axis), append(a.at, at)
	return nil
}

// several reports whether a key is given more than one value.
func several(values []string, key strict.Key) bool {
	return len(values) > 1 || key.Number && strings.Contains(values[0], "..")
}

// apart are the values between the commas of a text that are not within brackets or
// quotes.
func apart(text string) (values []string) {
	depth, from := 0, 0
	var quote rune
	for i, c := range text {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && strings.TrimSpace(text[from:i]) == "":
			quote = c
		case strings.ContainsRune("([{", c):
			depth++
		case strings.ContainsRune(")]}", c):
			depth--
		case c == ',' && depth == 0:
			values = append(values, strings.TrimSpace(text[from:i]))
			from = i + 1
		}
	}
	return append(values, strings.TrimSpace(text[from:]))
}

var wholeRange = regexp.MustCompile(`^(-?\d+)\.\.(-?\d+)$`)

// counted expands ranges: 1..3 is 1, 2, 3.
func counted(values []string) (all []string, err error) {
	for _, v := range values {
		if !strings.Contains(v, "..") {
			all = append(all, v)
			continue
		}
		wrong := fmt.Errorf("have %s, want two whole numbers, the smaller one first, as in 1..3", v)
		m := wholeRange.FindStringSubmatch(v)
		if m == nil {
			return nil, wrong
		}
		from, err := strconv.ParseInt(m[1], 10, 64)
		to, err2 := strconv.ParseInt(m[2], 10, 64)
		switch {
		case errors.Join(err, err2) != nil || from > to:
			return nil, wrong
		case uint64(to-from) >= mostArms:
			return nil, fmt.Errorf("have %s, want at most %d values", v, mostArms)
		}
		for ; from <= to; from++ {
			all = append(all, strconv.FormatInt(from, 10))
		}
	}
	return all, nil
}

// severalValues adds to the errors of a single run's overrides that a sweep would take
// the several values that are given.
func severalValues(err error, name string, overrides []string) error {
	var e *strict.Error
	if !errors.As(err, &e) || len(parseArguments(name, overrides).plain) == len(overrides) {
		return err
	}
	for i, o := range overrides {
		_, text, _ := strings.Cut(o, "=")
		for k, p := range e.Problems {
			if p.Place == strict.Override(overrides, i) && (len(apart(text)) > 1 || strings.Contains(text, "..")) {
				e.Problems[k].Message += "; zoo sweep takes several values"
			}
		}
	}
	return err
}

// sweep makes the axes the sweep of a config. That is then another experiment, so, as
// with extends, it does not keep the words of the original one.
func (a arguments) sweep(c *Config, origins strict.Origins) (problems []strict.Problem) {
	if a.seeds != nil {
		c.Seeds, origins["seeds"] = a.seeds, a.seedsAt
	}
	if a.axes == nil {
		return nil
	}
	if c.Sweep != nil {
		for i, axis := range a.axes {
			problems = append(problems, strict.Problem{Place: a.at[i], Key: axis.Param, Message: "have several values, want one: " + c.Name +
				" has a sweep already, whose arms its claims name; a config that extends it can have another"})
		}
		return problems
	}
	c.Paper, c.Figure, c.Claim, c.Cost, c.Check = "", "", "", "", nil
	c.Sweep = &Sweep{Space: Space{Mode: grid, Axes: a.axes}}
	for i, axis := range a.axes {
		key := fmt.Sprintf("sweep.axes[%d]", i)
		origins[key] = a.at[i]
		for _, p := range axis.Validate() {
			problems = append(problems, strict.Problem{Place: a.at[i], Key: key + "." + p.Key, Message: p.Message})
		}
	}
	for _, p := range c.Sweep.Space.Validate() {
		problems = append(problems, strict.Problem{Place: origins.Near("sweep." + p.Key), Key: "sweep." + p.Key, Message: p.Message})
	}
	return problems
}
