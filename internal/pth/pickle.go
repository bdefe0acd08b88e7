package pth

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// What a pickle makes: nil, bool, int, float64, string, and
type (
	tuple []any
	list  struct{ items []any }
	dict  struct{ entries []entry } // a key that is set again is there twice
	entry struct{ key, value any }
	// A name stands for something in Python; those that are known are below.
	name string
	// An inert is a value of a type that no tensor has: nothing is made of it, and
	// nothing of it is run.
	inert struct{ of string }
	// A mark is where the items begin that an opcode collects.
	mark struct{}
)

// The functions that a state_dict calls; the oldest ones call rebuildOld.
const (
	orderedDict   = name("collections.OrderedDict")
	defaultDict   = name("collections.defaultdict")
	rebuildTensor = name("torch._utils._rebuild_tensor_v2")
	rebuildOld    = name("torch._utils._rebuild_tensor") // without requires_grad and hooks
	rebuildParam  = name("torch._utils._rebuild_parameter")
	rebuildState  = name("torch._utils._rebuild_parameter_with_state")
	rebuildType   = name("torch._tensor._rebuild_from_type_v2") // of a tensor with attributes
)

// storageSuffix is how the names of the storages' types end: torch.FloatStorage.
const storageSuffix = "Storage"

// storageKind is Float for torch.FloatStorage; empty for what names no storage.
func storageKind(n name) string {
	kind, ok := strings.CutPrefix(string(n), "torch.")
	kind, ok2 := strings.CutSuffix(kind, storageSuffix)
	if !ok || !ok2 || sizes[kind] == 0 {
		return ""
	}
	return kind
}

// unpickler is the machine of a pickle: a stack, and a memo of what it made.
type unpickler struct {
	in       *bytes.Reader
	stack    []any
	memo     map[uint32]any
	storages map[string]*storage
}

// maxProtocol is the newest protocol of pickles.
const maxProtocol = 5

// unpickle makes the value of the pickle that comes next in in, and reads it to its
// end. The storages that it refers to are returned by their keys. Errors say which
// of in's bytes they are about.
func unpickle(in *bytes.Reader) (any, map[string]*storage, error) {
	u := &unpickler{in: in, memo: map[uint32]any{}, storages: map[string]*storage{}}
	for {
		at := in.Size() - int64(in.Len())
		op, err := in.ReadByte()
		if err == nil && op == '.' { // STOP
			v, err := u.pop()
			return v, u.storages, err
		}
		if err == nil {
			err = u.step(op)
		}
		if err != nil {
			if in.Len() == 0 {
				err = fmt.Errorf("it is truncated: %w", err)
			}
			return nil, nil, fmt.Errorf("byte %d: %w", at, err)
		}
	}
}

