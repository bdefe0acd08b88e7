package strict

import (
	"io/fs"
	"reflect"
	"strings"
)

// A Loader knows where configs and their settings come from. The zero Loader
// reads files by path, and neither named configs nor the environment.
type Loader struct {
	Dirs []string // folders of named configs, searched in this order
	FS   fs.FS    // named configs that come with the program, searched last

	// Own are the keys of the whole config that a file does not take over from those
	// that it extends, such as its name.
	Own []string

	// Env is the prefix of the variables that set keys, "ZOO_": ZOO_TRAIN__BATCH
	// sets train.batch. Empty: the environment is not read.
	Env string
	// Reserved are the variables with that prefix that are not keys, in full.
	Reserved []string
}

// Load resolves the config (a name, a path, or "" for none), the environment, the
// overrides ("train.epochs=3") and the settings into dst, a pointer to a struct
// that holds the defaults. A name that contains a slash or ends in .yaml or .yml
// is a path, otherwise it is looked up in Dirs and FS as name.yaml and name.yml.
//
// Parents (extends: a name, a file, or a list of them) are found relative to the
// file that names them, otherwise as named configs; each applies once, where it is
// first named, before the files that name it. Keys of Own stay with the parent.
//
// The error is an *Error with every problem. The origins are then nil if a source is
// missing or unreadable; otherwise dst holds what is right, and defaults for the rest.
func (l *Loader) Load(dst any, name string, overrides []string, settings ...Setting) (Origins, error) {
	section := sectionOf(dst)
	r := &resolver{Loader: l, applied: map[string]bool{}}
	if name != "" {
		r.file(name, nil, Problem{})
	}
	r.environment(commandRank)
	for i, o := range overrides {
		r.override(o, Override(overrides, i))
	}
	for _, s := range settings {
		r.setting(section, s)
	}
	return r.decode(section)
}

// LoadText resolves a config that is not a file: source is what errors call it.
// Neither the environment nor overrides change it.
func (l *Loader) LoadText(dst any, source string, text []byte) (Origins, error) {
	r := &resolver{Loader: l, applied: map[string]bool{}}
	r.add(&file{path: source, data: text}, Problem{})
	return r.decode(sectionOf(dst))
}

// decode puts what was merged into the section.
func (r *resolver) decode(section reflect.Value) (Origins, error) {
	if r.broken {
		return nil, asError(r.problems)
	}
	d := &decoder{root: section, env: r.Env, origins: Origins{}, bad: map[string]bool{}, problems: r.problems, merged: r.merged}
	for _, p := range r.problems {
		if p.Key != "" {
			d.bad[p.Key] = true
		}
	}
	d.section("", section, r.root)
	d.settle("", section)
	d.validate("", section)
	return d.origins, asError(d.problems)
}

// A resolver merges the sources of one config, in the order in which they apply.
type resolver struct {
	*Loader
	root     *tree
	files    int
	merged   []int   // the ranks of the files, in the order in which they apply
	chain    []*file // the file being read, and those that extend it
	applied  map[string]bool
	problems []Problem
	broken   bool // a source is missing or unreadable: what it says is not known
}

// file merges the parents of a config, then the config. The problem tells
// where it was asked for.
func (r *resolver) file(ref string, from *file, asked Problem) {
	f, err := r.find(ref, from)
	if err != nil {
		asked.Message = err.Error()
		r.fail(asked)
		return
	}
	r.add(f, asked)
}

// add merges the parents of a file that was found, then the file.
func (r *resolver) add(f *file, asked Problem) {
	id := f.id()
	for i, child := range r.chain {
		if child.id() == id {
			var names []string
			for _, c := range append(r.chain[i:len(r.chain):len(r.chain)], f) {
				names = append(names, c.String())
			}
			asked.Message = "a cycle: " + strings.Join(names, " extends ")
			r.fail(asked)
			return
		}
	}
	if r.applied[id] {
		return
	}
	r.applied[id] = true
	r.files++
	source := Place{Source: f.String(), rank: r.files}
	root, problems := parse(f.data, source, "")
	r.problems = append(r.problems, problems...)
	switch {
	case root == nil:
		r.broken = true
		return
	case root.tag == "!!null" && root.text == "":
		root = newMapping(root.at)
	case root.kind != mapping:
		r.fail(Problem{root.at, "", "have " + root.String() + ", want keys and values"})
		return
	}
	root.at = source
	if len(r.chain) > 0 {
		for _, key := range r.Own {
			delete(root.fields, key)
		}
	}
	r.chain = append(r.chain, f)
	for _, parent := range r.extends(root) {
		r.file(parent.text, f, Problem{Place: parent.at, Key: "extends"})
	}
	r.chain = r.chain[:len(r.chain)-1]
	r.merged = append(r.merged, source.rank)
	r.root = merge(r.root, root)
}

// extends takes the key extends out of a file.
func (r *resolver) extends(root *tree) []*tree {
	e, ok := root.fields["extends"]
	if !ok {
		return nil
	}
	delete(root.fields, "extends")
	parents := e.value.items
	if e.value.kind != sequence {
		parents = []*tree{e.value}
	}
	for _, p := range parents {
		if p.kind != scalar || p.tag != "!!str" || p.text == "" {
			r.fail(Problem{p.at, "extends", "have " + p.String() + ", want a name, a file, or a list of them"})
			return nil
		}
	}
	return parents
}

func (r *resolver) report(p Problem) { r.problems = append(r.problems, p) }

// fail reports a problem after which decoding is useless.
func (r *resolver) fail(p Problem) {
	r.report(p)
	r.broken = true
}
