package images

import (
	"encoding/json"
	"slices"
	"testing"

	"zoo/datasets"
)

func TestRegistered(t *testing.T) {
	for _, name := range []string{"cifar10", "cifar100", "digits", "fashion-mnist", "imagefolder", "mnist"} {
		if !slices.Contains(datasets.Names(), name) {
			t.Errorf("%s is not registered", name)
		}
		i, err := datasets.Lookup(name)
		if err != nil || i.Name != name || i.Title == "" || i.From == "" || i.Licence == "" {
			t.Errorf("%s: %+v, %v", name, i, err)
		}
		if !i.NeedsRoot && (i.Train == 0 || i.Test == 0 || len(i.Shape) != 3 || i.Classes == 0 || i.Cite == "") {
			t.Errorf("%s is not described: %+v", name, i)
		}
		if (i.Download == 0) != (i.Embedded || i.NeedsRoot) {
			t.Errorf("%s: %d bytes to fetch", name, i.Download)
		}
		if _, err := json.Marshal(i); err != nil {
			t.Error(err)
		}
	}
}

func TestGetAndVerify(t *testing.T) {
	for name, how := range map[string]func() (string, error){
		"Get":    func() (string, error) { return datasets.Get(t.Context(), datasets.Named("digits"), nil) },
		"Verify": func() (string, error) { return datasets.Verify(t.Context(), datasets.Named("digits"), nil) },
	} {
		if where, err := how(); err != nil || where != "in the program itself" {
			t.Errorf("%s: have %s, %v", name, where, err)
		}
	}
	_, err := datasets.Verify(t.Context(), datasets.Named("imagefolder"), nil)
	wantError(t, err, "data.root: imagefolder reads your own files")
	_, err = datasets.Get(t.Context(), datasets.Section{Name: "digits", Root: "x"}, nil)
	wantError(t, err, "data.root: digits is in the program itself: leave it empty")
	where, err := datasets.Verify(t.Context(), datasets.Named("mnist"), nil)
	if i, _ := datasets.Lookup("mnist"); err != nil || where != i.Where {
		t.Errorf("have %s, %v, want %s", where, err, i.Where)
	}
}
