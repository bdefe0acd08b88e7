package strict

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"
)

func exampleSchema(t *testing.T) object {
	t.Helper()
	text := Schema(exampleDefaults(), "an experiment")
	if !bytes.Equal(text, Schema(exampleDefaults(), "an experiment")) {
		t.Error("two schemas of one config differ")
	}
	var schema object
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	return schema
}

// Every key, in sections, lists, maps and choices, has help and a type.
func TestSchemaIsComplete(t *testing.T) {
	keys := 0
	var walk func(path string, s any)
	walk = func(path string, s any) {
		schema, ok := s.(object)
		if !ok {
			return
		}
		properties, _ := schema["properties"].(object)
		for key, p := range properties {
			if p, ok := p.(object); ok && p["const"] == nil {
				keys++
				if p["description"] == nil || p["type"] == nil {
					t.Errorf("%s.%s has description %v, type %v", path, key, p["description"], p["type"])
				}
				walk(path+"."+key, p)
			}
		}
		choices, _ := schema["allOf"].([]any)
		for _, c := range choices {
			walk(path, c.(object)["then"])
		}
		walk(path+"[]", schema["items"])
		walk(path+"[]", schema["additionalProperties"])
	}
	walk("", exampleSchema(t))
	// The top level and extends, sections, the keys of an axis, and of choices.
	if want := 9 + 3 + 4 + 6 + 4 + 1 + 3 + 3; keys != want {
		t.Errorf("have %d keys, want %d", keys, want)
	}
}

func TestSchemaDefaultsAndValues(t *testing.T) {
	at := func(path ...string) any {
		var s any = exampleSchema(t)
		for _, p := range path {
			s = s.(object)["properties"].(object)[p]
		}
		return s
	}
	for _, c := range []struct{ have, want any }{
		{at("seed"), object{"type": "integer", "minimum": 0., "default": 1., "description": "seed of everything random"}},
		{at("data", "pad"), object{"type": "integer", "minimum": 0., "maximum": 255., "default": 0., "description": "pixels on each side"}},
		{at("data", "mean"), object{"type": "number", "default": 0.1307, "description": "subtracted from each pixel"}},
		{at("data", "name"), object{"type": "string", "default": "mnist", "enum": []any{"digits", "mnist", "cifar10"}, "description": "the dataset"}},
		{at("model", "name"), object{"type": "string", "default": "lenet5", "enum": []any{"resnet", "mlp", "lenet5"}, "description": "the architecture"}},
		{at("train", "rates"), object{"type": "array", "default": []any{}, "items": object{"type": "number"}, "description": "learning rate of each epoch"}},
		{at("axes").(object)["items"].(object)["properties"].(object)["mode"], object{"type": "string", "enum": []any{"grid", "zip"}, "default": "grid", "description": "how they go together"}},
		{at("axes").(object)["items"].(object)["properties"].(object)["labels"].(object)["items"], object{"type": []any{"string", "number", "boolean"}}},
		{at("notes"), object{"type": "object", "additionalProperties": object{"type": "number"}, "description": "numbers by name"}},
	} {
		if !reflect.DeepEqual(c.have, c.want) {
			t.Errorf("have %v\nwant %v", c.have, c.want)
		}
	}
}

