package pth

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zoo/internal/floats"
)

// A legacyFile has the parts of a file before PyTorch 1.6.
type legacyFile struct {
	version, machine, object, keys []byte
	storages                       []byte
}

func (l legacyFile) bytes() []byte {
	return slices.Concat(magic, l.version, l.machine, l.object, l.keys, l.storages)
}

func protocol2() *pickler { return (&pickler{}).ops("\x80\x02") }

// values are a storage of n values, with its length.
func values(n int, b []byte) []byte {
	return append(binary.LittleEndian.AppendUint64(nil, uint64(n)), b...)
}

// keyList is the pickle of the storages' keys.
func keyList(keys ...string) []byte {
	p := protocol2().ops("](")
	for _, k := range keys {
		p.text(k)
	}
	return p.ops("e.").Bytes()
}

// legacyStorage refers to a storage as before PyTorch 1.6; view are the opcodes of
// its view_metadata.
func (p *pickler) legacyStorage(kind, key string, length int, view string) *pickler {
	return p.ops("(").text("storage").ops("ctorch\n" + kind + "Storage\n").text(key).text("cpu").number(length).ops(view).ops("tQ")
}

// vector is a tensor of the last n values of a storage.
func (p *pickler) vector(kind, key string, length, n int) *pickler {
	return p.ops("ctorch._utils\n_rebuild_tensor_v2\n(").legacyStorage(kind, key, length, "N").number(length - n).tuple(n).tuple(1).
		ops("\x89ccollections\nOrderedDict\n)RtR")
}

// goodLegacy is a file of two tensors: six floats and a count.
func goodLegacy() legacyFile {
	return legacyFile{
		version:  protocol2().ops("M\xe9\x03.").Bytes(),
		machine:  protocol2().ops("}(").text("little_endian").ops("\x88").text("type_sizes").ops("}u.").Bytes(),
		object:   protocol2().ops("}(").text("w").vector("Float", "7", 6, 6).text("n").vector("Long", "8", 1, 1).ops("u.").Bytes(),
		keys:     keyList("7", "8"),
		storages: append(values(6, counting(6)), values(1, make([]byte, 8))...),
	}
}

// TestLegacyTypes reads every type that the archives' reader reads, and one that
// it only describes, through storages that lie one after the other.
func TestLegacyTypes(t *testing.T) {
	l := goodLegacy()
	l.object = protocol2().ops("}(").text("f").vector("Float", "f", 3, 2).text("h").vector("Half", "h", 2, 2).
		text("b").vector("BFloat16", "b", 3, 1).text("d").vector("Double", "d", 1, 1).text("i").vector("Int", "i", 1, 1).ops("u.").Bytes()
	l.keys = keyList("h", "d", "b", "i", "f") // not the order of the tensors
	l.storages = slices.Concat(
		values(2, []byte{0x00, 0x3e, 0x00, 0xc0}), values(1, binary.LittleEndian.AppendUint64(nil, math.Float64bits(0.1))), values(3, []byte{0, 0, 0, 0, 0x40, 0x40}),
		values(1, make([]byte, 4)), values(3, counting(3)))
	r, err := open(t, l.bytes())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]float32{"f": {1, 2}, "h": {1.5, -2}, "b": {3}, "d": {0.1}}
	for _, x := range r.Tensors {
		if x.Float() == floats.None {
			if err := r.ReadFloats(x, make([]float32, 1), 0); want[x.Name] != nil || err == nil || !strings.Contains(err.Error(), "want Float, Half, BFloat16 or Double") {
				t.Errorf("%s: %v", x.Name, err)
			}
			continue
		}
		have := make([]float32, len(want[x.Name]))
		if err := r.ReadFloats(x, have, 0); err != nil || len(have) == 0 || !slices.Equal(have, want[x.Name]) {
			t.Errorf("%s: have %v, want %v: %v", x.Name, have, want[x.Name], err)
		}
	}
	if len(r.Tensors) != 5 {
		t.Errorf("have %d tensors, want 5", len(r.Tensors))
	}
}

