package origin

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// A Visitor is given each file of a folder or an archive: its slash-separated
// path within it, and its content, which can be read until it returns. A path that
// ends with a slash is a folder's.
type Visitor func(name string, r io.Reader) error

// A BadFile stands for the content of a file in a folder that cannot be opened, such
// as a broken link.
type BadFile struct{ err error }

// Read returns the reason why the file cannot be opened.
func (b BadFile) Read([]byte) (int, error) { return 0, b.err }

// errLink is the reason against a link in an archive: what it points at might be
// outside, and leaving it out would lose a file.
var errLink = errors.New("is a link: pack the files themselves (tar --dereference --hard-dereference)")

// Visit calls each for every file in a folder, .tar, .tar.gz, .tgz or .zip, in
// no particular order, until it returns an error. Hidden files, and what hidden
// folders hold, are left out.
func Visit(ctx context.Context, root string, each Visitor) error {
	info, err := os.Stat(root)
	if err != nil {
		return err
	}
	filtered := visible(ctx, each)
	if info.IsDir() {
		return visitFolder(root, "", filtered)
	}
	file, err := os.Open(root)
	if err != nil {
		return err
	}
	defer file.Close()
	switch archiveEnd(root) {
	case ".zip":
		err = visitZip(file, info.Size(), filtered)
	case ".tar":
		err = visitTar(file, filtered)
	case ".tar.gz", ".tgz":
		err = visitTarGz(file, filtered)
	default:
		err = errors.New("want a folder, .tar, .tar.gz, .tgz or .zip")
	}
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("%s: %w", root, err)
	}
	return err
}

// archiveEnd is how the name of an archive ends that Visit reads; empty: it reads no such file.
func archiveEnd(name string) string {
	for _, end := range []string{".zip", ".tar", ".tar.gz", ".tgz"} {
		if strings.HasSuffix(strings.ToLower(name), end) {
			return end
		}
	}
	return ""
}

// IsArchive says whether a file has the name of an archive that Visit reads.
func IsArchive(name string) bool { return archiveEnd(name) != "" }

// maxFile is the largest file of a folder or an archive that ReadFile takes: no picture and
// no sound of a few minutes has as many bytes.
const maxFile = 1 << 26

// ErrLarge is the error of ReadFile for a larger file.
var ErrLarge = fmt.Errorf("have more than %d bytes, want fewer", maxFile)

// ReadFile reads what a Visitor is given, whatever its head says of its length.
func ReadFile(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = ErrLarge
	}
	return data, err
}

// VisitTarGz is Visit for the content of a .tar.gz.
func VisitTarGz(r io.Reader, each Visitor) error {
	return visitTarGz(r, visible(context.Background(), each))
}

func visitTarGz(r io.Reader, each Visitor) error {
	z, err := gzip.NewReader(r)
	if err != nil {
		return fmt.Errorf("not a whole gzip file: %w", err)
	}
	return visitTar(z, each)
}

// visible leaves out hidden files, cleans paths, and stops at the end of ctx.
func visible(ctx context.Context, each Visitor) Visitor {
	return func(name string, r io.Reader) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		folder := strings.HasSuffix(name, "/")
		if name = path.Clean(strings.TrimPrefix(name, "/")); hidden(name) {
			return nil
		}
		if folder {
			name += "/"
		}
		return each(name, r)
	}
}

// hidden reports whether any part of a path begins with a full stop, as do the
// resource forks that macOS puts into archives.
func hidden(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") {
			return true
		}
	}
	return false
}

// deepest is how many folders, one in another, are looked into below the root.
const deepest = 4

// visitFolder follows symbolic links, in which a loop ends at the deepest level.
func visitFolder(root, sub string, each Visitor) error {
	entries, err := os.ReadDir(filepath.Join(root, filepath.FromSlash(sub)))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := path.Join(sub, entry.Name())
		if hidden(name) {
			continue
		}
		full := filepath.Join(root, filepath.FromSlash(name))
		info, err := os.Stat(full)
		switch {
		case err != nil:
			err = each(name, BadFile{withoutPath(err)})
		case info.IsDir() && strings.Count(name, "/") >= deepest:
			return fmt.Errorf("%s: too deep: have more than %d nested folders", full, deepest)
		case info.IsDir():
			if err = each(name+"/", nil); err == nil {
				err = visitFolder(root, name, each)
			}
		case info.Mode().IsRegular():
			err = visitFile(full, name, each)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func visitFile(full, name string, each Visitor) error {
	file, err := os.Open(full)
	if err != nil {
		return each(name, BadFile{withoutPath(err)})
	}
	defer file.Close()
	return each(name, file)
}

// withoutPath is an error of the system without the path, which the caller adds.
func withoutPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// endSeen notes whether a read went past the end of r.
type endSeen struct {
	r   io.Reader
	end bool
}

func (e *endSeen) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	e.end = e.end || n == 0 && err == io.EOF
	return n, err
}

func visitTar(r io.Reader, each Visitor) error {
	// The standard library takes an archive that is cut between two files for a
	// whole one. But a whole one ends with a mark, and the reader stops at that.
	in := &endSeen{r: r}
	for t := tar.NewReader(in); ; {
		head, err := t.Next()
		switch {
		case err == io.EOF && in.end:
			return errors.New("truncated: it has no end mark")
		case err == io.EOF:
			return nil
		case errors.Is(err, io.ErrUnexpectedEOF):
			return fmt.Errorf("truncated: %w", err)
		case err != nil:
			return fmt.Errorf("damaged: %w", err)
		case head.Typeflag == tar.TypeLink || head.Typeflag == tar.TypeSymlink:
			if !hidden(path.Clean(head.Name)) {
				return fmt.Errorf("%s: %w", head.Name, errLink)
			}
		case head.Typeflag == tar.TypeDir:
			if err := each(strings.TrimSuffix(head.Name, "/")+"/", nil); err != nil {
				return err
			}
		case head.Typeflag == tar.TypeReg:
			if err := each(head.Name, t); err != nil {
				return err
			}
		}
	}
}

func visitZip(r io.ReaderAt, size int64, each Visitor) error {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return fmt.Errorf("truncated or not a zip file: %w", err)
	}
	for _, f := range z.File {
		switch mode := f.Mode(); {
		case mode.IsDir():
			if err := each(strings.TrimSuffix(f.Name, "/")+"/", nil); err != nil {
				return err
			}
			continue
		case !mode.IsRegular():
			if !hidden(path.Clean(f.Name)) {
				return fmt.Errorf("%s: %w", f.Name, errLink)
			}
			continue
		}
		content, err := f.Open()
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		err = each(f.Name, content)
		content.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
