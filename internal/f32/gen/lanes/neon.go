package lanes

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"zoo/internal/f32/gen/asm"
)

// neon is the set that every arm64 processor has: 32 registers of four lanes. Go's
// assembler knows few of its instructions by name; the others are encoded (Arm
// Architecture Reference Manual for A-profile, C7.2).
type neon struct{}

func (neon) Name() string        { return "neon" }
func (neon) Limits() asm.Limits  { return asm.Limits{Vectors: 32} }
func (neon) Lanes() int          { return 4 }
func (neon) Reg() reg.VecVirtual { return asm.AMD64.XMM() }
func (neon) Return()             { asm.RET() }

// three writes d = n op m.
func three(code uint32, name, kind string, d, n, m Op) {
	asm.Word(code, fmt.Sprintf("%s V%%.%s, V%%.%s, V%%.%s", name, kind, kind, kind), asm.In(n, m), asm.Out(d), d, n, m)
}

// two writes d = op n.
func two(code uint32, meaning string, d, n Op) {
	asm.Word(code, meaning, asm.In(n), asm.Out(d), d, n)
}

func (v neon) binary(code uint32, name string, a, b Op) reg.VecVirtual {
	r := v.Reg()
	three(code, name, "4S", r, a, b)
	return r
}

func (v neon) unary(code uint32, name string, a Op) reg.VecVirtual {
	r := v.Reg()
	two(code, name+" V%.4S, V%.4S", r, a)
	return r
}

func (neon) Clear(r Op) { asm.ARM("VEOR V%.B16, V%.B16, V%.B16", nil, asm.Out(r), r, r, r) }
func (neon) Move(from, to Op) {
	asm.ARM("VMOV V%.B16, V%.B16", asm.In(from), asm.Out(to), from, to)
}

func (v neon) Zero() reg.VecVirtual {
	r := v.Reg()
	v.Clear(r)
	return r
}

func (v neon) Copy(a Op) reg.VecVirtual {
	r := v.Reg()
	v.Move(a, r)
	return r
}

func (v neon) Broadcast(m Mem) reg.VecVirtual {
	r := v.Reg()
	asm.ARM("FMOVS %, F%", asm.In(m), asm.Out(r), asm.Reach(m), r)
	asm.ARM("VDUP V%.S[0], V%.S4", asm.In(r), asm.Out(r), r, r)
	return r
}

func (v neon) Scalar(name string) reg.VecVirtual { return v.Broadcast(asm.Param(name)) }

// Constant reads four copies: to make them of one would take another instruction.
func (v neon) Constant(x float32) reg.VecVirtual {
	bits := U32(math.Float32bits(x))
	return v.constants(bits, bits, bits, bits)
}

func (v neon) constants(lanes ...U32) reg.VecVirtual {
	r := v.Reg()
	asm.ARM("FMOVQ %, F%", nil, asm.Out(r), asm.Constants([4]U32(lanes)), r)
	return r
}

// Masks are the numbers of lanes that are left for each vector.
func (neon) Masks(n reg.Register, group int) []func() Mask {
	masks := make([]func() Mask, group)
	for i := range masks {
		masks[i] = func() Mask {
			if i == 0 {
				return n
			}
			left := asm.GP64()
			asm.ARM("SUB %, %, %", asm.In(n), asm.Out(left), Imm(uint64(4*i)), n, left)
			return left
		}
	}
	return masks
}

// labels numbers the places in the code of masks.
var labels int

func newLabels(names ...string) (all []string) {
	labels++
	for _, name := range names {
		all = append(all, fmt.Sprintf("%s%d", name, labels))
	}
	return all
}

func (v neon) Load(m Mem, mask Mask) reg.VecVirtual {
	r := v.Reg()
	v.LoadTo(m, r, mask)
	return r
}

// LoadTo reads lane by lane what is masked: a vector could reach beyond the end.
func (v neon) LoadTo(m Mem, to reg.Register, mask Mask) {
	m = asm.Reach(m)
	whole := func() { asm.ARM("FMOVQ %, F%", asm.In(m), asm.Out(to), m, to) }
	if mask == nil {
		whole()
		return
	}
	l := newLabels("whole", "loaded")
	some, done := LabelRef(l[0]), LabelRef(l[1])
	asm.Within(func() {
		asm.CMPQ(mask, Imm(4))
		asm.JGE(some)
		v.Clear(to)
		asm.CMPQ(mask, Imm(1))
		asm.JLT(done)
		asm.ARM("FMOVS %, F%", asm.In(m), asm.Out(to), m, to)
		asm.JE(done)
		lane(m, to, 1, "VLD1 (R27), V%.S[1]")
		asm.CMPQ(mask, Imm(2))
		asm.JE(done)
		lane(m, to, 2, "VLD1 (R27), V%.S[2]")
		asm.JMP(done)
		asm.Label(l[0])
		whole()
		asm.Label(l[1])
	})
}

