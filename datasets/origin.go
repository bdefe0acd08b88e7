package datasets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"zoo/internal/fetch"
)

// place is a folder or an archive where a dataset may be, and what to do if its
// files are damaged.
type place struct{ path, remedy string }

// remote is a file that can be fetched.
type remote struct {
	name  string
	urls  []string
	size  int64
	check func(io.Reader) error
}

// origin says where the files of a dataset may be, and where they are fetched from.
type origin struct {
	name   string
	want   string                     // what the files are, for messages
	has    func(path string) error    // nil if they are all in a place
	packed func(path string) []string // the files of a place, if they are compressed
	system func() []place             // where package managers put them; may be nil
	module goModule                   // the Go module that has them, if any
	files  []remote                   // what is fetched if they are nowhere
	hint   string                     // another way to get them; may be empty
}

// find looks for the files without the network: in root, or else in all places.
// The error lists the places that were tried.
func (o origin) find(root string) (place, error) {
	if root != "" {
		p := place{root, fmt.Sprintf("replace it, or leave data.root empty and run `zoo data get %s`", o.name)}
		if err := o.has(root); err != nil {
			return p, fmt.Errorf("data.root: %w: want %s there, or leave it empty and run `zoo data get %s`", err, o.want, o.name)
		}
		return p, nil
	}
	var places []place
	for _, dir := range dataFolders() {
		places = append(places, o.in(filepath.Join(dir, o.name)))
	}
	if o.system != nil {
		places = append(places, o.system()...)
	}
	if o.module.path != "" {
		places = append(places, o.module.places(o.name)...)
	}
	var tried []error
	for _, p := range places {
		err := o.has(p.path)
		if err == nil {
			return p, nil
		}
		tried = append(tried, err)
	}
	return place{}, errors.Join(tried...)
}

// in is a place in one of zoo's data folders.
func (o origin) in(path string) place {
	return place{path, fmt.Sprintf("delete it and run `zoo data get %s`", o.name)}
}

// ensure looks for the files, and fetches them if they are nowhere: through the
// go command if a module has them, otherwise from their address.
func (o origin) ensure(ctx context.Context, root string, progress Progress) (place, error) {
	p, err := o.find(root)
	if err == nil || root != "" {
		return p, err
	}
	tried := []error{err}
	if o.module.path != "" {
		progress(Step{What: "go mod download " + o.module.path})
		p, err := o.module.download(ctx, o.name)
		if err == nil {
			err = o.has(p.path)
		}
		if err == nil {
			return p, nil
		}
		tried = append(tried, err)
	}
	dir, err := writableFolder()
	if err == nil {
		p = o.in(filepath.Join(dir, o.name))
		err = o.fetch(ctx, p.path, progress)
	}
	if err == nil || ctx.Err() != nil {
		return p, err
	}
	return place{}, o.absent(append(tried, err)...)
}

// fetch brings the files that dir lacks from their address.
func (o origin) fetch(ctx context.Context, dir string, progress Progress) error {
	for _, f := range o.files {
		err := fetch.Get(ctx, fetch.File{
			Path: filepath.Join(dir, f.name), URLs: f.urls, Size: f.size, Check: f.check,
			Progress: func(done int64) {
				progress(Step{What: "fetching " + f.name, Done: done, Total: f.size, Unit: "B"})
			},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// absent is the error of a dataset that is nowhere.
func (o origin) absent(tried ...error) error {
	var b strings.Builder
	b.WriteString("not found; tried:")
	for _, err := range tried {
		b.WriteString("\n  " + strings.ReplaceAll(err.Error(), "\n", "\n  "))
	}
	fmt.Fprintf(&b, "\nfetch it with `zoo data get %s`, or set data.root to a place with %s", o.name, o.want)
	if o.hint != "" {
		b.WriteString("; " + o.hint)
	}
	return errors.New(b.String())
}

// dataFolders are zoo's data folders, in the order in which they are looked at.
func dataFolders() []string {
	if dir := os.Getenv("ZOO_DATA"); dir != "" {
		return []string{dir}
	}
	dirs := []string{"data"}
	if cache, err := os.UserCacheDir(); err == nil {
		dirs = append(dirs, filepath.Join(cache, "zoo"))
	}
	return dirs
}

// writableFolder is the data folder that files are fetched into.
func writableFolder() (string, error) {
	dirs := dataFolders()
	if os.Getenv("ZOO_DATA") != "" || isFolder(dirs[0]) {
		return dirs[0], nil
	}
	if len(dirs) == 1 {
		return "", errors.New("there is no folder to fetch into: set ZOO_DATA, or make a folder named data")
	}
	return dirs[1], nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// hasFiles says which of the files a folder lacks, as they are or with .gz.
func hasFiles(dir string, names ...string) error {
	if info, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: no such folder", dir)
	} else if err != nil {
		return err
	} else if !info.IsDir() {
		return fmt.Errorf("%s: not a folder", dir)
	}
	var lacks []string
	for _, name := range names {
		if !isFile(filepath.Join(dir, name)) && !isFile(filepath.Join(dir, name+".gz")) {
			lacks = append(lacks, name)
		}
	}
	if lacks != nil {
		return fmt.Errorf("%s: lacks %s", dir, strings.Join(lacks, ", "))
	}
	return nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
