package images

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zoo/datasets"
)

// smallCIFAR is c with three records in each file, and the files.
func smallCIFAR(c cifar) (cifar, map[string][]byte) {
	c.files = slices.Clone(c.files)
	files := map[string][]byte{}
	for i := range c.files {
		c.files[i].records = 3
		data := noise(3*c.record(), uint64(i))
		for k := range 3 {
			r := data[k*c.record():]
			r[0] = byte((i + k) % 10)
			if c.coarse > 0 {
				r[1] = byte(99 - i - k)
			}
		}
		files[c.files[i].name] = data
	}
	return c, files
}

// tarOf packs files in the order of their names, or backwards.
func tarOf(files map[string][]byte, backwards bool) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range sortedNames(files, backwards) {
		w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name]))})
		w.Write(files[name])
	}
	w.Close()
	return b.Bytes()
}

func sortedNames(files map[string][]byte, backwards bool) []string {
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	if backwards {
		slices.Reverse(names)
	}
	return names
}

// official makes an archive of files the one that c knows as the official one.
func (c *cifar) official(files map[string][]byte) []byte {
	inside := map[string][]byte{c.folder + "/readme.html": []byte("hello")}
	for name, data := range files {
		inside[c.folder+"/"+name] = data
	}
	packed := gzipped(tarOf(inside, true))
	c.sum, c.archive.Size = sumOf(packed), int64(len(packed))
	return packed
}

func TestCIFAR(t *testing.T) {
	for name, c := range map[string]cifar{"cifar10": cifar10(), "cifar100": cifar100()} {
		t.Run(name, func(t *testing.T) {
			nowhere(t)
			c, files := smallCIFAR(c)
			packed := c.official(files)
			s := c.source(datasets.Info{Name: name})
			roots := []string{"flat", "nested", "archive.tar.gz", "around"}
			for f, data := range files {
				write(t, filepath.Join("flat", f), data)
				write(t, filepath.Join("nested", c.folder, f), data)
			}
			write(t, roots[2], packed)
			write(t, filepath.Join("around", c.archive.Name), packed)

			var sums []string
			for _, root := range roots {
				d, err := s.Open(t.Context(), root, &plain, silent)
				if err != nil {
					t.Fatal(root, err)
				}
				sums = append(sums, d.Checksum())
				if where, err := s.Verify(t.Context(), root, &plain, silent); err != nil || where != root {
					t.Errorf("Verify: %s, %v", where, err)
				}
				checkCIFAR(t, c, files, d)
			}
			if sums = slices.Compact(sums); len(sums) != 1 {
				t.Errorf("they differ: %v", sums)
			}
		})
	}
}

// checkCIFAR compares a dataset with the records, byte for byte.
func checkCIFAR(t *testing.T, c cifar, files map[string][]byte, d datasets.Dataset) {
	t.Helper()
	for split, test := range map[datasets.Split]bool{datasets.Train: false, datasets.Test: true} {
		x, y := rows(copies(t, d, datasets.Plan{Split: split, Size: 2}))
		row := 0
		for _, f := range c.files {
			if f.test != test {
				continue
			}
			for k := range f.records {
				r := files[f.name][k*c.record() : (k+1)*c.record()]
				planes := r[c.record()-3072:]
				if want := int(r[c.record()-3073]); y[row] != want {
					t.Fatalf("%s: row %d has label %d, want %d", f.name, k, y[row], want)
				}
				for i, v := range x[row] {
					ch, at := i%3, i/3
					if !near(v, float32(planes[1024*ch+at])/255) {
						t.Fatalf("%s: record %d, channel %d, pixel %d: have %v, want %d/255", f.name, k, ch, at, v, planes[1024*ch+at])
					}
				}
				row++
			}
		}
		if row != len(y) {
			t.Errorf("%s: have %d rows, want %d", split, len(y), row)
		}
	}
}

