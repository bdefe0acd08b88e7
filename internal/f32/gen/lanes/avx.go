package lanes

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"zoo/internal/f32/gen/asm"
)

// An avx is one of the sets of amd64.
type avx struct{ wide bool }

// The sets of amd64.
var AVX512, AVX2 = avx{true}, avx{false}

var x86 = asm.AMD64

func (v avx) Name() string {
	if v.wide {
		return "avx512"
	}
	return "avx2"
}

// extensions are avo's names of what every processor has that any kernel runs on.
var extensions = []string{"CMOV", "MMX+", "SSE", "BMI2", "AVX", "AVX2", "FMA3"}

func (v avx) Limits() asm.Limits {
	if v.wide {
		return asm.Limits{Extensions: append([]string{"AVX512F", "AVX512DQ", "AVX512VL"}, extensions...), Vectors: 32}
	}
	return asm.Limits{Extensions: extensions, Vectors: 16}
}

func (v avx) Lanes() int {
	if v.wide {
		return 16
	}
	return 8
}

func (v avx) Reg() reg.VecVirtual {
	if v.wide {
		return x86.ZMM()
	}
	return x86.YMM()
}

func (v avx) Return() {
	x86.VZEROUPPER()
	asm.RET()
}

func (v avx) Zero() reg.VecVirtual {
	r := v.Reg()
	v.Clear(r)
	return r
}

func (v avx) Clear(r Op)       { x86.VXORPS(r, r, r) }
func (v avx) Move(from, to Op) { x86.VMOVAPS(from, to) }

func (v avx) Copy(a Op) reg.VecVirtual {
	r := v.Reg()
	v.Move(a, r)
	return r
}

func (v avx) Broadcast(m Mem) reg.VecVirtual {
	r := v.Reg()
	x86.VBROADCASTSS(m, r)
	return r
}

// Scalar does not use avo's Load, which would do it with an SSE instruction: those are
// slow between AVX ones (100 ns each were measured).
func (v avx) Scalar(name string) reg.VecVirtual { return v.Broadcast(asm.Param(name)) }

func (v avx) Constant(x float32) reg.VecVirtual { return v.Broadcast(constantAddress(x)) }

// constants are the addresses of the constants so far, by their bits.
var constants = map[uint32]Mem{}

func constantAddress(x float32) Mem {
	bits := math.Float32bits(x)
	m, ok := constants[bits]
	if !ok {
		m = asm.GLOBL(fmt.Sprintf("constant%08x", bits))
		asm.DATA(0, U32(bits))
		constants[bits] = m
	}
	return m
}

// maskLanes is the most lanes that a group of AVX2 vectors has.
const maskLanes = 32

var table *Mem

// maskTable returns the address of maskLanes set lanes followed by as many clear ones.
func maskTable() Mem {
	if table == nil {
		m := asm.GLOBL("masks")
		for i := range 2 * maskLanes {
			var lane U32
			if i < maskLanes {
				lane = math.MaxUint32
			}
			asm.DATA(4*i, lane)
		}
		table = &m
	}
	return *table
}

// Masks reads those of AVX2 where they are used: 16 registers are few.
func (v avx) Masks(n reg.Register, group int) []func() Mask {
	masks := make([]func() Mask, group)
	if v.wide {
		bits := asm.GP64()
		x86.MOVQ(I32(-1), bits)
		x86.BZHIQ(n, bits, bits)
		for i := range masks {
			k := x86.K()
			if i > 0 {
				x86.SHRQ(Imm(16), bits)
			}
			x86.KMOVW(bits.As32(), k)
			masks[i] = func() Mask { return k }
		}
		return masks
	}
	at, back := asm.GP64(), asm.GP64()
	asm.LEAQ(maskTable(), at)
	asm.MOVQ(n, back)
	asm.NEGQ(back)
	asm.LEAQ(Mem{Base: at, Index: back, Scale: 4, Disp: 4 * maskLanes}, at)
	for i := range masks {
		masks[i] = func() Mask {
			m := x86.YMM()
			x86.VMOVUPS(Mem{Base: at, Disp: 32 * i}, m)
			return m
		}
	}
	return masks
}

