package sounds

import (
	"io"
	"slices"

	"zoo/datasets"
)

// tokens are sounds whose samples are tokens, in windows of length positions.
type tokens struct {
	length int
	parts  [3]tokenPart
}

type tokenPart struct {
	clips []tokenClip
	ends  []int // how many windows there are up to each clip, and with it
}

type tokenClip struct {
	item
	tokens []uint8
}

func newTokens(length int, clips []clip) *tokens {
	t := &tokens{length: length}
	for number, c := range clips {
		own := make([]uint8, len(c.sound.Samples))
		for i, v := range c.sound.Samples {
			own[i] = uint8(MuLaw(v))
		}
		p := &t.parts[c.part]
		p.clips = append(p.clips, tokenClip{item{c.class, number}, own})
		p.ends = append(p.ends, t.examples(c.part)+(len(own)+length-1)/length)
	}
	return t
}

func (t *tokens) examples(s datasets.Split) int {
	ends := t.parts[s].ends
	if len(ends) == 0 {
		return 0
	}
	return ends[len(ends)-1]
}

// read writes a window: a token for each position, and the next as its target. The token of
// position 0 is silence, and its target the first of the sound.
func (t *tokens) read(b *datasets.Batch, row, example int, plan datasets.Plan) {
	x, y := datasets.Row[int](b.X[0], row), datasets.Row[int](b.Y[0], row) // (T), (T)
	p := t.parts[plan.Split]
	i, _ := slices.BinarySearch(p.ends, example+1)
	c, before := p.clips[i], 0
	if i > 0 {
		before = p.ends[i-1]
	}
	rest := (p.ends[i]-before)*t.length - len(c.tokens) // what the clip's windows have besides it
	from := (example-before)*t.length - c.place(plan, rest, 0)
	at := func(place, otherwise int) int {
		if place < 0 || place >= len(c.tokens) {
			return otherwise
		}
		return int(c.tokens[place])
	}
	for k := range x {
		x[k], y[k] = at(from+k-1, Silence), at(from+k, -1)
	}
	if len(b.X) > 1 {
		datasets.Row[int](b.X[1], row)[0] = c.class
	}
}

func (t *tokens) hash(w io.Writer) {
	for _, p := range t.parts {
		for _, c := range p.clips {
			c.item.hash(w, len(c.tokens))
			w.Write(c.tokens)
		}
		w.Write([]byte{0xFF}) // the end of a part
	}
}
