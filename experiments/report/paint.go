package report

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
)

// A paint is a colour of the light look with that of the dark one. Drawings are
// light; a style sheet that looks for their colours makes them dark.
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
)

// hues can be told apart by people who do not see all colours (Okabe and Ito
// 2008, without the yellow that white swallows).
var hues = []paint{
	rgb(0x0072B2, 0x4FA8E0),
	rgb(0xD55E00, 0xF08A45),
	rgb(0x009E73, 0x35C498),
	rgb(0xB5548F, 0xE08FBF),
	rgb(0xB88600, 0xE6B422),
	rgb(0x5B5BD6, 0x9A9AF5),
	rgb(0x7A4E2D, 0xC39A78),
	rgb(0x3D8DA8, 0x7CCBE4),
}

// patterns tell lines of one hue apart, where there are more lines than hues.
var patterns = [][]vg.Length{nil, {7, 3}, {2, 2.5}, {9, 3, 2, 3}}

// hue is the i-th colour with its pattern.
func hue(i int) (paint, []vg.Length) {
	return hues[i%len(hues)], patterns[i/len(hues)%len(patterns)]
}

// shade is a colour, nearer to the paper the smaller share is: 1 is the colour.
func (p paint) shade(share float64) paint {
	return mix(p, paper, share)
}

// mix takes a share of one paint, and the rest of another.
func mix(p, q paint, share float64) paint {
	both := func(a, b color.NRGBA) color.NRGBA {
		of := func(x, y uint8) uint8 { return uint8(math.Round(share*float64(x) + (1-share)*float64(y))) }
		return color.NRGBA{R: of(a.R, b.R), G: of(a.G, b.G), B: of(a.B, b.B), A: 255}
	}
	return paint{both(p.light, q.light), both(p.dark, q.dark)}
}

// thin is the light colour with so much opacity.
func (p paint) thin(opacity float64) color.NRGBA {
	c := p.light
	c.A = uint8(math.Round(255 * opacity))
	return c
}

// written is a colour as the SVG backend writes it, which rounds those that are
// not opaque.
func written(c color.NRGBA) string {
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

// darkRules are CSS that gives drawings with these paints the dark look.
func darkRules(paints []paint) string {
	seen := map[string]bool{}
	var rules []string
	for _, p := range append([]paint{paper, ink, muted, rule, base}, paints...) {
		dark := written(p.dark)
		for _, o := range opacities {
			light := written(p.thin(o))
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
