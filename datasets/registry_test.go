package datasets

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestRegistry(t *testing.T) {
	if want := []string{"cifar10", "cifar100", "digits", "fashion-mnist", "imagefolder", "mnist"}; !slices.Equal(Names(), want) {
		t.Errorf("have %v, want %v", Names(), want)
	}
	for _, name := range Names() {
		i, err := Lookup(name)
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
	defer func() {
		if recover() == nil {
			t.Error("a name can be taken twice")
		}
	}()
	Register("mnist", mnist())
}

func TestGetAndVerify(t *testing.T) {
	for _, do := range []func() (string, error){
		func() (string, error) { return Get(t.Context(), "digits", Options{}, nil) },
		func() (string, error) { return Verify(t.Context(), "digits", Options{}, nil) },
	} {
		if where, err := do(); err != nil || where != "in the program itself" {
			t.Errorf("have %s, %v", where, err)
		}
	}
	_, err := Get(t.Context(), "imagenet", Options{}, nil)
	wantError(t, err, `unknown dataset "imagenet": want one of`)
	_, err = Verify(t.Context(), "imagefolder", Options{}, nil)
	wantError(t, err, "data.root: imagefolder reads your own files")
	_, err = Get(t.Context(), "digits", Options{Root: "x"}, nil)
	wantError(t, err, "data.root: digits is in the program itself: leave it empty")
	where, err := Verify(t.Context(), "mnist", Options{}, nil)
	if i, _ := Lookup("mnist"); err != nil || where != i.Where {
		t.Errorf("have %s, %v, want %s", where, err, i.Where)
	}
}