// The schema and the decoder agree on what is right.
func TestSchemaAgreesWithDecoder(t *testing.T) {
	schema := exampleSchema(t)
	full := exampleDefaults()
	full.Model.Name = "mlp"
	full.Model.Choose("mlp")
	full.Train.EarlyStop = &exampleEarlyStop{1}
	full.Axes = []exampleAxis{{Param: "a", Mode: "zip"}}
	for _, c := range []struct {
		text string
		ok   bool
	}{
		{string(Render(full, nil)), true},
		{string(Render(exampleDefaults(), nil)), true},
		{"model: {name: resnet, blocks: 3, init: x}", true},
		{"model: {name: mlp, widths: [1]}", true},
		{"model: {name: mlp, blocks: 3}", false},
		{"model: {name: resnet, blocks: three}", false},
		{"model: {name: resnet, shortcut: C}", false},
		{"model: {name: vgg}", false},
		{"model: {init: x, block: 3}", false},
		{"train: {epochs: 1.5}", false},
		{"train: {epochs: 3.0}", true},
		{"train: {epcohs: 1}", false},
		{"train: {optimizer: {lr: x}}", false},
		{"data: {pad: 256}", false},
		{"data: {name: mnits}", false},
		{"seed: -1", false},
		{"notes: {a: 1}", true},
		{"notes: {a: b}", false},
		{"axes: [{param: 3}]", false},
		{"axes: [{labels: [3, 1.5, true, x]}]", true},
		{"axes: [{labels: [[3]]}]", false},
		{"axes: [{labels: [null]}]", false},
		{"axes: [{mode: none}]", false},
		{"name: 5", false},
		{"train: 5", false},
	} {
		var value any
		if err := yaml.Unmarshal([]byte(c.text), &value); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &value); err != nil {
			t.Fatal(err)
		}
		if err := conform(schema, value); (err == nil) != c.ok {
			t.Errorf("%s: the schema says %v", c.text, err)
		}
		if _, _, err := load(t, map[string]string{"main.yaml": c.text}); (err == nil) != c.ok {
			t.Errorf("%s: the decoder says %v", c.text, err)
		}
	}
	// Parents may give the name, and are given by names.
	for text, ok := range map[string]bool{
		`{"extends": "base", "model": {"blocks": 3, "init": "x"}}`: true,
		`{"extends": ["a", "b"]}`:                                  true,
		`{"extends": ""}`:                                          false,
		`{"extends": [1]}`:                                         false,
	} {
		var value any
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		if err := conform(schema, value); (err == nil) != ok {
			t.Errorf("%s: the schema says %v", text, err)
		}
	}
}

// conform checks a JSON value against the parts of JSON schema that Schema uses,
// and fails on any other part.
func conform(s, value any) error {
	schema, ok := s.(object)
	if !ok {
		if s == false {
			return fmt.Errorf("%v is not allowed", value)
		}
		return nil
	}
	o, isObject := value.(object)
	list, isList := value.([]any)
	x, isNumber := value.(float64)
	text, isString := value.(string)
	_, isBool := value.(bool)
	is := map[string]bool{"object": isObject, "array": isList, "string": isString, "boolean": isBool,
		"number": isNumber, "integer": isNumber && x == math.Trunc(x)}
	properties, _ := schema["properties"].(object)
	for word, want := range schema {
		ok := true
		switch word {
		case "$schema", "title", "description", "default", "then":
		case "type":
			types, several := want.([]any)
			if !several {
				types = []any{want}
			}
			ok = slices.ContainsFunc(types, func(t any) bool { return is[t.(string)] })
		case "enum":
			ok = slices.Contains(want.([]any), value)
		case "const":
			ok = value == want
		case "minLength":
			ok = !isString || len(text) >= int(want.(float64))
		case "minimum":
			ok = !isNumber || x >= want.(float64)
		case "maximum":
			ok = !isNumber || x <= want.(float64)
		case "required":
			for _, key := range want.([]any) {
				_, has := o[key.(string)]
				ok = ok && has
			}
		case "not":
			ok = conform(want, value) != nil
		case "if":
			if conform(want, value) == nil {
				if err := conform(schema["then"], value); err != nil {
					return err
				}
			}
		case "properties", "additionalProperties", "propertyNames":
			for key, v := range o {
				part, known := properties[key]
				var err error
				switch {
				case word == "propertyNames":
					err = conform(want, key)
				case word == "properties" && known:
					err = conform(part, v)
				case word == "additionalProperties" && !known:
					err = conform(want, v)
				}
				if err != nil {
					return fmt.Errorf("%s: %w", key, err)
				}
			}
		case "items":
			for _, v := range list {
				if err := conform(want, v); err != nil {
					return err
				}
			}
		case "allOf":
			for _, part := range want.([]any) {
				if err := conform(part, value); err != nil {
					return err
				}
			}
		default:
			return fmt.Errorf("schema word %s", word)
		}
		if !ok {
			return fmt.Errorf("%v is not of %s %v", value, word, want)
		}
	}
	return nil
}
