package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// unary is an elementwise kernel made of a loop and its gradient's loop.
type unary[F f32.Float] struct {
	name   string
	fn     func(dst, src []F)
	grad   func(dx, dy, v []F) // v is the output, or the input where fromIn is set
	fromIn bool
}

func (k unary[F]) Name() string { return k.name }
func (unary[F]) Batched() int   { return 1 }
func (unary[F]) elementwise()   {}

func (k unary[F]) Shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (k unary[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) { k.fn(out.V, in[0].V) }

func (k unary[F]) Reads() ([]int, bool) {
	if k.fromIn {
		return []int{0}, false
	}
	return nil, true
}

func (k unary[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, out Tensor[F], in []Tensor[F]) {
	v := out.V
	if k.fromIn {
		v = in[0].V
	}
	if dx := din[0].V; dx != nil {
		k.grad(dx, dout.V, v)
	}
}

// Relu is max(x, 0), for x of any shape. Its gradient at 0 is 0.
func Relu(x *G.Node) (*G.Node, error) { return Apply(relu[float32](), relu[float64](), x) }

func relu[F f32.Float]() Kernel {
	return unary[F]{name: "relu", fn: f32.Relu[F], grad: f32.ReluGrad[F]}
}

// Leaky is the leaky ReLU, x where x is positive, else slope·x (Maas et al.
// 2013), for x of any shape. Its gradient at 0 is the slope.
func Leaky(x *G.Node, slope float64) (*G.Node, error) {
	return Apply(leaky[float32](slope), leaky[float64](slope), x)
}

func leaky[F f32.Float](slope float64) Kernel {
	s := F(slope)
	return unary[F]{
		name:   "leaky",
		fn:     func(dst, src []F) { f32.Leaky(dst, src, s) },
		grad:   func(dx, dy, v []F) { f32.LeakyGrad(dx, dy, v, s) },
		fromIn: s < 0, // then the output does not tell the input's sign
	}
}

// ELU is x where x is positive, else alpha·(eˣ − 1), for x of any shape
// (Clevert et al. 2015). alpha must not be negative.
func ELU(x *G.Node, alpha float64) (*G.Node, error) {
	if !(alpha >= 0) {
		return nil, fmt.Errorf("elu: have alpha %v, want at least 0", alpha)
	}
	return Apply(elu[float32](alpha), elu[float64](alpha), x)
}

func elu[F f32.Float](alpha float64) Kernel {
	a := F(alpha)
	return unary[F]{
		name: "elu",
		fn:   func(dst, src []F) { f32.ELU(dst, src, a) },
		grad: func(dx, dy, y []F) { f32.ELUGrad(dx, dy, y, a) },
	}
}

// GELU is x·Φ(x), with Φ the normal distribution function, for x of any shape
// (Hendrycks and Gimpel 2016).
func GELU(x *G.Node) (*G.Node, error) { return Apply(gelu[float32](), gelu[float64](), x) }

func gelu[F f32.Float]() Kernel {
	return unary[F]{name: "gelu", fn: f32.GELU[F], grad: f32.GELUGrad[F], fromIn: true}
}

// GELUTanh is GELU in the same paper's tanh approximation, which GPT-2 uses.
func GELUTanh(x *G.Node) (*G.Node, error) { return Apply(geluTanh[float32](), geluTanh[float64](), x) }

func geluTanh[F f32.Float]() Kernel {
	return unary[F]{name: "gelu-tanh", fn: f32.GELUTanh[F], grad: f32.GELUTanhGrad[F], fromIn: true}
}

// SiLU is x·σ(x), with σ the logistic function, for x of any shape; also called
// swish (Ramachandran et al. 2017).
func SiLU(x *G.Node) (*G.Node, error) { return Apply(silu[float32](), silu[float64](), x) }

func silu[F f32.Float]() Kernel {
	return unary[F]{name: "silu", fn: f32.SiLU[F], grad: f32.SiLUGrad[F], fromIn: true}
}

// Sigmoid is the logistic function 1/(1 + e⁻ˣ), for x of any shape.
func Sigmoid(x *G.Node) (*G.Node, error) { return Apply(sigmoid[float32](), sigmoid[float64](), x) }

func sigmoid[F f32.Float]() Kernel {
	return unary[F]{name: "sigmoid", fn: f32.Sigmoid[F], grad: f32.SigmoidGrad[F]}
}

// Relu6 is min(max(x, 0), 6), for x of any shape (Krizhevsky 2010). Its gradient at
// 0 and 6 is 0.
func Relu6(x *G.Node) (*G.Node, error) { return Apply(relu6[float32](), relu6[float64](), x) }

func relu6[F f32.Float]() Kernel {
	return unary[F]{name: "relu6", fn: f32.Relu6[F], grad: f32.Relu6Grad[F]}
}

// HardSigmoid is Relu6(x + 3)/6, for x of any shape (Howard et al. 2019). Its
// gradient at −3 and 3 is 0.
func HardSigmoid(x *G.Node) (*G.Node, error) {
	return Apply(hardSigmoid[float32](), hardSigmoid[float64](), x)
}

func hardSigmoid[F f32.Float]() Kernel {
	return unary[F]{name: "hardsigmoid", fn: f32.HardSigmoid[F], grad: f32.HardSigmoidGrad[F]}
}

// HardSwish is x·Relu6(x + 3)/6, for x of any shape (Howard et al. 2019). Its
// gradient at −3 is 0, and at 3 it is 1.
func HardSwish(x *G.Node) (*G.Node, error) {
	return Apply(hardSwish[float32](), hardSwish[float64](), x)
}

func hardSwish[F f32.Float]() Kernel {
	return unary[F]{name: "hardswish", fn: f32.HardSwish[F], grad: f32.HardSwishGrad[F], fromIn: true}
}

// Tanh is the hyperbolic tangent, for x of any shape.
func Tanh(x *G.Node) (*G.Node, error) {
	return Apply(scaledTanh[float32]("tanh", 1, 1), scaledTanh[float64]("tanh", 1, 1), x)
}

// ScaledTanh is LeCun's 1.7159·tanh(2x/3), which maps ±1 to ±1, for x of any
// shape (LeCun et al. 1989, 1998).
func ScaledTanh(x *G.Node) (*G.Node, error) {
	return Apply(scaledTanh[float32]("scaled-tanh", 1.7159, 2./3), scaledTanh[float64]("scaled-tanh", 1.7159, 2./3), x)
}

func scaledTanh[F f32.Float](name string, a, s float64) Kernel {
	return unary[F]{
		name: name,
		fn:   func(dst, src []F) { f32.ScaledTanh(dst, src, a, s) },
		grad: func(dx, dy, y []F) { f32.ScaledTanhGrad(dx, dy, y, a, s) },
	}
}
