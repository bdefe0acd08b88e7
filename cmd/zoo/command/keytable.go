package command

import (
	"slices"
	"strings"

	"zoo/internal/strict"
)

// A keySheet is a table of keys.
type keySheet struct{ sheet }

func newKeySheet() *keySheet {
	return &keySheet{sheet{header: []string{"KEY", "DEFAULT", "WHAT"}}}
}

func (t *keySheet) key(k strict.Key) {
	what := k.Doc
	if len(k.Words) > 0 && k.Words[0].Doc != "" {
		var forms []string
		for _, w := range k.Words {
			forms = append(forms, w.Form)
		}
		what += "; one of " + strings.Join(forms, ", ")
	}
	t.add(k.Name, byDefault(k), what)
}

// byDefault is the default of a key; a dash for nothing.
func byDefault(k strict.Key) string {
	if slices.Contains([]string{"", `""`, "[]"}, k.Default) {
		return "-"
	}
	return k.Default
}