func (v neon) Store(r reg.Register, m Mem, mask Mask) {
	m = asm.Reach(m)
	whole := func() { asm.ARM("FMOVQ F%, %", asm.In(r, m), nil, r, m) }
	if mask == nil {
		whole()
		return
	}
	l := newLabels("whole", "stored")
	some, done := LabelRef(l[0]), LabelRef(l[1])
	asm.Within(func() {
		asm.CMPQ(mask, Imm(4))
		asm.JGE(some)
		asm.CMPQ(mask, Imm(1))
		asm.JLT(done)
		asm.ARM("FMOVS F%, %", asm.In(r, m), nil, r, m)
		asm.JE(done)
		lane(m, r, 1, "VST1 V%.S[1], (R27)")
		asm.CMPQ(mask, Imm(2))
		asm.JE(done)
		lane(m, r, 2, "VST1 V%.S[2], (R27)")
		asm.JMP(done)
		asm.Label(l[0])
		whole()
		asm.Label(l[1])
	})
}

// lane loads or stores a lane, whose address is put in R27. The comparison stands.
func lane(m Mem, r reg.Register, i int, instruction string) {
	m.Disp += 4 * i
	asm.ARM("MOVD $%, R27", asm.In(m), nil, m)
	asm.ARM(instruction, asm.In(r), asm.Out(r), r)
}

func (v neon) Add(a, b Op) reg.VecVirtual { return v.binary(0x4e20d400, "FADD", a, b) }
func (v neon) Sub(a, b Op) reg.VecVirtual { return v.binary(0x4ea0d400, "FSUB", a, b) }
func (v neon) Mul(a, b Op) reg.VecVirtual { return v.binary(0x6e20dc00, "FMUL", a, b) }
func (v neon) Div(a, b Op) reg.VecVirtual { return v.binary(0x6e20fc00, "FDIV", a, b) }
func (v neon) Sqrt(a Op) reg.VecVirtual   { return v.unary(0x6ea1f800, "FSQRT", a) }
func (v neon) Round(a Op) reg.VecVirtual  { return v.unary(0x4e218800, "FRINTN", a) }

// Min and Max choose, as FMIN and FMAX return NaN where either is.
func (v neon) Min(a, b Op) reg.VecVirtual     { return v.Choose(v.Compare(a, Less, b), a, b) }
func (v neon) Max(a, b Op) reg.VecVirtual     { return v.Choose(v.Compare(a, Greater, b), a, b) }
func (v neon) Maximum(a, b Op) reg.VecVirtual { return v.binary(0x4e20f400, "FMAX", a, b) }
func (v neon) Relu(a Op) reg.VecVirtual       { return v.Maximum(a, v.Zero()) }

func (v neon) bits(code uint32, name string, a, b Op) reg.VecVirtual {
	r := v.Reg()
	three(code, name, "16B", r, a, b)
	return r
}

func (v neon) And(a, b Op) reg.VecVirtual    { return v.bits(0x4e201c00, "AND", a, b) }
func (v neon) Or(a, b Op) reg.VecVirtual     { return v.bits(0x4ea01c00, "ORR", a, b) }
func (v neon) AndNot(a, b Op) reg.VecVirtual { return v.bits(0x4e601c00, "BIC", a, b) }

func (v neon) Fma(a, b, c Op) reg.VecVirtual {
	r := v.Copy(c)
	v.FmaTo(a, b, r)
	return r
}

func (v neon) Fms(a, b, c Op) reg.VecVirtual {
	r := v.unary(0x6ea0f800, "FNEG", c)
	v.FmaTo(a, b, r)
	return r
}

func (v neon) Fnma(a, b, c Op) reg.VecVirtual {
	r := v.Copy(c)
	v.FnmaTo(a, b, r)
	return r
}

func (v neon) AddTo(a, sum Op) { three(0x4e20d400, "FADD", "4S", sum, sum, a) }

func (v neon) FmaTo(a, b, sum Op) {
	asm.ARM("VFMLA V%.S4, V%.S4, V%.S4", asm.In(a, b, sum), asm.Out(sum), b, a, sum)
}

func (v neon) FnmaTo(a, b, sum Op) {
	asm.ARM("VFMLS V%.S4, V%.S4, V%.S4", asm.In(a, b, sum), asm.Out(sum), b, a, sum)
}

func (v neon) Horner(p reg.VecVirtual, x Op, c float32) reg.VecVirtual {
	r := v.Constant(c)
	v.FmaTo(p, x, r)
	return r
}

