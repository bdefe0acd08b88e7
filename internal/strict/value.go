package strict

import (
	"errors"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Value is any YAML value, kept as it is written for a key that is named
// elsewhere: a list of values that a sweep gives to train.batch is a list of
// Values, which are decoded and checked when they are set as [Setting]s.
type Value struct{ tree *tree }

var valueType = reflect.TypeFor[Value]()

// A Word is a string that may be written as a number or as a truth value: the label
// 20 needs no quotes.
type Word string

var wordType = reflect.TypeFor[Word]()

// Scalar is a value that a program computes in the place of one in a file.
func Scalar(text string, at Place) Value {
	t, problems := parse([]byte(text), Place{Source: at.Source, rank: commandRank}, "")
	if t == nil || t.kind != scalar || problems != nil {
		t = &tree{kind: scalar, text: text, tag: "!!str"}
	}
	t.at = at
	return Value{t}
}

// Text is the value that a text of the command line stands for, as YAML.
func Text(text string, at Place) (Value, error) {
	t, problems := parse([]byte(text), at, "")
	if problems != nil {
		return Value{}, errors.New(problems[0].Message)
	}
	return Value{t}, nil
}

// Place is where the value is written.
func (v Value) Place() Place {
	if v.tree == nil {
		return Place{}
	}
	return v.tree.at
}

// IsMapping tells whether the value is keys and values.
func (v Value) IsMapping() bool { return v.tree != nil && v.tree.kind == mapping }

// String is the value as YAML of one line; of a scalar, its text without quotes.
func (v Value) String() string {
	switch {
	case v.tree == nil:
		return ""
	case v.tree.kind == scalar:
		return v.tree.text
	}
	return oneLine(v.tree.node())
}

// Keys are the full keys of the scalars and lists in a mapping, sorted; "" is
// the one key of any other value.
func (v Value) Keys() (keys []string) {
	if !v.IsMapping() {
		return []string{""}
	}
	for _, key := range v.tree.keys() {
		for _, inner := range (Value{v.tree.fields[key].value}).Keys() {
			keys = append(keys, strings.TrimSuffix(join(key, inner), `.""`))
		}
	}
	return keys
}

// node is the tree as YAML in flow style.
func (t *tree) node() *yaml.Node {
	if t == nil {
		return &yaml.Node{Kind: yaml.ScalarNode, Value: "null"}
	}
	switch t.kind {
	case sequence:
		n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, item := range t.items {
			n.Content = append(n.Content, item.node())
		}
		return n
	case mapping:
		n := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
		for _, key := range t.keys() {
			n.Content = append(n.Content, stringNode(key), t.fields[key].value.node())
		}
		return n
	}
	if t.tag == "!!str" {
		return stringNode(t.text)
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: t.text}
}

// clone is a copy that merging and decoding may change.
func (t *tree) clone() *tree {
	c := *t
	c.items, c.hidden = slices.Clone(t.items), nil
	for i, item := range c.items {
		c.items[i] = item.clone()
	}
	if t.fields != nil {
		c.fields = make(map[string]entry, len(t.fields))
		for key, e := range t.fields {
			c.fields[key] = entry{e.at, e.value.clone()}
		}
	}
	return &c
}

// markSetting marks a tree, and everything in it, as given by a Setting.
func (t *tree) markSetting() {
	t.at.setting = true
	for _, item := range t.items {
		item.markSetting()
	}
	for _, e := range t.fields {
		e.value.markSetting()
	}
}

// A Setting gives a value to a dotted key, or to the whole config if the key is
// empty, after the file, the environment and the overrides.
type Setting struct {
	Key   string
	At    Place // where the key is written
	Value Value
}

// setting merges a Setting for a section, the whole config. Wrong keys and values are
// reported where they are written.
func (r *resolver) setting(section reflect.Value, s Setting) {
	value := s.Value.tree.clone()
	value.markSetting()
	if s.Key == "" && value.kind != mapping {
		r.fail(Problem{value.at, "", "have " + value.String() + ", want keys and values"})
		return
	}
	if s.Key != "" {
		parts := strings.Split(s.Key, ".")
		if slices.Contains(parts, "") {
			r.fail(Problem{s.At, "", "have " + quoted(s.Key) + ", want a key such as train.batch"})
			return
		}
		for _, part := range slices.Backward(parts) {
			parent := newMapping(s.At)
			parent.fields[part] = entry{s.At, value}
			value = parent
		}
	}
	if r.root != nil {
		leaveOut(section, r.root, value)
	}
	r.root = merge(r.root, value)
}

// leaveOut takes the keys of a choice out of a tree where over replaces it by a choice
// that lacks them: a sweep over networks gives each its own keys, whatever
// the config's own network has.
func leaveOut(section reflect.Value, t, over *tree) {
	if t.kind != mapping || over.kind != mapping {
		return
	}
	if c := as[Chooser](section); c != nil {
		name := func(t *tree) string {
			if e, ok := t.fields["name"]; ok && slices.Contains(c.Choices(), e.value.text) {
				return e.value.text
			}
			return ""
		}
		if before, after := name(t), name(over); before != "" && after != "" {
			had, has := keysOf(fieldsOf(ofChoice(section, before))), keysOf(fieldsOf(ofChoice(section, after)))
			for _, key := range had {
				if !slices.Contains(has, key) {
					delete(t.fields, key)
				}
			}
		}
	}
	for _, f := range ownFields(section) {
		inner, ok := t.fields[f.key]
		replaced, ok2 := over.fields[f.key]
		if ok && ok2 && f.value.Kind() == reflect.Struct && f.value.Type() != valueType {
			leaveOut(f.value, inner.value, replaced.value)
		}
	}
}

// Join is all the problems of several errors of Load, each once; nil if there
// are none. Errors of other kinds are problems without a place.
func Join(errs ...error) error {
	var problems []Problem
	for _, err := range errs {
		switch e := err.(type) {
		case nil:
		case *Error:
			problems = append(problems, e.Problems...)
		default:
			problems = append(problems, Problem{Message: e.Error()})
		}
	}
	return asError(problems)
}