// step carries out one opcode. They are named as in Python's pickletools.
func (u *unpickler) step(op byte) error {
	switch op {
	case 0x80: // PROTO
		v, err := u.in.ReadByte()
		if err == nil && v > maxProtocol {
			err = fmt.Errorf("have protocol %d, want at most %d", v, maxProtocol)
		}
		return err
	case 0x95: // FRAME: how many bytes follow, for those who read from a stream
		_, err := u.number(8)
		return err
	case '(': // MARK
		return u.push(mark{})
	case 'N': // NONE
		return u.push(nil)
	case 0x88, 0x89: // NEWTRUE, NEWFALSE
		return u.push(op == 0x88)
	case '0': // POP
		_, err := u.pop()
		return err
	case '1': // POP_MARK
		_, err := u.toMark()
		return err
	case '2': // DUP
		v, err := top[any](u)
		if err != nil {
			return err
		}
		return u.push(v)
	case 'K': // BININT1
		return u.pushNumber(u.number(1))
	case 'M': // BININT2
		return u.pushNumber(u.number(2))
	case 'J': // BININT
		n, err := u.number(4)
		return u.pushNumber(uint64(int32(n)), err)
	case 0x8a: // LONG1
		return u.long(1)
	case 0x8b: // LONG4
		return u.long(4)
	case 'G': // BINFLOAT
		var b [8]byte
		if err := u.read(b[:]); err != nil {
			return err
		}
		return u.push(math.Float64frombits(binary.BigEndian.Uint64(b[:])))
	case 0x8c, 'U': // SHORT_BINUNICODE, SHORT_BINSTRING: Python 2's
		return u.text(1)
	case 'X', 'T': // BINUNICODE, BINSTRING: Python 2's
		return u.text(4)
	case 0x8d: // BINUNICODE8
		return u.text(8)
	case 'C': // SHORT_BINBYTES
		return u.bytes(1)
	case 'B': // BINBYTES
		return u.bytes(4)
	case 0x8e, 0x96: // BINBYTES8, BYTEARRAY8
		return u.bytes(8)
	case 0x8f: // EMPTY_SET
		return u.push(&inert{"set"})
	case 0x90: // ADDITEMS
		if _, err := u.toMark(); err != nil {
			return err
		}
		_, err := top[*inert](u)
		return err
	case 0x91: // FROZENSET
		if _, err := u.toMark(); err != nil {
			return err
		}
		return u.push(&inert{"frozenset"})
	case 0x81, 0x92: // NEWOBJ, NEWOBJ_EX
		items, err := u.take(map[byte]int{0x81: 2, 0x92: 3}[op])
		if err != nil {
			return err
		}
		return u.push(&inert{className(items[0])})
	case 'l': // LIST
		items, err := u.toMark()
		if err != nil {
			return err
		}
		return u.push(&list{items})
	case 'd': // DICT
		items, err := u.toMark()
		if err == nil {
			err = u.push(&dict{})
		}
		if err != nil {
			return err
		}
		return u.set(items)
	case 'c': // GLOBAL
		return u.global()
	case 0x93: // STACK_GLOBAL
		return u.stackGlobal()
	case ')': // EMPTY_TUPLE
		return u.push(tuple{})
	case 0x85, 0x86, 0x87: // TUPLE1, TUPLE2, TUPLE3
		items, err := u.take(int(op - 0x84))
		if err != nil {
			return err
		}
		return u.push(tuple(items))
	case 't': // TUPLE
		items, err := u.toMark()
		if err != nil {
			return err
		}
		return u.push(tuple(items))
	case ']': // EMPTY_LIST
		return u.push(&list{})
	case 'a': // APPEND
		items, err := u.take(1)
		if err != nil {
			return err
		}
		return u.appendTo(items)
	case 'e': // APPENDS
		items, err := u.toMark()
		if err != nil {
			return err
		}
		return u.appendTo(items)
	case '}': // EMPTY_DICT
		return u.push(&dict{})
	case 's': // SETITEM
		items, err := u.take(2)
		if err != nil {
			return err
		}
		return u.set(items)
	case 'u': // SETITEMS
		items, err := u.toMark()
		if err != nil {
			return err
		}
		return u.set(items)
	case 'Q': // BINPERSID
		return u.storage()
	case 'R': // REDUCE
		return u.call()
	case 'b': // BUILD
		return u.build()
	case 'q': // BINPUT
		return u.put(1)
	case 'r': // LONG_BINPUT
		return u.put(4)
	case 0x94: // MEMOIZE
		return u.remember(uint32(len(u.memo)))
	case 'h': // BINGET
		return u.get(1)
	case 'j': // LONG_BINGET
		return u.get(4)
	}
	return fmt.Errorf("it carries the opcode %q, which is code and not tensors", op)
}

func (u *unpickler) read(b []byte) error {
	if u.in.Len() < len(b) {
		u.in.Seek(0, io.SeekEnd)
		return errors.New("an opcode without its argument")
	}
	_, err := u.in.Read(b)
	return err
}

// number reads a little-endian number of n bytes.
func (u *unpickler) number(n int) (uint64, error) {
	var b [8]byte
	err := u.read(b[:n])
	return binary.LittleEndian.Uint64(b[:]), err
}

func (u *unpickler) push(v any) error {
	u.stack = append(u.stack, v)
	return nil
}

func (u *unpickler) pushNumber(n uint64, err error) error {
	if err != nil {
		return err
	}
	return u.push(int(int64(n)))
}

// long reads a number whose length in bytes is given by a number of size bytes.
func (u *unpickler) long(size int) error {
	n, err := u.number(size)
	if err != nil {
		return err
	}
	if n > 8 {
		if err := u.skip(n); err != nil {
			return err
		}
		return u.push(&inert{"int"})
	}
	v, err := u.number(int(n))
	if n > 0 { // two's complement
		shift := 64 - 8*n
		v = uint64(int64(v<<shift) >> shift)
	}
	return u.pushNumber(v, err)
}

// text reads a string whose length is a number of n bytes.
func (u *unpickler) text(n int) error {
	size, err := u.number(n)
	if err != nil {
		return err
	}
	if left := u.in.Len(); size > uint64(left) {
		u.in.Seek(0, io.SeekEnd)
		return fmt.Errorf("a text claims %d bytes, but %d are left", size, left)
	}
	b := make([]byte, size)
	if err := u.read(b); err != nil {
		return err
	}
	return u.push(string(b))
}

// bytes passes over bytes whose length is a number of n bytes.
func (u *unpickler) bytes(n int) error {
	size, err := u.number(n)
	if err == nil {
		err = u.skip(size)
	}
	if err != nil {
		return err
	}
	return u.push(&inert{"bytes"})
}

