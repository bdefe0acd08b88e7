package nn_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/nn"
)

// TestBuildEndsWithContext: the end of the context ends a build wherever it is, and
// leaves the parameters as they were.
func TestBuildEndsWithContext(t *testing.T) {
	for name, c := range map[string]struct {
		depth int
		init  string
		stop  func(stop func(), layer int, size nn.Size)
	}{
		"between layers": {1 << 40, "kaiming_normal", func(stop func(), layer int, _ nn.Size) {
			if layer == 100 {
				stop()
			}
		}},
		"before the weights are drawn": {3, "kaiming_normal", func(stop func(), _ int, size nn.Size) {
			if size.Values > 0 {
				stop()
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			layers := 0
			net := network(func(s *nn.Scope, x *G.Node) *G.Node {
				for i := range c.depth {
					layers = i
					x = nn.Linear(s.In("fc%d", i), x, 4)
				}
				return nn.Logits(s.In("last"), x)
			})
			set := settings(options(), 2, 3, 4)
			set.Context, set.Admit = ctx, func(size nn.Size) error {
				c.stop(stop, layers, size)
				return nil
			}
			p := nn.NewParams(1, tensor.Float32)
			if _, err := nn.Build(p, nn.Train, net, set); !errors.Is(err, context.Canceled) {
				t.Errorf("have error %v, want that of the context", err)
			}
			if len(p.All()) > 0 {
				t.Errorf("%d parameters are left", len(p.All()))
			}
			if layers > 200 {
				t.Errorf("the build went on to layer %d", layers)
			}
		})
	}
}

// TestAdmit: a build is told its size before it takes memory, and ends where it is
// not admitted.
func TestAdmit(t *testing.T) {
	const width = 4096
	net := network(func(s *nn.Scope, x *G.Node) *G.Node {
		for i := range 3 {
			x = nn.Linear(s.In("fc%d", i), x, width)
		}
		return nn.Logits(s.In("last"), x)
	})
	full := errors.New("no room")
	const matrix = 4 * (width*width + width)
	for name, c := range map[string]struct {
		admit func(nn.Size) error
		want  string
	}{
		"parameters": {func(s nn.Size) error {
			if s.Parameters > 2*matrix+4*width*width {
				return full
			}
			return nil
		}, "fc2.bias: no room"},
		"values": {func(s nn.Size) error {
			if s.Values > 0 {
				if want := 3*matrix + 4*(3*width+3); s.Parameters != want || s.Trained != want {
					t.Errorf("have %+v, want %d bytes of parameters", s, want)
				}
				if s.Values < s.Trained {
					t.Errorf("have %+v, want gradients among the values", s)
				}
				return full
			}
			return nil
		}, "no room"},
	} {
		t.Run(name, func(t *testing.T) {
			set := settings(options(), 2, 3, width)
			set.Admit = c.admit
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := nn.Build(nn.NewParams(1, tensor.Float32), nn.Train, net, set)
			runtime.ReadMemStats(&after)
			if !errors.Is(err, full) || err.Error() != c.want {
				t.Errorf("have error %v, want %s", err, c.want)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > matrix/4 {
				t.Errorf("%d bytes were allocated, want none of the weights", n)
			}
		})
	}
}

// TestNoBounds: sizes that no int holds are errors that name the layer.
func TestNoBounds(t *testing.T) {
	linear := func(width int) network {
		return func(s *nn.Scope, x *G.Node) *G.Node {
			return nn.Logits(s.In("last"), nn.Linear(s.In("fc"), x, width))
		}
	}
	conv := func(width, side int) network {
		return func(s *nn.Scope, x *G.Node) *G.Node {
			return nn.Logits(s.In("last"), nn.Conv(s.In("conv"), x, width, side, 1, side))
		}
	}
	many := network(func(s *nn.Scope, x *G.Node) *G.Node {
		for i := range 1 << 20 {
			x = nn.Dropout(s.In("d%d", i), x)
		}
		return nn.Logits(s.In("last"), x)
	})
	dropped := options(func(o *nn.Options) { o.Dropout = 0.5 })
	for name, c := range map[string]struct {
		net  nn.Network
		set  nn.Settings
		want string
	}{
		"linear":       {linear(math.MaxInt), settings(options(), 2, 3, 4), "fc.weight: have 4 × 9223372036854775807 values"},
		"conv":         {conv(math.MaxInt, 3), settings(options(), 2, 3, 4, 4, 2), "conv: convolution: have 3 × 3 × 2 × 9223372036854775807 values"},
		"filter":       {conv(4, 1<<32), settings(options(), 2, 3, 4, 4, 2), "conv: convolution: have 4294967296 × 4294967296 × 2 × 4 values"},
		"batch":        {linear(4), settings(options(), math.MaxInt, 3, 4), "x: have 9223372036854775807 × 4 values"},
		"output":       {linear(1 << 30), settings(options(), 1<<30, 3, 1), "fc: have 1073741824 × 1073741824 values"},
		"sum":          {network(func(s *nn.Scope, x *G.Node) *G.Node { return linear(1<<57)(s.In("a"), nn.Linear(s.In("b"), x, 1)) }), settings(options(), 1, 1<<59, 1<<57), "more than any memory holds"},
		"input":        {linear(4), settings(options(), 2, 3, 1<<31, 1<<31, 3), "x: have 2 × 2147483648 × 2147483648 × 3 values"},
		"many classes": {linear(4), settings(options(), 2, math.MaxInt, 4), "last.weight: have 4 × 9223372036854775807 values"},
		"many layers":  {many, settings(dropped, 2, 3, 4), "have more than 16384 layers"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := nn.Build(nn.NewParams(1, tensor.Float32), nn.Train, c.net, c.set); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("have error %v, want %s", err, c.want)
			}
		})
	}
}
