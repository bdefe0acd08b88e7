package npy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func read(b []byte) (Array, error) { return Read(bytes.NewReader(b), int64(len(b))) }

// The files of testdata are NumPy's own.
func TestReadNumPy(t *testing.T) {
	six := Array{[]int{2, 3}, []float32{0, 1, 2, 3, 4, 5}}
	cube := Array{Shape: []int{2, 3, 4}}
	for i := range 24 {
		cube.Data = append(cube.Data, float32(i))
	}
	for name, want := range map[string]Array{
		"f4_little": six, "f4_big": six, "f8_little": six, "f8_big": six, "u1": six,
		"i4_little": six, "i4_big": six, "i8_little": six, "i8_big": six,
		"fortran":  cube,
		"scalar":   {[]int{}, []float32{2.5}},
		"empty":    {[]int{3, 0}, []float32{}},
		"vector":   {[]int{3}, []float32{1, -0.5, float32(math.Inf(1))}},
		"version2": {[]int{2}, []float32{7, 8}},
		"version3": {[]int{2}, []float32{7, 8}},
	} {
		have, err := ReadFile(filepath.Join("testdata", name+".npy"))
		if err != nil || !reflect.DeepEqual(have, want) {
			t.Errorf("%s: have %v, %v, want %v", name, have, err, want)
		}
	}
}

// What we write is what numpy.save writes, byte for byte.
func TestWriteAsNumPy(t *testing.T) {
	for _, name := range []string{"f4_little", "scalar", "empty", "vector", "padding"} {
		want, err := os.ReadFile(filepath.Join("testdata", name+".npy"))
		if err != nil {
			t.Fatal(err)
		}
		a, err := read(want)
		if err != nil {
			t.Fatal(err)
		}
		var have bytes.Buffer
		if err := Write(&have, a); err != nil || !bytes.Equal(have.Bytes(), want) {
			t.Errorf("%s: %v\nhave %q\nwant %q", name, err, have.Bytes(), want)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	a := Array{[]int{3, chunk, 1}, make([]float32, 3*chunk)}
	for i := range a.Data {
		a.Data[i] = 1 / float32(i)
	}
	name := filepath.Join(t.TempDir(), "x.npy")
	if err := WriteFile(name, a); err != nil {
		t.Fatal(err)
	}
	if b, err := ReadFile(name); err != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("a round trip changes the array: shape %v, %v", b.Shape, err)
	}
}

// file builds a version 1.0 file from a literal header.
func file(header string, data int) []byte {
	b := append([]byte(magic+"\x01\x00"), byte(len(header)), byte(len(header)>>8))
	return append(append(b, header...), make([]byte, data)...)
}

func dict(descr, order, shape string) string {
	return fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n", descr, order, shape)
}

func TestHeaderSpellings(t *testing.T) {
	for _, h := range []string{
		dict("<f4", "False", "(2,)"),
		`{"shape":(2),"descr":"<f4","fortran_order":True}`,
		"{ 'fortran_order' : False , 'shape' : ( 2 , ) , 'descr' : '<f4' }   ",
	} {
		if a, err := read(file(h, 8)); err != nil || !reflect.DeepEqual(a.Shape, []int{2}) {
			t.Errorf("%s: have shape %v, %v", h, a.Shape, err)
		}
	}
}

func TestBadFiles(t *testing.T) {
	good := file(dict("<f4", "False", "(2, 3)"), 24)
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "not a .npy file"},
		{"text", []byte("hello, world"), "not a .npy file"},
		{"version", []byte(magic + "\x04\x00\x00\x00"), "have .npy version 4.0"},
		{"no length", []byte(magic + "\x01\x00\x00"), "truncated: have 1 bytes, want 2"},
		{"header of gigabytes", []byte(magic + "\x02\x00\xff\xff\xff\xff{}"), "claims 4294967295 bytes, the file has 2 more"},
		{"cut header", good[:20], "truncated"},
		{"cut data", good[:len(good)-1], "have 23 bytes of data, want shape [2 3] of 4 bytes each"},
		{"trailing", append(good[:len(good):len(good)], 0), "have 25 bytes of data"},
		{"terabytes", file(dict("<f8", "False", "(1099511627776, 1024)"), 8), "have 8 bytes of data, want shape [1099511627776 1024]"},
		{"overflow to 0", file(dict("<f4", "False", "(4611686018427387904,)"), 0), "have 0 bytes of data"},
		{"overflow to 4", file(dict("<f4", "False", "(4294967296, 4294967296, 4294967297)"), 4), "have 4 bytes of data"},
		{"beyond int", file(dict("<f4", "False", "(99999999999999999999,)"), 0), "want a dimension"},
		{"negative", file(dict("<f4", "False", "(-1,)"), 4), "want a dimension"},
		{"complex", file(dict("<c8", "False", "(1,)"), 8), `have type "<c8", want f4`},
		{"objects", file(dict("|O", "False", "(1,)"), 8), `have type "|O"`},
		{"records", file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", 4), "want a string"},
		{"order", file(dict("<f4", "Maybe", "(1,)"), 4), "want True or False"},
		{"shape", file(dict("<f4", "False", "[1]"), 4), "want a tuple"},
		{"open shape", file(dict("<f4", "False", "(1"), 4), "want a tuple"},
		{"two commas", file(dict("<f4", "False", "(1,,)"), 4), "want a dimension"},
		{"missing key", file("{'descr': '<f4', 'shape': (1,), }", 4), "want the keys"},
		{"unknown key", file("{'descr': '<f4', 'colour': 'red', 'shape': (1,), }", 4), "colour: unknown key"},
		{"twice", file("{'descr': '<f4', 'descr': '<f4', 'shape': (1,), }", 4), "comes twice"},
		{"no comma", file("{'descr': '<f4' 'shape': (1,), }", 4), "want a comma"},
		{"no colon", file("{'descr'}", 4), "no value"},
		{"open string", file("{'descr}", 4), "closing quote"},
		{"not a dictionary", file("[]", 4), "not a dictionary"},
		{"nothing", file("", 4), "not a dictionary"},
	} {
		if _, err := read(c.file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: have error %v, want one with %q", c.name, err, c.want)
		}
	}
}

func TestErrorsNameTheFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.npy")
	if _, err := ReadFile(name); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if err := os.WriteFile(name, []byte("short"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(name); err == nil || !strings.Contains(err.Error(), name) {
		t.Error(err)
	}
	if err := WriteFile(name, Array{[]int{2}, []float32{1}}); err == nil || !strings.Contains(err.Error(), name) {
		t.Error(err)
	}
}

func TestWriteErrors(t *testing.T) {
	for _, c := range []struct {
		a    Array
		want string
	}{
		{Array{[]int{2, 2}, make([]float32, 3)}, "have 3 values, want shape [2 2]"},
		{Array{[]int{-1}, nil}, "want shape [-1]"},
		{Array{[]int{1 << 32, 1 << 32}, nil}, "have 0 values"},
		{Array{make([]int, 30000), nil}, "too many dimensions"},
	} {
		if err := Write(io.Discard, c.a); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("have error %v, want one with %q", err, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	names, _ := filepath.Glob("testdata/*.npy")
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := read(b)
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := Write(&out, a); err != nil {
			t.Fatal(err)
		}
		again, err := read(out.Bytes())
		if err != nil || fmt.Sprint(again) != fmt.Sprint(a) { // as text, for NaN equals NaN there
			t.Fatalf("a round trip changes %v to %v, %v", a, again, err)
		}
	})
}