func (u *unpickler) skip(size uint64) error {
	if left := u.in.Len(); size > uint64(left) {
		u.in.Seek(0, io.SeekEnd)
		return fmt.Errorf("a value claims %d bytes, but %d are left", size, left)
	}
	_, err := u.in.Seek(int64(size), io.SeekCurrent)
	return err
}

func (u *unpickler) global() error {
	var lines [2]string
	for i := range lines {
		var b []byte
		for {
			c, err := u.in.ReadByte()
			if err != nil {
				return errors.New("a name without an end")
			}
			if c == '\n' {
				break
			}
			b = append(b, c)
		}
		lines[i] = string(b)
	}
	return u.pushName(lines[0], lines[1])
}

func (u *unpickler) stackGlobal() error {
	items, err := u.take(2)
	if err != nil {
		return err
	}
	module, ok := items[0].(string)
	what, ok2 := items[1].(string)
	if !ok || !ok2 {
		return errors.New("have a name that is not a text")
	}
	return u.pushName(module, what)
}

func (u *unpickler) pushName(module, what string) error {
	return u.push(name(module + "." + what))
}

// className is the name of a class, or of what is in its place.
func className(v any) string {
	if n, ok := v.(name); ok {
		return string(n)
	}
	return describe(v)
}

func (u *unpickler) pop() (any, error) {
	items, err := u.take(1)
	if err != nil {
		return nil, err
	}
	return items[0], nil
}

// take removes the topmost n items, none of which may be a mark.
func (u *unpickler) take(n int) ([]any, error) {
	from := len(u.stack) - n
	if from < 0 {
		return nil, fmt.Errorf("have %d values, want %d", len(u.stack), n)
	}
	for _, v := range u.stack[from:] {
		if _, bad := v.(mark); bad {
			return nil, fmt.Errorf("have a mark, want %d values", n)
		}
	}
	return u.cut(from), nil
}

// cut removes the items from a place on.
func (u *unpickler) cut(from int) []any {
	items := append([]any{}, u.stack[from:]...)
	u.stack = u.stack[:from]
	return items
}

// toMark removes the items above the topmost mark, and the mark.
func (u *unpickler) toMark() ([]any, error) {
	for i := len(u.stack) - 1; i >= 0; i-- {
		if _, ok := u.stack[i].(mark); ok {
			items := u.cut(i + 1)
			u.stack = u.stack[:i]
			return items, nil
		}
	}
	return nil, errors.New("have no mark")
}

// top is the topmost item, if it is of type T.
func top[T any](u *unpickler) (v T, err error) {
	if len(u.stack) == 0 {
		return v, errors.New("have no value")
	}
	v, ok := u.stack[len(u.stack)-1].(T)
	if !ok {
		return v, fmt.Errorf("have %s", describe(u.stack[len(u.stack)-1]))
	}
	return v, nil
}

func (u *unpickler) appendTo(items []any) error {
	if _, err := top[*inert](u); err == nil {
		return nil
	}
	l, err := top[*list](u)
	if err != nil {
		return fmt.Errorf("%w, want a list", err)
	}
	l.items = append(l.items, items...)
	return nil
}

func (u *unpickler) set(items []any) error {
	if _, err := top[*inert](u); err == nil {
		return nil
	}
	d, err := top[*dict](u)
	if err != nil {
		return fmt.Errorf("%w, want a dict", err)
	}
	if len(items)%2 != 0 {
		return errors.New("a key without a value")
	}
	for i := 0; i < len(items); i += 2 {
		d.entries = append(d.entries, entry{items[i], items[i+1]})
	}
	return nil
}

func (u *unpickler) put(n int) error {
	i, err := u.number(n)
	if err != nil {
		return err
	}
	return u.remember(uint32(i))
}

func (u *unpickler) remember(i uint32) error {
	if len(u.stack) == 0 {
		return errors.New("have no value to remember")
	}
	u.memo[i] = u.stack[len(u.stack)-1]
	return nil
}

func (u *unpickler) get(n int) error {
	i, err := u.number(n)
	if err != nil {
		return err
	}
	v, ok := u.memo[uint32(i)]
	if !ok {
		return fmt.Errorf("value %d is not remembered", i)
	}
	return u.push(v)
}

