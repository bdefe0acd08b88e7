package text

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"zoo/datasets"
	"zoo/internal/origin"
)

// What is known of the text.
const (
	austenLength     = 4_025_033
	austenVocabulary = 81
	austenSum        = origin.Checksum("sha256:ff4250a469524dbfeda7e414bfa9af1bdafc8464cedd6ea7c44b165c931200b1")
)

// austenFile is the file of the R package janeaustenr that has the novels, when it is
// installed.
const austenFile = "Rdata.rdb"

// austenFolders are where it is below a root: in the package's folder of data, in the package,
// in a library of packages, and in Debian's package that was unpacked.
var austenFolders = []string{"", "data", "janeaustenr/data", "usr/lib/R/site-library/janeaustenr/data"}

func init() {
	register(source{
		info: datasets.Info{
			Name: "austen", Title: "Jane Austen, her six novels", Classes: austenVocabulary,
			From:    "Debian's package r-cran-janeaustenr (the R package janeaustenr, https://github.com/juliasilge/janeaustenr): apt-get install r-cran-janeaustenr",
			Licence: "public domain; the package MIT",
			Cite:    "Silge 2022, janeaustenr 1.0.0, from Project Gutenberg's texts",
		},
		origin: &origin.Origin{
			Name: "austen",
			Want: austenFile + " of the R package janeaustenr",
			Has: func(at string) error {
				_, err := findAusten(at)
				return err
			},
			System: func() []origin.Place {
				return []origin.Place{{Path: "/usr/lib/R/site-library/janeaustenr", Remedy: "reinstall the package r-cran-janeaustenr"}}
			},
			Hint: "on Debian and Ubuntu, `apt-get install r-cran-janeaustenr` brings it",
		},
		read: readAusten,
	})
}

// findAusten is the file at a root: the root itself, an archive too, or in one of the folders.
func findAusten(root string) (string, error) {
	if origin.IsFile(root) {
		return root, nil
	}
	for _, folder := range austenFolders {
		if name := filepath.Join(root, filepath.FromSlash(folder), austenFile); origin.IsFile(name) {
			return name, nil
		}
	}
	if _, err := os.Stat(root); err != nil {
		return "", fmt.Errorf("%s: no such file or folder", root)
	}
	return "", fmt.Errorf("%s: lacks %s", root, austenFile)
}

// readAusten reads the novels from a file of R, or from an archive that has it.
func readAusten(ctx context.Context, root string) ([]document, error) {
	name, err := findAusten(root)
	if err != nil {
		return nil, err
	}
	var data []byte
	if origin.IsArchive(name) {
		err = origin.Visit(ctx, name, func(in string, r io.Reader) (err error) {
			if path.Base(in) == austenFile {
				data, err = origin.ReadFile(r)
			}
			return err
		})
		if err == nil && data == nil {
			err = fmt.Errorf("%s: lacks %s", name, austenFile)
		}
	} else {
		data, err = readFile(name)
	}
	if err != nil {
		return nil, err
	}
	novels, err := readR(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var text []string
	for _, lines := range novels {
		text = append(text, strings.Join(lines, "\n")+"\n")
	}
	all := strings.Join(text, "\n")
	if err := checkSum(austenSum, all); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return []document{{name, all}}, nil
}
