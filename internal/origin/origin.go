// Package origin is where the files of data sets come from: the folders where they may
// be, archives, module caches and addresses, and the checksums that are published for them.
package origin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"zoo/datasets"
	"zoo/internal/fetch"
)

// Embedded is where the bytes of a dataset are that is a part of the program.
const Embedded = "in the program itself"

// A Place is a folder or an archive where a dataset may be, and what to do if its
// files are damaged.
type Place struct{ Path, Remedy string }

// Explain adds the remedy to an error of reading the files, unless ctx has ended.
func (p Place) Explain(ctx context.Context, err error) error {
	if err != nil && p.Remedy != "" && ctx.Err() == nil {
		err = fmt.Errorf("%w: %s", err, p.Remedy)
	}
	return err
}

// A Remote is a file that can be fetched.
type Remote struct {
	Name  string
	URLs  []string              // which are tried in this order
	Size  int64                 // 0: not known
	Check func(io.Reader) error // says whether the content is whole and unaltered
}

// An Origin says where the files of a dataset may be, and where they are fetched from. A nil
// one is that of files that are the user's own: they are at the root.
type Origin struct {
	Name   string                     // of the dataset
	Want   string                     // what the files are, for messages
	Has    func(path string) error    // nil if they are all in a place
	Packed func(path string) []string // the files of a place, if they are compressed
	System func() []Place             // where package managers put them; may be nil
	Module GoModule                   // the Go module that has them, if any
	Files  []Remote                   // what is fetched if they are nowhere
	Hint   string                     // another way to get them; may be empty
}

// Where is where the files are, as far as that can be known without a root and without the
// network; empty: nowhere.
func (o *Origin) Where() string {
	if o == nil {
		return ""
	}
	p, _ := o.find("") // the path is empty with an error
	return p.Path
}

// Locate looks for the files without the network: in root, or else in all places. The error
// lists the places that were tried, and says how to get the files.
func (o *Origin) Locate(root string) (Place, error) {
	if o == nil {
		return Place{Path: root}, nil
	}
	p, err := o.find(root)
	if err != nil && root == "" {
		err = o.absent(err)
	}
	return p, err
}

// find is Locate with an error of the places only.
func (o *Origin) find(root string) (Place, error) {
	if root != "" {
		otherwise := fmt.Sprintf("leave it empty and run `zoo data get %s`", o.Name)
		if !o.canFetch() {
			otherwise = "leave it empty: " + o.Hint
		}
		p := Place{root, "replace it, or " + strings.Replace(otherwise, "it", "data.root", 1)}
		if err := o.Has(root); err != nil {
			return p, fmt.Errorf("data.root: %w: want %s there, or %s", err, o.Want, otherwise)
		}
		return p, nil
	}
	var places []Place
	for _, dir := range dataFolders() {
		places = append(places, o.in(filepath.Join(dir, o.Name)))
	}
	if o.System != nil {
		places = append(places, o.System()...)
	}
	if o.Module.Path != "" {
		places = append(places, o.Module.places(o.Name)...)
	}
	var tried []error
	for _, p := range places {
		err := o.Has(p.Path)
		if err == nil {
			return p, nil
		}
		tried = append(tried, err)
	}
	return Place{}, errors.Join(tried...)
}

// in is a place in one of zoo's data folders.
func (o *Origin) in(path string) Place {
	return Place{path, fmt.Sprintf("delete it and run `zoo data get %s`", o.Name)}
}

// Ensure looks for the files, and fetches them if they are nowhere: through the
// go command if a module has them, otherwise from their address.
func (o *Origin) Ensure(ctx context.Context, root string, progress datasets.Progress) (Place, error) {
	if o == nil {
		return Place{Path: root}, nil
	}
	p, err := o.find(root)
	if err == nil || root != "" {
		return p, err
	}
	if !o.canFetch() {
		return p, o.absent(err)
	}
	tried := []error{err}
	if o.Module.Path != "" {
		progress(datasets.Step{What: "go mod download " + o.Module.Path})
		p, err := o.Module.download(ctx, o.Name)
		if err == nil {
			err = o.Has(p.Path)
		}
		if err == nil {
			return p, nil
		}
		tried = append(tried, err)
	}
	dir, err := writableFolder()
	if err == nil {
		p = o.in(filepath.Join(dir, o.Name))
		err = o.fetch(ctx, p.Path, progress)
	}
	if err == nil || ctx.Err() != nil {
		return p, err
	}
	return Place{}, o.absent(append(tried, err)...)
}

// canFetch says whether zoo can fetch the files.
func (o *Origin) canFetch() bool { return o.Files != nil || o.Module.Path != "" }

// fetch brings the files that dir lacks from their address.
func (o *Origin) fetch(ctx context.Context, dir string, progress datasets.Progress) error {
	for _, f := range o.Files {
		err := fetch.Get(ctx, fetch.File{
			Path: filepath.Join(dir, f.Name), URLs: f.URLs, Size: f.Size, Check: f.Check,
			Progress: func(done int64) {
				progress(datasets.Step{What: "fetching " + f.Name, Done: done, Total: f.Size, Unit: "B"})
			},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// absent is the error of a dataset that is nowhere, with what was tried.
func (o *Origin) absent(tried ...error) error {
	var b strings.Builder
	b.WriteString("not found; tried:")
	for _, err := range tried {
		b.WriteString("\n  " + strings.ReplaceAll(err.Error(), "\n", "\n  "))
	}
	b.WriteString("\n")
	if o.canFetch() {
		fmt.Fprintf(&b, "fetch it with `zoo data get %s`, or ", o.Name)
	}
	fmt.Fprintf(&b, "set data.root to a place with %s", o.Want)
	if o.Hint != "" {
		b.WriteString("; " + o.Hint)
	}
	return errors.New(b.String())
}
