package pth

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/bits"
	"slices"
)

// magic is how files of the format before PyTorch 1.6 begin: the pickle of a number
// that identifies it.
var magic = []byte("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.")

// legacyVersion is the only version of that format.
const legacyVersion = 1001

// readLegacy finds the tensors of a file of size bytes in the format before PyTorch
// 1.6. It is five pickles one after the other, of the magic number, the version,
// the machine that wrote it, the state_dict, and the keys of the storages; and
// then the storages in the order of the keys, each the number of its values in 8
// bytes, and the values.
func readLegacy(f io.ReaderAt, size int64, part string) ([]Tensor, error) {
	head := make([]byte, min(size, maxPickle))
	if n, err := f.ReadAt(head, 0); n < len(head) {
		return nil, err
	}
	in := bytes.NewReader(head)
	in.Seek(int64(len(magic)), io.SeekStart)
	next := func() (any, map[string]*storage, error) {
		v, storages, err := unpickle(in)
		if err != nil && in.Len() == 0 && size > in.Size() {
			err = fmt.Errorf("its pickles have more than %d bytes", maxPickle)
		}
		return v, storages, err
	}
	version, _, err := next()
	if err != nil {
		return nil, err
	}
	if version != legacyVersion {
		return nil, fmt.Errorf("have the version %s of the format before PyTorch 1.6, want %d", describe(version), legacyVersion)
	}
	machine, _, err := next()
	if err != nil {
		return nil, err
	}
	if err := checkMachine(machine); err != nil {
		return nil, err
	}
	value, storages, err := next()
	if err != nil {
		return nil, err
	}
	tensors, err := stateDict(value, part)
	if err != nil {
		return nil, err
	}
	keys, _, err := next()
	if err != nil {
		return nil, err
	}
	if err := place(storages, keys, f, in.Size()-int64(in.Len()), size); err != nil {
		return nil, err
	}
	if err := checkAll(tensors); err != nil {
		return nil, err
	}
	return tensors, nil
}

// checkMachine requires the values of a little-endian machine.
func checkMachine(v any) error {
	var little any
	if d, ok := v.(*dict); ok {
		for _, e := range d.entries {
			if e.key == "little_endian" {
				little = e.value
			}
		}
	}
	switch little {
	case true:
		return nil
	case false:
		return errors.New("its bytes are in the order of a big-endian machine, want little-endian; load the file in PyTorch and save its state_dict on a machine that is little-endian")
	}
	return fmt.Errorf("it does not say in which order its bytes are: have %s, want a dict with little_endian", describe(v))
}

// place finds the storages in a file of size bytes: they begin at a byte, in the
// order of the keys.
func place(storages map[string]*storage, keys any, f io.ReaderAt, at, size int64) error {
	order, ok := keys.(*list)
	if !ok {
		return fmt.Errorf("have %s, want the list of the storages' keys", describe(keys))
	}
	for _, k := range order.items {
		key, ok := k.(string)
		s := storages[key]
		switch {
		case !ok:
			return fmt.Errorf("the list of the storages has %s, want a key", describe(k))
		case s == nil:
			return fmt.Errorf("the list of the storages has %.100q, which belongs to no tensor", key)
		case s.at > 0:
			return fmt.Errorf("the list of the storages has %.100q twice", key)
		case size-at < 8:
			return fmt.Errorf("truncated: the length of storage %s takes 8 bytes from byte %d on, but the file has %d", key, at, size)
		}
		var b [8]byte
		if _, err := f.ReadAt(b[:], at); err != nil {
			return fmt.Errorf("the length of storage %s: %w", key, err)
		}
		at += int64(len(b))
		if n := int64(binary.LittleEndian.Uint64(b[:])); n != int64(s.length) {
			return fmt.Errorf("storage %s has %d values, but its tensors are of a storage of %d", key, n, s.length)
		}
		hi, n := bits.Mul64(uint64(s.length), uint64(sizes[s.kind]))
		if hi != 0 || n > uint64(size-at) {
			return fmt.Errorf("truncated: storage %s claims %d values of %d bytes from byte %d on, but the file has %d", key, s.length, sizes[s.kind], at, size)
		}
		s.at = at
		at += int64(n)
	}
	for _, key := range slices.Sorted(maps.Keys(storages)) {
		if storages[key].at == 0 {
			return fmt.Errorf("the list of the storages lacks %.100q, which a tensor needs", key)
		}
	}
	if at != size {
		return fmt.Errorf("%d bytes follow the last storage, want none", size-at)
	}
	return nil
}

// isTar says that a file begins as those of the first PyTorch: as a tar archive
// of the parts that it had.
func isTar(head []byte) bool {
	if len(head) < headSize || string(head[257:262]) != "ustar" {
		return false
	}
	name, _, _ := bytes.Cut(head[:100], []byte{0})
	return slices.Contains([]string{"sys_info", "pickle", "tensors", "storages"}, string(name))
}
