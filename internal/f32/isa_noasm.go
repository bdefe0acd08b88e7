//go:build (!amd64 && !arm64) || noasm

package f32

// isas are the sets of instructions that this build has kernels for.
func isas() []isa { return []isa{plainISA} }
