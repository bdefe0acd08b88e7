package pth

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zoo/internal/floats"
)

// TestPyTorch reads what PyTorch wrote: see testdata/make.py.
func TestPyTorch(t *testing.T) {
	want := []struct {
		name   string
		shape  []int
		values []float32
	}{
		{"a.weight", []int{2, 3}, []float32{0, 1, 2, 3, 4, 5}},
		{"a.transposed", []int{3, 2}, []float32{0, 3, 1, 4, 2, 5}},
		{"a.row", []int{2}, []float32{4, 5}},
		{"h", []int{2}, []float32{1.5, -2}},
		{"bf", []int{1, 1}, []float32{3}},
		{"n.num_batches_tracked", []int{}, nil},
	}
	for _, name := range []string{"torch.pth", "nested.pth", "legacy.pth"} {
		r, err := Open(filepath.Join("testdata", name), "")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if err := r.Verify(); err != nil {
			t.Error(err)
		}
		if len(r.Tensors) != len(want) {
			t.Fatalf("%s: have %d tensors, want %d", name, len(r.Tensors), len(want))
		}
		for i, x := range r.Tensors {
			w := want[i]
			if x.Name != w.name || !slices.Equal(x.Shape, w.shape) {
				t.Errorf("%s: have %s %v, want %s %v", name, x.Name, x.Shape, w.name, w.shape)
			}
			if w.values == nil {
				if x.Float() != floats.None || x.Type != "Long" {
					t.Errorf("%s: %s has type %s", name, x.Name, x.Type)
				}
				if err := r.ReadFloats(x, make([]float32, 1), 0); err == nil || !strings.Contains(err.Error(), `"n.num_batches_tracked": have Long`) {
					t.Error(err)
				}
				continue
			}
			for cut := range w.values {
				have := make([]float32, len(w.values))
				if err := errors.Join(r.ReadFloats(x, have[:cut], 0), r.ReadFloats(x, have[cut:], cut)); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(have, w.values) {
					t.Errorf("%s: %s cut at %d: have %v, want %v", name, x.Name, cut, have, w.values)
				}
			}
		}
	}
}

// A pickler writes pickles as Python does, with protocol 2.
type pickler struct{ bytes.Buffer }

func (p *pickler) ops(ops string) *pickler { p.WriteString(ops); return p }

func (p *pickler) text(s string) *pickler {
	p.WriteByte('X')
	binary.Write(p, binary.LittleEndian, uint32(len(s)))
	p.WriteString(s)
	return p
}

func (p *pickler) number(n int) *pickler {
	p.WriteByte('J')
	binary.Write(p, binary.LittleEndian, int32(n))
	return p
}

func (p *pickler) tuple(numbers ...int) *pickler {
	p.ops("(")
	for _, n := range numbers {
		p.number(n)
	}
	return p.ops("t")
}

func (p *pickler) storage(kind, key string, length int) *pickler {
	return p.ops("(").text("storage").ops("ctorch\n" + kind + "Storage\n").text(key).text("cpu").number(length).ops("tQ")
}

// tensor writes a view of storage 0, with n floats.
func (p *pickler) tensor(length, offset int, shape, stride []int) *pickler {
	return p.ops("ctorch._utils\n_rebuild_tensor_v2\n(").storage("Float", "0", length).number(offset).tuple(shape...).tuple(stride...).
		ops("\x89ccollections\nOrderedDict\n)RtR")
}

// tensorFile is the pickle of a dict of one tensor "w", a view of storage 0.
func tensorFile(length, offset int, shape, stride []int) []byte {
	p := (&pickler{}).ops("\x80\x02}(").text("w").tensor(length, offset, shape, stride).ops("u.")
	return p.Bytes()
}

// A record is one of an archive.
type record struct {
	name string
	data []byte
}

// archive makes a file of records that lie in it as they are.
func archive(t testing.TB, method uint16, records ...record) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, r := range records {
		f, err := w.CreateHeader(&zip.FileHeader{Name: r.name, Method: method})
		if err == nil {
			_, err = f.Write(r.data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// counting are n floats 0, 1, 2, ...
func counting(n int) (b []byte) {
	for i := range n {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(i)))
	}
	return b
}

func open(t testing.TB, b []byte) (*Reader, error) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "x.pth")
	if err := os.WriteFile(name, b, 0o666); err != nil {
		t.Fatal(err)
	}
	r, err := Open(name, "")
	if err == nil {
		t.Cleanup(func() { r.Close() })
	} else if !strings.HasPrefix(err.Error(), name+": ") {
		t.Errorf("the error does not begin with the file's name: %v", err)
	}
	return r, err
}

