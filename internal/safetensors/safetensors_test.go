package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"zoo/internal/floats"
)

// sample has every dtype, a scalar, an empty tensor, odd lengths, and more
// values than fit a chunk.
func sample() []Tensor {
	long := make([]float32, 2*chunk+3)
	for i := range long {
		long[i] = float32(i) / 7
	}
	return []Tensor{
		{"u", []int{3}, []uint8{1, 2, 255}},
		{"a/long", []int{len(long)}, long},
		{"f32", []int{2, 2}, []float32{1, -0.5, float32(math.Inf(1)), math.SmallestNonzeroFloat32}},
		{"i64", []int{1, 2}, []int64{math.MinInt64, 7}},
		{"bool", []int{3}, []bool{true, false, true}},
		{"f64", []int{}, []float64{math.Pi}},
		{"i32", []int{2}, []int32{-1, 1 << 30}},
		{"empty", []int{0, 5}, []float32{}},
		{"<näme> \"q\"", []int{1}, []float32{9}},
	}
}

func encode(t testing.TB, meta map[string]string, tensors ...Tensor) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, meta, tensors...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func decode(b []byte) (File, error) { return Read(bytes.NewReader(b), int64(len(b))) }

func TestRoundTrip(t *testing.T) {
	meta := map[string]string{"step": "12", "b": "quotes \" and ü", "zeros": noDigest}
	name := filepath.Join(t.TempDir(), "x.safetensors")
	if err := WriteFile(name, meta, sample()...); err != nil {
		t.Fatal(err)
	}
	f, err := ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !f.Verified {
		t.Error("a file of ours is not verified")
	}
	if !reflect.DeepEqual(f.Meta, meta) {
		t.Errorf("metadata: have %v, want %v", f.Meta, meta)
	}
	want := sample()
	slices.SortFunc(want, func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) })
	if !reflect.DeepEqual(f.Tensors, want) {
		t.Errorf("tensors differ: have %d, want %d", len(f.Tensors), len(want))
	}
	for _, w := range want {
		if have, ok := f.Tensor(w.Name); !ok || !reflect.DeepEqual(have, w) {
			t.Errorf("Tensor(%q) = %v, %v", w.Name, have.Shape, ok)
		}
	}
	if _, ok := f.Tensor("none"); ok {
		t.Error("found a tensor that is not there")
	}
}

func TestNothing(t *testing.T) {
	f, err := decode(encode(t, nil))
	if err != nil || len(f.Tensors) != 0 || len(f.Meta) != 0 {
		t.Errorf("have %v, %v", f, err)
	}
	if _, err := decode([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}")); err != nil {
		t.Error(err)
	}
}

// The same content is the same bytes, and begins where PyTorch requires.
func TestDeterministicAndAligned(t *testing.T) {
	a := sample()
	b := slices.Clone(a)
	slices.Reverse(b)
	meta := map[string]string{"x": "1", "y": "2", "z": "3"}
	x, y := encode(t, meta, a...), encode(t, meta, b...)
	if !bytes.Equal(x, y) {
		t.Error("the order of the arguments changes the bytes")
	}
	n := binary.LittleEndian.Uint64(x)
	if n%8 != 0 {
		t.Errorf("the data begin at byte %d of the file", n+8)
	}
	_, places, err := decodeHeader(x[8 : 8+n])
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range places {
		if p.Offsets[0]%uint64(elementSize(p.DType)) != 0 {
			t.Errorf("%s of %s begins at %d", p.name, p.DType, p.Offsets[0])
		}
	}
}

func TestFloat32(t *testing.T) {
	if d, err := (Tensor{Data: []float32{1}}).Float32(); err != nil || d[0] != 1 {
		t.Error(d, err)
	}
	if _, err := (Tensor{Name: "conv", Data: []int64{1}}).Float32(); err == nil || !strings.Contains(err.Error(), `"conv"`) {
		t.Error(err)
	}
}

