package report

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
)

// A paint is a colour in the light scheme and its counterpart in the dark one. Drawings
// have light colours; a style sheet that finds these by their values makes them dark.
type paint struct{ light, dark color.NRGBA }

func rgb(light, dark uint32) paint {
	of := func(v uint32) color.NRGBA {
		return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 255}
	}
	return paint{of(light), of(dark)}
}

var (
	paper = rgb(0xFFFFFF, 0x0D1117)
	ink   = rgb(0x1C2128, 0xE6EAF0)
	muted = rgb(0x59626E, 0x9DA7B3)
	rule  = rgb(0xE3E6EA, 0x2A313B)
	base  = rgb(0x8B949E, 0x6E7781)
	faint = rgb(0xC9CED4, 0x414A55)
)

// hues can be told apart in both schemes, also by people with colour vision deficiencies
// (the first three are from Okabe and Ito 2008). No panel has more lines than there are
// hues.
var hues = []paint{
	rgb(0x0072B2, 0x92B9F8),
	rgb(0xD55E00, 0xF28F29),
	rgb(0x009E73, 0x4CD2AB),
	rgb(0x9884F3, 0xC277F5),
	rgb(0x540D51, 0xFACEF4),
	rgb(0x085023, 0xB4F662),
	rgb(0xA13170, 0xF94173),
	rgb(0x211EB4, 0x4F84BA),
}

// steps go from dark to bright, for lines that have an order, such as depths.
var steps = []paint{
	rgb(0x46002B, 0xB5347D),
	rgb(0x4D0F62, 0xA857C7),
	rgb(0x3B348B, 0x827EFB),
	rgb(0x075890, 0x43AAFE),
	rgb(0x127383, 0x04CBE8),
	rgb(0x018C79, 0x18E7C9),
	rgb(0x4FA151, 0x89FA8C),
	rgb(0xA4A528, 0xF6F852),
}

// shade is the colour of the i-th of n lines that have an order.
func shade(i, n int) paint {
	if n < 2 {
		return steps[0]
	}
	return steps[i*(len(steps)-1)/(n-1)]
}

// dashed is the pattern of lines from papers.
var dashed = []vg.Length{7, 3}

// blend mixes share of p with 1 − share of q.
func blend(p, q paint, share float64) paint {
	both := func(a, b color.NRGBA) color.NRGBA {
		of := func(x, y uint8) uint8 { return uint8(math.Round(share*float64(x) + (1-share)*float64(y))) }
		return color.NRGBA{R: of(a.R, b.R), G: of(a.G, b.G), B: of(a.B, b.B), A: 255}
	}
	return paint{both(p.light, q.light), both(p.dark, q.dark)}
}

// withOpacity is the light colour with this opacity, from 0 to 1.
func (p paint) withOpacity(opacity float64) color.NRGBA {
	c := p.light
	c.A = uint8(math.Round(255 * opacity))
	return c
}

// hex is a colour as the SVG backend writes it, which rounds colours that are not opaque.
func hex(c color.NRGBA) string {
	r, g, b, a := c.RGBA()
	f := 255 / float64(a)
	return fmt.Sprintf("#%02X%02X%02X", int(float64(r)*f), int(float64(g)*f), int(float64(b)*f))
}

// opacities are those that drawings use.
var opacities = []float64{1, bandOpacity, seedOpacity}

const (
	bandOpacity = 0.16
	seedOpacity = 0.5
)

// darkRules are the CSS that gives drawings with these paints dark colours.
func darkRules(paints []paint) string {
	seen := map[string]bool{}
	var rules []string
	for _, p := range append([]paint{paper, ink, muted, rule, base, faint}, paints...) {
		dark := hex(p.dark)
		for _, o := range opacities {
			light := hex(p.withOpacity(o))
			if seen[light] {
				continue
			}
			seen[light] = true
			rules = append(rules, fmt.Sprintf(`.plot [style*="fill:%s"]{fill:%s!important}.plot [style*="stroke:%s"]{stroke:%s!important}`,
				light, dark, light, dark))
		}
	}
	slices.Sort(rules)
	return "@media screen and (prefers-color-scheme:dark){" + strings.Join(rules, "") + "}"
}
