// Package random draws the random numbers of data sets: which examples are chosen, their
// order, and what changes them. They depend only on their seeds, on every machine and with
// every version of Go.
package random

import (
	"math"
	"math/bits"
)

// A Stream is a sequence of random numbers that depends only on the words it is made from:
// splitmix64 (Steele, Lea and Flood, OOPSLA 2014), whose output will not change with the
// standard library.
type Stream uint64

// The first word of a stream says what it is for, so that equal seeds do not
// make equal choices for different purposes.
const (
	ForOrder   uint64 = iota + 1 // the order of an epoch's examples
	ForAugment                   // the changes of an example
	ForTrain                     // the choice of examples for training and validation
	ForTest                      // the choice of examples for testing
	ForVal                       // the choice among the files' own validation examples
	ForExample                   // an example that is made
	ForBatches                   // the order of an epoch's batches of several lengths
	ForOffset                    // where the windows of an epoch begin
	ForPixels                    // the order of the pixels of pictures that are read as sequences
)

const golden = 0x9e3779b97f4a7c15 // 2⁶⁴ by the golden ratio

// New returns the stream of these words, of which the first is one of the purposes above.
func New(words ...uint64) Stream {
	var s uint64
	for _, w := range words {
		s = mix((s + golden) ^ w)
	}
	return Stream(s)
}

// Next returns 64 random bits.
func (s *Stream) Next() uint64 {
	*s += golden
	return mix(uint64(*s))
}

// Unit returns a number in [0, 1).
func (s *Stream) Unit() float64 { return float64(s.Next()>>11) / (1 << 53) }

// Between returns a number in [a, b).
func (s *Stream) Between(a, b float64) float64 { return a + float64((b-a)*s.Unit()) }

// Normal returns a normally distributed number (Box and Muller 1958).
func (s *Stream) Normal() float64 {
	r := math.Sqrt(-2 * math.Log(1-s.Unit()))
	return r * math.Cos(2*math.Pi*s.Unit())
}

// Below returns a number in [0, n), each as likely as the others (Lemire,
// ACM TOMACS 2019).
func (s *Stream) Below(n int) int {
	hi, lo := bits.Mul64(s.Next(), uint64(n))
	if lo < uint64(n) {
		for least := -uint64(n) % uint64(n); lo < least; {
			hi, lo = bits.Mul64(s.Next(), uint64(n))
		}
	}
	return int(hi)
}

// Shuffle puts p in random order (Fisher and Yates).
func (s *Stream) Shuffle(p []int) {
	for i := len(p) - 1; i > 0; i-- {
		j := s.Below(i + 1)
		p[i], p[j] = p[j], p[i]
	}
}

// Permutation returns 0 to n−1 in the random order of the stream of these words.
func Permutation(n int, words ...uint64) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	s := New(words...)
	s.Shuffle(p)
	return p
}

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