// Any flipped bit of a file of ours, header and digest included, is an error,
// or makes it a file without a digest.
func TestEveryBitCounts(t *testing.T) {
	b := encode(t, map[string]string{"step": "5"},
		Tensor{"w", []int{3}, []float32{1, 2, 3}}, Tensor{"b", []int{1}, []float32{0}})
	for i := range b {
		for bit := range 8 {
			b[i] ^= 1 << bit
			if f, err := decode(b); err == nil && f.Verified {
				t.Errorf("byte %d bit %d flipped: no error", i, bit)
			}
			b[i] ^= 1 << bit
		}
	}
	for n := range b {
		if _, err := decode(b[:n]); err == nil {
			t.Errorf("cut to %d of %d bytes: no error", n, len(b))
		}
	}
	if _, err := decode(append(b, 0)); err == nil {
		t.Error("a trailing byte: no error")
	}
}

// foreign builds a file from a literal header, as other programs write it.
func foreign(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func TestForeign(t *testing.T) {
	b := foreign(`{"b":{"dtype":"F16","shape":[2],"data_offsets":[4,8]},"a":{"dtype":"BF16","shape":[2,1],"data_offsets":[0,4]}}   `, 0)
	b = append(b, 0x80, 0x3f, 0x00, 0xc0 /* BF16 1, -2 */, 0x00, 0x3c, 0x01, 0x00 /* F16 1, 2^-24 */)
	f, err := decode(b)
	want := []Tensor{{"a", []int{2, 1}, []float32{1, -2}}, {"b", []int{2}, []float32{1, 0x1p-24}}}
	if err != nil || f.Verified || !reflect.DeepEqual(f.Tensors, want) {
		t.Errorf("have %v, %v, want %v", f.Tensors, err, want)
	}
}

// testdata/torch.safetensors is by safetensors 0.8.0 and PyTorch:
//
//	save_file({'a.weight': torch.arange(6.).view(2, 3), 'h': torch.tensor([1.5, -2], dtype=torch.float16),
//	    'bf': torch.tensor([[3.]], dtype=torch.bfloat16), 'n': torch.tensor(7), 'm': torch.tensor([True, False]),
//	    'u': torch.tensor([1, 2, 255], dtype=torch.uint8)}, 'torch.safetensors', {'format': 'pt'})
func TestPyTorch(t *testing.T) {
	f, err := ReadFile("testdata/torch.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	want := File{Meta: map[string]string{"format": "pt"}, Tensors: []Tensor{
		{"a.weight", []int{2, 3}, []float32{0, 1, 2, 3, 4, 5}},
		{"bf", []int{1, 1}, []float32{3}},
		{"h", []int{2}, []float32{1.5, -2}},
		{"m", []int{2}, []bool{true, false}},
		{"n", []int{}, []int64{7}},
		{"u", []int{3}, []uint8{1, 2, 255}},
	}}
	if !reflect.DeepEqual(f, want) {
		t.Errorf("have %v, want %v", f, want)
	}
}

