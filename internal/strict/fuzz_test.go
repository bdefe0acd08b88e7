package strict

import (
	"errors"
	"reflect"
	"testing"
)

// Any bytes, as a config and as its parent, give a config or an *Error; a
// config that loads survives being rendered.
func FuzzLoad(f *testing.F) {
	for _, s := range []string{
		"", "~", "name: a", "extends: base", "extends: [main]", "train: {epochs: 1e4, rates: [1, .5]}",
		"model: {name: resnet, blocks: 2, shortcut: B}", "model: {name: mlp, widths: [1, 2]}",
		"train: &x {batch: 3}\ntrain: *x", "axes: [{param: &p a, values: [*p, \"5\"]}]", "notes: {a.b: 1, ? c : 2}",
		"a: &a [*a]", "<<: {seed: 1}", "name: !!binary aGk=", "paper: |\n  text\n  more\n", "x:\n\t- y", "--- a\n--- b", "%YAML 1.2\n---\nseed: 0x1f",
		"train:\n  early_stop: {patience: 2}\n  optimizer:\n    lr: 5.0e-4 # comment\n", "{\"name\": \"json\", \"seed\": 1}",
	} {
		f.Add([]byte(s), []byte("model: {name: resnet}"), "train.epochs=3")
	}
	f.Add([]byte("extends: base"), []byte("train: 3"), "train={batch: 1}")
	f.Add([]byte("seed: 1"), []byte(""), "data.pad='1' # x")
	f.Fuzz(func(t *testing.T, file, base []byte, override string) {
		l := &Loader{FS: configs(map[string]string{"main.yaml": string(file), "base.yaml": string(base)})}
		c := exampleDefaults()
		origins, err := l.Load(c, "main", []string{override})
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || len(e.Problems) == 0 || err.Error() == "" {
				t.Fatalf("error %v is a %T", err, err)
			}
			return
		}
		text := Render(c, origins)
		again := exampleDefaults()
		l = &Loader{FS: configs(map[string]string{"main.yaml": string(text)})}
		if _, err := l.Load(again, "main", nil); err != nil {
			t.Fatalf("%v\nin\n%s", err, text)
		}
		if !reflect.DeepEqual(c, again) {
			t.Fatalf("have %+v\nwant %+v\nfrom\n%s", again, c, text)
		}
	})
}

// Any values are kept, rendered and set without a panic.
func FuzzValue(f *testing.F) {
	for _, s := range []string{sweptFile, "values: [*a]", "values: [&a {x: *a}]", "values: [~, null, '', !!int 3]", "values: [{a: {b: [1, {c: 2}]}}, [[]], {}]", "values: [\"a: b # c\", 'x, y]']", "values: 3"} {
		f.Add([]byte(s), "inner")
	}
	f.Fuzz(func(t *testing.T, file []byte, key string) {
		load := func(text []byte, settings ...Setting) (c swept, err error) {
			l := &Loader{FS: configs(map[string]string{"main.yaml": string(text)})}
			_, err = l.Load(&c, "main", nil, settings...)
			return c, err
		}
		c, err := load(file)
		if err != nil {
			return
		}
		text := Render(&c, nil)
		again, err := load(text)
		if err != nil || len(again.Values) != len(c.Values) {
			t.Fatalf("%v, %d values\nin\n%s", err, len(again.Values), text)
		}
		for i, v := range c.Values {
			if v.String() != again.Values[i].String() {
				t.Fatalf("have %q, want %q", again.Values[i], v)
			}
			v.Keys()
			if _, err := load(file, Setting{Key: key, Value: v}); err != nil && !errors.As(err, new(*Error)) {
				t.Fatalf("error %v is a %T", err, err)
			}
		}
	})
}

func FuzzNearest(f *testing.F) {
	f.Add("epcohs", "epochs")
	f.Fuzz(func(t *testing.T, word, known string) {
		if have := Nearest(word, []string{known}); have != "" && have != known {
			t.Errorf("Nearest(%q, %q) = %q", word, known, have)
		}
	})
}