func (v avx) Load(m Mem, mask Mask) reg.VecVirtual {
	r := v.Reg()
	v.LoadTo(m, r, mask)
	return r
}

func (v avx) LoadTo(m Mem, to reg.Register, mask Mask) {
	switch {
	case mask == nil:
		x86.VMOVUPS(m, to)
	case v.wide:
		x86.VMOVUPS_Z(m, mask, to)
	default:
		x86.VMASKMOVPS(m, mask, to)
	}
}

func (v avx) Store(r reg.Register, m Mem, mask Mask) {
	switch {
	case mask == nil:
		x86.VMOVUPS(r, m)
	case v.wide:
		x86.VMOVUPS(r, mask, m)
	default:
		x86.VMASKMOVPS(r, mask, m)
	}
}

func (v avx) binary(f func(...Op), a, b Op) reg.VecVirtual {
	r := v.Reg()
	f(b, a, r)
	return r
}

func (v avx) Add(a, b Op) reg.VecVirtual    { return v.binary(x86.VADDPS, a, b) }
func (v avx) Sub(a, b Op) reg.VecVirtual    { return v.binary(x86.VSUBPS, a, b) }
func (v avx) Mul(a, b Op) reg.VecVirtual    { return v.binary(x86.VMULPS, a, b) }
func (v avx) Div(a, b Op) reg.VecVirtual    { return v.binary(x86.VDIVPS, a, b) }
func (v avx) And(a, b Op) reg.VecVirtual    { return v.binary(x86.VANDPS, a, b) }
func (v avx) Or(a, b Op) reg.VecVirtual     { return v.binary(x86.VORPS, a, b) }
func (v avx) Min(a, b Op) reg.VecVirtual    { return v.binary(x86.VMINPS, a, b) }
func (v avx) Max(a, b Op) reg.VecVirtual    { return v.binary(x86.VMAXPS, a, b) }
func (v avx) AndNot(a, b Op) reg.VecVirtual { return v.binary(x86.VANDNPS, b, a) }

func (v avx) Maximum(a, b Op) reg.VecVirtual {
	m := v.Max(a, b) // b where either is NaN
	nan := v.Compare(a, Unordered, a)
	if v.wide {
		x86.VMOVAPS(a, nan, m)
		return m
	}
	return v.Choose(nan, a, m)
}

func (v avx) Relu(a Op) reg.VecVirtual { return v.Keep(v.Compare(a, NotLessEqual, v.Zero()), a) }

func (v avx) Sqrt(a Op) reg.VecVirtual {
	r := v.Reg()
	x86.VSQRTPS(a, r)
	return r
}

func (v avx) Round(a Op) reg.VecVirtual {
	r := v.Reg()
	if v.wide {
		x86.VRNDSCALEPS(Imm(0), a, r)
	} else {
		x86.VROUNDPS(Imm(0), a, r)
	}
	return r
}

func (v avx) Fma(a, b, c Op) reg.VecVirtual {
	r := v.Copy(c)
	v.FmaTo(a, b, r)
	return r
}

func (v avx) Fms(a, b, c Op) reg.VecVirtual {
	r := v.Copy(c)
	x86.VFMSUB231PS(b, a, r)
	return r
}

func (v avx) Fnma(a, b, c Op) reg.VecVirtual {
	r := v.Copy(c)
	v.FnmaTo(a, b, r)
	return r
}

func (v avx) AddTo(a, sum Op)     { x86.VADDPS(a, sum, sum) }
func (v avx) FmaTo(a, b, sum Op)  { x86.VFMADD231PS(b, a, sum) }
func (v avx) FnmaTo(a, b, sum Op) { x86.VFNMADD231PS(b, a, sum) }

func (v avx) Horner(p reg.VecVirtual, x Op, c float32) reg.VecVirtual {
	if v.wide {
		x86.VFMADD213PS_BCST(constantAddress(c), x, p)
	} else {
		x86.VFMADD213PS(v.Constant(c), x, p)
	}
	return p
}

func (v avx) Compare(a Op, p Predicate, b Op) Mask {
	if v.wide {
		k := x86.K()
		x86.VCMPPS(p, b, a, k)
		return k
	}
	r := x86.YMM()
	x86.VCMPPS(p, b, a, r)
	return r
}

