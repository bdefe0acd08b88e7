package nn

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"

	"zoo/internal/f32"
)

// A Published tensor is in PyTorch's layout: filters (O, I, KH, KW), matrices (O, I), and
// images flattened channels first.
type Published struct {
	Name  string
	Shape []int
	Data  []float32 // nil if the values are not floats
}

// A Source is a published tensor whose values are read on demand, from a file for
// example.
type Source struct {
	Name  string
	Shape []int
	// Read fills dst with the values from index at on, in C order. It may be called by
	// several goroutines at once. It is nil if the values are not floats.
	Read func(dst []float32, at int) error
}

// source is the tensor as a Source.
func (t Published) source() Source {
	s := Source{Name: t.Name, Shape: t.Shape}
	if t.Data == nil {
		return s
	}
	s.Read = func(dst []float32, at int) error {
		if at+len(dst) > len(t.Data) {
			return fmt.Errorf("have %d values, want shape %v", len(t.Data), t.Shape)
		}
		copy(dst, t.Data[at:])
		return nil
	}
	return s
}

// Export returns copies of all parameters, which must be float32, in PyTorch's
// layout and order of axes.
func (p *Params) Export() []Published {
	var out []Published
	for _, q := range p.list {
		t := Published{Name: q.Path, Shape: q.Published()}
		q.Publish(func(part []float32) error { t.Data = append(t.Data, part...); return nil })
		out = append(out, t)
	}
	return out
}

// Import copies published tensors into the parameters, as Load does, strictly.
func (p *Params) Import(tensors []Published) error {
	var sources []Source
	for _, t := range tensors {
		sources = append(sources, t.source())
	}
	return p.Load(sources, false)
}

// Load reads published tensors into the parameters, which must be float32, without a
// second copy of any of them. With partial, parameters without a tensor stay as they are;
// otherwise they are errors. The error is a *Mismatch that lists every tensor that is
// missing, unknown, given twice or of the wrong shape or type, and then nothing is
// changed; or it is the error of reading a tensor.
func (p *Params) Load(tensors []Source, partial bool) error {
	given, err := p.match(tensors, partial)
	if err != nil {
		return err
	}
	b := bufferPool.Get().(*buffers)
	defer bufferPool.Put(b)
	for _, q := range p.list {
		t, ok := given[q.Path]
		if !ok {
			continue
		}
		if err := q.load(t.Read, b); err != nil {
			return fmt.Errorf("tensor %s: %w", t.Name, err)
		}
	}
	return nil
}

// Fits returns the *[Mismatch] with which [Params.Load] would refuse the tensors, or nil.
func (p *Params) Fits(tensors []Source, partial bool) error {
	_, err := p.match(tensors, partial)
	return err
}

// SHA256 is the hash, in hexadecimal, of the names, shapes and bits of all
// parameters in PyTorch's layout.
func (p *Params) SHA256() string {
	h := sha256.New()
	var bytes []byte
	for _, q := range p.list {
		fmt.Fprintf(h, "%s %v\n", q.Path, q.Published())
		q.Publish(func(part []float32) error { // a hash takes every write
			for c := range slices.Chunk(part, 8192) {
				bytes, _ = binary.Append(bytes[:0], binary.LittleEndian, c)
				h.Write(bytes)
			}
			return nil
		})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Published is the shape that PyTorch gives the parameter.
func (q *Param) Published() []int { return q.Layout.published(q.Shape) }

// Publish calls f with the values of the parameter, which must be float32, part by part
// in PyTorch's order. A part is valid until f returns; an error of f ends the calls.
func (q *Param) Publish(f func(part []float32) error) error {
	x, v := q.Layout.axes(q.Shape), q.Value.Data().([]float32)
	block := x.block()
	b := bufferPool.Get().(*buffers)
	defer bufferPool.Put(b)
	for lo := 0; lo < x.rows; lo += block * f32.Workers() {
		n := min(f32.Workers(), (x.rows-lo+block-1)/block)
		parts := make([][]float32, n)
		for i := range parts {
			parts[i] = b.take(i, min(block, x.rows-lo-i*block)*x.columns())
		}
		f32.Parallel(n, func(_, i int) { x.toPublished(parts[i], v, lo+i*block) })
		for _, part := range parts {
			if err := f(part); err != nil {
				return err
			}
		}
	}
	return nil
}

// load reads the values, several parts at once.
func (q *Param) load(read func(dst []float32, at int) error, b *buffers) error {
	x, v := q.Layout.axes(q.Shape), q.Value.Data().([]float32)
	var mu sync.Mutex
	var fault error
	f32.Chunks(x.rows, x.block(), func(worker, lo, hi int) {
		rows := b.take(worker, (hi-lo)*x.columns())
		err := read(rows, lo*x.columns())
		if err != nil {
			mu.Lock()
			defer mu.Unlock()
			fault = err
			return
		}
		x.fromPublished(v, rows, lo)
	})
	return fault
}

// partSize is about how many values a part has, 4 MiB. It has more only where one tile of
// rows is longer.
const partSize = 1 << 20

// block is how many rows make a part.
func (x axes) block() int {
	return max(tileRows, partSize/max(1, x.columns())/tileRows*tileRows)
}

// buffers are one for each worker, and used again for every tensor: while large weights
// are in memory, the garbage collector runs late.
type buffers [][]float32

var bufferPool = sync.Pool{New: func() any {
	b := make(buffers, f32.Workers())
	return &b
}}

// take returns n values of a worker's buffer.
func (b *buffers) take(worker, n int) []float32 {
	buffer := &(*b)[worker]
	if cap(*buffer) < n {
		*buffer = make([]float32, n)
	}
	return (*buffer)[:n]
}
