package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// ChannelShortcut is the shortcut without parameters between two widths, option A
// of He et al. 2015: every stride-th pixel of x (N, H, W, C) in both directions,
// followed by channels of zeros: (N, ⌈H/stride⌉, ⌈W/stride⌉, channels).
func ChannelShortcut(x *G.Node, channels, stride int) (*G.Node, error) {
	return Apply(channelShortcut[float32]{channels, stride}, channelShortcut[float64]{channels, stride}, x)
}

type channelShortcut[F f32.Float] struct{ channels, stride int }

func (channelShortcut[F]) Name() string { return "channel-shortcut" }
func (channelShortcut[F]) Batched() int { return 1 }

func (k channelShortcut[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x := in[0]
	if x.Dims() != 4 {
		return nil, fmt.Errorf("have input %v, want (N, H, W, C)", x)
	}
	if k.channels < x[3] || k.stride < 1 {
		return nil, fmt.Errorf("have %d channels and stride %d for input %v, want at least %d and 1", k.channels, k.stride, x, x[3])
	}
	return tensor.Shape{x[0], (x[1] + k.stride - 1) / k.stride, (x[2] + k.stride - 1) / k.stride, k.channels}, nil
}

func (k channelShortcut[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	h, w, c := in[0].Shape[1], in[0].Shape[2], in[0].Shape[3]
	n, oh, ow := out.Shape[0], out.Shape[1], out.Shape[2]
	for row := range n * oh {
		line := in[0].V[(row/oh*h+row%oh*k.stride)*w*c:][:w*c] // (W, C)
		for j := range ow {
			y := out.V[(row*ow+j)*k.channels:][:k.channels] // (channels)
			copy(y, line[j*k.stride*c:][:c])
			clear(y[c:])
		}
	}
}

func (channelShortcut[F]) Reads() ([]int, bool) { return nil, false }

func (k channelShortcut[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	if din[0].V == nil {
		return
	}
	n, h, w, c := in[0].Shape[0], in[0].Shape[1], in[0].Shape[2], in[0].Shape[3]
	oh, ow := dout.Shape[1], dout.Shape[2]
	clear(din[0].V)
	for row := range n * oh {
		line := din[0].V[(row/oh*h+row%oh*k.stride)*w*c:][:w*c]
		for j := range ow {
			copy(line[j*k.stride*c:][:c], dout.V[(row*ow+j)*k.channels:])
		}
	}
}
