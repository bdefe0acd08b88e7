package images

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zoo/datasets"
	"zoo/internal/origin"
)

// packedSources are small datasets in compressed files, each in a folder of its name.
func packedSources(t testing.TB) map[string]imageSource {
	m, files := small()
	for name, data := range files {
		write(t, filepath.Join("mnist", name+".gz"), gzipped(data))
	}
	c10, files := smallCIFAR(cifar10())
	write(t, filepath.Join("cifar10", c10.archive.Name), c10.official(files))
	c100, files := smallCIFAR(cifar100())
	write(t, filepath.Join("cifar100", c100.archive.Name), c100.official(files))
	s := map[string]imageSource{
		"mnist":    {info: m.info(datasets.Info{Name: "mnist"}), origin: m.origin("mnist"), read: m.read},
		"cifar10":  c10.source(datasets.Info{Name: "cifar10"}),
		"cifar100": c100.source(datasets.Info{Name: "cifar100"}),
	}
	for name := range s {
		age(t, name, time.Hour)
	}
	return s
}

// age makes the files of a folder that old.
func age(t testing.TB, dir string, by time.Duration) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || files == nil {
		t.Fatal("no files in ", dir, err)
	}
	for _, name := range files {
		then := time.Now().Add(-by)
		if err := os.Chtimes(name, then, then); err != nil {
			t.Fatal(err)
		}
	}
}

// opened opens a dataset at a root, and returns it with the progress that was reported.
func opened(t testing.TB, s imageSource, root string, o Options) (_ *imageSet, said string) {
	t.Helper()
	d, err := s.Open(t.Context(), root, &o, func(s datasets.Step) { said += s.What + "\n" })
	if err != nil {
		t.Fatal(err)
	}
	return d.(*imageSet), said
}

// cacheAt makes dir the user's cache folder, on every system.
func cacheAt(t testing.TB, dir string) {
	for _, key := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} {
		t.Setenv(key, dir)
	}
}

// copyIn is the one copy in the cache folder.
func copyIn(t testing.TB) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(cache, "zoo", "unpacked", "*-*")) // not the lock
	if err != nil || len(files) != 1 {
		t.Fatalf("have the copies %v, %v, want one", files, err)
	}
	return files[0]
}

func noCopy(t testing.TB) {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		return
	}
	if files, _ := filepath.Glob(filepath.Join(cache, "zoo", "unpacked", "*-*")); files != nil {
		t.Errorf("have the copies %v, want none", files)
	}
}

// sameBytes compares all that two datasets give.
func sameBytes(t testing.TB, a, b *imageSet) {
	t.Helper()
	if a.Checksum() != b.Checksum() || !slices.Equal(a.Classes(), b.Classes()) || fmt.Sprint(a.Spec()) != fmt.Sprint(b.Spec()) {
		t.Errorf("have %s of %v, want %s of %v", a.Checksum(), a.Spec(), b.Checksum(), b.Spec())
	}
	for _, p := range []datasets.Plan{{Split: datasets.Train, Size: 2, Training: true, Seed: 3}, {Split: datasets.Val, Size: 2}, {Split: datasets.Test, Size: 2}} {
		if x, y := copies(t, a, p), copies(t, b, p); !slices.EqualFunc(x, y, copied.equal) || x == nil && p.Split != datasets.Val {
			t.Errorf("the batches of %s differ", p.Split)
		}
	}
}

// reading counts how often the files of s are read.
func (s *imageSource) reading(t testing.TB) *int {
	n, read := new(int), s.read
	s.read = func(ctx context.Context, at origin.Place, o datasets.Options, progress datasets.Progress) (contents, error) {
		*n++
		return read(ctx, at, o, progress)
	}
	return n
}

// The copy gives what the files give, and the files are not read any more.
func TestUnpacked(t *testing.T) {
	nowhere(t)
	for name, s := range packedSources(t) {
		t.Run(name, func(t *testing.T) {
			cacheAt(t, t.TempDir())
			read := s.reading(t)
			o := plain
			o.Normalize, o.Val, o.Crop = "standard", 1, 1
			first, said := opened(t, s, name, o)
			before, err := os.ReadFile(copyIn(t))
			if err != nil || *read != 1 || said != "" {
				t.Fatalf("read %d times, %q, %v", *read, said, err)
			}
			second, said := opened(t, s, name, o)
			if *read != 1 || said != "" {
				t.Errorf("read %d times, want once; %q", *read, said)
			}
			sameBytes(t, second, first)
			if now, err := os.ReadFile(copyIn(t)); err != nil || !bytes.Equal(now, before) {
				t.Errorf("the copy has changed, %v", err)
			}
			// Verify is about the files.
			if _, err := s.Verify(t.Context(), name, &o, silent); err != nil || *read != 2 {
				t.Errorf("Verify: %v after %d readings, want two", err, *read)
			}
		})
	}
}

