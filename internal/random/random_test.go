package random

import (
	"slices"
	"testing"
)

// The outputs of the authors' reference implementation.
func TestStreamIsSplitmix64(t *testing.T) {
	for seed, want := range map[Stream][]uint64{
		0:       {0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f},
		1234567: {6457827717110365317, 3203168211198807973, 9817491932198370423},
	} {
		s := seed
		for i, w := range want {
			if have := s.Next(); have != w {
				t.Errorf("seed %d, output %d: have %d, want %d", seed, i, have, w)
			}
		}
	}
}

func TestBelowIsUniform(t *testing.T) {
	const draws = 90_000
	for _, n := range []int{1, 2, 3, 9, 10} {
		count := make([]int, n)
		s := New(7, uint64(n))
		for range draws {
			count[s.Below(n)]++
		}
		want := float64(draws) / float64(n)
		for v, c := range count {
			if d := float64(c) - want; d*d > 25*want { // five standard deviations
				t.Errorf("Below(%d) gave %d %d times of %d", n, v, c, draws)
			}
		}
	}
}

// 3·2⁶¹ does not divide 2⁶⁴: if no draw were thrown away, multiples of three
// would be 3/8 of all.
func TestBelowOfLargeNumbers(t *testing.T) {
	const draws, n = 10_000, 3 << 61
	s, low := New(8), 0
	for range draws {
		v := s.Below(n)
		if v < 0 || v >= n {
			t.Fatalf("have %d, want less than %d", v, n)
		}
		if v%3 == 0 {
			low++
		}
	}
	if d := low - draws/3; d*d > 25*draws/3 {
		t.Errorf("%d of %d are multiples of three", low, draws)
	}
}

func TestPermutation(t *testing.T) {
	p := Permutation(1000, 1, 2, 3)
	if slices.Equal(p, Permutation(1000, 1, 2, 4)) || slices.Equal(p, Permutation(1000, 1, 3, 2)) {
		t.Error("other words give the same permutation")
	}
	if !slices.Equal(p, Permutation(1000, 1, 2, 3)) {
		t.Error("the same words give another permutation")
	}
	// A run of last year must be repeatable: these numbers must never change.
	if want := []int{0, 3, 5, 4, 1, 6, 2, 7}; !slices.Equal(Permutation(8, ForOrder, 1, 1), want) {
		t.Errorf("have %v, want %v", Permutation(8, ForOrder, 1, 1), want)
	}
	slices.Sort(p)
	for i, v := range p {
		if i != v {
			t.Fatalf("not a permutation: place %d has %d", i, v)
		}
	}
}
