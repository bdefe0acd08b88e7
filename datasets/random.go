package datasets

import (
	"math"
	"math/bits"
)

// A stream is a sequence of random numbers that depends only on the words it is made
// from: splitmix64 (Steele, Lea and Flood, OOPSLA 2014), whose output will
// not change with the standard library.
type stream uint64

// The first word of a stream says what it is for, so that equal seeds do not
// make equal choices for different purposes.
const (
	forOrder uint64 = iota + 1
	forAugment
	forTrain
	forTest
	forVal
)

const golden = 0x9e3779b97f4a7c15 // 2⁶⁴ by the golden ratio

func newStream(words ...uint64) stream {
	var s uint64
	for _, w := range words {
		s = mix((s + golden) ^ w)
	}
	return stream(s)
}

// next returns 64 random bits.
func (s *stream) next() uint64 {
	*s += golden
	return mix(uint64(*s))
}

// unit returns a number in [0, 1).
func (s *stream) unit() float64 { return float64(s.next()>>11) / (1 << 53) }

// between returns a number in [a, b).
func (s *stream) between(a, b float64) float64 { return a + float64((b-a)*s.unit()) }

// normal returns a normally distributed number (Box and Muller 1958).
func (s *stream) normal() float64 {
	r := math.Sqrt(-2 * math.Log(1-s.unit()))
	return r * math.Cos(2*math.Pi*s.unit())
}

// below returns a number in [0, n), each as likely as the others (Lemire,
// ACM TOMACS 2019).
func (s *stream) below(n int) int {
	hi, lo := bits.Mul64(s.next(), uint64(n))
	if lo < uint64(n) {
		for least := -uint64(n) % uint64(n); lo < least; {
			hi, lo = bits.Mul64(s.next(), uint64(n))
		}
	}
	return int(hi)
}

// shuffle puts p in random order (Fisher and Yates).
func (s *stream) shuffle(p []int) {
	for i := len(p) - 1; i > 0; i-- {
		j := s.below(i + 1)
		p[i], p[j] = p[j], p[i]
	}
}

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
