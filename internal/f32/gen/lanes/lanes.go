// Package lanes has the vector instructions of package f32's generators: three sets of
// them, of which a kernel is described once.
package lanes

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"zoo/internal/f32/gen/asm"
)

// A Mask selects lanes, and nil selects all. What it is, only its Set knows: on amd64 a
// register with a mask, on arm64 one with the number of lanes, which may be negative or
// too large, for the masks of Masks, and a vector for those of Compare.
type Mask = reg.Register

// A Set is a set of vector instructions. Its methods write code: an operation writes an
// instruction or two and returns a new register with the result, unless it says what it
// changes. Elements are float32 unless stated otherwise.
type Set interface {
	Name() string // how the names of its functions begin
	Limits() asm.Limits
	Lanes() int           // of a vector
	Reg() reg.VecVirtual  // a new register
	Clear(r Op)           // r = 0
	Move(from, to Op)     // to = from
	Return()              // ends the function
	Zero() reg.VecVirtual // 0 in every lane
	Copy(a Op) reg.VecVirtual

	// Broadcast is a value in memory, Scalar a parameter, and Constant x, in every lane.
	Broadcast(m Mem) reg.VecVirtual
	Scalar(name string) reg.VecVirtual
	Constant(x float32) reg.VecVirtual

	// Masks are those of the first n lanes of a group of vectors, which has more. They
	// are functions as not every set keeps them in registers.
	Masks(n reg.Register, group int) []func() Mask
	// Load is what the mask selects of the lanes at m, and zeros.
	Load(m Mem, mask Mask) reg.VecVirtual
	LoadTo(m Mem, to reg.Register, mask Mask)
	Store(r reg.Register, m Mem, mask Mask)

	Add(a, b Op) reg.VecVirtual
	Sub(a, b Op) reg.VecVirtual
	Mul(a, b Op) reg.VecVirtual
	Div(a, b Op) reg.VecVirtual
	Sqrt(a Op) reg.VecVirtual
	Round(a Op) reg.VecVirtual                               // to the nearest integer, ties to even
	Min(a, b Op) reg.VecVirtual                              // b where either is NaN
	Max(a, b Op) reg.VecVirtual                              // b where either is NaN
	Maximum(a, b Op) reg.VecVirtual                          // NaN where either is
	Relu(a Op) reg.VecVirtual                                // max(a, 0), and NaN where a is
	And(a, b Op) reg.VecVirtual                              // of the bits
	Or(a, b Op) reg.VecVirtual                               // of the bits
	AndNot(a, b Op) reg.VecVirtual                           // the bits of a that are not in b
	Fma(a, b, c Op) reg.VecVirtual                           // a·b + c
	Fms(a, b, c Op) reg.VecVirtual                           // a·b − c
	Fnma(a, b, c Op) reg.VecVirtual                          // c − a·b
	AddTo(a, sum Op)                                         // sum += a
	FmaTo(a, b, sum Op)                                      // sum += a·b
	FnmaTo(a, b, sum Op)                                     // sum −= a·b
	Horner(p reg.VecVirtual, x Op, c float32) reg.VecVirtual // p·x + c; p may be overwritten

	Compare(a Op, p Predicate, b Op) Mask
	Choose(mask Mask, a, b Op) reg.VecVirtual // a where the mask is set, b elsewhere
	Keep(mask Mask, a Op) reg.VecVirtual      // a where the mask is set, 0 elsewhere
	Drop(mask Mask, a Op)                     // a = 0 where the mask is set
	Either(a, b Mask) Mask

	// Integers of 32 bits. ToInt rounds.
	ToInt(a Op) reg.VecVirtual
	FromInt(a Op) reg.VecVirtual
	AddInt(a, b Op) reg.VecVirtual
	SubInt(a, b Op) reg.VecVirtual
	ShiftLeft(n int, a Op) reg.VecVirtual
	ShiftRight(n int, a Op) reg.VecVirtual // keeps the sign

	// Power is mantissa·2^exponent, rounded once; the exponent is an integer as float32.
	Power(mantissa, exponent Op) reg.VecVirtual

	// Halves are the lower and the upper half as float64, of which AddDouble, FmaDouble
	// and AddDoublesTo are the AddTo, FmaTo, and the addition to values in memory.
	Halves(x reg.VecVirtual) (low, high reg.VecVirtual)
	AddDouble(a, sum Op)
	FmaDouble(a, b, sum Op)
	AddDoublesTo(x Op, m Mem)

	// StoreSum stores the sum of all lanes, StoreSumDouble of lanes of float64, and
	// StoreMax the Maximum of all lanes. They overwrite x.
	StoreSum(x reg.VecVirtual, m Mem)
	StoreSumDouble(x reg.VecVirtual, m Mem)
	StoreMax(x reg.VecVirtual, m Mem)

	// Integers of 64 bits, of which a vector has half as many. Below is, for two vectors
	// of them, where they are less than the limit, which has the same in every lane.
	Scalar64(name string) reg.VecVirtual
	Constants64(low, high uint64) reg.VecVirtual // low + i·(high − low) in lane i
	Add64(a, b Op) reg.VecVirtual
	XorShift64(n int, a Op) reg.VecVirtual // a ^ a>>n
	Mul64(a Op, by uint64) reg.VecVirtual
	Below(low, high, limit Op) Mask

	// Index prepares the lanes at m, int32, for Permute, which is x[index[i]] in lane i.
	Index(m Mem) reg.VecVirtual
	Permute(x, index reg.VecVirtual) reg.VecVirtual
}

// Sets are the sets of the architecture for which code is written, the widest first.
func Sets() []Set {
	if asm.ARM64() {
		return []Set{neon{}}
	}
	return []Set{AVX512, AVX2}
}

// A Predicate is a comparison, by its number on amd64: ordered ones are false for NaN, the
// others true.
type Predicate = U8

// The predicates.
const (
	Equal        = Predicate(0)  // ordered
	Unordered    = Predicate(3)  // either operand is NaN
	NotEqual     = Predicate(4)  // unordered
	Less         = Predicate(17) // ordered
	LessEqual    = Predicate(18) // ordered
	NotLess      = Predicate(21) // unordered
	NotLessEqual = Predicate(22) // unordered
	Greater      = Predicate(30) // ordered
)
