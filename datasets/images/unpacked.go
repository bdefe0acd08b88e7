package images

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"zoo/datasets"
	"zoo/internal/atomicfile"
)

// An unpackedCopy is a file in the user's cache folder with the pictures that
// compressed files hold, because unpacking those takes longer than a short training.
//
// It is a line of JSON (unpackedHead), the pixels of the training images and their
// labels, those of the test images, and the CRC-32C of all that. A copy stands for
// its sources only while they are there with the sizes and times that they had when
// their published checksums were checked. The CRC is for damage: a program that may
// write into the folder may write anything, but that changes [Dataset.Checksum].
type unpackedCopy struct {
	name    string
	sources []stamp
	from    time.Time // when the sources were looked at
}

// A stamp tells whether a file has changed.
type stamp struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
	Time int64  `json:"time"` // of its last change, in nanoseconds
}

// unpackedHead is what a copy says of itself.
type unpackedHead struct {
	Version int      `json:"version"`
	Sources []stamp  `json:"sources"`
	Shape   [3]int   `json:"shape"` // (h, w, c) of an image
	Max     int      `json:"max"`
	Classes []string `json:"classes"`
	Train   int      `json:"train"`
	Test    int      `json:"test"`
}

// unpackedVersion must be raised when a reader makes other pictures of the same files.
const unpackedVersion = 1

// settled is the age from which the time of a file's last change tells it from
// later ones: file systems count in steps, of up to two seconds.
const settled = 2 * time.Second

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errNone says that there is no copy, or only one of other files or by another version.
var errNone = errors.New("no copy of these files")

// copyOf is the copy of what a dataset's files hold, which may not be there yet.
func copyOf(dataset string, files []string) (unpackedCopy, error) {
	u := unpackedCopy{from: time.Now()}
	cache, err := os.UserCacheDir()
	if err != nil {
		return u, err
	}
	h := sha256.New()
	for _, name := range files {
		s, err := stampOf(name)
		if err != nil {
			return u, err
		}
		u.sources = append(u.sources, s)
		fmt.Fprintf(h, "%q", s.Path)
	}
	u.name = filepath.Join(cache, "zoo", "unpacked", dataset+"-"+hex.EncodeToString(h.Sum(nil)[:4]))
	return u, nil
}

func stampOf(name string) (stamp, error) {
	path, err := filepath.Abs(name)
	if err != nil {
		return stamp{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}, err
	}
	return stamp{path, info.Size(), info.ModTime().UnixNano()}, nil
}

// read returns the pictures of the copy. The error is errNone if there is no copy of
// these sources, and otherwise says how it is damaged.
func (u unpackedCopy) read() (decodedSet, error) {
	f, err := atomicfile.Open(u.name)
	if err != nil {
		return decodedSet{}, errNone // if none is possible, keep says why
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return decodedSet{}, err
	}
	p, err := readUnpacked(f, info.Size(), u.sources)
	if err != nil {
		return p, fmt.Errorf("%s: %w", u.name, err)
	}
	return p, nil
}

// readUnpacked reads a copy of size bytes, which must be of these sources. What it
// says of itself is compared with size before anything is allocated.
func readUnpacked(r io.Reader, size int64, sources []stamp) (decodedSet, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	line, err := in.ReadSlice('\n')
	if err != nil {
		return decodedSet{}, fmt.Errorf("no line at its beginning: %w", err)
	}
	var head unpackedHead
	if err := json.Unmarshal(line, &head); err != nil {
		return decodedSet{}, fmt.Errorf("its beginning: %w", err)
	}
	if head.Version != unpackedVersion || !slices.Equal(head.Sources, sources) {
		return decodedSet{}, errNone
	}
	rest := size - int64(len(line))
	image, ok := head.image(rest)
	if !ok {
		return decodedSet{}, fmt.Errorf("have %d bytes after its beginning, want those of %d and %d images %v", rest, head.Train, head.Test, head.Shape)
	}
	sum := crc32.Update(0, castagnoli, line)
	body := make([]byte, rest)
	if n, err := io.ReadFull(in, body); err != nil {
		return decodedSet{}, truncated(err, n, len(body))
	}
	body, want := body[:rest-4], binary.LittleEndian.Uint32(body[rest-4:])
	if have := crc32.Update(sum, castagnoli, body); have != want {
		return decodedSet{}, fmt.Errorf("damaged: have CRC-32C %08x, want %08x", have, want)
	}
	p := decodedSet{h: head.Shape[0], w: head.Shape[1], c: head.Shape[2], max: head.Max, classes: head.Classes}
	for _, part := range []struct {
		n  int
		to *examples[[]uint8]
	}{{head.Train, &p.train}, {head.Test, &p.test}} {
		pix, labels := body[:part.n*image], body[part.n*image:part.n*(image+1)]
		body = body[part.n*(image+1):]
		if err := checkLabels(labels, len(p.classes)); err != nil {
			return p, err
		}
		*part.to = join(pix, labels)
	}
	return p, nil
}