func (v avx) Choose(mask Mask, a, b Op) reg.VecVirtual {
	r := v.Reg()
	if v.wide {
		x86.VBLENDMPS(a, b, mask, r)
	} else {
		x86.VBLENDVPS(mask, a, b, r)
	}
	return r
}

func (v avx) Keep(mask Mask, a Op) reg.VecVirtual {
	r := v.Reg()
	if v.wide {
		x86.VMOVAPS_Z(a, mask, r)
	} else {
		x86.VANDPS(a, mask, r)
	}
	return r
}

func (v avx) Drop(mask Mask, a Op) {
	if v.wide {
		x86.VXORPS(a, a, mask, a)
	} else {
		x86.VANDNPS(a, mask, a)
	}
}

func (v avx) Either(a, b Mask) Mask {
	if v.wide {
		k := x86.K()
		x86.KORW(a, b, k)
		return k
	}
	r := x86.YMM()
	x86.VORPS(a, b, r)
	return r
}

func (v avx) unary(f func(...Op), a Op) reg.VecVirtual {
	r := v.Reg()
	f(a, r)
	return r
}

func (v avx) ToInt(a Op) reg.VecVirtual     { return v.unary(x86.VCVTPS2DQ, a) }
func (v avx) FromInt(a Op) reg.VecVirtual   { return v.unary(x86.VCVTDQ2PS, a) }
func (v avx) AddInt(a, b Op) reg.VecVirtual { return v.binary(x86.VPADDD, a, b) }
func (v avx) SubInt(a, b Op) reg.VecVirtual { return v.binary(x86.VPSUBD, a, b) }

func (v avx) ShiftLeft(n int, a Op) reg.VecVirtual {
	r := v.Reg()
	x86.VPSLLD(Imm(uint64(n)), a, r)
	return r
}

func (v avx) ShiftRight(n int, a Op) reg.VecVirtual {
	r := v.Reg()
	x86.VPSRAD(Imm(uint64(n)), a, r)
	return r
}

func (v avx) Power(mantissa, exponent Op) reg.VecVirtual {
	if v.wide {
		return v.binary(x86.VSCALEFPS, mantissa, exponent)
	}
	return powerInSteps(v, mantissa, exponent)
}

func (v avx) Halves(x reg.VecVirtual) (low, high reg.VecVirtual) {
	low, high = v.Reg(), v.Reg()
	if v.wide {
		half := x86.YMM()
		x86.VCVTPS2PD(x.AsY(), low)
		x86.VEXTRACTF64X4(Imm(1), x, half)
		x86.VCVTPS2PD(half, high)
	} else {
		half := x86.XMM()
		x86.VCVTPS2PD(x.AsX(), low)
		x86.VEXTRACTF128(Imm(1), x, half)
		x86.VCVTPS2PD(half, high)
	}
	return low, high
}

func (v avx) AddDouble(a, sum Op)    { x86.VADDPD(a, sum, sum) }
func (v avx) FmaDouble(a, b, sum Op) { x86.VFMADD231PD(a, b, sum) }

func (v avx) AddDoublesTo(x Op, m Mem) {
	x86.VADDPD(m, x, x)
	x86.VMOVUPD(x, m)
}

func (v avx) StoreSum(x reg.VecVirtual, m Mem)       { v.storeSum(x, m, false) }
func (v avx) StoreSumDouble(x reg.VecVirtual, m Mem) { v.storeSum(x, m, true) }

func (v avx) storeSum(x reg.VecVirtual, m Mem, double bool) {
	add := x86.VADDPS
	if double {
		add = x86.VADDPD
	}
	if v.wide {
		half := x86.YMM()
		x86.VEXTRACTF64X4(Imm(1), x, half)
		add(half, x.AsY(), x.AsY())
	}
	quarter := x86.XMM()
	x86.VEXTRACTF128(Imm(1), x.AsY(), quarter)
	add(quarter, x.AsX(), x.AsX())
	x86.VSHUFPD(Imm(1), x.AsX(), x.AsX(), quarter)
	add(quarter, x.AsX(), x.AsX())
	if double {
		x86.VMOVSD(x.AsX(), m)
		return
	}
	x86.VSHUFPS(Imm(1), x.AsX(), x.AsX(), quarter)
	add(quarter, x.AsX(), x.AsX())
	x86.VMOVSS(x.AsX(), m)
}

