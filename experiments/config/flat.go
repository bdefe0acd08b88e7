package config

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Value is the value of a key as YAML; ok is false where there is no such key, or
// it is a section.
func (c Config) Value(key string) (text string, ok bool) {
	v, ok := c.Flat()[key]
	return v, ok
}

// Flat are all keys of the config with their values as YAML.
func (c Config) Flat() map[string]string {
	var root yaml.Node
	if err := yaml.Unmarshal(c.YAML(nil), &root); err != nil {
		panic("config: " + err.Error()) // what strict renders is YAML
	}
	flat := map[string]string{}
	var walk func(path string, n *yaml.Node)
	walk = func(path string, n *yaml.Node) {
		switch n.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				walk(strings.TrimPrefix(path+"."+n.Content[i].Value, "."), n.Content[i+1])
			}
		case yaml.ScalarNode:
			flat[path] = n.Value
		default:
			text, err := yaml.Marshal(n)
			if err != nil {
				panic("config: " + err.Error())
			}
			flat[path] = strings.TrimSpace(string(text))
		}
	}
	walk("", root.Content[0])
	return flat
}

// Differing are the keys whose values are not the same in all configs, sorted. A
// config that lacks a key differs from one that has it.
func Differing(flats []map[string]string) (keys []string) {
	seen := map[string]bool{}
	for _, f := range flats {
		for key := range f {
			if seen[key] {
				continue
			}
			seen[key] = true
			if slices.ContainsFunc(flats, func(g map[string]string) bool { v, ok := g[key]; return !ok || v != f[key] }) {
				keys = append(keys, key)
			}
		}
	}
	slices.Sort(keys)
	return keys
}

// Difference is a key that is not the same in two or more configs.
type Difference struct {
	Key    string   `json:"key"`
	Values []string `json:"values"` // empty where a config has no such key
}

// Compare lists the keys that differ between configs, their words left out.
func Compare(configs ...Config) (differences []Difference) {
	var flats []map[string]string
	for _, c := range configs {
		flats = append(flats, c.Single().Flat())
	}
	for _, key := range Differing(flats) {
		switch key {
		case "name", "paper", "figure", "claim", "cost":
			continue
		}
		d := Difference{Key: key}
		for _, f := range flats {
			d.Values = append(d.Values, f[key])
		}
		differences = append(differences, d)
	}
	return differences
}
