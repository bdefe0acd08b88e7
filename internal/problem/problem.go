// Package problem holds what the option structs of every package share: how
// a wrong value is reported, and how a choice such as "normal(0.01)" is read.
package problem

import (
	"fmt"
	"strconv"
	"strings"
)

// A Problem is one wrong value of a config section. Key is relative to the
// section, such as "batch" or "schedule.milestones".
type Problem struct{ Key, Message string }

// Call reads a choice with arguments: "tanh" is ("tanh", nil), "normal(0.01)"
// is ("normal", [0.01]), "range(-0.1, 1.175)" is ("range", [-0.1 1.175]).
func Call(s string) (name string, args []float64, err error) {
	name, rest, open := strings.Cut(strings.TrimSpace(s), "(")
	name = strings.TrimSpace(name)
	if name == "" {
		return "", nil, fmt.Errorf("%q names no choice", s)
	}
	if !open {
		return name, nil, nil
	}
	inside, after, closed := strings.Cut(rest, ")")
	if !closed || strings.TrimSpace(after) != "" {
		return "", nil, fmt.Errorf("%q is not of the form name(number, ...)", s)
	}
	for _, a := range strings.Split(inside, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(a), 64)
		if err != nil {
			return "", nil, fmt.Errorf("%q: %q is not a number", s, strings.TrimSpace(a))
		}
		args = append(args, v)
	}
	return name, args, nil
}

// A Choice is one of the words that a key takes, with its numbers in brackets where it
// has any, and what it stands for.
type Choice struct {
	Form string `json:"form"` // none, group(groups)
	Doc  string `json:"doc,omitempty"`
}

// Name is the word without its numbers.
func (c Choice) Name() string {
	name, _, _ := strings.Cut(c.Form, "(")
	return name
}

// Numbers is how many numbers the word takes.
func (c Choice) Numbers() int {
	_, inside, ok := strings.Cut(c.Form, "(")
	if !ok {
		return 0
	}
	return 1 + strings.Count(inside, ",")
}
