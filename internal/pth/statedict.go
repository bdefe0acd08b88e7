package pth

import (
	"fmt"
	"strings"
)

// A found state_dict, and the keys that lead to it.
type found struct {
	part    string
	tensors []Tensor
}

// stateDict finds the tensors of part in what a file holds; if part is empty, there must
// be only one state_dict.
func stateDict(value any, part string) ([]Tensor, error) {
	of := ""
	switch v := value.(type) {
	case *inert:
		of = v.of
	case name:
		of = string(v)
	}
	if of != "" {
		return nil, fmt.Errorf("it holds %.200s, which is code and not tensors; load the file in PyTorch, where you trust it, and save only its state_dict", of)
	}
	d, ok := value.(*dict)
	if !ok {
		return nil, fmt.Errorf("it holds %s, want a state_dict: a dict of tensors", describe(value))
	}
	own, err := d.tensors()
	if err != nil {
		return nil, err
	}
	inner, err := d.inner("", mostNested)
	if err != nil {
		return nil, err
	}
	all := inner
	if len(own) > 0 && (len(inner) == 0 || !scalars(own)) {
		all = append([]found{{"", own}}, inner...)
	}
	var parts []string
	for _, f := range all {
		if f.part == part && part != "" {
			return f.tensors, nil
		}
		parts = append(parts, f.part)
	}
	switch {
	case len(all) == 0:
		return nil, fmt.Errorf("it holds no state_dict, a dict of tensors: it has %s; save the state_dict by itself", d.summary())
	case part != "":
		return nil, fmt.Errorf("it holds no state_dict %s: it has %s", part, strings.Join(parts, ", "))
	case len(all) == 1 || parts[0] == "":
		return all[0].tensors, nil
	}
	return nil, fmt.Errorf("it holds %d state_dicts, %s: name one after the file, as in FILE#%s", len(all), strings.Join(parts, ", "), parts[0])
}

// mostNested is how deep state_dicts are looked for: in a dict of a dict.
const mostNested = 2

// inner finds the state_dicts in a dict's values.
func (d *dict) inner(prefix string, depth int) (all []found, err error) {
	if depth == 0 {
		return nil, nil
	}
	for _, e := range d.entries {
		key, named := e.key.(string)
		v, isDict := e.value.(*dict)
		if !named || !isDict {
			continue
		}
		tensors, err := v.tensors()
		if err != nil {
			return nil, fmt.Errorf("%s%s: %w", prefix, key, err)
		}
		if len(tensors) > 0 {
			all = append(all, found{prefix + key, tensors})
			continue
		}
		more, err := v.inner(prefix+key+".", depth-1)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// tensors are the entries of a dict that are tensors, by name; other values beside
// them do not belong to a network. A dict with a key that is not a text has none.
func (d *dict) tensors() (all []Tensor, err error) {
	seen := map[string]bool{}
	for _, e := range d.entries {
		name, ok := e.key.(string)
		if !ok {
			return nil, nil
		}
		t, isTensor := e.value.(*Tensor)
		if !isTensor {
			continue
		}
		if seen[name] {
			return nil, fmt.Errorf("tensor %q is there twice", name)
		}
		seen[name] = true
		c := *t
		c.Name = name
		all = append(all, c)
	}
	return all, nil
}

// scalars tells whether all tensors are of one value, as a best accuracy is that a
// checkpoint keeps beside its state_dict.
func scalars(all []Tensor) bool {
	for _, t := range all {
		for _, d := range t.Shape {
			if d != 1 {
				return false
			}
		}
	}
	return true
}

// summary says what a dict holds.
func (d *dict) summary() string {
	var parts []string
	for i, e := range d.entries {
		if i == 10 {
			parts = append(parts, fmt.Sprintf("and %d more", len(d.entries)-i))
			break
		}
		parts = append(parts, fmt.Sprintf("%s: %s", describe(e.key), describe(e.value)))
	}
	if parts == nil {
		return "no entries"
	}
	return strings.Join(parts, ", ")
}
