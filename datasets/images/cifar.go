package images

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"zoo/datasets"
	"zoo/internal/origin"
)

// cifar is a dataset in the binary layout of Krizhevsky's page: files of records
// of a coarse label (in CIFAR-100 only), a label, and 32×32 bytes for each of
// red, green and blue.
type cifar struct {
	archive origin.Remote   // the official .tar.gz
	sum     origin.Checksum // of the archive itself: none is published for the files in it
	folder  string          // in the archive
	files   []cifarFile
	coarse  int // coarse classes; 0: records have no coarse label
	classes []string
}

// cifarFile is one file of a known number of records.
type cifarFile struct {
	name    string
	records int
	test    bool
}

const (
	cifarSide   = 32
	cifarPlane  = cifarSide * cifarSide
	cifarPixels = 3 * cifarPlane
)

// record is the length of a record in bytes.
func (c cifar) record() int {
	if c.coarse > 0 {
		return 2 + cifarPixels
	}
	return 1 + cifarPixels
}

// readRecords reads exactly n records and appends them to e.
func (c cifar) readRecords(r io.Reader, n int, e *examples[[]uint8]) error {
	size, labels := c.record(), c.record()-cifarPixels
	record := make([]byte, size)
	for i := range n {
		if have, err := io.ReadFull(r, record); err != nil {
			return truncated(err, i*size+have, n*size)
		}
		if l := int(record[0]); c.coarse > 0 && l >= c.coarse {
			return fmt.Errorf("record %d: have coarse label %d, want at most %d", i, l, c.coarse-1)
		}
		label := int(record[labels-1])
		if label >= len(c.classes) {
			return fmt.Errorf("record %d: have label %d, want at most %d", i, label, len(c.classes)-1)
		}
		// From planes (C, H, W) to pixels (H, W, C).
		pix, planes := make([]byte, cifarPixels), record[labels:]
		for k := range cifarPlane {
			pix[3*k], pix[3*k+1], pix[3*k+2] = planes[k], planes[cifarPlane+k], planes[2*cifarPlane+k]
		}
		e.add(pix, label)
	}
	return atEnd(r, n*size)
}

// A cifarPlace is what resolve finds: the archive, or the folder of its files.
type cifarPlace struct{ archive, folder string }

// resolve looks at a path, which may be the archive, a folder with the archive,
// the folder of the .bin files, or the one around that. The archive comes first,
// because only it has a checksum.
func (c cifar) resolve(at string) (cifarPlace, error) {
	if origin.IsFile(at) {
		return cifarPlace{archive: at}, nil
	}
	if p := filepath.Join(at, c.archive.Name); origin.IsFile(p) {
		return cifarPlace{archive: p}, nil
	}
	var lacks []string
	for _, f := range c.files {
		lacks = append(lacks, f.name)
	}
	for _, dir := range []string{at, filepath.Join(at, c.folder)} {
		if !slices.ContainsFunc(c.files, func(f cifarFile) bool { return !origin.IsFile(filepath.Join(dir, f.name)) }) {
			return cifarPlace{folder: dir}, nil
		}
	}
	if _, err := os.Stat(at); errors.Is(err, fs.ErrNotExist) {
		return cifarPlace{}, fmt.Errorf("%s: no such file or folder", at)
	}
	return cifarPlace{}, fmt.Errorf("%s: has neither %s nor all of %s", at, c.archive.Name, strings.Join(lacks, ", "))
}

// packed is the archive, if that is what is read.
func (c cifar) packed(at string) []string {
	if found, err := c.resolve(at); err == nil && found.archive != "" {
		return []string{found.archive}
	}
	return nil
}

func (c cifar) read(ctx context.Context, at origin.Place, _ datasets.Options, _ datasets.Progress) (contents, error) {
	p := decodedSet{h: cifarSide, w: cifarSide, c: 3, max: 255, classes: c.classes}
	found, err := c.resolve(at.Path)
	if err != nil {
		return p, err
	}
	got := make([]examples[[]uint8], len(c.files))
	if found.archive != "" {
		err = c.readArchive(ctx, found.archive, got)
	} else {
		err = c.readFolder(ctx, found.folder, got)
	}
	if err != nil {
		return p, err
	}
	for i, f := range c.files {
		part := &p.train
		if f.test {
			part = &p.test
		}
		for j, pix := range got[i].pix {
			part.add(pix, got[i].label[j])
		}
	}
	return p, nil
}

// readFolder reads the i-th file into got[i].
func (c cifar) readFolder(ctx context.Context, dir string, got []examples[[]uint8]) error {
	for i, f := range c.files {
		if err := ctx.Err(); err != nil {
			return err
		}
		name := filepath.Join(dir, f.name)
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		err = c.readRecords(file, f.records, &got[i])
		file.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// readArchive reads the i-th file into got[i], from the archive as it was
// published.
func (c cifar) readArchive(ctx context.Context, name string, got []examples[[]uint8]) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil {
		return err
	} else if info.Size() != c.archive.Size {
		return fmt.Errorf("%s: have %d bytes, want the %d of the official archive", name, info.Size(), c.archive.Size)
	}
	h := c.sum.Hash()
	all := io.TeeReader(file, h)
	if err := c.readTar(ctx, all, got); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if _, err := io.Copy(io.Discard, all); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := c.sum.Check(h); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (c cifar) readTar(ctx context.Context, r io.Reader, got []examples[[]uint8]) error {
	z, err := gzip.NewReader(r)
	if err != nil {
		return fmt.Errorf("not a whole gzip file: %w", err)
	}
	for t := tar.NewReader(z); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		head, err := t.Next()
		if err == io.EOF {
			break
		} else if err != nil {
			return fmt.Errorf("damaged: %w", err)
		}
		i := slices.IndexFunc(c.files, func(f cifarFile) bool { return path.Join(c.folder, f.name) == path.Clean(head.Name) })
		if i < 0 {
			continue
		}
		if got[i].label != nil {
			return fmt.Errorf("%s is there twice", head.Name)
		}
		if err := c.readRecords(t, c.files[i].records, &got[i]); err != nil {
			return fmt.Errorf("%s: %w", head.Name, err)
		}
	}
	for i, f := range c.files {
		if got[i].label == nil {
			return fmt.Errorf("lacks %s", path.Join(c.folder, f.name))
		}
	}
	return nil
}