// StoreMax compares each lane with its neighbours, further and further away.
func (v avx) StoreMax(x reg.VecVirtual, m Mem) {
	other := v.Reg()
	if v.wide {
		x86.VSHUFF32X4(Imm(0x4e), x, x, other)
		v.Move(v.Maximum(x, other), x)
		x86.VSHUFF32X4(Imm(0xb1), x, x, other)
	} else {
		x86.VPERM2F128(Imm(1), x, x, other)
	}
	v.Move(v.Maximum(x, other), x)
	for _, order := range []U8{0x4e, 0xb1} {
		x86.VPERMILPS(order, x, other)
		v.Move(v.Maximum(x, other), x)
	}
	x86.VMOVSS(x.AsX(), m)
}

func (v avx) Index(m Mem) reg.VecVirtual { return v.Load(m, nil) }

func (v avx) Permute(x, index reg.VecVirtual) reg.VecVirtual {
	r := v.Reg()
	x86.VPERMPS(x, index, r)
	return r
}

func (v avx) Scalar64(name string) reg.VecVirtual {
	r := v.Reg()
	x86.VPBROADCASTQ(asm.Param(name), r)
	return r
}

// Constants64 reads what is the same in all lanes once.
func (v avx) Constants64(low, high uint64) reg.VecVirtual {
	r, n := v.Reg(), v.Lanes()/2
	if low == high {
		x86.VPBROADCASTQ(constants64(low), r)
		return r
	}
	values := make([]uint64, n)
	for i := range values {
		values[i] = low + uint64(i)*(high-low)
	}
	x86.VMOVUPS(constants64(values...), r)
	return r
}

var tables64 = map[string]Mem{}

func constants64(values ...uint64) Mem {
	key := fmt.Sprint(values)
	m, ok := tables64[key]
	if !ok {
		m = asm.GLOBL(fmt.Sprintf("constants64x%d", len(tables64)))
		for i, x := range values {
			asm.DATA(8*i, U64(x))
		}
		tables64[key] = m
	}
	return m
}

func (v avx) Add64(a, b Op) reg.VecVirtual { return v.binary(x86.VPADDQ, a, b) }

func (v avx) XorShift64(n int, a Op) reg.VecVirtual {
	r := v.Reg()
	x86.VPSRLQ(Imm(uint64(n)), a, r)
	x86.VXORPS(a, r, r)
	return r
}

// Mul64 is made of products of 32 bits in AVX2, without that of the upper halves.
func (v avx) Mul64(a Op, by uint64) reg.VecVirtual {
	if v.wide {
		return v.binary(x86.VPMULLQ, a, v.Constants64(by, by))
	}
	low := v.Constants64(by&math.MaxUint32, by&math.MaxUint32)
	upper := v.Reg()
	x86.VPSRLQ(Imm(32), a, upper)
	x86.VPMULUDQ(low, upper, upper)
	cross := v.binary(x86.VPMULUDQ, a, v.Constants64(by>>32, by>>32))
	cross = v.Add64(cross, upper)
	x86.VPSLLQ(Imm(32), cross, cross)
	return v.Add64(cross, v.binary(x86.VPMULUDQ, a, low))
}

func (v avx) Below(low, high, limit Op) Mask {
	if v.wide {
		first, second, all := x86.K(), x86.K(), x86.K()
		x86.VPCMPUQ(Imm(1), limit, low, first)
		x86.VPCMPUQ(Imm(1), limit, high, second)
		x86.KUNPCKBW(first, second, all)
		return all
	}
	// Comparisons have a sign in AVX2: with the upper bits turned, they have none.
	turn := v.Constants64(1<<63, 1<<63)
	turned := v.binary(x86.VXORPS, limit, turn)
	less := func(a Op) reg.VecVirtual { return v.binary(x86.VPCMPGTQ, turned, v.binary(x86.VXORPS, a, turn)) }
	all := v.Reg()
	x86.VSHUFPS(Imm(0x88), less(high), less(low), all)
	x86.VPERMPD(Imm(0xd8), all, all)
	return all
}