// TestViews compares views with the index arithmetic written out.
func TestViews(t *testing.T) {
	for _, c := range []struct {
		offset        int
		shape, stride []int
	}{
		{0, []int{24}, []int{1}}, {3, []int{2, 5}, []int{5, 1}}, {1, []int{3, 4}, []int{1, 5}}, {0, []int{2, 3, 4}, []int{1, 8, 2}},
		{5, []int{4, 3}, []int{0, 2}}, {23, []int{}, []int{}}, {7, []int{1, 4, 1}, []int{99, 4, 50}}, {24, []int{0, 3}, []int{3, 1}},
	} {
		r, err := open(t, archive(t, zip.Store, record{"a/data.pkl", tensorFile(24, c.offset, c.shape, c.stride)}, record{"a/data/0", counting(24)}))
		if err != nil {
			t.Errorf("%v: %v", c, err)
			continue
		}
		want := []float32{float32(c.offset)}
		for i, d := range c.shape {
			var next []float32
			for _, v := range want {
				for j := range d {
					next = append(next, v+float32(j*c.stride[i]))
				}
			}
			want = next
		}
		have := make([]float32, len(want))
		if err := r.ReadFloats(r.Tensors[0], have, 0); err != nil || !slices.Equal(have, want) {
			t.Errorf("%v: have %v, want %v: %v", c, have, want, err)
		}
	}
}

func TestBadFiles(t *testing.T) {
	data := record{"a/data/0", counting(6)}
	file := func(pickle []byte, more ...record) []byte {
		return archive(t, zip.Store, append([]record{{"a/data.pkl", pickle}}, more...)...)
	}
	p := func() *pickler { return (&pickler{}).ops("\x80\x02") }
	good := file(tensorFile(6, 0, []int{2, 3}, []int{3, 1}), data)
	if _, err := open(t, good); err != nil {
		t.Fatal(err)
	}
	two := p().ops("}(").text("model").ops("}(").text("w").tensor(6, 0, []int{6}, []int{1}).ops("u").
		text("ema").ops("}(").text("w").tensor(6, 0, []int{6}, []int{1}).ops("uu.").Bytes()
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "not a file of torch.save"},
		{"text", []byte("hello"), "not a file of torch.save"},
		{"truncated", good[:len(good)-30], "truncated or damaged"},
		{"another zip", archive(t, zip.Store, record{"x.txt", nil}), "no record data.pkl"},
		{"two pickles", file(p().Bytes(), record{"b/data.pkl", nil}), "two records data.pkl"},
		{"twice", file(tensorFile(6, 0, []int{6}, []int{1}), data, data), `"a/data/0" is there twice`},
		{"script", file(p().Bytes(), record{"a/constants.pkl", nil}), "TorchScript"},
		{"big endian", file(p().Bytes(), record{"a/byteorder", []byte("big")}), `"big", want little`},
		{"compressed", archive(t, zip.Deflate, record{"a/data.pkl", tensorFile(6, 0, []int{6}, []int{1})}, data), "compressed"},
		{"no storage", file(tensorFile(6, 0, []int{6}, []int{1})), `tensor "w": its storage 0 is not in the file`},
		{"short storage", file(tensorFile(7, 0, []int{6}, []int{1}), data), "has 24 bytes, want 7 values of 4"},
		{"past the end", file(tensorFile(6, 1, []int{2, 3}, []int{3, 1}), data), "reaches value 6 of a storage of 6"},
		{"stride", file(tensorFile(6, 0, []int{2, 3}, []int{4, 1}), data), "reaches value 6"},
		{"negative stride", file(tensorFile(6, 5, []int{6}, []int{-1}), data), "no negative"},
		{"negative offset", file(tensorFile(6, -1, []int{6}, []int{1}), data), "tensor of other arguments"},
		{"huge shape", file(tensorFile(6, 0, []int{1 << 30, 1 << 30}, []int{0, 0}), data), "too large"},
		{"ranks", file(tensorFile(6, 0, []int{6}, []int{1, 1}), data), "want as many"},
		{"code", file(p().ops("cos\nsystem\n").text("ls").ops("\x85R.").Bytes()), `it holds os.system, which is code and not tensors`},
		{"code by name", file(p().text("builtins").text("eval").ops("\x93.").Bytes()), `it holds builtins.eval, which is code`},
		{"module", file(p().ops("ctorchvision.models.resnet\nResNet\n)\x81.").Bytes()), `it holds torchvision.models.resnet.ResNet, which is code`},
		{"opcode", file(p().ops(")\x82.").Bytes()), `opcode '\u0082', which is code`},
		{"calls a text", file(p().text("f").ops(")R.").Bytes()), `it holds "f", which is code`},
		{"builds a tensor", file(p().tensor(6, 0, []int{6}, []int{1}).ops("}b.").Bytes()), "it holds a tensor, want a state_dict"},
		{"cut", file(p().ops("}(").text("w").Bytes()), "truncated"},
		{"cut text", file(p().ops("X\xff\xff\xff\x7fab").Bytes()), "a text claims 2147483647 bytes, but 2 are left"},
		{"no value", file(p().ops(".").Bytes()), "have 0 values, want 1"},
		{"no mark", file(p().ops("}u.").Bytes()), "no mark"},
		{"not remembered", file(p().ops("h\x05.").Bytes()), "value 5 is not remembered"},
		{"newer protocol", file([]byte("\x80\x06.")), "protocol 6"},
		{"a number", file(p().number(3).ops(".").Bytes()), "it holds 3, want a state_dict"},
		{"a list", file(p().ops("]").number(3).ops("a.").Bytes()), "it holds a list of 1"},
		{"no tensors", file(p().ops("}(").text("epoch").number(3).ops("u.").Bytes()), `it holds no state_dict, a dict of tensors: it has "epoch": 3`},
		{"two state dicts", file(two, data), `2 state_dicts, model, ema: name one after the file, as in FILE#model`},
		{"twice a name", file(p().ops("}(").text("w").tensor(6, 0, []int{6}, []int{1}).text("w").tensor(6, 0, []int{6}, []int{1}).ops("u.").Bytes(), data), "tensor \"w\" is there twice"},
		{"a storage of two types", file(p().storage("Float", "0", 6).storage("Half", "0", 6).ops(".").Bytes()), "two types"},
		{"a path", file(p().storage("Float", "../0", 6).ops(".").Bytes()), "without a type, a key"},
	} {
		if _, err := open(t, c.file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: have error %v, want one with %q", c.name, err, c.want)
		}
	}
}

