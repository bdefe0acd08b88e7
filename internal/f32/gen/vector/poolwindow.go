package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "zoo/internal/f32/gen/asm"
)

// A window is what the parts of a pool see: some vectors of its channels.
type window struct {
	isa
	vectors int
	mask    reg.Register
	pool    *pool
	at      map[string]reg.Register
	channel reg.Register // the first one, in bytes
	tap     reg.Register // address of the pixel in the first image
	weight  reg.VecVirtual
	sums    []reg.VecVirtual
	grads   []reg.VecVirtual
	labels  string

	// In a window of 2×2 pixels: the addresses of its lines in each image, the
	// length of a pixel, and where the pixel is.
	lines     map[string][2]reg.Register
	c         reg.Register
	row, side int
}

// walk computes one group of channels of one window.
func (w *window) walk() {
	w.sums, w.grads = nil, nil
	line, rows, columns := GP64(), GP64(), GP64()
	MOVQ(w.at[words(w.pool.image)[0]], line)
	ADDQ(w.channel, line)
	MOVQ(line, w.tap)
	w.pool.begin(w)
	LoadTo("height", rows)
	Label(fmt.Sprintf("%srow", w.labels))
	MOVQ(line, w.tap)
	LoadTo("width", columns)
	Label(fmt.Sprintf("%spixel", w.labels))
	w.pool.pixel(w)
	next := Load("c")
	LEAQ(Mem{Base: w.tap, Index: next, Scale: 4}, w.tap)
	DECQ(columns)
	JNZ(LabelRef(fmt.Sprintf("%spixel", w.labels)))
	next = Load("line")
	LEAQ(Mem{Base: line, Index: next, Scale: 4}, line)
	DECQ(rows)
	JNZ(LabelRef(fmt.Sprintf("%srow", w.labels)))
	if w.pool.end != nil {
		w.pool.end(w)
	}
}

// inWindows returns the address of vector u in a window's own array.
func (w *window) inWindows(name string, u int) Mem {
	if w.lines != nil {
		return Mem{Base: w.at[name]}
	}
	return Mem{Base: w.at[name], Index: w.channel, Scale: 1, Disp: 4 * w.isa.Lanes() * u}
}

// inImage returns the address of vector u of the pixel.
func (w *window) inImage(name string, u int) Mem {
	if w.lines != nil {
		m := Mem{Base: w.lines[name][w.row]}
		if w.side == 1 {
			m.Index, m.Scale = w.c, 4
		}
		return m
	}
	m := Mem{Base: w.tap, Disp: 4 * w.Lanes() * u}
	if name != words(w.pool.image)[0] {
		m.Index, m.Scale = w.at[name], 1
	}
	return m
}

// give writes a gradient to vector u of the pixel.
func (w *window) give(name string, u int, g reg.VecVirtual) {
	label := fmt.Sprintf("%sover%d%d%d", w.labels, w.row, w.side, u)
	accumulate := Load("accumulate")
	TESTQ(accumulate, accumulate)
	JZ(LabelRef(label))
	w.AddTo(w.Load(w.inImage(name, u), w.mask), g)
	Label(label)
	w.Store(g, w.inImage(name, u), w.mask)
}
