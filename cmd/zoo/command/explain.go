package command

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"zoo/architectures"
	"zoo/experiments/config"
	"zoo/internal/strict"
)

// explained is a key in the output of zoo config explain --json.
type explained struct {
	strict.Key
	Networks []string `json:"networks,omitempty"` // for keys of networks, the networks for which this is true
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
			keys := []explained{}
			for _, k := range config.Keys("") {
				keys = append(keys, explained{Key: k})
			}
			if len(args) > 0 {
				if keys = explain(keys, args[0]); keys == nil {
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

// explain finds a key, or a section and its keys; nil if there is none. A key of networks
// is listed once for each meaning and default.
func explain(keys []explained, name string) (found []explained) {
	name = items.ReplaceAllString(name, "")
	for _, k := range keys {
		if n := items.ReplaceAllString(k.Name, ""); n == name || strings.HasPrefix(n, name+".") {
			found = append(found, k)
		}
	}
	if !strings.HasPrefix(name, "model.") || name == "model.name" {
		return found
	}
	found = nil
	for _, network := range architectures.Names() {
		for _, k := range config.KeysOfModel(network) {
			if k.Name != name {
				continue
			}
			i := slices.IndexFunc(found, func(e explained) bool { return e.Doc == k.Doc && e.Type == k.Type && e.Default == k.Default })
			if i < 0 {
				i, found = len(found), append(found, explained{Key: k})
			}
			found[i].Networks = append(found[i].Networks, network)
		}
	}
	slices.SortStableFunc(found, func(a, b explained) int { return strings.Compare(a.Doc, b.Doc) })
	return found
}

// keyNames are the keys of all configs, including those of all networks.
func keyNames() (names []string) {
	for _, k := range config.Keys("") {
		names = append(names, items.ReplaceAllString(k.Name, ""))
	}
	for _, network := range architectures.Names() {
		for _, k := range config.KeysOfModel(network) {
			if !slices.Contains(names, k.Name) {
				names = append(names, k.Name)
			}
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
		case k.Networks != nil:
			paragraph(w, "", fmt.Sprintf("default %s: %s", byDefault(k.Key), strings.Join(k.Networks, ", ")))
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
