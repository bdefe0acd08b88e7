package strict

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// A decoder walks a tree and a struct side by side.
type decoder struct {
	root     reflect.Value
	env      string // the prefix of the variables
	origins  Origins
	bad      map[string]bool // keys with a problem
	unmade   []string        // sections where a choice could not be made
	problems []Problem
	merged   []int // the ranks of the files, in the order in which they apply
}

func (d *decoder) report(at Place, key, format string, args ...any) {
	d.bad[key] = true
	d.problems = append(d.problems, Problem{at, key, fmt.Sprintf(format, args...)})
}

// section decodes a mapping, or nothing (nil), into a struct.
func (d *decoder) section(path string, section reflect.Value, t *tree) {
	if t == nil {
		t = newMapping(Place{})
	}
	for _, wrong := range append(t.hidden, t) {
		if wrong.kind != mapping {
			d.wrong(path, field{value: section}, wrong)
		}
	}
	if t.kind != mapping {
		if chooses(section) {
			d.unmade = append(d.unmade, path)
		}
		return
	}
	if _, keyed := d.origins[path]; !keyed && t.at.inFile() {
		d.origins[path] = t.at
	}
	chosen := true
	if c := as[Chooser](section); c != nil {
		chosen = d.choose(path, section, c, t)
	}
	fields := fieldsOf(section)
	keys := keysOf(fields)
	for _, f := range fields {
		if e, ok := t.fields[f.key]; ok {
			if e.at.inFile() {
				d.origins[join(path, f.key)] = e.at
			}
			d.value(join(path, f.key), f, e.value)
		} else if f.value.Kind() == reflect.Struct {
			d.section(join(path, f.key), f.value, nil)
		}
	}
	for _, key := range t.keys() {
		if !slices.Contains(keys, key) && chosen {
			d.unknown(path, section, keys, key, t.fields[key].at)
		}
	}
}

// choose makes a section hold the choice that its key name asks for.
func (d *decoder) choose(path string, section reflect.Value, c Chooser, t *tree) bool {
	own := ownFields(section)
	i := slices.IndexFunc(own, func(f field) bool { return f.key == "name" && f.value.Kind() == reflect.String })
	if i < 0 {
		panic(fmt.Sprintf("strict: %s chooses, but has no string field with the key name", section.Type()))
	}
	name, given := own[i].value, join(path, "name")
	before := name.String()
	e, ok := t.fields["name"]
	if ok {
		delete(t.fields, "name") // it is decoded here
		d.value(given, own[i], e.value)
	}
	f := as[Follower](section)
	if f != nil && name.String() == "" {
		name.SetString(f.Follow(d.root.Addr().Interface()))
	}
	switch {
	case d.bad[given], f != nil && name.String() == "":
	case name.String() == "":
		d.report(d.origins.Near(given), given, "not given, want %s", oneOf(c.Choices()))
	case !slices.Contains(c.Choices(), name.String()):
		d.report(d.origins.Near(given), given, "%s", notOneOf(name.String(), c.Choices()))
	default:
		if name.String() != before || c.Chosen() == nil {
			c.Choose(name.String())
		}
		return true
	}
	d.unmade = append(d.unmade, path)
	return false
}

// value decodes any tree into a field; a wrong value does not change it.
func (d *decoder) value(path string, f field, t *tree) {
	v := f.value
	switch {
	case t.kind == invalid && v.Kind() == reflect.Struct:
		d.section(path, v, t)
		return
	case t.kind == invalid:
		return
	}
	if v.Type() == valueType {
		d.origins[path] = t.at
		v.Set(reflect.ValueOf(Value{t}))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		p.Elem().Set(pointee(v))
		if d.value(path, field{value: p.Elem(), enum: f.enum}, t); !d.bad[path] {
			v.Set(p)
		}
	case reflect.Struct:
		d.section(path, v, t)
	case reflect.Map:
		d.mapping(path, f, t)
	case reflect.Slice:
		if t.kind != sequence {
			d.wrong(path, f, t)
			return
		}
		d.origins[path] = t.at
		items := reflect.MakeSlice(v.Type(), len(t.items), len(t.items))
		for i, item := range t.items {
			items.Index(i).Set(fresh(items.Type().Elem()))
			d.value(fmt.Sprintf("%s[%d]", path, i), field{value: items.Index(i), enum: f.enum}, item)
		}
		if len(t.items) == 0 {
			items = reflect.Zero(v.Type()) // an empty list is always nil
		}
		v.Set(items)
	default:
		d.origins[path] = t.at
		if problem := setScalar(f, t); problem != "" {
			d.report(t.at, path, "%s", problem)
		}
	}
}

// mapping decodes into a copy of the map: the defaults may be shared.
func (d *decoder) mapping(path string, f field, t *tree) {
	for _, wrong := range append(t.hidden, t) {
		if wrong.kind != mapping {
			d.wrong(path, f, wrong)
		}
	}
	if t.kind != mapping || len(t.fields) == 0 {
		return
	}
	v := f.value
	m := reflect.MakeMap(v.Type())
	for _, k := range v.MapKeys() {
		m.SetMapIndex(k, v.MapIndex(k))
	}
	for _, key := range slices.Sorted(maps.Keys(t.fields)) {
		k := reflect.ValueOf(key).Convert(v.Type().Key())
		item := fresh(v.Type().Elem())
		if old := v.MapIndex(k); old.IsValid() {
			item.Set(old)
		}
		d.value(join(path, key), field{value: item, enum: f.enum}, t.fields[key].value)
		m.SetMapIndex(k, item)
	}
	v.Set(m)
}

// wrong reports a value of the wrong kind.
func (d *decoder) wrong(path string, f field, t *tree) {
	hint := nullHint(t)
	switch {
	case t.kind == invalid:
		return
	case f.value.Kind() == reflect.Slice && t.kind == scalar && t.tag != "!!null":
		hint = "; write [" + clip(t.text, 60) + "]"
	}
	d.report(t.at, path, "have %s, want %s%s", t, wanted(f), hint)
}