// A checkpoint that holds a state_dict, and the state of an optimizer beside it.
func TestNestedLegacy(t *testing.T) {
	l := goodLegacy()
	l.object = protocol2().ops("}(").text("epoch").number(3).text("state_dict").ops("}(").text("w").vector("Float", "7", 6, 2).ops("u").
		text("optimizer").ops("}(K\x00").vector("Long", "8", 1, 1).ops("uu.").Bytes()
	r, err := open(t, l.bytes())
	if err != nil {
		t.Fatal(err)
	}
	have := make([]float32, 2)
	if err := r.ReadFloats(r.Tensors[0], have, 0); err != nil || len(r.Tensors) != 1 || !slices.Equal(have, []float32{4, 5}) {
		t.Error(r.Tensors, have, err)
	}
}

// Python 2 pickles texts with opcodes of its own.
func TestPython2(t *testing.T) {
	l := goodLegacy()
	for _, p := range []*[]byte{&l.machine, &l.object, &l.keys} {
		*p = bytes.ReplaceAll(*p, []byte("X\x01\x00\x00\x00"), []byte("U\x01"))
		*p = bytes.ReplaceAll(*p, []byte("X"), []byte("T"))
	}
	r, err := open(t, l.bytes())
	if err != nil {
		t.Fatal(err)
	}
	have := make([]float32, 6)
	if err := r.ReadFloats(r.Tensors[0], have, 0); err != nil || r.Tensors[0].Name != "w" || !slices.Equal(have, []float32{0, 1, 2, 3, 4, 5}) {
		t.Error(r.Tensors[0].Name, have, err)
	}
}

