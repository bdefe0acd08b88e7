// Package strict resolves a config from YAML files, environment variables and
// command-line overrides, and decodes it into plain Go structs. It is strict:
// a key that no struct has, a value of the wrong type and a failed validation
// are errors, and all of them are reported at once, each with file:line:column,
// the full key, what was expected, and the nearest known key.
//
// # Sources
//
// Later wins: the values already in the destination (the defaults), the parents
// named by extends, the file itself, the environment, the overrides, and the
// settings of a program such as the points of a sweep.
// Mappings merge key by key; scalars and lists replace.
//
// # Viper
//
// Viper finds and reads the named files and reads the environment, and does
// nothing else. It lower-cases keys, splits keys at dots, and forgets line and
// column as soon as it has parsed a file, so it cannot tell where a value came
// from, nor that two keys differed. Its decoder hook therefore hands us the
// bytes, and merging and decoding walk the YAML nodes (parse.go, decode.go).
//
// # Option structs
//
// A section is a struct. The key of an exported field is its snake_case name
// (WeightDecay is weight_decay) or its tag `yaml:"key"`; `yaml:"-"` leaves the
// field out. Embedded structs and fields tagged `yaml:",inline"` are flattened
// into the section. `doc:"..."` is the help of one line, `enum:"a,b"` lists the
// values a string may have. Fields are strings, booleans, integers, floats,
// sections, [Value] for what is decoded later, and lists, pointers and
// string-keyed maps of these; any other type is a programming error, and panics.
//
// # Values
//
// A string takes only a string: an unquoted number, boolean or null is an error
// that says to quote it. But for a [Word], and in an override or a variable, where the
// shell has eaten the quotes, the text is taken as it is written. A whole number
// may be written 1e5, never 1.5, nor with a leading zero (octal in some YAML).
// Booleans are true and false only. Infinities, not-a-number, null, custom tags
// and merge keys (<<) are refused; aliases work, within bounds.
package strict

import "zoo/internal/problem"

// A Chooser is a section whose key "name" decides which further keys it has:
// the name of an architecture brings the keys of that architecture. The methods
// belong to the pointer to the section's struct, which also has a string field
// with the key "name" and whatever keys all choices share. A copy of the section
// shares what Chosen points to: load another config rather than copy one.
type Chooser interface {
	// Choices lists the names, in the order in which to show them.
	Choices() []string
	// Choose makes the section hold a fresh copy of the defaults of the named
	// choice. The name is always one of Choices.
	Choose(name string)
	// Chosen points to the struct that Choose made, whose keys belong to the
	// section as if they were its own. It is nil before Choose, and for a
	// choice with no keys of its own.
	Chosen() any
}

// A Follower is a Chooser whose choice follows from other sections where the config makes
// none. Follow gets the pointer to the whole config, of which the sections before this one
// are decoded; "" means none, because a section that it would follow from has none.
type Follower interface {
	Follow(config any) (name string)
}

// An Enumerator is a section that knows only at run time which values some of
// its string keys may have (names in a registry). Enums maps such a key, of
// this struct and not of one below it, to its values.
type Enumerator interface {
	Enums() map[string][]string
}

// A Settler is a section in which two keys stand for one choice, such as a length in
// epochs or in steps. Settle is called when the section is decoded, before anything
// is validated. later tells whether a key of the section was given by a later source
// than another (a default is not a source; all overrides are one, and so are the
// settings). The result says which keys gave way to which others.
type Settler interface {
	Settle(later func(key, other string) bool) (gaveWay map[string]string)
}

// A Defaulter is a section under a pointer, in a list or in a map, where the defaults
// of the whole config have no place for its own. SetDefaults is called on
// a fresh one before it is decoded. The method belongs to the pointer to its struct.
type Defaulter interface{ SetDefaults() }

// validator is a section that checks its own values, once they are decoded.
type validator interface {
	Validate() []problem.Problem
}
