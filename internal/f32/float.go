// Package f32 holds the numeric kernels under the ops: loops on row-major
// slices, and the pool of workers that they share. The loops are generic so
// that gradients can be checked in float64; float32 is what training runs.
//
// A kernel here is a plain function of slices and sizes. That is the seam at
// which a faster implementation replaces a plain one: the caller never knows.
// Destinations come first; lengths are the caller's duty and a wrong one panics.
package f32

// Float is the element type of a kernel.
type Float interface{ float32 | float64 }