func TestBadLegacy(t *testing.T) {
	if _, err := open(t, goodLegacy().bytes()); err != nil {
		t.Fatal(err)
	}
	tar := make([]byte, 1024)
	copy(tar, "pickle")
	copy(tar[257:], "ustar")
	one := protocol2().ops("}(").text("w").vector("Float", "7", 6, 6).ops("u.").Bytes()
	// huge has a storage whose bytes overflow 64 bits.
	huge := protocol2().ops("}(").text("w").ops("ctorch._utils\n_rebuild_tensor_v2\n((").text("storage").ops("ctorch\nDoubleStorage\n").text("7").text("cpu").
		ops("\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7fNtQ").number(0).tuple(1).tuple(1).ops("\x89NtRu.").Bytes()
	for _, c := range []struct {
		name   string
		change func(*legacyFile)
		want   string
	}{
		{"a newer version", func(l *legacyFile) { l.version = protocol2().number(1002).ops(".").Bytes() }, "version 1002 of the format before PyTorch 1.6, want 1001"},
		{"a version that is a list", func(l *legacyFile) { l.version = keyList() }, "version a list of 0"},
		{"big-endian", func(l *legacyFile) {
			l.machine = protocol2().ops("}").text("little_endian").ops("\x89s.").Bytes()
		}, "order of a big-endian machine"},
		{"an order that is missing", func(l *legacyFile) { l.machine = protocol2().ops("}.").Bytes() }, "does not say in which order its bytes are"},
		{"an order that is a tuple", func(l *legacyFile) {
			l.machine = protocol2().ops("}").text("little_endian").ops(")s.").Bytes()
		}, "does not say in which order its bytes are"},
		{"a machine that is code", func(l *legacyFile) { l.machine = protocol2().ops("cos\nsystem\n").text("ls").ops("\x85R.").Bytes() }, "have a value of type os.system, want a dict with little_endian"},
		{"code", func(l *legacyFile) { l.object = protocol2().ops("cos\nsystem\n").text("ls").ops("\x85R.").Bytes() }, `it holds os.system, which is code and not tensors`},
		{"a module", func(l *legacyFile) {
			l.object = protocol2().ops("(").text("module").ops("ctorchvision.models.resnet\nResNet\nNNtQ)\x81.").Bytes()
		}, `it holds torchvision.models.resnet.ResNet, which is code`},
		{"keys that are code", func(l *legacyFile) { l.keys = protocol2().ops(")\x82.").Bytes() }, `opcode '\u0082', which is code`},
		{"a number", func(l *legacyFile) { l.object = protocol2().number(3).ops(".").Bytes() }, "it holds 3, want a state_dict"},
		{"a part of a storage", func(l *legacyFile) {
			l.object = protocol2().legacyStorage("Float", "7", 6, "(X\x01\x00\x00\x009K\x00K\x06t").ops(".").Bytes()
		}, "view_metadata is a tuple of 3), which is not read here; load the file in PyTorch"},
		{"two lengths", func(l *legacyFile) {
			l.object = protocol2().legacyStorage("Float", "7", 6, "N").legacyStorage("Float", "7", 5, "N").ops(".").Bytes()
		}, "two types or lengths"},
		{"past the end", func(l *legacyFile) {
			l.object = protocol2().ops("}(").text("w").vector("Float", "7", 6, 7).text("n").vector("Long", "8", 1, 1).ops("u.").Bytes()
		}, "tensor of other arguments"},
		{"a reach past the end", func(l *legacyFile) {
			l.object = bytes.Replace(l.object, protocol2().tuple(6).Bytes()[2:], protocol2().tuple(7).Bytes()[2:], 1)
		}, `tensor "w": shape [7] with strides [1] from 0 on reaches value 6 of a storage of 6`},
		{"no list", func(l *legacyFile) { l.keys = protocol2().ops("}.").Bytes() }, "a dict of 0, want the list of the storages' keys"},
		{"a key that is a number", func(l *legacyFile) { l.keys = protocol2().ops("]K\x07a.").Bytes() }, "has 7, want a key"},
		{"an unknown key", func(l *legacyFile) { l.keys = keyList("7", "8", "9") }, `has "9", which belongs to no tensor`},
		{"a key twice", func(l *legacyFile) { l.keys = keyList("7", "7") }, `has "7" twice`},
		{"a key that is missing", func(l *legacyFile) { l.keys = keyList("7") }, `lacks "8", which a tensor needs`},
		{"no key", func(l *legacyFile) { l.keys, l.storages = keyList(), nil }, `lacks "7"`},
		{"another length", func(l *legacyFile) { l.storages[0]++ }, "storage 7 has 7 values, but its tensors are of a storage of 6"},
		{"a negative length", func(l *legacyFile) { l.storages[7] = 0x80 }, "storage 7 has -"},
		{"keys in another order", func(l *legacyFile) { l.keys = keyList("8", "7") }, "storage 8 has 6 values, but its tensors are of a storage of 1"},
		{"bytes that overflow", func(l *legacyFile) {
			l.object, l.keys, l.storages = huge, keyList("7"), values(1<<63-1, make([]byte, 8))
		}, "claims 9223372036854775807 values of 8 bytes"},
		{"more than the file has", func(l *legacyFile) {
			l.object = protocol2().ops("}(").text("w").vector("Float", "7", 1<<30, 6).ops("u.").Bytes()
			l.keys, l.storages = keyList("7"), values(1<<30, counting(6))
		}, "truncated: storage 7 claims 1073741824 values of 4 bytes"},
		{"trailing bytes", func(l *legacyFile) { l.storages = append(l.storages, 0) }, "1 bytes follow the last storage"},
		{"a storage more", func(l *legacyFile) { l.object, l.keys = one, keyList("7") }, "16 bytes follow the last storage"},
		{"a text that is too large", func(l *legacyFile) {
			l.object = protocol2().text(strings.Repeat(" ", maxPickle)).Bytes()
		}, "pickles have more than 16777216 bytes"},
		{"too many opcodes", func(l *legacyFile) { l.object = bytes.Repeat([]byte("\x80\x02"), maxPickle/2) }, "pickles have more than 16777216 bytes"},
	} {
		l := goodLegacy()
		c.change(&l)
		if _, err := open(t, l.bytes()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: have error %v, want one with %q", c.name, err, c.want)
		}
	}
	if _, err := open(t, tar); err == nil || !strings.Contains(err.Error(), "a tar archive, as the first versions of PyTorch wrote them") || !strings.Contains(err.Error(), "save its state_dict with torch.save") {
		t.Error(err)
	}
}