// What is not compressed is read as it is.
func TestNothingToUnpack(t *testing.T) {
	nowhere(t)
	m, files := small()
	s := smallSource(m)
	read := s.reading(t)
	for name, data := range files {
		write(t, filepath.Join("small", name), data)
	}
	age(t, "small", time.Hour)
	opened(t, s, "small", plain)
	opened(t, s, "small", plain)
	noCopy(t)
	if *read != 2 {
		t.Errorf("read %d times, want twice", *read)
	}
}

// A damaged copy is noticed, and made again.
func TestDamagedCopy(t *testing.T) {
	nowhere(t)
	for name, s := range packedSources(t) {
		cacheAt(t, t.TempDir())
		first, _ := opened(t, s, name, plain)
		file := copyIn(t)
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		line := bytes.IndexByte(whole, '\n') + 1
		flip := func(at int) []byte {
			b := slices.Clone(whole)
			b[at] ^= 4
			return b
		}
		for how, c := range map[string]struct {
			content []byte
			why     string
		}{
			"empty":              {nil, "no line at its beginning"},
			"cut in the line":    {whole[:line/2], "no line at its beginning"},
			"cut after the line": {whole[:line], "have 0 bytes after its beginning"},
			"cut by a byte":      {whole[:len(whole)-1], "bytes after its beginning"},
			"cut by an image":    {whole[:len(whole)-s.info.Shape[0]*s.info.Shape[1]*s.info.Shape[2]-1], "bytes after its beginning"},
			"longer":             {append(slices.Clone(whole), 0), "bytes after its beginning"},
			"no JSON":            {flip(0), "its beginning: "},
			"another class":      {bytes.Replace(whole, []byte(`"classes":["a`), []byte(`"classes":["b`), 1), "CRC-32C"},
			"a pixel":            {flip(line), "CRC-32C"},
			"a label":            {flip(len(whole) - 5), "CRC-32C"},
			"the sum":            {flip(len(whole) - 1), "CRC-32C"},
			"something else":     {[]byte("hello\nworld\n"), "its beginning: "},
		} {
			t.Run(name+"/"+how, func(t *testing.T) {
				write(t, file, c.content)
				s := s
				read := s.reading(t)
				d, said := opened(t, s, name, plain)
				if want := "unpacking " + name + " again: " + file; *read != 1 || !strings.HasPrefix(said, want) || !strings.Contains(said, c.why) {
					t.Errorf("read %d times, said %q, want once and %q, %q", *read, said, want, c.why)
				}
				sameBytes(t, d, first)
				if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, whole) {
					t.Errorf("it is not made again: %v", err)
				}
			})
		}
	}
}

// A copy does not outlive its files, and is not made of files that may still be changing.
func TestStaleCopy(t *testing.T) {
	nowhere(t)
	for name, s := range packedSources(t) {
		t.Run(name, func(t *testing.T) {
			cacheAt(t, t.TempDir())
			read := s.reading(t)
			age(t, name, 0)
			opened(t, s, name, plain)
			noCopy(t)
			age(t, name, time.Hour)
			opened(t, s, name, plain)
			first, err := os.ReadFile(copyIn(t))
			if err != nil {
				t.Fatal(err)
			}
			age(t, name, time.Minute)
			if _, said := opened(t, s, name, plain); said != "" || *read != 3 {
				t.Errorf("read %d times, want three times; %q", *read, said)
			}
			if second, err := os.ReadFile(copyIn(t)); err != nil || bytes.Equal(first, second) {
				t.Errorf("the copy is still of the old files, %v", err)
			}
			// A source that was altered is an error, as it is without a copy.
			files, _ := filepath.Glob(filepath.Join(name, "*"))
			data, err := os.ReadFile(files[0])
			if err != nil {
				t.Fatal(err)
			}
			data[len(data)-9] ^= 1
			write(t, files[0], data)
			_, err = s.Open(t.Context(), name, &plain, silent)
			wantError(t, err, files[0]+": ", "replace it")
			if err := os.Remove(files[0]); err != nil {
				t.Fatal(err)
			}
			_, err = s.Open(t.Context(), name, &plain, silent)
			wantError(t, err, "data.root: "+name)
		})
	}
}

// A copy made by an older version of zoo does not count.
func TestCopyOfAnotherVersion(t *testing.T) {
	nowhere(t)
	s := packedSources(t)["mnist"]
	read := s.reading(t)
	opened(t, s, "mnist", plain)
	whole, err := os.ReadFile(copyIn(t))
	if err != nil {
		t.Fatal(err)
	}
	old := bytes.Replace(whole[:len(whole)-4], fmt.Appendf(nil, `"version":%d,`, unpackedVersion), []byte(`"version":0,`), 1)
	write(t, copyIn(t), binary.LittleEndian.AppendUint32(old, crc32.Checksum(old, castagnoli)))
	if opened(t, s, "mnist", plain); *read != 2 {
		t.Errorf("read %d times, want twice", *read)
	}
}

