package ops_test

import (
	"testing"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

func shortcut(channels, stride int) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return ops.ChannelShortcut(in[0], channels, stride) }
}

func TestChannelShortcut(t *testing.T) {
	for _, stride := range []int{1, 2, 3} {
		optest.Gradient(t, shortcut(5, stride), optest.Input{Shape: []int{2, 5, 4, 3}})
	}
	x := optest.Input{Shape: []int{1, 3, 3, 1}, Float: []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}}
	shape, y := optest.Run(t, shortcut(2, 2), x)
	equal(t, "values", y, []float64{1, 0, 3, 0, 7, 0, 9, 0})
	equal(t, "shape", floats(shape), []float64{1, 2, 2, 2})
	_, y = optest.Run(t, shortcut(1, 1), x)
	equal(t, "identity", y, x.Float)
	wantError(t, shortcut(2, 1), "channel-shortcut: have 2 channels and stride 1 for input (1, 4, 4, 3), want at least 3 and 1", []int{1, 4, 4, 3})
	wantError(t, shortcut(2, 1), "channel-shortcut: have input (4, 4, 3), want (N, H, W, C)", []int{4, 4, 3})
}
