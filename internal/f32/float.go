package f32

// Float is the element type of a kernel.
type Float interface{ float32 | float64 }