// Where no copy can be kept, everything else works.
func TestNoPlaceForCopies(t *testing.T) {
	dir := nowhere(t)
	write(t, "file", nil)
	for how, set := range map[string]func(t *testing.T){
		"a file in the way": func(t *testing.T) { cacheAt(t, filepath.Join(filepath.Dir(dir), "file")) },
		"no cache folder":   func(t *testing.T) { cacheAt(t, "") },
	} {
		t.Run(how, func(t *testing.T) {
			s := packedSources(t)["mnist"]
			want, _ := opened(t, s, "mnist", plain)
			set(t)
			read := s.reading(t)
			for range 2 {
				d, said := opened(t, s, "mnist", plain)
				if !strings.HasPrefix(said, "mnist is not kept unpacked: ") {
					t.Errorf("said %q", said)
				}
				sameBytes(t, d, want)
			}
			if *read != 2 {
				t.Errorf("read %d times, want twice", *read)
			}
		})
	}
}

// full is a disk with room for that number of bytes.
type full int

func (f *full) Write(b []byte) (int, error) {
	if *f -= full(len(b)); *f < 0 {
		return 0, errors.New("no space left")
	}
	return len(b), nil
}

func TestFullDiskIsAnError(t *testing.T) {
	p := fake(5, 3, 1)
	var whole bytes.Buffer
	if err := writeUnpacked(&whole, p, nil); err != nil {
		t.Fatal(err)
	}
	for room := range whole.Len() {
		if f := full(room); writeUnpacked(&f, p, nil) == nil {
			t.Fatalf("no error with room for %d of %d bytes", room, whole.Len())
		}
	}
}

// Several processes that open a dataset for the first time at once all see the same.
func TestCopiesByManyProcesses(t *testing.T) {
	if dir := os.Getenv("DATASETS_TEST_UNPACK"); dir != "" {
		m, _ := small()
		d, said := opened(t, smallSource(m), dir, plain)
		fmt.Printf("sum %s %s\n", d.Checksum(), said)
		return
	}
	dir := filepath.Dir(nowhere(t))
	m, files := small()
	for name, data := range files {
		write(t, filepath.Join("small", name+".gz"), gzipped(data))
	}
	age(t, "small", time.Hour)
	t.Setenv("DATASETS_TEST_UNPACK", filepath.Join(dir, "small"))
	want, err := m.read(t.Context(), origin.Place{Path: "small"}, &plain, silent)
	if err != nil {
		t.Fatal(err)
	}
	d, err := want.dataset(t.Context(), "small", plain, silent)
	if err != nil {
		t.Fatal(err)
	}
	var children []*exec.Cmd
	var outputs [6]bytes.Buffer
	for i := range outputs {
		c := exec.Command(os.Args[0], "-test.run=^TestCopiesByManyProcesses$")
		c.Stdout, c.Stderr = &outputs[i], &outputs[i]
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		children = append(children, c)
	}
	for i, c := range children {
		if err := c.Wait(); err != nil || !strings.Contains(outputs[i].String(), "sum "+d.Checksum()+" \n") {
			t.Errorf("%v: %s\nwant %s", err, &outputs[i], d.Checksum())
		}
	}
	copy := copyIn(t)
	if entries, err := os.ReadDir(filepath.Dir(copy)); err != nil || len(entries) != 2 { // with the lock
		t.Errorf("have %v, %v", entries, err)
	}
	u, err := copyOf("small", m.packed(filepath.Join(dir, "small")))
	if err != nil || u.name != copy {
		t.Fatalf("have %s, %v, want %s", u.name, err, copy)
	}
	if _, err := u.read(); err != nil {
		t.Error(err)
	}
}

// A copy may hold any bytes: they are refused, or make whole pictures.
func FuzzReadUnpacked(f *testing.F) {
	sources := []stamp{{"/data/x.gz", 123, 456}}
	var b bytes.Buffer
	if err := writeUnpacked(&b, fake(3, 2, 1), sources); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	for _, h := range []unpackedHead{
		{Shape: [3]int{1 << 40, 1 << 40, 1}, Train: 1},
		{Shape: [3]int{1, 1, 1}, Train: -1, Test: 2},
		{Shape: [3]int{1, 1, 1}, Train: 1 << 62, Test: 1 << 62},
		{Shape: [3]int{2, 2, 1}, Train: 1},
	} {
		h.Version, h.Sources = unpackedVersion, sources
		line, err := json.Marshal(h)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(append(line, "\n0123abcd"...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := readUnpacked(io.Reader(bytes.NewReader(data)), int64(len(data)), sources)
		if err != nil {
			return
		}
		for _, e := range []examples[[]uint8]{p.train, p.test} {
			for i, pix := range e.pix {
				if len(pix) != p.h*p.w*p.c || e.label[i] >= len(p.classes) || e.index[i] != i {
					t.Fatalf("image %d has %d bytes and label %d", i, len(pix), e.label[i])
				}
			}
		}
	})
}