// TestInert: what research keeps beside its tensors is passed over, and none of it run.
func TestInert(t *testing.T) {
	p := (&pickler{}).ops("\x80\x04}(")
	p.text("best").ops("cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n").text("f8").ops("\x89\x88\x87R(K\x03").text("<").ops("NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tbC\x08\x00\x00\x00\x00\x00\x00\xf0?tR")
	p.text("tags").ops("\x8f(").text("a").text("b").ops("\x90")
	p.text("frozen").ops("(").text("a").ops("\x91")
	p.text("when").ops("cdatetime\ndatetime\nC\x0a0123456789\x85R")
	p.text("args").ops("cargparse\nNamespace\n)\x81}(").text("lr").ops("G\x3f\xb9\x99\x99\x99\x99\x99\x9aub")
	p.text("losses").ops("ccollections\ndefaultdict\nc__builtin__\nlist\n\x85R")
	p.text("evil").ops("cos\nsystem\n").text("touch pwned").ops("\x85R")
	p.text("optimizer").ops("}(").text("state").ops("}(K\x00}(").text("exp_avg").tensor(6, 0, []int{6}, []int{1}).ops("uuu")
	p.text("best_acc1").tensor(6, 0, []int{}, []int{})
	p.text("state_dict").ops("}(").text("w").tensor(6, 0, []int{2, 3}, []int{3, 1}).ops("uu.")
	r, err := open(t, archive(t, zip.Store, record{"a/data.pkl", p.Bytes()}, record{"a/data/0", counting(6)}))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Tensors) != 1 || r.Tensors[0].Name != "w" {
		t.Errorf("have %+v, want w", r.Tensors)
	}
}

