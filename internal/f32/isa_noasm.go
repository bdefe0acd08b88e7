//go:build (!amd64 && !arm64) || noasm

package f32

// assembly says that the vector loops of this build are assembly.
const assembly = false

// isas are the sets of instructions that this build has kernels for: Go's own loops, under
// the names of the vector loops. The number of lanes decides into how many columns the sums
// over rows are cut, and changes no bit.
func isas() []isa {
	s := plainISA
	s.lanes = 16
	return []isa{s}
}