// FmaLane is sum += a·b[lane].
func FmaLane(a, b Op, lane int, sum Op) {
	code := 0x4f801000 | uint32(lane&1)<<21 | uint32(lane>>1)<<11
	asm.Word(code, fmt.Sprintf("FMLA V%%.4S, V%%.4S, V%%.S[%d]", lane), asm.In(a, b, sum), asm.Out(sum), sum, a, b)
}

func (v neon) Compare(a Op, p Predicate, b Op) Mask {
	equal := func(a, b Op) reg.VecVirtual { return v.binary(0x4e20e400, "FCMEQ", a, b) }
	atLeast := func(a, b Op) reg.VecVirtual { return v.binary(0x6e20e400, "FCMGE", a, b) }
	above := func(a, b Op) reg.VecVirtual { return v.binary(0x6ea0e400, "FCMGT", a, b) }
	not := func(r reg.VecVirtual) Mask {
		two(0x6e205800, "NOT V%.16B, V%.16B", r, r)
		return r
	}
	switch p {
	case Equal:
		return equal(a, b)
	case NotEqual:
		return not(equal(a, b))
	case Less:
		return above(b, a)
	case NotLess:
		return not(above(b, a))
	case LessEqual:
		return atLeast(b, a)
	case NotLessEqual:
		return not(atLeast(b, a))
	case Greater:
		return above(a, b)
	}
	if p != Unordered || a != b {
		panic("lanes: this comparison is not written for arm64")
	}
	return not(equal(a, a))
}

// selected is a mask as a vector.
func (v neon) selected(mask Mask) reg.Register {
	if mask.Kind() != reg.KindGP {
		return mask
	}
	count := v.Reg()
	asm.ARM("VDUP %, V%.S4", asm.In(mask), asm.Out(count), mask, count)
	return v.binary(0x4ea03400, "CMGT", count, v.constants(0, 1, 2, 3))
}

func (v neon) Choose(mask Mask, a, b Op) reg.VecVirtual {
	r := v.Copy(v.selected(mask))
	asm.ARM("VBSL V%.B16, V%.B16, V%.B16", asm.In(a, b, r), asm.Out(r), b, a, r)
	return r
}

func (v neon) Keep(mask Mask, a Op) reg.VecVirtual { return v.And(a, v.selected(mask)) }
func (v neon) Drop(mask Mask, a Op)                { three(0x4e601c00, "BIC", "16B", a, a, v.selected(mask)) }
func (v neon) Either(a, b Mask) Mask               { return v.Or(v.selected(a), v.selected(b)) }

func (v neon) ToInt(a Op) reg.VecVirtual     { return v.unary(0x4e21a800, "FCVTNS", a) }
func (v neon) FromInt(a Op) reg.VecVirtual   { return v.unary(0x4e21d800, "SCVTF", a) }
func (v neon) AddInt(a, b Op) reg.VecVirtual { return v.binary(0x4ea08400, "ADD", a, b) }
func (v neon) SubInt(a, b Op) reg.VecVirtual { return v.binary(0x6ea08400, "SUB", a, b) }

func (v neon) ShiftLeft(n int, a Op) reg.VecVirtual {
	r := v.Reg()
	two(0x4f005400|uint32(32+n)<<16, fmt.Sprintf("SHL V%%.4S, V%%.4S, #%d", n), r, a)
	return r
}

func (v neon) ShiftRight(n int, a Op) reg.VecVirtual {
	r := v.Reg()
	two(0x4f000400|uint32(64-n)<<16, fmt.Sprintf("SSHR V%%.4S, V%%.4S, #%d", n), r, a)
	return r
}

func (v neon) Power(mantissa, exponent Op) reg.VecVirtual {
	return powerInSteps(v, mantissa, exponent)
}

// powerInSteps multiplies twice, as 2^exponent may not be a normal number.
func powerInSteps(v Set, mantissa, exponent Op) reg.VecVirtual {
	n := v.ToInt(exponent)
	half := v.ShiftRight(1, n)
	powerOf2 := func(n Op) reg.VecVirtual { return v.AddInt(v.ShiftLeft(23, n), v.Constant(1)) }
	return v.Mul(v.Mul(mantissa, powerOf2(half)), powerOf2(v.SubInt(n, half)))
}

func (v neon) Halves(x reg.VecVirtual) (low, high reg.VecVirtual) {
	low, high = v.Reg(), v.Reg()
	two(0x0e617800, "FCVTL V%.2D, V%.2S", low, x)
	two(0x4e617800, "FCVTL2 V%.2D, V%.4S", high, x)
	return low, high
}

func (v neon) AddDouble(a, sum Op) { three(0x4e60d400, "FADD", "2D", sum, sum, a) }

func (v neon) FmaDouble(a, b, sum Op) {
	asm.ARM("VFMLA V%.D2, V%.D2, V%.D2", asm.In(a, b, sum), asm.Out(sum), b, a, sum)
}

