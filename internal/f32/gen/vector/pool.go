package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
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
	c := Load(Param("c"), GP64())
	if v.wide() {
		Comment("few channels: shorter vectors cross fewer cache lines")
		CMPQ(c, I32(avx2.lanes))
		JLE(LabelRef("avx2"))
	}
	CMPQ(c, I32(v.lanes))
	JGT(LabelRef(v.label("any")))
	for _, name := range []string{"height", "width"} {
		n := Load(Param(name), GP64())
		CMPQ(n, Imm(2))
		JNE(LabelRef(v.label("any")))
	}
	p.small(v, c)
	VZEROUPPER()
	RET()
	Label(v.label("any"))
	p.any(v)
}

// small walks over windows of 2×2 pixels with few channels: LeNet-5's have 6. It
// has no loops but that over the windows.
func (p *pool) small(v isa, c reg.Register) {
	w := &window{isa: v, pool: p, vectors: 1, at: map[string]reg.Register{}, c: c, labels: "small", lines: map[string][2]reg.Register{}}
	line, step, count := Load(Param("line"), GP64()), Load(Param("step"), GP64()), Load(Param("count"), GP64())
	for _, name := range words(p.image) {
		first, second := Load(Param(name), GP64()), GP64()
		LEAQ(Mem{Base: first, Index: line, Scale: 4}, second)
		w.lines[name] = [2]reg.Register{first, second}
	}
	for _, name := range words(p.windows) {
		w.at[name] = Load(Param(name), GP64())
	}
	p.loadWeight(w)
	w.mask = v.masks(c, 1)[0]()
	Label(v.label("smallwindow"))
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
	JNZ(LabelRef(v.label("smallwindow")))
}

func (p *pool) loadWeight(w *window) {
	if p.weighted {
		x := XMM()
		Load(Param("weight"), x)
		w.weight = w.reg()
		VBROADCASTSS(x, w.weight)
	}
}

// any walks over windows of any size.
func (p *pool) any(v isa) {
	w := &window{isa: v, pool: p, at: map[string]reg.Register{}, channel: GP64(), tap: GP64()}
	for i, name := range append(words(p.image), words(p.windows)...) {
		w.at[name] = Load(Param(name), GP64())
		if i == 1 && p.gradient && len(words(p.image)) > 1 {
			SUBQ(w.at[words(p.image)[0]], w.at[name]) // relative to the first image
		}
	}
	p.loadWeight(w)
	count, left, n := Load(Param("count"), GP64()), GP64(), GP64()
	Label(v.label("window"))
	Load(Param("c"), left)
	XORQ(w.channel, w.channel)
	Label(v.label("group"))
	CMPQ(left, I32(poolGroup*v.lanes))
	JLT(LabelRef(v.label("single")))
	w.vectors, w.mask, w.labels = poolGroup, nil, "group"
	w.walk()
	ADDQ(I32(4*poolGroup*v.lanes), w.channel)
	SUBQ(I32(poolGroup*v.lanes), left)
	JMP(LabelRef(v.label("group")))
	Label(v.label("single"))
	TESTQ(left, left)
	JZ(LabelRef(v.label("next")))
	MOVQ(I32(v.lanes), n)
	CMPQ(left, n)
	CMOVQLT(left, n)
	w.vectors, w.mask, w.labels = 1, v.masks(n, 1)[0](), "single"
	w.walk()
	ADDQ(I32(4*v.lanes), w.channel)
	SUBQ(n, left)
	JMP(LabelRef(v.label("single")))
	Label(v.label("next"))
	c, step := Load(Param("c"), GP64()), Load(Param("step"), GP64())
	for _, name := range words(p.windows) {
		LEAQ(Mem{Base: w.at[name], Index: c, Scale: 4}, w.at[name])
	}
	first := w.at[words(p.image)[0]]
	LEAQ(Mem{Base: first, Index: step, Scale: 4}, first)
	DECQ(count)
	JNZ(LabelRef(v.label("window")))
}

