//go:build !amd64 || noasm

package f32

// fmaLoops are the loops that this build has.
func fmaLoops() []fmaLoop { return []fmaLoop{fmaPlain} }
