package nn

import (
	"errors"
	"fmt"
	"math/bits"
	"strings"
)

// A Size is the memory that a program takes, in bytes.
type Size struct {
	Parameters int // and running statistics, and what is carried from run to run
	Trained    int // the part of Parameters that is trained
	Values     int // what ops pass on, including the gradients of the parameters; 0 before it is planned
}

// mostLayers is how many layers a network may have: the time to build a graph grows with
// the square of their number, and this many take a minute.
const mostLayers = 1 << 14

var errUnbounded = errors.New("that is more than any memory holds")

// elements is how many values a shape has. It is an error if an int cannot count their
// bytes.
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

// reserve fails unless the program may have a parameter, or a constant, of the shape.
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

// admitted asks whether the program may have this size, or a larger one.
func (s Size) admitted(admit func(Size) error) error {
	if s.Parameters < 0 || s.Values < 0 {
		return errUnbounded
	}
	if admit == nil {
		return nil
	}
	return admit(s)
}
