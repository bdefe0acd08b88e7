package strict

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Names lists the named configs, sorted.
func (l *Loader) Names() []string {
	names := map[string]bool{}
	add := func(entries []fs.DirEntry, _ error) {
		for _, e := range entries {
			if name := e.Name(); hasYAML(name) && !e.IsDir() {
				names[stem(name)] = true
			}
		}
	}
	for _, d := range l.Dirs {
		add(os.ReadDir(d))
	}
	if l.FS != nil {
		add(fs.ReadDir(l.FS, "."))
	}
	return slices.Sorted(maps.Keys(names))
}

// noConfig says where a name was looked for, and what was there.
func (l *Loader) noConfig(name string) error {
	known := l.Names()
	hint := "the names are " + list(known)
	if n := Nearest(stem(name), known); n != "" {
		hint = "did you mean " + n + "?"
	} else if len(known) == 0 {
		hint = "give the path of a YAML file"
	}
	where := slices.Clone(l.Dirs)
	if l.FS != nil {
		where = append(where, "the embedded configs")
	}
	looked := ""
	if len(where) > 0 {
		looked = " in " + strings.Join(where, " or ")
	}
	return fmt.Errorf("no config %s%s; %s", quoted(name), looked, hint)
}

// noFile names the files of the same folder.
func (l *Loader) noFile(ref, dir string, inFS bool) error {
	folder := filepath.Dir(filepath.Join(dir, ref))
	if filepath.IsAbs(ref) {
		folder = filepath.Dir(ref)
	}
	there := &Loader{Dirs: []string{folder}}
	if inFS {
		if sub, err := fs.Sub(l.FS, filepath.ToSlash(folder)); err == nil {
			there = &Loader{FS: sub}
		}
	}
	hint := ""
	if n := Nearest(stem(filepath.Base(ref)), there.Names()); n != "" {
		hint = "; did you mean " + filepath.Join(filepath.Dir(ref), n+".yaml") + "?"
	} else if n := Nearest(stem(filepath.Base(ref)), l.Names()); n != "" {
		hint = "; did you mean the config " + n + "?"
	}
	return fmt.Errorf("no file %s%s", clip(ref, 200), hint)
}
