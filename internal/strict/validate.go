package strict

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"zoo/internal/problem"
)

// validate calls Validate on every section that has it, inner ones first. It
// leaves out those that could stumble over a choice that was not made.
func (d *decoder) validate(path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			d.validate(path, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			d.validate(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	case reflect.Map:
		keys := map[string]reflect.Value{}
		for _, k := range v.MapKeys() {
			keys[k.String()] = k
		}
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			item := reflect.New(v.Type().Elem()).Elem()
			item.Set(v.MapIndex(keys[key]))
			d.validate(join(path, key), item)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			key, inline, skip := keyOf(v.Type().Field(i))
			switch {
			case skip:
			case inline:
				d.validate(path, v.Field(i))
			default:
				d.validate(join(path, key), v.Field(i))
			}
		}
		if c := as[Chooser](v); c != nil && c.Chosen() != nil {
			d.validate(path, sectionOf(c.Chosen()))
		}
		if s := as[validator](v); s != nil && !d.touchesUnmade(path) {
			d.found(path, s.Validate())
		}
	}
}

// found reports the problems of a section, unless the key is known to be wrong.
func (d *decoder) found(path string, problems []problem.Problem) {
	for _, p := range problems {
		key := path
		switch {
		case path == "" || p.Key == "":
			key += p.Key
		default:
			key += "." + p.Key
		}
		if !d.badAround(key) {
			d.problems = append(d.problems, Problem{d.origins.Near(key), key, p.Message})
		}
	}
}

func (d *decoder) badAround(key string) bool {
	for key != "" {
		if d.bad[key] {
			return true
		}
		key = key[:max(0, strings.LastIndexAny(key, ".["))]
	}
	return false
}

// touchesUnmade tells whether a section contains an unmade one, or is in it.
func (d *decoder) touchesUnmade(path string) bool {
	return slices.ContainsFunc(d.unmade, func(u string) bool {
		return path == u || within(path, u) || within(u, path)
	})
}

func within(inner, outer string) bool {
	return outer == "" || strings.HasPrefix(inner, outer+".") || strings.HasPrefix(inner, outer+"[")
}

// chooses tells whether a section is a Chooser or contains one.
func chooses(section reflect.Value) bool {
	return as[Chooser](section) != nil || slices.ContainsFunc(ownFields(section), func(f field) bool {
		return f.value.Kind() == reflect.Struct && chooses(f.value)
	})
}
