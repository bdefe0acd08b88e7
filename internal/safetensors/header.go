package safetensors

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
)

// A place is an entry with its name.
type place struct {
	name string
	entry
}

func (p place) shape() []int {
	shape := make([]int, len(p.Shape))
	for i, d := range p.Shape {
		shape[i] = int(d)
	}
	return shape
}

// decodeHeader walks the header key by key, because a map would hide a name
// that comes twice.
func decodeHeader(header []byte) (meta map[string]string, places []place, err error) {
	if len(header) == 0 || header[0] != '{' {
		return nil, nil, errors.New("not a JSON object")
	}
	d := json.NewDecoder(bytes.NewReader(header))
	d.Token() // the brace
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, nil, err
		}
		name, ok := token.(string)
		if !ok {
			return nil, nil, fmt.Errorf("have %v, want a name", token)
		}
		if seen[name] {
			return nil, nil, fmt.Errorf("the name %q comes twice", name)
		}
		seen[name] = true
		if name == metaKey {
			if meta, err = decodeMeta(d); err != nil {
				return nil, nil, fmt.Errorf("%s: %w", metaKey, err)
			}
			continue
		}
		p := place{name: name}
		if err := d.Decode(&p.entry); err != nil {
			return nil, nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		places = append(places, p)
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return nil, nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, nil, errors.New("text after the JSON object")
	}
	return meta, places, nil
}

// decodeMeta reads the texts about a file. The format allows only texts; what other
// writers put there, numbers and lists, is kept as it is written.
func decodeMeta(d *json.Decoder) (map[string]string, error) {
	var raw map[string]json.RawMessage
	if err := d.Decode(&raw); err != nil {
		if errors.As(err, new(*json.UnmarshalTypeError)) {
			return nil, errors.New("want names with texts, as in {\"format\": \"pt\"}")
		}
		return nil, err
	}
	meta := map[string]string{}
	for key, value := range raw {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		meta[key] = text
	}
	return meta, nil
}

// checkPlaces sorts the tensors by place and checks that each has the bytes
// that its shape requires, and that together they fill the data section.
func checkPlaces(places []place, data uint64) error {
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.Offsets[0], b.Offsets[0]), cmp.Compare(a.Offsets[1], b.Offsets[1]))
	})
	var end uint64
	for _, p := range places {
		size := elementSize(p.DType)
		if size == 0 {
			return fmt.Errorf("tensor %q: have dtype %q, want F64, F32, F16, BF16, I64, I32, U8 or BOOL", p.name, p.DType)
		}
		from, to := p.Offsets[0], p.Offsets[1]
		if from > to || to > data {
			return fmt.Errorf("tensor %q: it claims the bytes [%d, %d), but the file has %d", p.name, from, to, data)
		}
		if from != end {
			return fmt.Errorf("tensor %q: it begins at byte %d, but the tensor before it ends at %d", p.name, from, end)
		}
		want, ok := product(p.Shape, uint64(size), data)
		if !ok || want != to-from || slices.ContainsFunc(p.Shape, func(d uint64) bool { return d > math.MaxInt }) {
			return fmt.Errorf("tensor %q: have %d bytes, want %s of shape %v", p.name, to-from, p.DType, p.Shape)
		}
		end = to
	}
	if end != data {
		return fmt.Errorf("have %d bytes of data, want %d: truncated header or trailing bytes", data, end)
	}
	return nil
}

// encodeHeader builds the header, padded with spaces to a multiple of eight
// bytes, with noDigest in the digest's place.
func encodeHeader(meta map[string]string, tensors []Tensor) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(`{"` + metaKey + `":{`)
	for _, key := range slices.Sorted(maps.Keys(meta)) {
		b.Write(quote(key))
		b.WriteByte(':')
		b.Write(quote(meta[key]))
		b.WriteByte(',')
	}
	b.WriteString(`"` + digestKey + `":"` + noDigest + `"}`)
	var begin uint64
	for _, t := range tensors {
		dtype, size, n := describe(t.Data)
		e := entry{DType: dtype, Shape: []uint64{}, Offsets: [2]uint64{begin, begin + uint64(size)*uint64(n)}}
		for _, d := range t.Shape {
			e.Shape = append(e.Shape, uint64(d))
		}
		begin = e.Offsets[1]
		record, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		b.WriteByte(',')
		b.Write(quote(t.Name))
		b.WriteByte(':')
		b.Write(record)
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	if b.Len() > maxHeader {
		return nil, fmt.Errorf("the header has %d bytes, the format allows %d", b.Len(), maxHeader)
	}
	return b.Bytes(), nil
}

// quote is a JSON string. A string can always be marshalled.
func quote(s string) []byte {
	b, _ := json.Marshal(s)
	return b
}
