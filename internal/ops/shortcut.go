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
func (channelShortcut[F]) Finishes()    {}

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

func (k channelShortcut[F]) Forward(ctx *Ctx[F], out Tensor[F], in []Tensor[F]) {
	h, w, c := in[0].Shape[1], in[0].Shape[2], in[0].Shape[3]
	n, oh, ow := out.Shape[0], out.Shape[1], out.Shape[2]
	f32.Chunks(n*oh, rowsOf(ow*k.channels), func(_, lo, hi int) {
		for row := lo; row < hi; row++ {
			line := in[0].V[(row/oh*h+row%oh*k.stride)*w*c:][:w*c]
			for j := range ow {
				y := out.V[(row*ow+j)*k.channels:][:k.channels]
				copy(y, line[j*k.stride*c:][:c])
				clear(y[c:])
			}
		}
		ctx.Done(out.V[lo*ow*k.channels : hi*ow*k.channels])
	})
}

func (channelShortcut[F]) Reads() ([]int, bool) { return nil, false }

func (k channelShortcut[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	if din[0].V == nil {
		return
	}
	n, h, w, c := in[0].Shape[0], in[0].Shape[1], in[0].Shape[2], in[0].Shape[3]
	oh, ow := dout.Shape[1], dout.Shape[2]
	f32.Chunks(n*h, rowsOf(w*c), func(_, lo, hi int) {
		clear(din[0].V[lo*w*c : hi*w*c])
		for row := lo; row < hi; row++ {
			i, p := row/h, row%h
			if p%k.stride != 0 {
				continue
			}
			line := din[0].V[row*w*c:][:w*c]
			for j := range ow {
				dy := dout.V[((i*oh+p/k.stride)*ow+j)*k.channels:]
				copy(line[j*k.stride*c:][:c], dy)
			}
		}
	})
}
