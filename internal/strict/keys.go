package strict

import (
	"reflect"
	"strings"

	"zoo/internal/problem"
)

// A Key describes a key of a config.
type Key struct {
	Name    string           `json:"key"` // in full: train.optimizer.lr; of the sections of a list sweep.axes[].param
	Doc     string           `json:"doc"`
	Type    string           `json:"type"`              // what it takes: a whole number
	Words   []problem.Choice `json:"values,omitempty"`  // the values that it may have; none: any of the type
	Default string           `json:"default,omitempty"` // as YAML of one line; of a section nothing

	Section bool     `json:"-"` // it has keys below it
	Choices []string `json:"-"` // of the section of a Chooser: its names
	List    bool     `json:"-"`
	Number  bool     `json:"-"`
}

// A Describer is a section that tells the words its string keys take, each with what it
// stands for. Such words may have numbers in brackets, and are checked by Validate.
type Describer interface {
	Describe() map[string][]problem.Choice
}

// Keys are all keys of the struct that config points to, with its values for the
// defaults. The keys of a [Chooser] are those of the choice that was made.
func Keys(config any) []Key { return keysBelow("", sectionOf(config)) }

func keysBelow(path string, section reflect.Value) (all []Key) {
	for _, f := range fieldsOf(section) {
		k := Key{Name: join(path, f.key), Doc: f.doc, Type: typeOf(f), Words: f.words}
		v, below := f.value, k.Name
		if v.Kind() == reflect.Pointer {
			v = pointee(v)
		} else if v.Kind() != reflect.Struct {
			if n := inline(v); n != nil {
				k.Default = oneLine(n)
			}
		}
		switch {
		case v.Kind() == reflect.Slice:
			k.List = true
			v, below = fresh(v.Type().Elem()), below+"[]"
		case v.CanInt() || v.CanUint() || v.CanFloat():
			k.Number = true
		}
		k.Section = isSection(v)
		if k.Section {
			if c := as[Chooser](v); c != nil {
				k.Choices = c.Choices()
			}
		}
		all = append(all, k)
		if k.Section {
			all = append(all, keysBelow(below, v)...)
		}
	}
	return all
}

func isSection(v reflect.Value) bool { return v.Kind() == reflect.Struct && v.Type() != valueType }

// typeOf says what a field takes.
func typeOf(f field) string {
	v := f.value
	switch {
	case v.Kind() == reflect.Pointer:
		return typeOf(field{value: pointee(v), enum: f.enum, words: f.words})
	case v.Type() == valueType:
		return "any value"
	case isSection(v):
		return "a section"
	case v.Kind() == reflect.Slice:
		return "a list, each item " + typeOf(elementOf(f))
	case v.Kind() == reflect.String && f.words != nil:
		return "a word"
	}
	return wanted(f)
}

// KeysOfChoice are the keys that the section of a [Chooser] at path has with one of its
// choices, as [Keys] gives them.
func KeysOfChoice(config any, path, choice string) []Key {
	section := sectionOf(config)
	for _, part := range strings.Split(path, ".") {
		for _, f := range fieldsOf(section) {
			if f.key == part {
				section = f.value
				break
			}
		}
	}
	return keysBelow(path, ofChoice(section, choice))
}