func TestCIFARInfo(t *testing.T) {
	for name, want := range map[string]string{"cifar10": "50000 10000 [32 32 3] 10 170052171", "cifar100": "50000 10000 [32 32 3] 100 168513733"} {
		i, err := datasets.Lookup(name)
		if have := fmt.Sprint(i.Train, i.Test, i.Shape, i.Classes, i.Download); err != nil || have != want {
			t.Errorf("%s: have %s, want %s; %v", name, have, want, err)
		}
	}
	for _, c := range []cifar{cifar10(), cifar100()} {
		if !slices.IsSorted(c.classes) || len(slices.Compact(slices.Clone(c.classes))) != len(c.classes) {
			t.Errorf("the classes are not sorted, or one is there twice: %v", c.classes)
		}
	}
}

func TestCIFARErrors(t *testing.T) {
	nowhere(t)
	ten, files := smallCIFAR(cifar10())
	hundred, files100 := smallCIFAR(cifar100())
	one := func(name string, change func([]byte) []byte) map[string][]byte {
		changed := map[string][]byte{}
		for n, data := range files {
			if changed[n] = data; n == name {
				changed[n] = change(bytes.Clone(data))
			}
		}
		return changed
	}
	set := func(at int, v byte) func([]byte) []byte {
		return func(b []byte) []byte { b[at] = v; return b }
	}
	for _, c := range []struct {
		name  string
		files map[string][]byte
		want  string
	}{
		{"short", one("data_batch_2.bin", func(b []byte) []byte { return b[:9000] }), "data_batch_2.bin: content truncated: have 9000 bytes, want 9219"},
		{"a record short", one("test_batch.bin", func(b []byte) []byte { return b[:2*3073] }), "test_batch.bin: content truncated: have 6146 bytes, want 9219"},
		{"empty", one("test_batch.bin", func(b []byte) []byte { return nil }), "test_batch.bin: content truncated: have 0 bytes, want 9219"},
		{"long", one("data_batch_5.bin", func(b []byte) []byte { return append(b, 1) }), "data_batch_5.bin: content too long: want 9219 bytes"},
		{"label", one("data_batch_1.bin", set(3073, 10)), "data_batch_1.bin: record 1: have label 10, want at most 9"},
	} {
		root := filepath.Join(t.TempDir(), c.name)
		for f, data := range c.files {
			write(t, filepath.Join(root, f), data)
		}
		_, err := ten.source(datasets.Info{Name: "cifar10"}).Open(t.Context(), root, &plain, silent)
		wantError(t, err, root, c.want, "replace it, or leave data.root empty and run `zoo data get cifar10`")
		archive := filepath.Join(root, "x.tar.gz")
		write(t, archive, ten.official(c.files))
		_, err = ten.source(datasets.Info{Name: "cifar10"}).Open(t.Context(), archive, &plain, silent)
		wantError(t, err, archive+": cifar-10-batches-bin/"+c.want)
	}
	for at, want := range map[int]string{0: "have coarse label 200, want at most 19", 1: "have label 200, want at most 99"} {
		data := bytes.Clone(files100["train.bin"])
		data[at] = 200
		err := hundred.readRecords(bytes.NewReader(data), 3, new(examples[[]uint8]))
		wantError(t, err, "record 0: "+want)
	}
}