// storage makes a storage of ("storage", type, key, device, length), and before
// PyTorch 1.6 of None too: there it could be a part of another storage, and a module
// came with its source.
func (u *unpickler) storage() error {
	v, err := u.pop()
	if err != nil {
		return err
	}
	id, _ := v.(tuple)
	if len(id) == 4 && id[0] == "module" { // ("module", class, file, source)
		return u.push(id[1])
	}
	if len(id) == 6 {
		if id[5] != nil {
			return fmt.Errorf("have a storage that is a part of another one (its view_metadata is %s), which is not read here; load the file in PyTorch and save its state_dict again", describe(id[5]))
		}
		id = id[:5]
	}
	if len(id) != 5 || id[0] != "storage" {
		return fmt.Errorf("have the reference %s, want one to a storage", describe(v))
	}
	kind, _ := id[1].(name)
	key, ok := id[2].(string)
	length, ok2 := id[4].(int)
	if storageKind(kind) == "" || !ok || !ok2 || length < 0 || strings.ContainsAny(key, `/\`) {
		return errors.New("have a storage without a type, a key or a length")
	}
	s := u.storages[key]
	if s == nil {
		s = &storage{kind: storageKind(kind), key: key, length: length}
		u.storages[key] = s
	}
	if s.kind != storageKind(kind) || s.length != length {
		return fmt.Errorf("storage %s is given with two types or lengths", key)
	}
	return u.push(s)
}

// call calls one of the known functions.
func (u *unpickler) call() error {
	items, err := u.take(2)
	if err != nil {
		return err
	}
	f, ok := items[0].(name)
	args, ok2 := items[1].(tuple)
	if !ok || !ok2 {
		return u.push(&inert{className(items[0])})
	}
	switch f {
	case orderedDict:
		return u.newDict(args)
	case defaultDict: // (the factory of missing values,)
		return u.newDict(nil)
	case rebuildTensor, rebuildOld:
		return u.newTensor(args)
	case rebuildParam, rebuildState: // (tensor, requires_grad, hooks), and a state
		if len(args) == 3 || len(args) == 4 {
			if t, ok := args[0].(*Tensor); ok {
				return u.push(t)
			}
		}
		return errors.New("have a parameter that is not a tensor")
	case rebuildType: // (function, type, arguments, state)
		if len(args) == 4 && (args[0] == rebuildTensor || args[0] == rebuildParam) {
			if inner, ok := args[2].(tuple); ok {
				u.stack = append(u.stack, args[0], inner)
				return u.call()
			}
		}
	}
	return u.push(&inert{string(f)})
}

// newDict makes an OrderedDict, of nothing or of a list of pairs.
func (u *unpickler) newDict(args tuple) error {
	d := &dict{}
	if len(args) > 0 {
		pairs, ok := args[0].(*list)
		if !ok || len(args) > 1 {
			return errors.New("have an OrderedDict of something else than pairs")
		}
		for _, p := range pairs.items {
			var key, value any
			switch p := p.(type) {
			case tuple:
				if len(p) != 2 {
					return errors.New("have an OrderedDict of something else than pairs")
				}
				key, value = p[0], p[1]
			case *list:
				if len(p.items) != 2 {
					return errors.New("have an OrderedDict of something else than pairs")
				}
				key, value = p.items[0], p.items[1]
			default:
				return errors.New("have an OrderedDict of something else than pairs")
			}
			d.entries = append(d.entries, entry{key, value})
		}
	}
	return u.push(d)
}

// newTensor makes a view of (storage, offset, shape, strides, requires_grad, hooks).
func (u *unpickler) newTensor(args tuple) error {
	bad := errors.New("have a tensor of other arguments than storage, offset, shape, strides, requires_grad, hooks")
	if len(args) < 4 || len(args) > 7 {
		return bad
	}
	s, ok := args[0].(*storage)
	offset, ok2 := args[1].(int)
	shape, ok3 := numbers(args[2])
	stride, ok4 := numbers(args[3])
	if !ok || !ok2 || !ok3 || !ok4 || offset < 0 {
		return bad
	}
	return u.push(&Tensor{Type: s.kind, Shape: shape, storage: s, offset: offset, stride: stride})
}

func numbers(v any) ([]int, bool) {
	t, ok := v.(tuple)
	n := make([]int, len(t))
	for i := range t {
		k, isInt := t[i].(int)
		n[i], ok = k, ok && isInt
	}
	return n, ok
}

// build drops the attributes of a value: those of a dict are its _metadata, the
// versions of modules.
func (u *unpickler) build() error {
	state, err := u.pop()
	if err != nil {
		return err
	}
	switch v, _ := top[any](u); v.(type) {
	case *inert, *Tensor:
		return nil
	case *dict:
		if _, ok := state.(*dict); ok {
			return nil
		}
	}
	return errors.New("it gives attributes to what has none")
}

// describe says in a few words what a value is.
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case string:
		return fmt.Sprintf("%.100q", v)
	case bool, int, float64:
		return fmt.Sprint(v)
	case tuple:
		return fmt.Sprintf("a tuple of %d", len(v))
	case *list:
		return fmt.Sprintf("a list of %d", len(v.items))
	case *dict:
		return fmt.Sprintf("a dict of %d", len(v.entries))
	case *Tensor:
		return "a tensor"
	case *storage:
		return "a storage"
	case *inert:
		return fmt.Sprintf("a value of type %.200s", v.of)
	case name:
		return string(v)
	}
	return "a mark"
}