// TestParts: one of several state_dicts is chosen by its key.
func TestParts(t *testing.T) {
	two := (&pickler{}).ops("\x80\x02}(").text("model").ops("}(").text("w").tensor(6, 0, []int{6}, []int{1}).ops("u").
		text("ema").ops("}(").text("shadow").ops("}(").text("v").tensor(6, 0, []int{6}, []int{1}).ops("uuu.").Bytes()
	name := filepath.Join(t.TempDir(), "two.pth")
	if err := os.WriteFile(name, archive(t, zip.Store, record{"a/data.pkl", two}, record{"a/data/0", counting(6)}), 0o666); err != nil {
		t.Fatal(err)
	}
	for part, want := range map[string]string{"model": "w", "ema.shadow": "v"} {
		r, err := Open(name, part)
		if err != nil || r.Tensors[0].Name != want {
			t.Errorf("%s: have %+v, %v, want %s", part, r, err, want)
			continue
		}
		r.Close()
	}
	for part, want := range map[string]string{"": "model, ema.shadow: name one", "else": "no state_dict else: it has model, ema.shadow"} {
		if _, err := Open(name, part); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: have error %v, want %q", part, err, want)
		}
	}
}

func TestVerify(t *testing.T) {
	b := archive(t, zip.Store, record{"a/data.pkl", tensorFile(6, 0, []int{6}, []int{1})}, record{"a/data/0", counting(6)})
	at := bytes.Index(b, counting(6))
	b[at+9] ^= 1
	r, err := open(t, b)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Verify(); err == nil || !strings.Contains(err.Error(), "damaged: the record a/data/0") {
		t.Error(err)
	}
}

// Protocol 4 says the same with other opcodes.
func TestProtocol4(t *testing.T) {
	short := func(s string) string { return fmt.Sprintf("\x8c%c%s\x94", len(s), s) }
	pickle := "\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00}\x94" + short("w") +
		short("torch._utils") + short("_rebuild_tensor_v2") + "\x93\x94((" + short("storage") + short("torch") + short("FloatStorage") + "\x93\x94" +
		short("0") + short("cpu") + "\x8a\x01\x06t\x94QK\x00K\x06\x85\x94K\x01\x85\x94\x89N" + "t\x94R\x94s."
	r, err := open(t, archive(t, zip.Store, record{"a/data.pkl", []byte(pickle)}, record{"a/data/0", counting(6)}))
	if err != nil {
		t.Fatal(err)
	}
	have := make([]float32, 6)
	if err := r.ReadFloats(r.Tensors[0], have, 0); err != nil || !slices.Equal(have, []float32{0, 1, 2, 3, 4, 5}) {
		t.Error(have, err)
	}
}

// FuzzPickle: whatever the bytes, an error or tensors that lie within the file.
func FuzzPickle(f *testing.F) {
	for _, name := range []string{"torch.pth", "nested.pth"} {
		z, err := zip.OpenReader(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		for _, r := range z.File {
			if strings.HasSuffix(r.Name, "data.pkl") {
				b, err := content(r, maxPickle)
				if err != nil {
					f.Fatal(err)
				}
				f.Add(b)
			}
		}
		z.Close()
	}
	f.Add(tensorFile(6, 0, []int{2, 3}, []int{3, 1}))
	f.Fuzz(func(t *testing.T, pickle []byte) {
		b := archive(t, zip.Store, record{"a/data.pkl", pickle}, record{"a/data/0", counting(6)}, record{"a/data/1", counting(1)})
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		tensors, _, err := read(z, int64(len(b)), "")
		checkTensors(t, tensors, err)
	})
}

// FuzzFile does the same to whole archives.
func FuzzFile(f *testing.F) {
	for _, name := range []string{"torch.pth", "nested.pth"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		tensors, _, err := read(z, int64(len(b)), "")
		checkTensors(t, tensors, err)
	})
}

func checkTensors(t *testing.T, tensors []Tensor, err error) {
	if err != nil {
		if tensors != nil || err.Error() == "" || errors.Is(err, io.EOF) && !strings.Contains(err.Error(), ":") {
			t.Errorf("have %d tensors and %v", len(tensors), err)
		}
		return
	}
	for _, x := range tensors {
		last := x.offset
		for i, d := range x.Shape {
			last += (d - 1) * x.stride[i]
		}
		if !slices.Contains(x.Shape, 0) && (x.offset < 0 || last < x.offset || last >= x.storage.length) {
			t.Errorf("%+v reaches out of its storage of %d", x, x.storage.length)
		}
	}
}
