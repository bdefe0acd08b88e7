package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "zoo/internal/f32/gen/asm"
	"zoo/internal/f32/gen/lanes"
)

// A pool is a kernel that walks over a row of windows, and in each over its
// pixels. Of the pointers, those of the windows have an element for each channel
// of each window, and those of the image one for each channel of each pixel.
type pool struct {
	name, doc string
	windows   string // pointers, in the order of the parameters
	image     string // likewise
	weighted  bool   // there is a weight
	gradient  bool   // the image is written; where accumulate is set, it is added to
	begin     func(w *window)
	pixel     func(w *window)
	end       func(w *window)
}

const poolGroup = 4 // vectors of channels

func (p *pool) write() {
	image := words(p.image)
	parameters := "count, height, width, c, step, line int"
	if p.gradient {
		parameters += ", accumulate bool"
	}
	for _, name := range append(image, words(p.windows)...) {
		parameters += ", " + name
	}
	parameters += " *float32"
	if p.weighted {
		parameters += ", weight float32"
	}
	kernel(p.name, parameters, p.doc, p.emit)
}

func (p *pool) emit(v isa) {
	c := Load("c")
	if v.Lanes() == 16 {
		Comment("few channels: shorter vectors cross fewer cache lines")
		CMPQ(c, I32(lanes.AVX2.Lanes()))
		JGT(LabelRef("wide"))
		JMPTo(lanes.AVX2.Name() + capital(p.name))
		Label("wide")
	}
	CMPQ(c, I32(v.Lanes()))
	JGT(LabelRef("any"))
	for _, name := range []string{"height", "width"} {
		n := Load(name)
		CMPQ(n, Imm(2))
		JNE(LabelRef("any"))
	}
	p.small(v, c)
	v.Return()
	Label("any")
	p.any(v)
}

// small walks over windows of 2×2 pixels with few channels: LeNet-5's have 6. It
// has no loops but that over the windows.
func (p *pool) small(v isa, c reg.Register) {
	w := &window{isa: v, pool: p, vectors: 1, at: map[string]reg.Register{}, c: c, labels: "small", lines: map[string][2]reg.Register{}}
	line, step, count := Load("line"), Load("step"), Load("count")
	for _, name := range words(p.image) {
		first, second := Load(name), GP64()
		LEAQ(Mem{Base: first, Index: line, Scale: 4}, second)
		w.lines[name] = [2]reg.Register{first, second}
	}
	for _, name := range words(p.windows) {
		w.at[name] = Load(name)
	}
	p.loadWeight(w)
	w.mask = v.Masks(c, 1)[0]()
	Label("smallwindow")
	w.row, w.side = 0, 0
	p.begin(w)
	for w.row = range 2 {
		for w.side = range 2 {
			p.pixel(w)
		}
	}
	if p.end != nil {
		p.end(w)
	}
	for _, name := range words(p.image) {
		for _, l := range w.lines[name] {
			LEAQ(Mem{Base: l, Index: step, Scale: 4}, l)
		}
	}
	for _, name := range words(p.windows) {
		LEAQ(Mem{Base: w.at[name], Index: c, Scale: 4}, w.at[name])
	}
	DECQ(count)
	JNZ(LabelRef("smallwindow"))
}

func (p *pool) loadWeight(w *window) {
	if p.weighted {
		w.weight = w.Scalar("weight")
	}
}

// any walks over windows of any size.
func (p *pool) any(v isa) {
	w := &window{isa: v, pool: p, at: map[string]reg.Register{}, channel: GP64(), tap: GP64()}
	for i, name := range append(words(p.image), words(p.windows)...) {
		w.at[name] = Load(name)
		if i == 1 && p.gradient && len(words(p.image)) > 1 {
			SUBQ(w.at[words(p.image)[0]], w.at[name]) // relative to the first image
		}
	}
	p.loadWeight(w)
	count, left, n := Load("count"), GP64(), GP64()
	Label("window")
	LoadTo("c", left)
	XORQ(w.channel, w.channel)
	Label("group")
	CMPQ(left, I32(poolGroup*v.Lanes()))
	JLT(LabelRef("single"))
	w.vectors, w.mask, w.labels = poolGroup, nil, "group"
	w.walk()
	ADDQ(I32(4*poolGroup*v.Lanes()), w.channel)
	SUBQ(I32(poolGroup*v.Lanes()), left)
	JMP(LabelRef("group"))
	Label("single")
	TESTQ(left, left)
	JZ(LabelRef("next"))
	MOVQ(I32(v.Lanes()), n)
	CMPQ(left, n)
	CMOVQLT(left, n)
	w.vectors, w.mask, w.labels = 1, v.Masks(n, 1)[0](), "single"
	w.walk()
	ADDQ(I32(4*v.Lanes()), w.channel)
	SUBQ(n, left)
	JMP(LabelRef("single"))
	Label("next")
	c, step := Load("c"), Load("step")
	for _, name := range words(p.windows) {
		LEAQ(Mem{Base: w.at[name], Index: c, Scale: 4}, w.at[name])
	}
	first := w.at[words(p.image)[0]]
	LEAQ(Mem{Base: first, Index: step, Scale: 4}, first)
	DECQ(count)
	JNZ(LabelRef("window"))
}