// A file that is cut anywhere is not read, and the error says that it is truncated,
// unless the cut is within the magic number.
func TestTruncatedLegacy(t *testing.T) {
	b := goodLegacy().bytes()
	dir := t.TempDir()
	for n := range b {
		name := filepath.Join(dir, fmt.Sprint(n))
		if err := os.WriteFile(name, b[:n], 0o666); err != nil {
			t.Fatal(err)
		}
		want := "truncated"
		if n < len(magic) {
			want = "not a file of torch.save"
		}
		if _, err := Open(name, ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("cut at %d of %d: %v, want an error with %q", n, len(b), err, want)
		}
	}
}

func TestIsPth(t *testing.T) {
	tar := make([]byte, 1024)
	copy(tar, "sys_info")
	copy(tar[257:], "ustar  ")
	another := slices.Clone(tar)
	copy(another, "cat.jpg\x00")
	for _, c := range []struct {
		head []byte
		want bool
	}{
		{goodLegacy().bytes(), true}, {magic, true}, {magic[:14], false}, {zipMagic, true}, {tar, true}, {another, false}, {tar[:300], false}, {nil, false},
		{[]byte("\x08\x00\x00\x00\x00\x00\x00\x00{}      "), false},
	} {
		if have, err := IsPth(bytes.NewReader(c.head)); err != nil || have != c.want {
			t.Errorf("%.20q: have %v, want %v: %v", c.head, have, c.want, err)
		}
	}
	bad := errors.New("bad")
	if _, err := IsPth(failing{bad}); !errors.Is(err, bad) {
		t.Error(err)
	}
}

type failing struct{ error }

func (f failing) Read([]byte) (int, error) { return 0, f.error }

// FuzzLegacy: whatever the bytes, an error or tensors that lie within the file.
func FuzzLegacy(f *testing.F) {
	b, err := os.ReadFile(filepath.Join("testdata", "legacy.pth"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(goodLegacy().bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		if !bytes.HasPrefix(b, magic) {
			b = append(slices.Clone(magic), b...)
		}
		tensors, err := readLegacy(bytes.NewReader(b), int64(len(b)), "")
		checkTensors(t, tensors, err)
		for _, x := range tensors {
			if s := x.storage; s.at <= int64(len(magic)) || s.length > len(b) || s.at+int64(s.length*sizes[s.kind]) > int64(len(b)) {
				t.Errorf("storage %s of %d values at %d reaches out of the file of %d bytes", s.key, s.length, s.at, len(b))
			}
		}
	})
}

// The oldest files call a function that has the storage, offset, shape and strides
// of a tensor, and no more.
func TestOldestTensors(t *testing.T) {
	l := goodLegacy()
	l.object = protocol2().ops("}(").text("w").ops("ctorch._utils\n_rebuild_tensor\n(").legacyStorage("Float", "7", 6, "N").number(4).tuple(2).tuple(1).ops("tR").
		text("n").vector("Long", "8", 1, 1).ops("u.").Bytes()
	r, err := open(t, l.bytes())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(r.Tensors, func(x Tensor) bool { return x.Name == "w" })
	have := make([]float32, 2)
	if err := r.ReadFloats(r.Tensors[i], have, 0); err != nil || !slices.Equal(have, []float32{4, 5}) {
		t.Error(have, err)
	}
}
