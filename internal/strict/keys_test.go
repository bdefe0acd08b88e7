package strict

import "testing"

// Keys tell of each key what it takes and what it is by default; those of a choice are
// the ones of the choice.
func TestKeys(t *testing.T) {
	c := exampleDefaults()
	c.Model.Name = "mlp"
	c.Model.Choose("mlp")
	all := Keys(c)
	want := map[string]Key{
		"seed":                      {Type: "a whole number of at least 0", Default: "1", Number: true},
		"data.flip":                 {Type: "true or false", Default: "false"},
		"data.mean":                 {Type: "a finite number", Default: "0.1307", Number: true},
		"data.name":                 {Type: "a word", Default: "mnist"},
		"train":                     {Type: "a section", Section: true},
		"train.rates":               {Type: "a list, each item a finite number", Default: "[]", List: true},
		"train.early_stop":          {Type: "a section", Section: true},
		"train.early_stop.patience": {Type: "a whole number", Default: "0", Number: true},
		"model.widths":              {Type: "a list, each item a whole number", Default: "[64]", List: true},
		"axes":                      {Type: "a list, each item a section", Default: "[]", List: true, Section: true},
		"axes[].mode":               {Type: "a word", Default: "grid"},
		"axes[].labels":             {Type: "a list, each item a word or a number", Default: "[]", List: true},
	}
	for _, k := range all {
		w, ok := want[k.Name]
		if !ok {
			continue
		}
		delete(want, k.Name)
		if k.Doc == "" || k.Type != w.Type || k.Default != w.Default || k.Number != w.Number || k.List != w.List || k.Section != w.Section {
			t.Errorf("%s: have %+v, want %+v", k.Name, k, w)
		}
	}
	for name := range want {
		t.Errorf("there is no %s", name)
	}
	own := map[string]bool{}
	for _, k := range KeysOfChoice(exampleDefaults(), "model", "resnet") {
		own[k.Name] = true
		if k.Name == "model.shortcut" && (len(k.Words) != 3 || k.Words[2].Form != "none" || k.Default != "A") {
			t.Errorf("have %+v", k)
		}
	}
	if !own["model.blocks"] || !own["model.init"] || own["model.widths"] {
		t.Errorf("have %v for resnet", own)
	}
}
