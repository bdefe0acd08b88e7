package nn

import (
	"errors"
	"fmt"
	"math/bits"
	"strings"
)

// A Size is the memory that a program takes, in bytes.
type Size struct {
	Parameters int // and running statistics
	Trained    int // of these, what is trained
	Values     int // between ops, gradients of the parameters included; 0 before they are planned
}

// mostLayers is how many layers a network may have: the time to build a graph grows
// with their square, and this many take a minute.
const mostLayers = 1 << 14

var errUnbounded = errors.New("that is more than any memory holds")

// elements is how many values a shape has, unless their bytes are more than an int
// counts.
func elements(shape []int) (n int, err error) {
	n = 1
	for _, d := range shape {
		hi, lo := bits.Mul64(uint64(n), uint64(d))
		if d < 0 || hi > 0 || lo > 1<<59 {
			return 0, fmt.Errorf("have %s values: %w", strings.ReplaceAll(strings.Trim(fmt.Sprint(shape), "[]"), " ", " × "), errUnbounded)
		}
		n = int(lo)
	}
	return n, nil
}

// reserve fails unless there may be a parameter, or a constant, of the shape.
func (s *Scope) reserve(name string, kind Kind, shape ...int) {
	n, err := elements(shape)
	if err != nil {
		s.In("%s", name).Fail(err)
	}
	bytes := n * int(s.params.dtype.Size())
	s.size.Parameters += bytes
	if kind != State {
		s.size.Trained += bytes
	}
	if err := s.size.admitted(s.admit); err != nil {
		s.In("%s", name).Fail(err)
	}
}

// admitted asks whether there may be a program of the size, or of a larger one.
func (s Size) admitted(admit func(Size) error) error {
	if s.Parameters < 0 || s.Values < 0 {
		return errUnbounded
	}
	if admit == nil {
		return nil
	}
	return admit(s)
}
