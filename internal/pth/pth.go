// Package pth reads the tensors of PyTorch's own files, .pth or .pt: a zip archive
// of a pickle, which describes the tensors, and of their storages; or, as PyTorch
// before 1.6 wrote them, pickles and storages one after the other.
//
// A pickle is a program. This package runs none: it knows the few functions that a
// state_dict is made of, and whatever else a file calls or holds, such as NumPy's
// numbers, dates or the state of an optimizer, becomes a value without content.
package pth

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/bits"
	"os"
	"path"
	"slices"
	"sync"

	"zoo/internal/floats"
)

// A Tensor is one of a file.
type Tensor struct {
	Name    string
	Type    string // as PyTorch names it: Float, Half, Long, ...
	Shape   []int
	storage *storage
	offset  int
	stride  []int
}

// Float is the type of the tensor's values, None if they are not floats.
func (t Tensor) Float() floats.Type { return floatTypes[t.Type] }

// Describe gives the tensor's name and shape, and says whether ReadFloats reads it.
func (t Tensor) Describe() (name string, shape []int, isFloat bool) {
	return t.Name, t.Shape, t.Float() != floats.None
}

var floatTypes = map[string]floats.Type{"Float": floats.Float32, "Half": floats.Float16, "BFloat16": floats.BFloat16, "Double": floats.Float64}

// sizes of a storage's values in bytes.
var sizes = map[string]int{
	"Float": 4, "Half": 2, "BFloat16": 2, "Double": 8, "Long": 8, "Int": 4, "Short": 2, "Char": 1, "Byte": 1, "Bool": 1,
}

// A storage is a vector of values, on which tensors are views.
type storage struct {
	kind   string
	key    string
	length int
	record *zip.File // nil before PyTorch 1.6
	at     int64     // of the first byte in the file
}

// A Reader is an open file.
type Reader struct {
	Tensors []Tensor // in the order of the state_dict
	name    string
	file    *os.File
	used    []*storage // of an archive

	mu     sync.Mutex
	latest *storage  // whose values are
	values []float32 // for views that are not contiguous
}

// headSize is how many bytes of a file tell what it is.
const headSize = 512

// IsPth says that r begins as PyTorch's files do: as a zip archive, as the pickles
// of PyTorch before 1.6, or as its first tar archives.
func IsPth(r io.Reader) (bool, error) {
	head := make([]byte, headSize)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, err
	}
	head = head[:n]
	return bytes.HasPrefix(head, zipMagic) || bytes.HasPrefix(head, magic) || isTar(head), nil
}

// zipMagic is how zip archives begin.
var zipMagic = []byte("PK\x03\x04")

// maxPickle is how many bytes of pickles are read at most: those of a state_dict of
// fifty thousand tensors have some 10 MB.
const maxPickle = 16 << 20

