package text

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// naive merges, again and again, all places of the pair whose merge comes first.
func (b *bpe) naive(text string) (all []int32) {
	for p := range pieces(text) {
		var tokens []int32
		for i := range len(p) {
			tokens = append(tokens, tokenOfByte[p[i]])
		}
		for {
			first := int32(-1)
			for i := range len(tokens) - 1 {
				if made, ok := b.merged[pair{tokens[i], tokens[i+1]}]; ok && (first < 0 || made < first) {
					first = made
				}
			}
			if first < 0 {
				break
			}
			tokens = merged(tokens, b.merges[first-bytesOfBPE], first)
		}
		all = append(all, tokens...)
	}
	return all
}

// merged are tokens with a new one in the place of each pair, from the left.
func merged(tokens []int32, p pair, made int32) (out []int32) {
	for i := 0; i < len(tokens); i++ {
		if i+1 < len(tokens) && tokens[i] == p.left && tokens[i+1] == p.right {
			out = append(out, made)
			i++
		} else {
			out = append(out, tokens[i])
		}
	}
	return out
}

// naiveTraining counts all pairs anew for each merge.
func naiveTraining(text string, size int) *bpe {
	b := newBPE()
	var words [][]int32
	for p := range pieces(text) {
		var tokens []int32
		for i := range len(p) {
			tokens = append(tokens, tokenOfByte[p[i]])
		}
		words = append(words, tokens)
	}
	for len(b.text) < size {
		counts := map[pair]int{}
		for _, w := range words {
			for i := range len(w) - 1 {
				counts[pair{w[i], w[i+1]}]++
			}
		}
		var best pair
		most := 1
		for p, n := range counts {
			if slices.Contains(b.text, b.text[p.left]+b.text[p.right]) {
				continue
			}
			smaller := p.left < best.left || p.left == best.left && p.right < best.right
			if n > most || n == most && n > 1 && smaller {
				best, most = p, n
			}
		}
		if most < 2 {
			break
		}
		b.merge(best)
		for i, w := range words {
			words[i] = merged(w, best, int32(len(b.text)-1))
		}
	}
	return b
}

// scribble is a text of few letters, in which pairs overlap, and that has long words.
func scribble(seed uint64, n int) string {
	r := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	for range n {
		b.WriteByte("aaaabbc aab'sé1\n"[r.IntN(17)])
	}
	return b.String()
}

func TestTrainingIsTheNaiveOne(t *testing.T) {
	for seed := range uint64(40) {
		text := scribble(seed, 50+int(seed)*20)
		want := naiveTraining(text, 256+int(seed)*2+1)
		have, err := trainBPE(text, want.Size())
		if err != nil || !slices.Equal(have.merges, want.merges) {
			t.Fatalf("seed %d: have merges %v, %v, want %v", seed, have.merges, err, want.merges)
		}
		again, _ := trainBPE(text, want.Size())
		if !slices.Equal(have.merges, again.merges) {
			t.Fatalf("seed %d: the same text gives other merges", seed)
		}
	}
}

func TestEncodingIsTheNaiveOne(t *testing.T) {
	for seed := range uint64(40) {
		b := naiveTraining(scribble(seed, 600), 256+60)
		for k := range uint64(5) {
			text := scribble(1000+5*seed+k, 300)
			if have, want := b.tokens(text), b.naive(text); !slices.Equal(have, want) {
				t.Fatalf("seed %d: %q\nhave %v\nwant %v", seed, text, have, want)
			}
		}
	}
}

// Merges are the most frequent pairs within words: by hand.
func TestBPE(t *testing.T) {
	b, err := trainBPE("low low lower lowest", 260)
	if err != nil {
		t.Fatal(err)
	}
	// "lo" and "ow" are there four times, and l comes before o; then "low"; then " low" three
	// times; then " lowe" twice.
	if have := b.text[256:]; !slices.Equal(have, []string{"lo", "low", " low", " lowe"}) {
		t.Errorf("have %q", have)
	}
	tokens, err := b.Encode("lower lows")
	if err != nil || !slices.Equal(tokens, []int{257, int(tokenOfByte['e']), int(tokenOfByte['r']), 258, int(tokenOfByte['s'])}) {
		t.Errorf("have %v, %v", tokens, err)
	}
	if have := b.Decode([]int{-1, 257, 260}); have != "\ufffdlow\ufffd" {
		t.Errorf("have %q", have)
	}
	// The bytes are in GPT-2's order: "!" is token 0, and the blank is 220.
	if tokenOfByte['!'] != 0 || tokenOfByte['~'] != 93 || tokenOfByte[0xa1] != 94 || tokenOfByte[0xff] != 187 || tokenOfByte[0] != 188 || tokenOfByte[' '] != 220 || tokenOfByte[0xad] != 255 {
		t.Error("the bytes are not in GPT-2's order")
	}
}

// A long word takes no longer than many short ones.
func TestLongWord(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	dna := make([]byte, 200_000)
	for i := range dna {
		dna[i] = "acgt"[r.IntN(4)]
	}
	b, err := trainBPE(string(dna), 300)
	if err != nil {
		t.Fatal(err)
	}
	if have := b.Decode(widened(b.tokens(string(dna)))); have != string(dna) {
		t.Error("a long word is not decoded to itself")
	}
}

func BenchmarkBPE(b *testing.B) {
	all, err := readShakespeare(b.Context(), "")
	if err != nil {
		b.Fatal(err)
	}
	text := all[0].text
	var v *bpe
	b.Run("train", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if v, err = trainBPE(text, 2048); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encode", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			v.tokens(text)
		}
	})
}
