package architectures_test

import (
	"fmt"
	"strings"
	"testing"

	"zoo/architectures"
)

// TestVGGNames: the names that the doc comment of VGG tells.
func TestVGGNames(t *testing.T) {
	for model, want := range map[string]string{
		"vgg11": "0 3 6 8 11 13 16 18", "vgg13": "0 2 5 7 10 12 15 17 20 22",
		"vgg16": "0 2 5 7 10 12 14 17 19 21 24 26 28", "vgg-c": "0 2 5 7 10 12 14 17 19 21 24 26 28",
		"vgg19": "0 2 5 7 10 12 14 16 19 21 23 25 28 30 32 34", "vgg11_bn": "0 4 8 11 15 18 22 25",
	} {
		m, _ := architectures.Lookup(model)
		p, _ := outline(t, m, m.Network)
		var features, classifier []string
		for _, q := range p.All() {
			if layer, ok := strings.CutSuffix(q.Path, ".weight"); ok {
				if n, ok := strings.CutPrefix(layer, "classifier."); ok {
					classifier = append(classifier, n)
				} else if len(q.Shape) == 4 {
					features = append(features, strings.TrimPrefix(layer, "features."))
				}
			}
		}
		if have := strings.Join(features, " "); have != want {
			t.Errorf("%s: have convolutions %s of features, want %s", model, have, want)
		}
		if have := strings.Join(classifier, " "); have != "0 3 6" {
			t.Errorf("%s: have linear layers %s of classifier, want 0 3 6", model, have)
		}
	}
}

// TestVGGStages: of what the doc comment of VGG takes of A, each tensor has the
// shape of the one whose place it takes in B, C, D and E.
func TestVGGStages(t *testing.T) {
	shapes := func(model string) map[string]string {
		m, _ := architectures.Lookup(model)
		p, _ := outline(t, m, m.Network)
		s := map[string]string{}
		for _, q := range p.All() {
			s[q.Path] = fmt.Sprint(q.Shape)
		}
		return s
	}
	a := shapes("vgg11")
	for _, model := range []string{"vgg13", "vgg-c", "vgg16", "vgg19"} {
		deep := shapes(model)
		for from, to := range map[string]string{
			"features.0": "features.0", "features.3": "features.5", "features.6": "features.10", "features.8": "features.12",
			"classifier.0": "classifier.0", "classifier.3": "classifier.3", "classifier.6": "classifier.6",
		} {
			for _, part := range []string{".weight", ".bias"} {
				if have := a[from+part]; have == "" || have != deep[to+part] {
					t.Errorf("%s: %s of A is %s, %s here %s", model, from+part, have, to+part, deep[to+part])
				}
			}
		}
	}
}
