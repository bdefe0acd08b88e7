package text

import (
	"cmp"
	"container/heap"
	"fmt"
)

// leastPairs is how often a pair has to be there to be merged: once says nothing of others.
const leastPairs = 2

// trainBPE learns the merges of an encoding of size tokens from a text. Each merges the pair
// of tokens that is most frequent within pieces; of equally frequent ones it is the one whose
// left token has the smaller number, and then whose right one has. A pair that makes the
// bytes of a token that is there already is passed over.
func trainBPE(text string, size int) (*bpe, error) {
	t := newPairs(text)
	b := newBPE()
	known := map[string]bool{}
	for len(b.text) < size {
		p, ok := t.most()
		if !ok {
			return nil, tooLarge(size, len(b.text))
		}
		if made := b.text[p.left] + b.text[p.right]; !known[made] {
			known[made] = true
			t.replace(p, int32(len(b.text)))
			b.merge(p)
		}
	}
	return b, nil
}

// tooLarge is the error of a training part that gives only most tokens.
func tooLarge(size, most int) error {
	if most == bytesOfBPE {
		return fmt.Errorf("data.vocabulary: have %d, and a training part in which no two bytes of a word follow one another twice: take a longer text, or data.tokenizer=bytes", size)
	}
	return fmt.Errorf("data.vocabulary: have %d, want at most %d: then no two tokens follow one another twice within words of the training part", size, most)
}

// pairs counts the pairs of tokens of a text, while they are merged. It is a heap of pairs,
// the most frequent at the top, of which some have counts that are no longer true.
type pairs struct {
	words []countedPiece
	count map[pair]int
	where map[pair][]int32 // words that have the pair, or had it; some more than once
	order []frequency
	seen  []int // the last round in which a word was looked at
	round int
}

// countedPiece is a different piece of a text.
type countedPiece struct {
	tokens []int32
	count  int
}

// frequency is how often a pair was there at some time.
type frequency struct {
	pair  pair
	count int
}

// newPairs counts the pairs of bytes of a text.
func newPairs(text string) *pairs {
	t := &pairs{count: map[pair]int{}, where: map[pair][]int32{}}
	number := map[string]int{}
	for p := range pieces(text) {
		i, ok := number[p]
		if !ok {
			i = len(t.words)
			number[p] = i
			tokens := make([]int32, len(p))
			for k := range len(p) {
				tokens[k] = tokenOfByte[p[k]]
			}
			t.words = append(t.words, countedPiece{tokens: tokens})
		}
		t.words[i].count++
	}
	t.seen = make([]int, len(t.words))
	for i, w := range t.words {
		for k := range len(w.tokens) - 1 {
			t.add(pair{w.tokens[k], w.tokens[k+1]}, i)
		}
	}
	for p, n := range t.count {
		t.order = append(t.order, frequency{p, n})
	}
	heap.Init(t)
	return t
}

// add counts a pair in a word.
func (t *pairs) add(p pair, word int) {
	t.count[p] += t.words[word].count
	if at := t.where[p]; len(at) == 0 || at[len(at)-1] != int32(word) {
		t.where[p] = append(at, int32(word))
	}
}

// most takes out the most frequent pair. It is not ok if none is frequent enough.
func (t *pairs) most() (p pair, ok bool) {
	for t.Len() > 0 {
		top := t.order[0]
		switch n := t.count[top.pair]; {
		case n < leastPairs:
			heap.Pop(t)
		case n != top.count:
			t.order[0].count = n
			heap.Fix(t, 0)
		default:
			heap.Pop(t)
			return top.pair, true
		}
	}
	return pair{}, false
}

// replace puts a new token in the place of each pair.
func (t *pairs) replace(p pair, made int32) {
	t.round++
	grown := map[pair]bool{}
	for _, i := range t.where[p] {
		if t.seen[i] == t.round {
			continue
		}
		t.seen[i] = t.round
		w := t.words[i]
		out := w.tokens[:0] // what is written was read before
		for k := 0; k < len(w.tokens); k++ {
			if k+1 == len(w.tokens) || (pair{w.tokens[k], w.tokens[k+1]}) != p {
				out = append(out, w.tokens[k])
				continue
			}
			if len(out) > 0 {
				left := out[len(out)-1]
				t.count[pair{left, p.left}] -= w.count
				t.add(pair{left, made}, int(i))
				grown[pair{left, made}] = true
			}
			if k+2 < len(w.tokens) {
				right := w.tokens[k+2]
				t.count[pair{p.right, right}] -= w.count
				t.add(pair{made, right}, int(i))
				grown[pair{made, right}] = true
			}
			out = append(out, made)
			k++
		}
		t.words[i].tokens = out
	}
	delete(t.count, p)
	delete(t.where, p)
	for g := range grown {
		heap.Push(t, frequency{g, t.count[g]})
	}
}

// Len, Less, Swap, Push and Pop implement heap.Interface.
func (t *pairs) Len() int { return len(t.order) }
func (t *pairs) Less(i, j int) bool {
	a, b := t.order[i], t.order[j]
	return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.pair.left, b.pair.left), cmp.Compare(a.pair.right, b.pair.right)) < 0
}
func (t *pairs) Swap(i, j int) { t.order[i], t.order[j] = t.order[j], t.order[i] }
func (t *pairs) Push(f any)    { t.order = append(t.order, f.(frequency)) }
func (t *pairs) Pop() any {
	last := len(t.order) - 1
	f := t.order[last]
	t.order = t.order[:last]
	return f
}
