package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// scalar returns a float32 parameter, in every lane. (avo's Load would do it with an
// SSE instruction, and those are slow between AVX ones: 100 ns each were measured.)
func (v isa) scalar(name string) reg.VecVirtual {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return v.broadcast(p.Addr)
}

// constant returns x in every lane.
func (v isa) constant(x float32) reg.VecVirtual { return v.broadcast(constantAddress(x)) }

func constantAddress(x float32) Mem {
	bits := math.Float32bits(x)
	m, ok := constants[bits]
	if !ok {
		m = GLOBL(fmt.Sprintf("constant%08x", bits), RODATA|NOPTR)
		DATA(0, U32(bits))
		constants[bits] = m
	}
	return m
}

// constants are the addresses of the constants so far, by their bits.
var constants = map[uint32]Mem{}

// masks returns masks for the first n lanes of a group of vectors, of which
// there are fewer than the group has.
func (v isa) masks(n reg.Register, group int) []func() reg.Register {
	masks := make([]func() reg.Register, group)
	if v.wide() {
		bits := GP64()
		MOVQ(I32(-1), bits)
		BZHIQ(n, bits, bits)
		for i := range masks {
			k := K()
			if i > 0 {
				SHRQ(Imm(16), bits)
			}
			KMOVW(bits.As32(), k)
			masks[i] = func() reg.Register { return k }
		}
		return masks
	}
	at, back := GP64(), GP64()
	LEAQ(maskTable(), at)
	MOVQ(n, back)
	NEGQ(back)
	LEAQ(Mem{Base: at, Index: back, Scale: 4, Disp: 4 * maskLanes}, at)
	for i := range masks {
		masks[i] = func() reg.Register {
			m := YMM()
			VMOVUPS(Mem{Base: at, Disp: 32 * i}, m)
			return m
		}
	}
	return masks
}

// maskLanes is the most lanes that a group of AVX2 vectors has.
const maskLanes = 32

var table *Mem

// maskTable returns the address of maskLanes set lanes followed by as many clear ones.
func maskTable() Mem {
	if table == nil {
		m := GLOBL("masks", RODATA|NOPTR)
		for i := range 2 * maskLanes {
			var lane U32
			if i < maskLanes {
				lane = math.MaxUint32
			}
			DATA(4*i, lane)
		}
		table = &m
	}
	return *table
}

// load returns the lanes of m that the mask selects, and zeros.
func (v isa) load(m Mem, mask reg.Register) reg.VecVirtual {
	r := v.reg()
	switch {
	case mask == nil:
		VMOVUPS(m, r)
	case v.wide():
		VMOVUPS_Z(m, mask, r)
	default:
		VMASKMOVPS(m, mask, r)
	}
	return r
}

func (v isa) store(r Op, m Mem, mask reg.Register) {
	switch {
	case mask == nil:
		VMOVUPS(r, m)
	case v.wide():
		VMOVUPS(r, mask, m)
	default:
		VMASKMOVPS(r, mask, m)
	}
}