// image is the number of bytes of an image, if rest bytes are those of all images,
// with their labels and a CRC.
func (h unpackedHead) image(rest int64) (bytes int, ok bool) {
	n := int64(1)
	for _, d := range h.Shape {
		if d < 1 || int64(d) > rest {
			return 0, false
		}
		if n *= int64(d); n > rest {
			return 0, false
		}
	}
	count := int64(h.Train) + int64(h.Test)
	if h.Train < 0 || h.Test < 0 || count < 1 || count > rest || rest > math.MaxInt {
		return 0, false
	}
	return int(n), (rest-4)%(n+1) == 0 && (rest-4)/(n+1) == count
}

// keep writes the pictures that the sources hold. If they have only just changed it
// does nothing, nor if another process writes a copy at this moment.
func (u unpackedCopy) keep(p decodedSet) error {
	for _, s := range u.sources {
		if now, err := stampOf(s.Path); err != nil || now != s || u.from.Sub(time.Unix(0, s.Time)) < settled {
			return err
		}
	}
	dir := filepath.Dir(u.name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(dir, ".lock"))
	if got, err := lock.TryLock(); err != nil || !got {
		return err
	}
	defer lock.Close()
	if err := atomicfile.RemoveTemporaries(dir); err != nil {
		return err
	}
	return atomicfile.WriteFile(u.name, func(w io.Writer) error {
		return writeUnpacked(w, p, u.sources)
	})
}

func writeUnpacked(w io.Writer, p decodedSet, sources []stamp) error {
	head, err := json.Marshal(unpackedHead{
		Version: unpackedVersion, Sources: sources, Shape: [3]int{p.h, p.w, p.c}, Max: p.max, Classes: p.classes,
		Train: len(p.train.label), Test: len(p.test.label),
	})
	if err != nil {
		return err
	}
	sum := crc32.New(castagnoli)
	out := io.MultiWriter(w, sum)
	if _, err := out.Write(append(head, '\n')); err != nil {
		return err
	}
	for _, part := range []examples[[]uint8]{p.train, p.test} {
		for _, pix := range part.pix {
			if _, err := out.Write(pix); err != nil {
				return err
			}
		}
		labels := make([]byte, len(part.label))
		for i, l := range part.label {
			labels[i] = byte(l)
		}
		if _, err := out.Write(labels); err != nil {
			return err
		}
	}
	return binary.Write(w, binary.LittleEndian, sum.Sum32())
}

// unpacked reads the pictures of compressed files from their copy. If there is none, or
// it is damaged, it calls read and makes a copy of the result. If no copy can be made,
// everything works as well, but slower: progress is told the reason.
func unpacked(dataset string, files []string, progress datasets.Progress, read func() (contents, error)) (contents, error) {
	u, errCopy := copyOf(dataset, files)
	if errCopy == nil {
		p, err := u.read()
		if err == nil {
			return p, nil
		}
		if !errors.Is(err, errNone) {
			progress(datasets.Step{What: fmt.Sprintf("unpacking %s again: %s", dataset, oneLine(err))})
		}
	}
	all, err := read()
	if err != nil {
		return nil, err
	}
	if p, ok := all.(decodedSet); ok && errCopy == nil {
		errCopy = u.keep(p)
	}
	if errCopy != nil {
		progress(datasets.Step{What: fmt.Sprintf("%s is not kept unpacked: %s", dataset, oneLine(errCopy))})
	}
	return all, nil
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
