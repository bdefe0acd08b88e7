package datasets

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"
)

// Positions is how many positions the sequences of the first input have: tokens (T), or
// numbers (T, C). It is 0 if the input is not a sequence.
func (s Spec) Positions() int {
	if len(s.Inputs) == 0 {
		return 0
	}
	switch in := s.Inputs[0]; {
	case in.Dtype == tensor.Int && len(in.Shape) == 1, in.Dtype != tensor.Int && len(in.Shape) == 2:
		return in.Shape[0]
	}
	return 0
}

// OfLength is s with sequences of t positions: all inputs, and the targets that have a value
// at each position. s has to be of sequences.
func (s Spec) OfLength(t int) Spec {
	was := s.Positions()
	if was == 0 {
		panic(fmt.Sprintf("datasets: have inputs %v, want sequences", s.Inputs))
	}
	resized := func(fields []Field) []Field {
		fields = slices.Clone(fields)
		for i, f := range fields {
			if len(f.Shape) > 0 && f.Shape[0] == was {
				fields[i].Shape = append([]int{t}, f.Shape[1:]...)
			}
		}
		return fields
	}
	return Spec{resized(s.Inputs), resized(s.Targets)}
}
