package f32

import (
	"math/rand/v2"
	"testing"
)

// TestJoinedGroups: groups of few channels are joined, where there are vectors to
// fill, and give what they would give by themselves.
func TestJoinedGroups(t *testing.T) {
	groups := func(c, out, groups, k, stride int) Conv2D {
		return with(square(2, c, 7, out, k, stride, k/2), func(g *Conv2D) { g.Groups = groups })
	}
	eachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(19, 20))
		for _, g := range []Conv2D{
			groups(32, 32, 8, 3, 1),  // several groups of joined ones
			groups(24, 36, 12, 3, 2), // no divisor fills a vector
			groups(12, 24, 12, 5, 1), // one channel to two
			groups(24, 12, 12, 3, 2), // two channels to one
			groups(14, 14, 7, 3, 1),  // a prime number of groups
			groups(32, 16, 16, 1, 1), // no taps but one
			with(groups(32, 32, 8, 3, 1), func(g *Conv2D) { g.DilationH, g.DilationW, g.PadH, g.PadW = 2, 2, 0, 3 }),
		} {
			c := NewConv(g)
			if joined, want := c.joinedLen() > 0, tiles != nil && g.Groups != 7 && 2*g.Out/g.Groups <= tiles.lanes; joined != want {
				t.Errorf("%+v: joined %v, want %v", g, joined, want)
			}
			for range 3 {
				testConv[float32](t, r, g, 1e-4)
				testConv[float64](t, r, g, 1e-11)
			}
		}
	})
}
