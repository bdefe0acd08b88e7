package command

import (
	"fmt"
	"path"
	"strings"
	"unicode"

	"zoo/internal/strict"
)

// matching are the names that match the pattern args[0], as in a shell; all names without
// one. kind is what they are names of.
func matching(kind string, names, args []string) ([]string, error) {
	if len(args) == 0 {
		return names, nil
	}
	var found []string
	for _, n := range names {
		ok, err := path.Match(args[0], n)
		if err != nil {
			return nil, fmt.Errorf("%q is not a pattern: want letters, *, ? and [...]", args[0])
		}
		if ok {
			found = append(found, n)
		}
	}
	if found == nil {
		return nil, unknown(kind, args[0], names)
	}
	return found, nil
}

// unknown is the error for a name that does not exist, with the one that may have been
// meant.
func unknown(kind, name string, names []string) error {
	hint := "want one of " + strings.Join(names, ", ")
	if n := strict.Nearest(name, names); n != "" {
		hint = "did you mean " + n + "?"
	} else if n := strict.Nearest(family(name), families(names)); n != "" && strings.ContainsAny(name, "*?[") {
		hint = "did you mean " + n + "*?"
	}
	return fmt.Errorf("no %s %q: %s", kind, name, hint)
}

// family is the letters at the beginning of a name or pattern: resnet of resnet20.
func family(name string) string {
	return name[:max(0, strings.IndexFunc(name+"0", func(r rune) bool { return !unicode.IsLetter(r) }))]
}

func families(names []string) (all []string) {
	for _, n := range names {
		all = append(all, family(n))
	}
	return all
}
