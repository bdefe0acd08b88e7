package strict

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"zoo/internal/problem"
)

// A field is a key of a section, with the place of its value.
type field struct {
	key, doc string
	enum     []string         // the values a string may have; empty: any
	words    []problem.Choice // likewise, or the words that its values begin with, for help
	value    reflect.Value
}

// sectionOf is the struct that config points to.
func sectionOf(config any) reflect.Value {
	v := reflect.ValueOf(config)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		panic(fmt.Sprintf("strict: a config is a pointer to a struct, not %T", config))
	}
	return v.Elem()
}

// fieldsOf lists the keys of an addressable struct: its own in their order,
// embedded ones where they are, then those of the choice it holds.
func fieldsOf(section reflect.Value) []field {
	fields := ownFields(section)
	if c := as[Chooser](section); c != nil {
		if chosen := c.Chosen(); chosen != nil {
			fields = append(fields, ownFields(sectionOf(chosen))...)
		}
	}
	seen := map[string]bool{}
	for _, f := range fields {
		if seen[f.key] {
			panic(fmt.Sprintf("strict: %s has two fields for the key %s", section.Type(), f.key))
		}
		seen[f.key] = true
	}
	return fields
}

func ownFields(section reflect.Value) []field {
	var fields []field
	enums := map[string][]string{}
	if e := as[Enumerator](section); e != nil {
		maps.Copy(enums, e.Enums())
	}
	if c := as[Chooser](section); c != nil {
		enums["name"] = c.Choices()
	}
	var words map[string][]problem.Choice
	if d := as[Describer](section); d != nil {
		words = d.Describe()
	}
	for i := range section.NumField() {
		f, v := section.Type().Field(i), section.Field(i)
		key, inline, skip := keyOf(f)
		switch {
		case skip:
			continue
		case inline:
			fields = append(fields, ownFields(v)...)
			continue
		}
		mustDecode(f.Type, section.Type().String()+"."+f.Name, section.Type())
		enum := enums[key]
		if tag := f.Tag.Get("enum"); tag != "" {
			enum = strings.Split(tag, ",")
		}
		about := words[key]
		if about == nil {
			for _, w := range enum {
				about = append(about, problem.Choice{Form: w})
			}
		}
		fields = append(fields, field{key, f.Tag.Get("doc"), enum, about, v})
	}
	return fields
}

// keyOf reads a field's name and its yaml tag.
func keyOf(f reflect.StructField) (key string, inline, skip bool) {
	key, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if option != "" && option != "inline" {
		panic(fmt.Sprintf("strict: field %s has the yaml option %q, want inline or none", f.Name, option))
	}
	inline = option == "inline" || f.Anonymous && key == "" && f.Type.Kind() == reflect.Struct
	if inline && f.Type.Kind() != reflect.Struct {
		panic(fmt.Sprintf("strict: inline field %s is not a struct", f.Name))
	}
	skip = key == "-" || !f.IsExported() && !(inline && f.Anonymous)
	if key == "" {
		key = snake(f.Name)
	}
	return key, inline, skip
}

// snake is a Go name as a key: WeightDecay is weight_decay, LRScale is lr_scale.
func snake(name string) string {
	var b strings.Builder
	letters := []rune(name)
	for i, r := range letters {
		if i > 0 && unicode.IsUpper(r) {
			wordEnds := !unicode.IsUpper(letters[i-1]) && letters[i-1] != '_'
			acronymEnds := i+1 < len(letters) && unicode.IsLower(letters[i+1]) && unicode.IsUpper(letters[i-1])
			if wordEnds || acronymEnds {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// mustDecode panics on a type that has no YAML form, or contains itself: inside are the
// structs around it.
func mustDecode(t reflect.Type, name string, inside ...reflect.Type) {
	if t == valueType {
		return
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
	case reflect.Struct:
		if slices.Contains(inside, t) {
			panic("strict: " + name + " contains itself")
		}
		for i := range t.NumField() {
			if _, _, skip := keyOf(t.Field(i)); !skip {
				mustDecode(t.Field(i).Type, name+"."+t.Field(i).Name, append(inside, t)...)
			}
		}
	case reflect.Map:
		if t.Key().Kind() != reflect.String {
			panic("strict: " + name + " is a map whose keys are not strings")
		}
		mustDecode(t.Elem(), name, inside...)
	case reflect.Slice:
		mustDecode(t.Elem(), name, inside...)
	case reflect.Pointer:
		if t.Elem().Kind() == reflect.Pointer {
			panic("strict: " + name + " is a pointer to a pointer")
		}
		mustDecode(t.Elem(), name, inside...)
	default:
		panic(fmt.Sprintf("strict: %s has type %s, which no key can have", name, t))
	}
}

// as is the section's pointer as an interface that it may implement, or nil.
func as[T any](section reflect.Value) T {
	var none T
	if p := section.Addr(); p.CanInterface() {
		if t, ok := p.Interface().(T); ok {
			return t
		}
	}
	return none
}

func keysOf(fields []field) []string {
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.key
	}
	return keys
}

// fresh is a value that nothing has been decoded into, with the defaults of a Defaulter.
func fresh(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	if d := as[Defaulter](v); d != nil {
		d.SetDefaults()
	}
	return v
}

// pointee is a copy of what a pointer points to, or a fresh value.
func pointee(p reflect.Value) reflect.Value {
	v := fresh(p.Type().Elem())
	if !p.IsNil() {
		v.Set(p.Elem())
	}
	return v
}

// ofChoice is a copy of the section with another choice in it.
func ofChoice(section reflect.Value, name string) reflect.Value {
	other := reflect.New(section.Type()).Elem()
	other.Set(section)
	as[Chooser](other).Choose(name)
	return other
}
