package command

import (
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"zoo/experiments/config"
	"zoo/internal/strict"
)

// explained is a key in the output of zoo config explain --json.
type explained struct {
	strict.Key
	Of []string `json:"of,omitempty"` // the networks or datasets for which this is true; none: all
}

func newConfigExplain() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "explain [KEY]",
		Short: "What a key of a config means, what it takes, and its default",
		Long: `What a key of a config means, what values it takes, and its default. For a section, the
same of its keys; without an argument, of all keys of a config. zoo models NAME lists the
keys that only that network has.`,
		Example: `  zoo config explain model.init
  zoo config explain train.optimizer
  zoo config explain sweep.axes.label`,
		Args:              between(0, 1),
		ValidArgsFunction: first(false, keyNames),
		RunE: func(c *cobra.Command, args []string) error {
			keys := allKeys()
			if len(args) > 0 {
				if keys = explain(args[0]); keys == nil {
					return unknownKey(args[0])
				}
			}
			out := c.OutOrStdout()
			switch {
			case asJSON:
				return printJSON(out, keys)
			case len(args) > 0 && !keys[0].Section:
				printKey(out, keys)
				return nil
			case len(args) > 0:
				paragraph(out, "", keys[0].Name+": "+keys[0].Doc)
				fmt.Fprintln(out)
				keys = keys[1:]
			}
			t := newKeySheet()
			for _, k := range keys {
				if !k.Section {
					if k.Of != nil {
						k.Doc = strings.Join(k.Of, ", ") + ": " + k.Doc
					}
					t.key(k.Key)
				}
			}
			t.print(out)
			if len(args) == 0 || keys[0].Name == "model.name" {
				paragraph(out, "", fmt.Sprintf("The defaults and the own keys of a network: %s models NAME", program()))
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// items is what comes between the name of a list and the key of one of its items.
var items = regexp.MustCompile(`\[\d*\]`)

// allKeys are the keys of a config, those that any dataset has among them, but without those
// that only some networks have: they are many, and zoo models lists them.
func allKeys() (all []explained) {
	chosen := choices()
	for _, k := range config.Keys("") {
		section, key, below := strings.Cut(k.Name, ".")
		listed := below && chosen[section] != nil && section != "model"
		if !listed || key == "name" {
			all = append(all, explained{Key: k})
		}
		if listed && key == "name" {
			all = append(all, ofChoices(section)...)
		}
	}
	return all
}

// ofChoices are the keys that a section has for its choices, such as model for the
// networks: once for each meaning and default, without the key name.
func ofChoices(section string) (all []explained) {
	names := choices()[section]
	for _, name := range names {
		for _, k := range config.KeysOf(section, name) {
			if k.Name == section+".name" {
				continue
			}
			i := slices.IndexFunc(all, func(e explained) bool {
				return e.Name == k.Name && e.Doc == k.Doc && e.Type == k.Type && e.Default == k.Default
			})
			if i < 0 {
				i, all = len(all), append(all, explained{Key: k})
			}
			all[i].Of = append(all[i].Of, name)
		}
	}
	for i := range all {
		if len(all[i].Of) == len(names) {
			all[i].Of = nil
		}
	}
	return all
}

// choices are the names that the key name may have in each section that depends on it.
func choices() map[string][]string {
	names := map[string][]string{}
	for _, k := range config.Keys("") {
		if k.Choices != nil {
			names[k.Name] = k.Choices
		}
	}
	return names
}

// explain finds a key, or a section and its keys; nil if there is none. A key that depends
// on the name of a network or a dataset is listed once for each meaning and default.
func explain(name string) (found []explained) {
	name = items.ReplaceAllString(name, "")
	keys := allKeys()
	if section, key, ok := strings.Cut(name, "."); ok && key != "name" && choices()[section] != nil {
		keys = ofChoices(section)
	}
	for _, k := range keys {
		if n := items.ReplaceAllString(k.Name, ""); n == name || strings.HasPrefix(n, name+".") {
			found = append(found, k)
		}
	}
	if found != nil && !found[0].Section { // one key with one or several meanings
		slices.SortStableFunc(found, func(a, b explained) int { return strings.Compare(a.Doc, b.Doc) })
	}
	return found
}

// keyNames are the keys of all configs, including those of all networks and datasets.
func keyNames() (names []string) {
	keys := allKeys()
	for _, section := range slices.Sorted(maps.Keys(choices())) {
		keys = append(keys, ofChoices(section)...)
	}
	for _, k := range keys {
		if name := items.ReplaceAllString(k.Name, ""); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// unknownKey says which key may have been meant: the nearest one, or keys of that name in
// sections.
func unknownKey(name string) error {
	names := keyNames()
	var inSections []string
	for _, n := range names {
		if strings.HasSuffix(n, "."+name) {
			inSections = append(inSections, n)
		}
	}
	hint := "zoo config explain lists all"
	if n := strict.Nearest(name, names); n != "" {
		hint = "did you mean " + n + "?"
	}
	if inSections != nil {
		hint = "did you mean " + strings.Join(inSections[:min(3, len(inSections))], " or ") + "?"
	}
	return fmt.Errorf("no key %q; %s", name, hint)
}

// printKey prints everything about one key.
func printKey(w io.Writer, meanings []explained) {
	for i, k := range meanings {
		if i == 0 || k.Doc != meanings[i-1].Doc || k.Type != meanings[i-1].Type {
			if i > 0 {
				fmt.Fprintln(w)
			}
			paragraph(w, "", fmt.Sprintf("%s: %s", k.Name, k.Type))
			paragraph(w, "", k.Doc)
			printWords(w, k.Key)
		}
		switch {
		case k.Of != nil:
			paragraph(w, "", fmt.Sprintf("default %s: %s", byDefault(k.Key), strings.Join(k.Of, ", ")))
		case byDefault(k.Key) != "-":
			paragraph(w, "", "default "+k.Default)
		}
	}
}

// printWords prints the words that are values of a key.
func printWords(w io.Writer, k strict.Key) {
	t := sheet{header: []string{"VALUE", "WHAT"}}
	var plain []string
	for _, word := range k.Words {
		t.add(word.Form, word.Doc)
		if word.Doc == "" {
			plain = append(plain, word.Form)
		}
	}
	switch {
	case plain != nil:
		paragraph(w, "", "values: "+strings.Join(plain, ", "))
	case t.rows != nil:
		fmt.Fprintln(w)
		t.print(w)
		fmt.Fprintln(w)
	}
}
