package run

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestTags(t *testing.T) {
	dir := t.TempDir()
	for _, tags := range [][]string{nil, {"a"}, {"a", "größe", "v1.0"}, nil} {
		must(t, SetTags(dir, tags))
		if have, err := Tags(dir); err != nil || !slices.Equal(have, tags) {
			t.Errorf("have %q, %v; want %q", have, err, tags)
		}
	}
	must(t, os.WriteFile(filepath.Join(dir, tagsFile), []byte("b\r\na b\n\n"), 0o666)) // by hand
	if have, err := Tags(dir); err != nil || !slices.Equal(have, []string{"a", "b"}) {
		t.Errorf("have %q, %v", have, err)
	}
}

// TestTagsStay: training a run, or starting it over, does not change its tags.
func TestTagsStay(t *testing.T) {
	root := t.TempDir()
	r := open(t, root, Options{})
	resume(t, r)
	must(t, SetTags(r.Dir(), []string{"a"}))
	must(t, r.Close())
	r = open(t, root, Options{Fresh: true})
	resume(t, r)
	if have, err := Tags(r.Dir()); err != nil || !slices.Equal(have, []string{"a"}) {
		t.Errorf("have %q, %v", have, err)
	}
}

// TestRemove: a run that a process holds stays intact; another is removed, and can be made
// again.
func TestRemove(t *testing.T) {
	root := t.TempDir()
	r := open(t, root, Options{})
	resume(t, r)
	train(t, r, 0, 20)
	size, err := Size(r.Dir())
	if err != nil || size < 100 {
		t.Errorf("have size %d, %v", size, err)
	}
	if err := Remove(r.Dir()); !errors.As(err, new(*HeldError)) {
		t.Errorf("have %v for a run that is held", err)
	}
	if s, err := ReadStatus(r.Dir()); err != nil || s.State != Running {
		t.Errorf("what was not removed has state %q, %v", s.State, err)
	}
	must(t, r.Close())
	must(t, Remove(r.Dir()))
	if _, err := os.Stat(r.Dir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("have %v of a folder that was removed", err)
	}
	if dirs, err := List(root); err != nil || len(dirs) > 0 {
		t.Errorf("have runs %v, %v", dirs, err)
	}
	if from, _ := resume(t, open(t, root, Options{})); from != nil {
		t.Errorf("the run goes on from step %d after it was removed", from.Step)
	}
}
