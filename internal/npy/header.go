package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const magic = "\x93NUMPY"

// A header is what the Python dictionary at the head of a file says.
type header struct {
	descr   string // such as "<f4"
	fortran bool
	shape   []int
}

// readHeader reads the magic, the version and the dictionary, and returns how
// many of the size bytes follow.
func readHeader(r io.Reader, size int64) (header, int64, error) {
	var fixed [8]byte
	if err := readFull(r, fixed[:], &size); err != nil || string(fixed[:6]) != magic {
		return header{}, 0, errors.New("not a .npy file: it does not begin with \\x93NUMPY")
	}
	var length [4]byte
	var err error
	switch major := fixed[6]; major {
	case 1:
		err = readFull(r, length[:2], &size)
	case 2, 3:
		err = readFull(r, length[:4], &size)
	default:
		return header{}, 0, fmt.Errorf("have .npy version %d.%d, want 1, 2 or 3", major, fixed[7])
	}
	if err != nil {
		return header{}, 0, err
	}
	n := int64(binary.LittleEndian.Uint32(length[:]))
	if n > size {
		return header{}, 0, fmt.Errorf("truncated: the header claims %d bytes, the file has %d more", n, size)
	}
	text := make([]byte, n)
	if err := readFull(r, text, &size); err != nil {
		return header{}, 0, err
	}
	h, err := parseHeader(string(text))
	if err != nil {
		return header{}, 0, fmt.Errorf("header %.200q: %w", text, err)
	}
	return h, size, nil
}

// readFull fills b and takes its length off size, which must allow it.
func readFull(r io.Reader, b []byte, size *int64) error {
	if int64(len(b)) > *size {
		return fmt.Errorf("truncated: have %d bytes, want %d", *size, len(b))
	}
	*size -= int64(len(b))
	_, err := io.ReadFull(r, b)
	return err
}

// parseHeader reads a dictionary literal with exactly the keys descr,
// fortran_order and shape, in any order.
func parseHeader(text string) (h header, err error) {
	rest := strings.TrimSpace(text)
	rest, open := strings.CutPrefix(rest, "{")
	rest, closed := strings.CutSuffix(rest, "}")
	if !open || !closed {
		return h, errors.New("not a dictionary")
	}
	seen := map[string]bool{}
	for rest = strings.TrimSpace(rest); rest != ""; {
		var key, after string
		if key, after, err = cutString(rest); err != nil {
			return h, err
		}
		after, colon := strings.CutPrefix(strings.TrimSpace(after), ":")
		if !colon || seen[key] {
			return h, fmt.Errorf("key %q comes twice, or has no value", key)
		}
		seen[key] = true
		after = strings.TrimSpace(after)
		switch key {
		case "descr":
			h.descr, rest, err = cutString(after)
		case "fortran_order":
			h.fortran, rest, err = cutBool(after)
		case "shape":
			h.shape, rest, err = cutTuple(after)
		default:
			err = errors.New("unknown key")
		}
		if err != nil {
			return h, fmt.Errorf("%s: %w", key, err)
		}
		rest = strings.TrimSpace(rest)
		if next, comma := strings.CutPrefix(rest, ","); comma {
			rest = strings.TrimSpace(next)
		} else if rest != "" {
			return h, fmt.Errorf("%s: have %.20q after the value, want a comma", key, rest)
		}
	}
	if len(seen) != 3 {
		return h, errors.New("want the keys descr, fortran_order and shape")
	}
	return h, nil
}

func cutString(s string) (value, rest string, err error) {
	if s == "" || s[0] != '\'' && s[0] != '"' {
		return "", "", fmt.Errorf("have %.20q, want a string", s)
	}
	value, rest, ok := strings.Cut(s[1:], s[:1])
	if !ok {
		return "", "", fmt.Errorf("have %.20q, want a closing quote", s)
	}
	return value, rest, nil
}

func cutBool(s string) (value bool, rest string, err error) {
	if rest, ok := strings.CutPrefix(s, "False"); ok {
		return false, rest, nil
	}
	if rest, ok := strings.CutPrefix(s, "True"); ok {
		return true, rest, nil
	}
	return false, "", fmt.Errorf("have %.20q, want True or False", s)
}

func cutTuple(s string) (value []int, rest string, err error) {
	inside, rest, ok := strings.Cut(s, ")")
	inside, open := strings.CutPrefix(inside, "(")
	if !ok || !open {
		return nil, "", fmt.Errorf("have %.20q, want a tuple", s)
	}
	value = []int{}
	inside = strings.TrimSuffix(strings.TrimSpace(inside), ",")
	if inside == "" {
		return value, rest, nil
	}
	for _, d := range strings.Split(inside, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(d))
		if err != nil || n < 0 {
			return nil, "", fmt.Errorf("have %.20q, want a dimension", d)
		}
		value = append(value, n)
	}
	return value, rest, nil
}
