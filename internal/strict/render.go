package strict

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Render writes the struct that config points to as YAML, every key with its
// value, in the order of the struct. Load reads the same values back. With
// origins each value is followed by a comment that says where it came from;
// nil leaves the comments out. Sections and values under nil pointers, which
// YAML could not set to nothing, are left out.
func Render(config any, origins Origins) []byte {
	r := &renderer{}
	r.section("", "", sectionOf(config))
	width := 0
	for _, l := range r.lines {
		if n := utf8.RuneCountInString(l.text); n <= 64 { // longer ones stick out
			width = max(width, n)
		}
	}
	var out bytes.Buffer
	for _, l := range r.lines {
		out.WriteString(l.text)
		if origins != nil && l.key != "" {
			fill := max(0, width-utf8.RuneCountInString(l.text))
			fmt.Fprintf(&out, "%s  # %s", strings.Repeat(" ", fill), clip(origins[l.key].String(), 200))
		}
		out.WriteByte('\n')
	}
	return out.Bytes()
}

type renderer struct{ lines []line }

// A line of YAML; one that holds a value has the value's key.
type line struct{ text, key string }

func (r *renderer) section(path, indent string, section reflect.Value) {
	for _, f := range fieldsOf(section) {
		r.entry(join(path, f.key), indent, f.key, f.value)
	}
}

func (r *renderer) entry(path, indent, key string, v reflect.Value) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	head := indent + oneLine(stringNode(key)) + ":"
	if n := inline(v); n != nil {
		r.lines = append(r.lines, line{head + " " + oneLine(n), path})
		return
	}
	r.lines = append(r.lines, line{text: head})
	r.block(path, indent+"  ", v)
}

// block writes what does not fit on the line of its key.
func (r *renderer) block(path, indent string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		r.section(path, indent, v)
	case reflect.Map:
		keys := map[string]reflect.Value{}
		for _, k := range v.MapKeys() {
			keys[k.String()] = k
		}
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			item := reflect.New(v.Type().Elem()).Elem()
			item.Set(v.MapIndex(keys[key]))
			r.entry(join(path, key), indent, key, item)
		}
	case reflect.Slice:
		for i := range v.Len() {
			item, path := v.Index(i), fmt.Sprintf("%s[%d]", path, i)
			if item.Kind() == reflect.Pointer {
				item = item.Elem()
			}
			if n := inline(item); n != nil {
				r.lines = append(r.lines, line{indent + "- " + oneLine(n), path})
				continue
			}
			first := len(r.lines)
			r.block(path, indent+"  ", item)
			r.lines[first].text = indent + "- " + r.lines[first].text[len(indent)+2:]
		}
	}
}

// inline is the value as YAML of one line, or nil if it takes a block: a
// section, a map, or a list of these, none of them empty.
func inline(v reflect.Value) *yaml.Node {
	if v.Type() == valueType {
		return v.Interface().(Value).tree.node()
	}
	switch v.Kind() {
	case reflect.Pointer:
		return inline(v.Elem())
	case reflect.Struct, reflect.Map:
		var r renderer
		if r.block("", "", v); len(r.lines) == 0 {
			return &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
		}
		return nil
	case reflect.Slice:
		list := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for i := range v.Len() {
			item := inline(v.Index(i))
			if item == nil {
				return nil
			}
			list.Content = append(list.Content, item)
		}
		return list
	case reflect.String:
		return stringNode(v.String())
	case reflect.Float32, reflect.Float64:
		text := strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits())
		return &yaml.Node{Kind: yaml.ScalarNode, Value: text}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: fmt.Sprint(v.Interface())}
}

// otherBooleans are words that other YAML readers take for booleans.
var otherBooleans = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off)$`)

func stringNode(text string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(text)
	if n.Style = 0; strings.ContainsAny(text, "\n\r\u0085\u2028\u2029") || otherBooleans.MatchString(text) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// scalarTexts are the texts of scalars by their scalarNode. To start an encoder takes
// longer than anything else here, and most keys and values come again and again.
var scalarTexts sync.Map

// scalarNode is what determines the text of a scalar.
type scalarNode struct {
	tag, value string
	style      yaml.Style
}

// oneLine encodes a node that has no line breaks.
func oneLine(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		return marshal(n)
	}
	of := scalarNode{n.Tag, n.Value, n.Style}
	if text, ok := scalarTexts.Load(of); ok {
		return text.(string)
	}
	text := marshal(n)
	scalarTexts.Store(of, text)
	return text
}

func marshal(n *yaml.Node) string {
	text, err := yaml.Marshal(n)
	if err != nil {
		panic("strict: " + err.Error()) // the node is ours: a mistake of this file
	}
	return strings.TrimSuffix(string(text), "\n")
}