func TestBadFiles(t *testing.T) {
	w := func(dtype, shape, offsets string) string {
		return fmt.Sprintf(`"w":{"dtype":%q,"shape":%s,"data_offsets":%s}`, dtype, shape, offsets)
	}
	huge := binary.LittleEndian.AppendUint64(nil, 1<<62)
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "have 0 bytes, want at least 8"},
		{"header of exabytes", append(huge, "{}"...), "claims 4611686018427387904 bytes, want at most 2"},
		{"not JSON", foreign("hello world", 0), "not a JSON object"},
		{"cut JSON", foreign(`{"w":{"dtype"`, 0), "header"},
		{"array", foreign(`[]`, 0), "not a JSON object"},
		{"after", foreign(`{} {}`, 0), "text after"},
		{"negative shape", foreign(`{`+w("F32", "[-1]", "[0,4]")+`}`, 4), `tensor "w"`},
		{"fractional shape", foreign(`{`+w("F32", "[1.5]", "[0,4]")+`}`, 4), `tensor "w"`},
		{"metadata not a dict", foreign(`{"__metadata__":[1]}`, 0), "__metadata__: want names with texts"},
		{"dtype", foreign(`{`+w("F8_E4M3", "[4]", "[0,4]")+`}`, 4), `have dtype "F8_E4M3", want F64`},
		{"too few bytes", foreign(`{`+w("F32", "[2,3]", "[0,20]")+`}`, 20), "have 20 bytes, want F32 of shape [2 3]"},
		{"terabytes", foreign(`{`+w("F32", "[1099511627776]", "[0,4398046511104]")+`}`, 4), "but the file has 4"},
		{"overflow to 0", foreign(`{`+w("F32", "[4611686018427387904]", "[0,0]")+`}`, 0), "have 0 bytes"},
		{"overflow to 4", foreign(`{`+w("F32", "[4294967296,4294967296,4294967297]", "[0,4]")+`}`, 4), "have 4 bytes"},
		{"no elements, absurd shape", foreign(`{`+w("F32", "[0,18446744073709551615]", "[0,0]")+`}`, 0), "have 0 bytes"},
		{"backwards", foreign(`{`+w("F32", "[1]", "[4,0]")+`}`, 4), "[4, 0)"},
		{"gap", foreign(`{`+w("F32", "[1]", "[4,8]")+`}`, 8), "begins at byte 4, but the tensor before it ends at 0"},
		{"overlap", foreign(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},`+w("F32", "[1]", "[4,8]")+`}`, 8), "before it ends at 8"},
		{"trailing", foreign(`{`+w("F32", "[1]", "[0,4]")+`}`, 5), "have 5 bytes of data, want 4"},
		{"twice", foreign(`{`+w("F32", "[1]", "[0,4]")+`,`+w("F32", "[1]", "[4,8]")+`}`, 8), `"w" comes twice`},
		{"foreign digest", foreign(`{"__metadata__":{"zoo.sha256":""}}`, 0), "altered"},
	} {
		_, err := decode(c.file)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: have error %v, want one with %q", c.name, err, c.want)
		}
	}
}

func TestErrorsNameTheFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "weights.safetensors")
	if _, err := ReadFile(name); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if err := os.WriteFile(name, []byte("short"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(name); err == nil || !strings.Contains(err.Error(), name) {
		t.Error(err)
	}
	if err := WriteFile(name, nil, Tensor{Name: "w", Data: 3}); err == nil || !strings.Contains(err.Error(), name) {
		t.Error(err)
	}
	if b, _ := os.ReadFile(name); string(b) != "short" {
		t.Error("a failed write changed the file")
	}
}

// Everything that is wrong is reported at once.
func TestWriteErrors(t *testing.T) {
	err := Write(io.Discard, map[string]string{digestKey: "mine"},
		Tensor{"a", []int{2}, []float32{1}},
		Tensor{"b", nil, []int{1}},
		Tensor{"c", []int{-1}, []float32{}},
		Tensor{"d", []int{1}, []float32{1}}, Tensor{"d", []int{1}, []float32{1}},
		Tensor{"", []int{0}, []float32{}},
		Tensor{metaKey, []int{0}, []float32{}},
		Tensor{"e", []int{1 << 32, 1 << 32}, []float32{}},
	)
	for _, want := range []string{"have 1 values, want shape [2]", `"b": have []int`, "negative", `"d": the name is taken`,
		`"": the name is empty`, `"__metadata__": the name is taken`, `"e": have 0 values`, `metadata key "zoo.sha256"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in: %v", want, err)
		}
	}
}

type failing struct{ left int }

func (f *failing) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(b), nil
}

