package command

import (
	"fmt"
	"path"
	"strings"
	"unicode"

	"zoo/internal/strict"
)

// matching are the names that a pattern of the shell matches; all without one.
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

// unknown says that there is no such name, and which may have been meant.
func unknown(kind, name string, names []string) error {
	hint := "want one of " + strings.Join(names, ", ")
	if n := strict.Nearest(name, names); n != "" {
		hint = "did you mean " + n + "?"
	} else if n := strict.Nearest(family(name), families(names)); n != "" && strings.ContainsAny(name, "*?[") {
		hint = "did you mean " + n + "*?"
	}
	return fmt.Errorf("no %s %q: %s", kind, name, hint)
}

// family is the word with which a name or a pattern begins: resnet of resnet20.
func family(name string) string {
	return name[:max(0, strings.IndexFunc(name+"0", func(r rune) bool { return !unicode.IsLetter(r) }))]
}

func families(names []string) (all []string) {
	for _, n := range names {
		all = append(all, family(n))
	}
	return all
}
