package strict

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Bounds on a file, far above any config and low enough that a hostile one
// (deep nesting, aliases of aliases) costs nothing.
const (
	maxBytes  = 1 << 20
	maxDepth  = 64
	maxValues = 20_000 // an alias counts for what it stands for
	maxKey    = 128    // letters
)

// A parser turns the bytes of one source into a tree.
type parser struct {
	source   Place
	key      string
	values   int
	open     map[*yaml.Node]bool // the nodes we are inside of
	problems []Problem
}

// parse reads one YAML document, the value of key ("" for a whole file). What is
// not YAML has a nil tree; an empty source is an empty scalar tagged !!null.
func parse(data []byte, source Place, key string) (*tree, []Problem) {
	p := &parser{source: source, key: key, open: map[*yaml.Node]bool{}}
	if len(data) > maxBytes {
		p.report(p.source, key, "%d bytes, want at most %d", len(data), maxBytes)
		return nil, p.problems
	}
	if line, column, bad := notUTF8(data); bad {
		p.report(p.place(line, column), key, "not text in UTF-8")
		return nil, p.problems
	}
	in := &byteReader{data: data}
	decoder := yaml.NewDecoder(in)
	var document, second yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		if len(bytes.TrimSpace(data)) > 0 {
			p.comment(key)
		}
		return &tree{at: p.place(1, 1), tag: "!!null"}, p.problems
	} else if err != nil {
		p.notYAML(err, data[:in.read], data)
		return nil, p.problems
	}
	if err := decoder.Decode(&second); err == nil {
		p.report(p.place(second.Line, second.Column), key, "a second document begins, want one")
		return nil, p.problems
	} else if !errors.Is(err, io.EOF) {
		p.notYAML(err, data[:in.read], data)
		return nil, p.problems
	}
	if document.HeadComment+document.FootComment != "" {
		p.comment(key)
	}
	t := p.convert(document.Content[0], key, 0)
	if p.values > maxValues {
		p.report(t.at, key, "more than %d values, aliases counted where they are used", maxValues)
		return nil, p.problems
	}
	return t, p.problems
}

// convert copies a node, and what its aliases stand for, into a tree.
func (p *parser) convert(n *yaml.Node, path string, depth int) *tree {
	t := &tree{at: p.place(n.Line, n.Column), kind: invalid}
	if p.values++; p.values > maxValues {
		return t
	}
	if depth > maxDepth {
		p.report(t.at, path, "nested more than %d deep", maxDepth)
		return t
	}
	if n.Kind == yaml.AliasNode {
		if p.open[n.Alias] {
			p.report(t.at, path, "alias *%s stands for a value that it is part of", clip(n.Value, 60))
			return t
		}
		return p.convert(n.Alias, path, depth)
	}
	if n.HeadComment+n.LineComment+n.FootComment != "" {
		p.comment(path)
	}
	p.open[n] = true
	defer delete(p.open, n)
	switch n.Kind {
	case yaml.MappingNode:
		t = newMapping(t.at)
		for i := 0; i+1 < len(n.Content); i += 2 {
			p.entry(t, n.Content[i], n.Content[i+1], path, depth)
		}
	case yaml.SequenceNode:
		t.kind = sequence
		for i, c := range n.Content {
			t.items = append(t.items, p.convert(c, fmt.Sprintf("%s[%d]", path, i), depth+1))
		}
	default:
		t.kind, t.text, t.tag = scalar, n.Value, n.ShortTag()
		if t.tag == "!!timestamp" || t.tag == "!!merge" {
			t.tag = "!!str" // YAML 1.2 has neither; a date is text here
		}
	}
	switch n.ShortTag() {
	case "!!map", "!!seq", "!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp", "!!merge":
	default:
		p.report(t.at, path, "the YAML tag %s means nothing here, remove it", clip(n.Tag, 60))
	}
	return t
}

// entry converts one key and its value into the mapping t.
func (p *parser) entry(t *tree, key, value *yaml.Node, path string, depth int) {
	at := p.place(key.Line, key.Column)
	if key.Kind == yaml.AliasNode {
		key = key.Alias
	}
	switch {
	case key.Kind != yaml.ScalarNode:
		p.report(at, path, "a key is a list or a mapping, want a word")
		return
	case key.ShortTag() == "!!merge":
		p.report(at, path, "merge keys (<<) are not read; use extends, or an alias for a whole value")
		return
	case key.ShortTag() == "!!null":
		p.report(at, path, "a key is empty, want a word")
		return
	case utf8.RuneCountInString(key.Value) > maxKey:
		p.report(at, path, "a key of more than %d letters", maxKey)
		return
	}
	full := join(path, key.Value)
	if first, ok := t.fields[key.Value]; ok {
		p.report(at, full, "given twice, first at %s", first.at)
		return
	}
	t.fields[key.Value] = entry{at, p.convert(value, full, depth+1)}
}

// comment reports a comment where none can be meant: on the command line.
func (p *parser) comment(path string) {
	if !p.source.inFile() {
		p.report(p.source, path, "# begins a comment in YAML; quote the value for YAML as well as for the shell")
	}
}

// place is a position in the source; only a file has one.
func (p *parser) place(line, column int) Place {
	at := p.source
	if at.inFile() {
		at.Line, at.Column = line, column
	}
	return at
}

func (p *parser) report(at Place, key, format string, args ...any) {
	p.problems = append(p.problems, Problem{at, key, fmt.Sprintf(format, args...)})
}
