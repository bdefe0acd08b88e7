// Command scripts packs what release.sh has built: every folder in the first argument becomes
// an archive of the same name in the third. The bytes depend only on the names and contents
// of the files, and on the second argument, which is the time of all files in seconds since
// 1970.
package main

import (
	"archive/tar"
	"archive/zip"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"zoo/internal/atomicfile"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: go run ./scripts FOLDERS SECONDS ARCHIVES: see release.sh")
		os.Exit(2)
	}
	seconds, err := strconv.ParseInt(os.Args[2], 10, 64)
	if err == nil {
		err = packAll(os.Args[1], time.Unix(seconds, 0).UTC(), os.Args[3])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// packAll packs every folder in from into an archive in to, and writes SHA256SUMS.
func packAll(from string, at time.Time, to string) error {
	folders, err := os.ReadDir(from) // sorted
	if err != nil {
		return err
	}
	var sums strings.Builder
	for _, f := range folders {
		name, pack := f.Name()+".tar.gz", packTar
		if strings.Contains(f.Name(), "windows") {
			name, pack = f.Name()+".zip", packZip
		}
		files, err := read(from, f.Name())
		if err != nil {
			return err
		}
		digest := sha256.New()
		err = atomicfile.WriteFile(filepath.Join(to, name), func(w io.Writer) error {
			return pack(io.MultiWriter(w, digest), at, files)
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", digest.Sum(nil), name)
	}
	fmt.Print(sums.String())
	return atomicfile.WriteFile(filepath.Join(to, "SHA256SUMS"), func(w io.Writer) error {
		_, err := io.WriteString(w, sums.String())
		return err
	})
}

// A file of an archive.
type file struct {
	name string // after that of its folder
	mode int64
	data []byte
}

// read reads the files of a folder. Modes do not depend on those on disk: only programs are
// executable.
func read(root, folder string) (files []file, err error) {
	entries, err := os.ReadDir(filepath.Join(root, folder)) // sorted
	for _, e := range entries {
		data, errRead := os.ReadFile(filepath.Join(root, folder, e.Name()))
		err = cmp.Or(err, errRead)
		mode := int64(0o644)
		if stem := strings.TrimSuffix(e.Name(), ".exe"); stem == "zoo" {
			mode = 0o755
		}
		files = append(files, file{folder + "/" + e.Name(), mode, data})
	}
	return files, err
}

func packTar(w io.Writer, at time.Time, files []file) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	for _, f := range files {
		head := &tar.Header{Format: tar.FormatUSTAR, Name: f.name, Mode: f.mode, Size: int64(len(f.data)), ModTime: at}
		if err := t.WriteHeader(head); err != nil {
			return err
		}
		if _, err := t.Write(f.data); err != nil {
			return err
		}
	}
	return errors.Join(t.Close(), z.Close())
}

func packZip(w io.Writer, at time.Time, files []file) error {
	z := zip.NewWriter(w)
	for _, f := range files {
		head := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: at}
		head.SetMode(os.FileMode(f.mode))
		to, err := z.CreateHeader(head)
		if err != nil {
			return err
		}
		if _, err := to.Write(f.data); err != nil {
			return err
		}
	}
	return z.Close()
}
