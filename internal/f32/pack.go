package f32

import "sync"

// packs32 and packs64 keep the memory of packed panels from product to product.
var (
	packs32 = sync.Pool{New: func() any { return new([]float32) }}
	packs64 = sync.Pool{New: func() any { return new([]float64) }}
)

func packs[F Float]() *sync.Pool {
	var f F
	if _, ok := any(f).(float32); ok {
		return &packs32
	}
	return &packs64
}

func takePacked[F Float]() *[]F       { return packs[F]().Get().(*[]F) }
func givePacked[F Float](memory *[]F) { packs[F]().Put(memory) }

// packLines packs columns values of each line of src, which are ld apart, into
// panels: all lines of the first columns, then those of the next.
func packLines[F Float](dst, src []F, ld, lines, columns int) {
	for j := 0; j < columns; j += panel {
		width := min(panel, columns-j)
		to := dst[j*lines:][:panel*lines]
		if to, ok := any(to).([]float32); ok && tiles != nil && width == panel {
			src := any(src).([]float32)
			_ = src[(lines-1)*ld+j+panel-1] // the last that the assembly reads
			tiles.copyPanel(&to[0], &src[j], ld, lines)
			continue
		}
		for l := range lines {
			copy(to[l*panel:], src[l*ld+j:][:width])
		}
	}
}

// packColumns packs as packLines does, where the lines are columns of src and its
// rows, ld apart, are as many as columns.
func packColumns[F Float](dst, src []F, ld, lines, columns int) {
	for j := 0; j < columns; j += panel {
		width := min(panel, columns-j)
		transpose(dst[j*lines:][:panel*lines], panel, src[j*ld:], ld, width, lines)
	}
}
