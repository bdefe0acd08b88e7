package text

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"zoo/datasets"
	"zoo/internal/origin"
)

func init() {
	register(source{
		info: datasets.Info{
			Name: "text", Title: "your own text: a file, or a folder of .txt files",
			From:      "data.root: a file, or a folder whose .txt files are read in the order of their names, those of folders in it too",
			Licence:   "that of the text",
			NeedsRoot: true,
		},
		read: readOwn,
	})
}

// readOwn reads a file of any name, or all .txt files of a folder in the order of their paths.
func readOwn(ctx context.Context, root string) ([]document, error) {
	info, err := os.Stat(root)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		data, err := readFile(root)
		return []document{{root, string(data)}}, err
	}
	var documents []document
	var unreadable []error
	others, total := 0, int64(0)
	err = origin.Visit(ctx, root, func(name string, r io.Reader) error {
		if strings.HasSuffix(name, "/") {
			return nil
		}
		if strings.ToLower(path.Ext(name)) != ".txt" {
			others++
			return nil
		}
		full := filepath.Join(root, filepath.FromSlash(name))
		if info, err := os.Stat(full); err == nil {
			total += info.Size()
		}
		if err := fitsMemory(root, total); err != nil {
			return err
		}
		data, err := io.ReadAll(r)
		if err != nil {
			unreadable = append(unreadable, fmt.Errorf("%s: %w", full, err))
		}
		documents = append(documents, document{full, string(data)})
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case unreadable != nil:
		return nil, errors.Join(unreadable...)
	case documents == nil && others > 0:
		return nil, fmt.Errorf("%s has %d files and none of them is a .txt, want at least one: name the file itself, or rename them", root, others)
	case documents == nil:
		return nil, fmt.Errorf("%s is an empty folder: want .txt files", root)
	}
	slices.SortFunc(documents, func(a, b document) int { return cmp.Compare(a.name, b.name) })
	return documents, nil
}