// walk computes one group of channels of one window.
func (w *window) walk() {
	w.sums, w.grads = nil, nil
	line, rows, columns := GP64(), GP64(), GP64()
	MOVQ(w.at[words(w.pool.image)[0]], line)
	ADDQ(w.channel, line)
	MOVQ(line, w.tap)
	w.pool.begin(w)
	Load(Param("height"), rows)
	Label(w.label("%srow", w.labels))
	MOVQ(line, w.tap)
	Load(Param("width"), columns)
	Label(w.label("%spixel", w.labels))
	w.pool.pixel(w)
	next := Load(Param("c"), GP64())
	LEAQ(Mem{Base: w.tap, Index: next, Scale: 4}, w.tap)
	DECQ(columns)
	JNZ(LabelRef(w.label("%spixel", w.labels)))
	next = Load(Param("line"), GP64())
	LEAQ(Mem{Base: line, Index: next, Scale: 4}, line)
	DECQ(rows)
	JNZ(LabelRef(w.label("%srow", w.labels)))
	if w.pool.end != nil {
		w.pool.end(w)
	}
}

// inWindows returns the address of vector u in a window's own array.
func (w *window) inWindows(name string, u int) Mem {
	if w.lines != nil {
		return Mem{Base: w.at[name]}
	}
	return Mem{Base: w.at[name], Index: w.channel, Scale: 1, Disp: 4 * w.isa.lanes * u}
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
	m := Mem{Base: w.tap, Disp: 4 * w.lanes * u}
	if name != words(w.pool.image)[0] {
		m.Index, m.Scale = w.at[name], 1
	}
	return m
}

// give writes a gradient to vector u of the pixel.
func (w *window) give(name string, u int, g reg.VecVirtual) {
	label := w.label("%sover%d%d%d", w.labels, w.row, w.side, u)
	accumulate := Load(Param("accumulate"), GP8())
	TESTB(accumulate, accumulate)
	JZ(LabelRef(label))
	VADDPS(w.load(w.inImage(name, u), w.mask), g, g)
	Label(label)
	w.store(g, w.inImage(name, u), w.mask)
}

func poolKernels() {
	(&pool{name: "maxPoolWindows", doc: "the maximum of each window, and NaN where it holds one.", windows: "y", image: "x",
		begin: func(w *window) {
			for u := range w.vectors {
				w.sums = append(w.sums, w.load(w.inImage("x", u), w.mask))
			}
		},
		pixel: func(w *window) {
			for u, sum := range w.sums {
				VMOVAPS(w.maximum(sum, w.load(w.inImage("x", u), w.mask)), sum)
			}
		},
		end: func(w *window) {
			for u, sum := range w.sums {
				w.store(sum, w.inWindows("y", u), w.mask)
			}
		}}).write()
	(&pool{name: "avgPoolWindows", doc: "weight times the sum of each window.", windows: "y", image: "x", weighted: true,
		begin: func(w *window) {
			for range w.vectors {
				w.sums = append(w.sums, w.zero())
			}
		},
		pixel: func(w *window) {
			for u, sum := range w.sums {
				VADDPS(w.load(w.inImage("x", u), w.mask), sum, sum)
			}
		},
		end: func(w *window) {
			for u, sum := range w.sums {
				w.store(w.mul(sum, w.weight), w.inWindows("y", u), w.mask)
			}
		}}).write()
	(&pool{name: "avgPoolGradWindows", doc: "weight·dy for each pixel of each window.", windows: "dy", image: "dx", weighted: true, gradient: true,
		begin: func(w *window) {
			for u := range w.vectors {
				w.grads = append(w.grads, w.mul(w.weight, w.load(w.inWindows("dy", u), w.mask)))
			}
		},
		pixel: func(w *window) {
			for u, g := range w.grads {
				w.give("dx", u, w.copy(g))
			}
		}}).write()
	(&pool{name: "maxPoolGradWindows", doc: "dy for the first pixel of each window that is y, or NaN, and 0 for the others.",
		windows: "dy y", image: "dx x", gradient: true,
		begin: func(w *window) {
			for u := range w.vectors {
				w.sums = append(w.sums, w.load(w.inWindows("y", u), w.mask))
				w.grads = append(w.grads, w.load(w.inWindows("dy", u), w.mask))
			}
		},
		pixel: func(w *window) {
			for u, y := range w.sums {
				x := w.load(w.inImage("x", u), w.mask)
				hit := w.or(w.compare(x, equal, y), w.compare(x, unordered, x))
				g := w.keep(hit, w.grads[u])
				w.drop(hit, w.grads[u])
				w.give("dx", u, g)
			}
		}}).write()
}
