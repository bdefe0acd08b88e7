package strict

import (
	"encoding/json"
	"maps"
	"math"
	"reflect"
	"slices"
)

// object is JSON; its keys come out sorted.
type object = map[string]any

// Schema describes the config files of the struct that config points to as a
// JSON schema (draft 2020-12), for editors: types, help, defaults, values. The
// keys of a Chooser depend on its name.
func Schema(config any, title string) []byte {
	schema := sectionSchema(sectionOf(config))
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	schema["title"] = title
	name := object{"type": "string", "minLength": 1}
	schema["properties"].(object)["extends"] = object{
		"description": "the config or configs that this one builds on: names or files, the last one wins",
		"type":        []string{"string", "array"},
		"minLength":   1,
		"items":       name,
	}
	text, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		panic("strict: " + err.Error()) // a default is an infinity, or not a number
	}
	return append(text, '\n')
}

func sectionSchema(section reflect.Value) object {
	own := ownFields(section)
	properties := object{}
	for _, f := range own {
		properties[f.key] = fieldSchema(f)
	}
	schema := object{"type": "object", "properties": properties}
	c := as[Chooser](section)
	if c == nil {
		schema["additionalProperties"] = false
		return schema
	}
	// Own keys are described once, above; a choice permits them and adds its own.
	var choices []any
	all := map[string]bool{}
	for _, choice := range c.Choices() {
		keys := object{}
		for _, f := range fieldsOf(ofChoice(section, choice)) {
			all[f.key] = true
			if _, shared := properties[f.key]; shared {
				keys[f.key] = true
			} else {
				keys[f.key] = fieldSchema(f)
			}
		}
		choices = append(choices, object{
			"if":   object{"properties": object{"name": object{"const": choice}}, "required": []string{"name"}},
			"then": object{"properties": keys, "additionalProperties": false},
		})
	}
	// Without a name, which a parent may give, any choice's keys will do.
	choices = append(choices, object{
		"if":   object{"not": object{"required": []string{"name"}}},
		"then": object{"propertyNames": object{"enum": slices.Sorted(maps.Keys(all))}},
	})
	schema["allOf"] = choices
	return schema
}

func fieldSchema(f field) object {
	schema := typeSchema(f)
	if f.doc != "" {
		schema["description"] = f.doc
	}
	if d := defaultOf(f.value); d != nil && (len(f.enum) == 0 || f.value.Kind() != reflect.String || slices.Contains(f.enum, f.value.String())) {
		schema["default"] = d
	}
	return schema
}

func typeSchema(f field) object {
	v := f.value
	if v.Type() == valueType {
		return object{}
	}
	switch v.Kind() {
	case reflect.Pointer:
		return typeSchema(field{value: pointee(v), enum: f.enum})
	case reflect.Struct:
		return sectionSchema(v)
	case reflect.Map:
		return object{"type": "object", "additionalProperties": typeSchema(elementOf(f))}
	case reflect.Slice:
		return object{"type": "array", "items": typeSchema(elementOf(f))}
	case reflect.String:
		schema := object{"type": "string"}
		if v.Type() == wordType {
			schema["type"] = []string{"string", "number", "boolean"}
		}
		if len(f.enum) > 0 {
			schema["enum"] = f.enum
		} else if len(f.words) > 0 {
			var forms []string
			for _, w := range f.words {
				forms = append(forms, w.Form)
			}
			schema["examples"] = forms
		}
		return schema
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Float32, reflect.Float64:
		return object{"type": "number"}
	}
	schema := object{"type": "integer"}
	n := v.Type().Bits()
	switch {
	case v.CanUint():
		schema["minimum"] = 0
		if n < 64 {
			schema["maximum"] = uint64(math.MaxUint64) >> (64 - n)
		}
	case n < 64:
		schema["minimum"], schema["maximum"] = int64(math.MinInt64)>>(64-n), int64(math.MaxInt64)>>(64-n)
	}
	return schema
}

// defaultOf is a scalar or a list of scalars as JSON, nil for anything else.
func defaultOf(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return defaultOf(v.Elem())
	case reflect.Struct, reflect.Map:
		return nil
	case reflect.Slice:
		items := []any{}
		for i := range v.Len() {
			item := defaultOf(v.Index(i))
			if item == nil {
				return nil
			}
			items = append(items, item)
		}
		return items
	}
	return v.Interface()
}

// elementOf is a zero element of a list or a map.
func elementOf(f field) field {
	return field{value: fresh(f.value.Type().Elem()), enum: f.enum}
}
