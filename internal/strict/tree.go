package strict

import (
	"maps"
	"slices"
)

// A tree is a parsed value that knows where each of its parts was given.
type tree struct {
	at   Place
	kind kind
	text string // of a scalar, as written, without quotes
	tag  string // of a scalar: !!str, !!int, !!float, !!bool, !!null

	items  []*tree          // of a sequence
	fields map[string]entry // of a mapping

	// hidden are values of another kind that this mapping replaced. Either they
	// or the mapping are wrong, so the section that decodes the mapping reports them.
	hidden []*tree
}

type kind int

const (
	scalar kind = iota
	sequence
	mapping
	invalid // stands for a value that the parser has reported
)

// An entry is a key's place and value.
type entry struct {
	at    Place
	value *tree
}

func newMapping(at Place) *tree {
	return &tree{at: at, kind: mapping, fields: map[string]entry{}}
}

func (t *tree) keys() []string { return slices.Sorted(maps.Keys(t.fields)) }

// merge puts over on top of base, which may be nil, and may change both.
func merge(base, over *tree) *tree {
	switch {
	case base == nil || over.kind != mapping:
		return over
	case base.kind != mapping:
		over.hidden = append(over.hidden, base)
		return over
	}
	for key, e := range over.fields {
		if b, ok := base.fields[key]; ok {
			if b.value.kind == mapping && e.value.kind == mapping && b.at.inFile() && !e.at.inFile() {
				e.at = b.at // an override of train.epochs does not give the section train
			}
			e.value = merge(b.value, e.value)
		}
		base.fields[key] = e
	}
	base.hidden = append(base.hidden, over.hidden...)
	if over.at.inFile() {
		base.at = over.at
	}
	return base
}

// String says what the value is, for an error.
func (t *tree) String() string {
	switch {
	case t.kind == sequence:
		return "a list"
	case t.kind == mapping:
		return "a mapping"
	case t.tag == "!!null" && t.text == "":
		return "nothing"
	case t.tag == "!!null" && t.text == "~":
		return "~ (null)"
	case t.tag == "!!null":
		return "null"
	case t.tag == "!!bool":
		return t.text + " (a boolean)"
	case t.tag == "!!int" || t.tag == "!!float":
		return clip(t.text, 60) + " (a number)"
	}
	return quoted(t.text) + " (a string)"
}