func TestCIFARArchiveErrors(t *testing.T) {
	nowhere(t)
	c, files := smallCIFAR(cifar10())
	packed := c.official(files)
	open := func(c cifar, data []byte) error {
		write(t, "x.tar.gz", data)
		_, err := c.source(datasets.Info{Name: "cifar10"}).Open(t.Context(), "x.tar.gz", &plain, silent)
		return err
	}
	wantError(t, open(c, packed[:5000]), fmt.Sprintf("x.tar.gz: have 5000 bytes, want the %d of the official archive", len(packed)))
	wrong := bytes.Clone(packed)
	wrong[4] = 1 // the time in the header of gzip, which no checksum of its own guards
	wantError(t, open(c, wrong), "x.tar.gz: the content is altered: have sha256 ", "want "+strings.TrimPrefix(string(c.sum), "sha256:"))
	wrong = bytes.Clone(packed)
	wrong[len(wrong)/2] ^= 0xff
	wantError(t, open(c, wrong), "x.tar.gz: ")

	for name, data := range map[string][]byte{
		"x.tar.gz: not a whole gzip file":                       []byte("this is not an archive"),
		"x.tar.gz: damaged: ":                                   gzipped(bytes.Repeat([]byte("no tar"), 200)),
		"x.tar.gz: lacks cifar-10-batches-bin/data_batch_1.bin": gzipped(tarOf(map[string][]byte{"readme": nil}, false)),
		"data_batch_1.bin is there twice": gzipped(tarOf(map[string][]byte{
			"./cifar-10-batches-bin/data_batch_1.bin": files["data_batch_1.bin"],
			"cifar-10-batches-bin/data_batch_1.bin":   files["data_batch_1.bin"],
		}, false)),
	} {
		d := c
		d.sum, d.archive.Size = sumOf(data), int64(len(data))
		wantError(t, open(d, data), name)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	write(t, "x.tar.gz", packed)
	if _, err := c.source(datasets.Info{}).Open(ctx, "x.tar.gz", &plain, silent); !errors.Is(err, context.Canceled) {
		t.Errorf("have %v, want that the context has ended", err)
	}
}

func TestCIFARAbsent(t *testing.T) {
	zoo := nowhere(t)
	c, files := smallCIFAR(cifar10())
	packed := c.official(files)
	there := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !there {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.Write(packed)
	}))
	defer server.Close()
	c.archive.URLs = []string{server.URL + "/cifar-10-binary.tar.gz"}
	s := c.source(datasets.Info{Name: "cifar10"})
	write(t, filepath.Join(zoo, "cifar10", "test_batch.bin"), nil)
	_, err := s.Open(t.Context(), "", &plain, silent)
	wantError(t, err, "not found; tried:\n  "+filepath.Join(zoo, "cifar10")+": has neither cifar-10-binary.tar.gz nor all of data_batch_1.bin, ",
		server.URL+"/cifar-10-binary.tar.gz: 403 Forbidden\nfetch it with `zoo data get cifar10`, or set data.root to a place with cifar-10-binary.tar.gz")
	there = true
	d, err := s.Open(t.Context(), "", &plain, silent)
	if err != nil {
		t.Fatal(err)
	}
	checkCIFAR(t, c, files, d)
	if want := filepath.Join(zoo, "cifar10"); s.Info().Where != want {
		t.Errorf("it is in %s, want %s", s.Info().Where, want)
	}
	_, err = s.Open(t.Context(), "missing", &plain, silent)
	wantError(t, err, "data.root: missing: no such file or folder")
}

func FuzzCIFAR(f *testing.F) {
	for _, c := range []cifar{cifar10(), cifar100()} {
		c, files := smallCIFAR(c)
		f.Add(files[c.files[0].name], c.coarse > 0)
		f.Add(files[c.files[0].name][:4000], c.coarse > 0)
	}
	f.Add([]byte{}, true)
	f.Fuzz(func(t *testing.T, b []byte, coarse bool) {
		c := cifar10()
		if coarse {
			c = cifar100()
		}
		var e examples[[]uint8]
		n := len(b) / c.record()
		err := c.readRecords(bytes.NewReader(b), n, &e)
		if err == nil && (len(e.pix) != n || len(b) != n*c.record()) {
			t.Errorf("%d bytes are read as %d records", len(b), len(e.pix))
		}
		for _, l := range e.label {
			if l < 0 || l >= len(c.classes) {
				t.Errorf("label %d is accepted", l)
			}
		}
		got := make([]examples[[]uint8], len(c.files))
		if err := c.readTar(t.Context(), bytes.NewReader(b), got); err == nil {
			t.Error("an archive of 184 MB is read from a few bytes")
		}
	})
}