// Open opens a file that torch.save wrote: of a state_dict, or of a dict with a
// state_dict under the key part, or with exactly one if part is empty. Keys of dicts in
// dicts are joined with dots. Errors name the file. Nothing is allocated before
// the lengths in the file have been checked.
func Open(name, part string) (*Reader, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	r := &Reader{name: name, file: f}
	info, err := f.Stat()
	if err == nil {
		err = r.open(info.Size(), part)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

// Close closes the file.
func (r *Reader) Close() error { return r.file.Close() }

func (r *Reader) open(size int64, part string) error {
	head := make([]byte, headSize)
	n, err := r.file.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return err
	}
	head = head[:n]
	if bytes.HasPrefix(head, magic) {
		r.Tensors, err = readLegacy(r.file, size, part)
		return err
	}
	if isTar(head) {
		return errors.New("this is a tar archive, as the first versions of PyTorch wrote them, which is not read here; load the file in PyTorch and save its state_dict with torch.save")
	}
	a, err := zip.NewReader(r.file, size)
	if err != nil {
		if bytes.HasPrefix(head, []byte("PK")) {
			return fmt.Errorf("truncated or damaged: %w", err)
		}
		return fmt.Errorf("not a file of torch.save: %w", err)
	}
	r.Tensors, r.used, err = read(a, size, part)
	return err
}

// read finds the tensors of an archive in a file of size bytes.
func read(a *zip.Reader, size int64, part string) ([]Tensor, []*storage, error) {
	records := map[string]*zip.File{}
	var folder string
	for _, f := range a.File {
		if records[f.Name] != nil {
			return nil, nil, fmt.Errorf("the record %q is there twice", f.Name)
		}
		records[f.Name] = f
		if path.Base(f.Name) == "data.pkl" {
			if folder != "" {
				return nil, nil, errors.New("there are two records data.pkl, want one")
			}
			folder = path.Dir(f.Name)
		}
	}
	if folder == "" {
		return nil, nil, errors.New("not a file of torch.save: it has no record data.pkl")
	}
	if records[path.Join(folder, "constants.pkl")] != nil {
		return nil, nil, errors.New("it holds a TorchScript program, which is code and not tensors; save its state_dict instead")
	}
	if order, err := content(records[path.Join(folder, "byteorder")], 16); err != nil || len(order) > 0 && string(order) != "little" {
		return nil, nil, errors.Join(err, fmt.Errorf("its bytes are in the order %q, want little", order))
	}
	pickle, err := content(records[path.Join(folder, "data.pkl")], maxPickle)
	if err != nil {
		return nil, nil, err
	}
	value, _, err := unpickle(bytes.NewReader(pickle))
	if err != nil {
		return nil, nil, fmt.Errorf("data.pkl, %w", err)
	}
	tensors, err := stateDict(value, part)
	if err != nil {
		return nil, nil, err
	}
	var used []*storage
	for _, t := range tensors {
		if t.storage.record == nil {
			if err := t.storage.find(records[path.Join(folder, "data", t.storage.key)], size); err != nil {
				return nil, nil, fmt.Errorf("tensor %q: %w", t.Name, err)
			}
			used = append(used, t.storage)
		}
	}
	if err := checkAll(tensors); err != nil {
		return nil, nil, err
	}
	return tensors, used, nil
}

// content is that of a small record, empty if there is no such record.
func content(f *zip.File, limit uint64) ([]byte, error) {
	if f == nil {
		return nil, nil
	}
	if f.UncompressedSize64 > limit {
		return nil, fmt.Errorf("the record %s has %d bytes, want at most %d", f.Name, f.UncompressedSize64, limit)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("the record %s: %w", f.Name, err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("the record %s: %w", f.Name, err)
	}
	return b, nil
}

// find checks the record that holds the storage.
func (s *storage) find(f *zip.File, size int64) error {
	if f == nil {
		return fmt.Errorf("its storage %s is not in the file", s.key)
	}
	if f.Method != zip.Store {
		return fmt.Errorf("its storage %s is compressed, which torch.save does not do", s.key)
	}
	var err error
	if s.at, err = f.DataOffset(); err != nil {
		return fmt.Errorf("its storage %s: %w", s.key, err)
	}
	n := f.UncompressedSize64
	if n != f.CompressedSize64 || n > uint64(size) || s.at > size-int64(n) {
		return fmt.Errorf("its storage %s claims %d bytes from %d on, but the file has %d", s.key, n, s.at, size)
	}
	if hi, want := bits.Mul64(uint64(s.length), uint64(sizes[s.kind])); hi != 0 || want != n {
		return fmt.Errorf("its storage %s has %d bytes, want %d values of %d", s.key, n, s.length, sizes[s.kind])
	}
	s.record = f
	return nil
}

// checkAll checks that the tensors are within their storages.
func checkAll(tensors []Tensor) error {
	for _, t := range tensors {
		if err := t.check(); err != nil {
			return fmt.Errorf("tensor %q: %w", t.Name, err)
		}
	}
	return nil
}

// check checks that the tensor is within its storage.
func (t Tensor) check() error {
	if len(t.Shape) != len(t.stride) {
		return fmt.Errorf("have shape %v and strides %v, want as many", t.Shape, t.stride)
	}
	count, last := uint64(1), uint64(t.offset)
	for i, d := range t.Shape {
		if d < 0 || t.stride[i] < 0 {
			return fmt.Errorf("have shape %v and strides %v, want no negative ones", t.Shape, t.stride)
		}
		hi, lo := bits.Mul64(count, uint64(d))
		if hi != 0 || lo > 1<<48 {
			return fmt.Errorf("shape %v is too large", t.Shape)
		}
		count = lo
		if d > 0 {
			over, reach := bits.Mul64(uint64(d-1), uint64(t.stride[i]))
			sum, carry := bits.Add64(last, reach, 0)
			if over != 0 || carry != 0 {
				return fmt.Errorf("shape %v with strides %v is too large", t.Shape, t.stride)
			}
			last = sum
		}
	}
	if count > 0 && last >= uint64(t.storage.length) {
		return fmt.Errorf("shape %v with strides %v from %d on reaches value %d of a storage of %d", t.Shape, t.stride, t.offset, last, t.storage.length)
	}
	return nil
}

// contiguous says that the values are one after the other.
func (t Tensor) contiguous() bool {
	want := 1
	for i, d := range slices.Backward(t.Shape) {
		if d != 1 && t.stride[i] != want {
			return false
		}
		want *= d
	}
	return true
}

// ReadFloats fills dst with the values of a tensor of floats from the at-th on, in
// C order. Several calls may be under way at once.
func (r *Reader) ReadFloats(t Tensor, dst []float32, at int) error {
	kind := t.Float()
	if kind == floats.None {
		return fmt.Errorf("%s: tensor %q: have %s, want Float, Half, BFloat16 or Double", r.name, t.Name, t.Type)
	}
	if len(dst) == 0 {
		return nil
	}
	if t.contiguous() {
		if err := kind.ReadAt(r.file, dst, t.storage.at+int64(t.offset+at)*int64(kind.Size())); err != nil {
			return fmt.Errorf("%s: tensor %q: %w", r.name, t.Name, err)
		}
		return nil
	}
	values, err := r.whole(t.storage, kind)
	if err != nil {
		return fmt.Errorf("%s: tensor %q: %w", r.name, t.Name, err)
	}
	index := make([]int, len(t.Shape)) // of value at
	for i, d := range slices.Backward(t.Shape) {
		index[i] = at % d
		at /= d
	}
	for k := range dst {
		from := t.offset
		for i, j := range index {
			from += j * t.stride[i]
		}
		dst[k] = values[from]
		for i := len(index) - 1; i >= 0; i-- {
			if index[i]++; index[i] < t.Shape[i] {
				break
			}
			index[i] = 0
		}
	}
	return nil
}

// whole reads a storage, and keeps it until another one is read.
func (r *Reader) whole(s *storage, kind floats.Type) ([]float32, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.latest == s {
		return r.values, nil
	}
	r.latest, r.values = nil, make([]float32, s.length)
	if err := kind.ReadAt(r.file, r.values, s.at); err != nil {
		return nil, err
	}
	r.latest = s
	return r.values, nil
}

// Verify reads the storages through and checks them against the checksums of the
// archive; files from before PyTorch 1.6 have none. Tensors may be read meanwhile.
func (r *Reader) Verify() error {
	buf := make([]byte, 1<<20)
	for _, s := range r.used {
		sum := crc32.NewIEEE()
		if _, err := io.CopyBuffer(sum, io.NewSectionReader(r.file, s.at, int64(s.record.UncompressedSize64)), buf); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		if sum.Sum32() != s.record.CRC32 {
			return fmt.Errorf("%s: damaged: the record %s does not have its checksum", r.name, s.record.Name)
		}
	}
	return nil
}