func TestWriteReportsTheWriter(t *testing.T) {
	size := len(encode(t, nil, sample()...))
	for _, left := range []int{0, 8, 1000, size - 1} {
		if err := Write(&failing{left}, nil, sample()...); err != io.ErrShortWrite {
			t.Errorf("a disk of %d bytes: have error %v", left, err)
		}
	}
	if err := Write(&failing{size}, nil, sample()...); err != nil {
		t.Error(err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(encode(f, map[string]string{"k": "v"}, sample()[2:]...))
	f.Add(foreign(`{"w":{"dtype":"F16","shape":[2,1],"data_offsets":[0,4]}}`, 4))
	f.Add(foreign(`{"__metadata__":{"format":"pt"},"a":{"dtype":"BOOL","shape":[],"data_offsets":[0,1]},"w":{"dtype":"F64","shape":[0],"data_offsets":[1,1]}}`, 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := decode(b)
		if err != nil {
			return
		}
		// What was read can be written, and then reads as the same.
		if slices.ContainsFunc(file.Tensors, func(t Tensor) bool { return t.Name == "" }) {
			return // legal to read; we write no such name
		}
		var first, second bytes.Buffer
		if err := Write(&first, file.Meta, file.Tensors...); err != nil {
			t.Fatal(err)
		}
		again, err := decode(first.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if err := Write(&second, again.Meta, again.Tensors...); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatalf("a second round trip differs: %v", err)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	file := encode(b, nil, Tensor{"w", []int{1 << 24}, make([]float32, 1<<24)})
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if _, err := decode(file); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	w := make([]float32, 1<<24)
	b.SetBytes(4 << 24)
	for b.Loop() {
		if err := Write(io.Discard, nil, Tensor{"w", []int{1 << 24}, w}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestReader: what is read in parts is what ReadFile reads, and a file that was
// written from Floats is one that was written from a slice.
func TestReader(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.safetensors")
	tensors := sample()
	for i, x := range tensors {
		if d, ok := x.Data.([]float32); ok {
			tensors[i].Data = Floats{len(d), func(write func([]float32) error) error {
				return errors.Join(write(d[:len(d)/3]), write(d[len(d)/3:]))
			}}
		}
	}
	if err := WriteFile(name, nil, tensors...); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b, encode(t, nil, sample()...)) {
		t.Error("Floats are written as other bytes than slices")
	}
	r, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.Verify(); err != nil || !r.Signed {
		t.Error(err)
	}
	whole, err := ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Tensors {
		want, ok := whole.Tensor(s.Name)
		if !ok || !slices.Equal(s.Shape, want.Shape) {
			t.Errorf("%s: have shape %v, want %v", s.Name, s.Shape, want.Shape)
		}
		d, ok := want.Data.([]float32)
		if wide, is := want.Data.([]float64); is { // rounded
			ok, d = true, make([]float32, len(wide))
			for i := range d {
				d[i] = float32(wide[i])
			}
		}
		if ok != (s.Float() != floats.None) {
			t.Errorf("%s of %s: Float is %v", s.Name, s.DType, s.Float())
		}
		if !ok {
			if err := r.ReadFloats(s, make([]float32, 1), 0); err == nil || !strings.Contains(err.Error(), s.Name) {
				t.Errorf("%s of %s is read as floats: %v", s.Name, s.DType, err)
			}
			continue
		}
		have := make([]float32, len(d))
		if err := errors.Join(r.ReadFloats(s, have[:len(d)/2], 0), r.ReadFloats(s, have[len(d)/2:], len(d)/2)); err != nil {
			t.Error(err)
		}
		if !reflect.DeepEqual(have, d) {
			t.Errorf("%s: have other values", s.Name)
		}
	}
	if err := os.Truncate(name, int64(len(b)/2)); err != nil {
		t.Fatal(err)
	}
	if err := r.ReadFloats(r.Tensors[1], make([]float32, len(b)/4), 0); err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("a file that shrinks while it is read: %v", err)
	}
	b[len(b)-1] ^= 1
	if err := os.WriteFile(name, b, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := r.Verify(); err == nil || !strings.Contains(err.Error(), "altered or damaged") {
		t.Errorf("an altered file: %v", err)
	}
	if _, err := Open(name + ".none"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	short := Tensor{"w", []int{3}, Floats{3, func(write func([]float32) error) error { return write([]float32{1}) }}}
	if err := Write(io.Discard, nil, short); err == nil || !strings.Contains(err.Error(), "have 1 values, want 3") {
		t.Error(err)
	}
}

// The 16-bit floats of a foreign file, in parts.
func TestReaderWidens(t *testing.T) {
	r, err := Open(filepath.Join("testdata", "torch.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	whole, err := ReadFile(filepath.Join("testdata", "torch.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, s := range r.Tensors {
		want, _ := whole.Tensor(s.Name)
		d, ok := want.Data.([]float32)
		if !ok {
			continue
		}
		n++
		have := make([]float32, len(d))
		if err := r.ReadFloats(s, have, 0); err != nil || !reflect.DeepEqual(have, d) {
			t.Errorf("%s of %s: have %v, want %v: %v", s.Name, s.DType, have, d, err)
		}
	}
	if n < 3 {
		t.Errorf("have %d tensors of floats, want F32, F16 and BF16", n)
	}
	if err := r.Verify(); err == nil {
		t.Error("a file without a SHA-256 is verified")
	}
}
