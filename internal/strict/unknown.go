package strict

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// unknown reports a key that the section does not have.
func (d *decoder) unknown(path string, section reflect.Value, keys []string, key string, at Place) {
	full := join(path, key)
	message := "unknown key"
	switch {
	case path == "" && key == "extends":
		d.report(at, full, "only a file can extend another")
		return
	case len(d.problems) > maxProblems: // no one will read why
		d.report(at, full, "%s", message)
		return
	}
	others := ""
	if c := as[Chooser](section); c != nil {
		name := join(path, "name")
		message += " for " + currentName(section)
		switch chosenAt := d.origins[name]; chosenAt.Source {
		case at.Source:
		case "":
			message += fmt.Sprintf(" (%s is the default)", name)
		default:
			message += fmt.Sprintf(" (%s is from %s)", name, chosenAt)
		}
		if with := choicesWith(section, key); len(with) > 0 {
			others = "; it is a key of " + list(with)
		}
	}
	if path == "" {
		keys = append(slices.Clone(keys), "extends")
	}
	d.report(at, full, "%s", message+others+d.suggest(path, keys, key, others != "", at))
}

// suggest is the end of the message on an unknown key.
func (d *decoder) suggest(path string, keys []string, key string, explained bool, at Place) string {
	if at.inFile() && strings.Contains(key, ".") {
		return "; in a file, a dot does not make a path: write each part as a key, one below the other"
	}
	if !at.inFile() && strings.ContainsAny(key, "[]") {
		return "; an item of a list cannot be set by itself, give the whole list"
	}
	if path == "" && strings.Contains(key, "_") && strings.HasPrefix(at.Source, environment) {
		v := d.variable(key)
		if v == "" {
			return "; in a variable two underscores stand for a dot, as in " + d.env + "SECTION__KEY"
		}
		return "; in a variable two underscores stand for a dot: did you mean " + v + "?"
	}
	if n := Nearest(key, keys); n != "" {
		return "; did you mean " + join(path, n) + "?"
	}
	var elsewhere []string
	for _, known := range knownKeys("", d.root) {
		if strings.HasSuffix(known, "."+key) {
			elsewhere = append(elsewhere, known)
		}
	}
	switch {
	case explained:
		return ""
	case len(elsewhere) > 0:
		return "; did you mean " + strings.Join(elsewhere[:min(3, len(elsewhere))], " or ") + "?"
	case path == "":
		return "; the keys are " + list(keys)
	}
	return fmt.Sprintf("; the keys of %s are %s", path, list(keys))
}

// variable is the environment variable of the key below a section that was probably
// meant by a key without any dot: train_epochs is ZOO_TRAIN__EPOCHS.
func (d *decoder) variable(key string) string {
	written := map[string]string{}
	for _, known := range knownKeys("", d.root) {
		if strings.Contains(known, ".") {
			written[strings.ReplaceAll(known, ".", "_")] = known
		}
	}
	n := Nearest(key, slices.Sorted(maps.Keys(written)))
	if n == "" {
		return ""
	}
	return d.env + strings.ToUpper(strings.ReplaceAll(written[n], ".", "__"))
}

func currentName(section reflect.Value) string {
	for _, f := range ownFields(section) {
		if f.key == "name" {
			return f.value.String()
		}
	}
	return ""
}

// choicesWith names the choices that have the key of their own.
func choicesWith(section reflect.Value, key string) []string {
	var names []string
	for _, name := range as[Chooser](section).Choices() {
		if slices.Contains(keysOf(fieldsOf(ofChoice(section, name))), key) {
			names = append(names, name)
		}
	}
	return names
}

// knownKeys lists the full keys at and below a section, the keys of lists and
// maps excepted.
func knownKeys(path string, section reflect.Value) []string {
	var known []string
	for _, f := range fieldsOf(section) {
		key := join(path, f.key)
		known = append(known, key)
		v := f.value
		if v.Kind() == reflect.Pointer {
			v = pointee(v)
		}
		if v.Kind() == reflect.Struct {
			known = append(known, knownKeys(key, v)...)
		}
	}
	return known
}