func (v neon) AddDoublesTo(x Op, m Mem) {
	r := v.Load(m, nil)
	v.AddDouble(x, r)
	v.Store(r, m, nil)
}

func (v neon) StoreSum(x reg.VecVirtual, m Mem) {
	three(0x6e20d400, "FADDP", "4S", x, x, x)
	two(0x7e30d800, "FADDP S%, V%.2S", x, x)
	asm.ARM("FMOVS F%, %", asm.In(x, m), nil, x, asm.Reach(m))
}

func (v neon) StoreSumDouble(x reg.VecVirtual, m Mem) {
	two(0x7e70d800, "FADDP D%, V%.2D", x, x)
	asm.ARM("FMOVD F%, %", asm.In(x, m), nil, x, asm.Reach(m))
}

func (v neon) StoreMax(x reg.VecVirtual, m Mem) {
	two(0x6e30f800, "FMAXV S%, V%.4S", x, x)
	asm.ARM("FMOVS F%, %", asm.In(x, m), nil, x, asm.Reach(m))
}

// Index makes of lanes the bytes that they have.
func (v neon) Index(m Mem) reg.VecVirtual {
	bytes := v.binary(0x4ea09c00, "MUL", v.Load(m, nil), v.constants(0x04040404, 0x04040404, 0x04040404, 0x04040404))
	return v.AddInt(bytes, v.constants(0x03020100, 0x03020100, 0x03020100, 0x03020100))
}

func (v neon) Permute(x, index reg.VecVirtual) reg.VecVirtual {
	r := v.Reg()
	asm.ARM("VTBL V%.B16, [V%.B16], V%.B16", asm.In(x, index), asm.Out(r), index, x, r)
	return r
}

// Transpose returns the columns of four rows.
func Transpose(a, b, c, d reg.VecVirtual) (columns [4]reg.VecVirtual) {
	v := neon{}
	zip := func(code uint32, name, kind string, a, b reg.VecVirtual) reg.VecVirtual {
		r := v.Reg()
		three(code, name, kind, r, a, b)
		return r
	}
	lowAC, highAC := zip(0x4e803800, "ZIP1", "4S", a, c), zip(0x4e807800, "ZIP2", "4S", a, c)
	lowBD, highBD := zip(0x4e803800, "ZIP1", "4S", b, d), zip(0x4e807800, "ZIP2", "4S", b, d)
	return [4]reg.VecVirtual{
		zip(0x4e803800, "ZIP1", "4S", lowAC, lowBD), zip(0x4e807800, "ZIP2", "4S", lowAC, lowBD),
		zip(0x4e803800, "ZIP1", "4S", highAC, highBD), zip(0x4e807800, "ZIP2", "4S", highAC, highBD),
	}
}

func (v neon) Scalar64(name string) reg.VecVirtual {
	r, x := v.Reg(), asm.Load(name)
	asm.ARM("VDUP %, V%.D2", asm.In(x), asm.Out(r), x, r)
	return r
}

func (v neon) Constants64(low, high uint64) reg.VecVirtual {
	return v.constants(U32(low), U32(low>>32), U32(high), U32(high>>32))
}

func (v neon) Add64(a, b Op) reg.VecVirtual {
	r := v.Reg()
	three(0x4ee08400, "ADD", "2D", r, a, b)
	return r
}

func (v neon) XorShift64(n int, a Op) reg.VecVirtual {
	r := v.Reg()
	two(0x6f000400|uint32(128-n)<<16, fmt.Sprintf("USHR V%%.2D, V%%.2D, #%d", n), r, a)
	return v.bits(0x6e201c00, "EOR", r, a)
}

// Mul64 is made of products of 32 bits, without that of the upper halves.
func (v neon) Mul64(a Op, by uint64) reg.VecVirtual {
	low, high := U32(by), U32(by>>32)
	cross := v.binary(0x4ea09c00, "MUL", a, v.constants(high, low, high, low))
	two(0x6ea02800, "UADDLP V%.2D, V%.4S", cross, cross)
	two(0x4f605400, "SHL V%.2D, V%.2D, #32", cross, cross)
	half := v.Reg()
	two(0x0ea12800, "XTN V%.2S, V%.2D", half, a)
	factor := v.constants(low, low, low, low)
	asm.Word(0x2ea08000, "UMLAL V%.2D, V%.2S, V%.2S", asm.In(cross, half, factor), asm.Out(cross), cross, half, factor)
	return cross
}

func (v neon) Below(low, high, limit Op) Mask {
	less := func(a Op) reg.VecVirtual {
		r := v.Reg()
		three(0x6ee03400, "CMHI", "2D", r, limit, a)
		return r
	}
	return v.binary(0x4e801800, "UZP1", less(low), less(high))
}
