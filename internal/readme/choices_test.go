package readme

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zoo/experiments/config"
	"zoo/internal/strict"
)

// TestChoices: README's table of the choices that networks share is what the program
// knows.
func TestChoices(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	keys := append(config.Keys(""), config.KeysOf("model", "resnet-cifar")...)
	words := func(name string) string {
		for _, k := range keys {
			if k.Name == name {
				return forms(k)
			}
		}
		t.Fatalf("there is no key %s", name)
		return ""
	}
	table := "| key | values |\n|---|---|\n"
	for _, row := range [][2]string{
		{"model.init", "initial weights"}, {"model.bias_init", "initial biases"}, {"model.recurrent_init", "initial recurrent weights"}, {"model.norm", "normalisation"}, {"model.activation", "activation"},
		{"model.residual_init", "initial residual branches"}, {"model.shortcut", "shortcuts of `resnet-cifar`"},
	} {
		table += fmt.Sprintf("| `%s`: %s | %s |\n", row[0], row[1], words(row[0]))
	}
	if !strings.Contains(string(text), table) {
		t.Errorf("README.md lacks\n%s", table)
	}
}

func forms(k strict.Key) string {
	var all []string
	for _, w := range k.Words {
		all = append(all, "`"+w.Form+"`")
	}
	return strings.Join(all, ", ")
}
