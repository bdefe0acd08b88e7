package text

import (
	"container/heap"
)

// bytesOfBPE is how many tokens there are before any merge.
const bytesOfBPE = 256

// byteOrder are the bytes in the order of GPT-2's first 256 tokens: those that are visible
// in Latin-1, and then the others.
var byteOrder = func() (order [bytesOfBPE]byte) {
	n := 0
	for _, visible := range []bool{true, false} {
		for b := range bytesOfBPE {
			if isVisible(byte(b)) == visible {
				order[n] = byte(b)
				n++
			}
		}
	}
	return order
}()

// tokenOfByte is the inverse of byteOrder.
var tokenOfByte = func() (token [bytesOfBPE]int32) {
	for i, b := range byteOrder {
		token[b] = int32(i)
	}
	return token
}()

// isVisible says whether GPT-2's format writes a byte as the character of that number.
func isVisible(b byte) bool { return b > ' ' && b <= '~' || b >= 0xa1 && b != 0xad }

// A pair is two tokens that follow one another.
type pair struct{ left, right int32 }

// bpe is byte pair encoding (Sennrich, Haddow and Birch 2016, Neural machine translation of
// rare words with subword units) of bytes, as GPT-2 has it (Radford et al. 2019, section 2.2):
// the first 256 tokens are the bytes, and each other is made by merging two. They are merged
// within the pieces of a text: of all pairs there, the one whose merge comes first, until
// there is none.
type bpe struct {
	text   []string       // of each token
	merges []pair         // merge i makes token 256 + i
	merged map[pair]int32 // the token that a pair makes
}

// newBPE is the encoding without merges.
func newBPE() *bpe {
	b := &bpe{merged: map[pair]int32{}}
	for _, c := range byteOrder {
		b.text = append(b.text, string([]byte{c}))
	}
	return b
}

// merge adds a merge.
func (b *bpe) merge(p pair) {
	b.merged[p] = int32(len(b.text))
	b.merges = append(b.merges, p)
	b.text = append(b.text, b.text[p.left]+b.text[p.right])
}

// Size is the number of tokens.
func (b *bpe) Size() int { return len(b.text) }

// Encode returns the tokens of a text, of any bytes. It never fails.
func (b *bpe) Encode(text string) ([]int, error) { return widened(b.tokens(text)), nil }

// Decode returns the bytes of tokens, and U+FFFD for a number that is not a token.
func (b *bpe) Decode(tokens []int) string {
	return decode(tokens, len(b.text), func(t int) string { return b.text[t] })
}

// characters implements tokenizer.
func (b *bpe) characters(isUTF8 bool) (of []float64) {
	for _, t := range b.text {
		of = append(of, charactersIn(t, isUTF8))
	}
	return of
}

// tokens encodes each piece once: most are frequent.
func (b *bpe) tokens(part string) (tokens []int32) {
	known := map[string][]int32{}
	var e encoder
	for p := range pieces(part) {
		of, ok := known[p]
		if !ok {
			of = e.encode(b, p)
			known[p] = of
		}
		tokens = append(tokens, of...)
	}
	return tokens
}

// encoder merges the pairs of a piece. It is a heap of what can be merged, the first merge at
// the top and of equal ones the leftmost, over a linked list of the tokens. So a piece of n
// bytes takes n log n steps, however long it is.
type encoder struct {
	token      []int32 // at each place; −1 where it was merged into the one before
	prev, next []int   // places; −1 and len(token) at the ends
	candidates []candidate
}

// A candidate is a pair that may be merged: its left place, and the token that it makes.
type candidate struct {
	made  int32
	place int
	pair  pair // at that time
}

// Len, Less, Swap, Push and Pop implement heap.Interface.
func (e *encoder) Len() int { return len(e.candidates) }
func (e *encoder) Less(i, j int) bool {
	a, b := e.candidates[i], e.candidates[j]
	return a.made < b.made || a.made == b.made && a.place < b.place
}
func (e *encoder) Swap(i, j int) {
	e.candidates[i], e.candidates[j] = e.candidates[j], e.candidates[i]
}
func (e *encoder) Push(c any) { e.candidates = append(e.candidates, c.(candidate)) }
func (e *encoder) Pop() any {
	last := len(e.candidates) - 1
	c := e.candidates[last]
	e.candidates = e.candidates[:last]
	return c
}

// encode returns the tokens of a piece.
func (e *encoder) encode(b *bpe, piece string) []int32 {
	n := len(piece)
	e.token, e.prev, e.next, e.candidates = e.token[:0], e.prev[:0], e.next[:0], e.candidates[:0]
	for i := range n {
		e.token, e.prev, e.next = append(e.token, tokenOfByte[piece[i]]), append(e.prev, i-1), append(e.next, i+1)
	}
	consider := func(place int) {
		if place < 0 || e.next[place] == n {
			return
		}
		p := pair{e.token[place], e.token[e.next[place]]}
		if made, ok := b.merged[p]; ok {
			heap.Push(e, candidate{made, place, p})
		}
	}
	for i := range n {
		consider(i)
	}
	for e.Len() > 0 {
		c := heap.Pop(e).(candidate)
		right := e.next[c.place]
		if right == n || (pair{e.token[c.place], e.token[right]}) != c.pair {
			continue // one of the two was merged with another
		}
		e.token[c.place], e.token[right] = c.made, -1
		if e.next[c.place] = e.next[right]; e.next[right] < n {
			e.prev[e.next[right]] = c.place
		}
		consider(e.prev[c.place])
		consider(c.place)
	}
	var tokens []int32
	for _, t := range e.token {
		if t >= 0 {
			tokens = append(tokens, t)
		}
	}
	return tokens
}
