package exec

import "zoo/internal/ops"

// An access is the use of a slot by a pass of a step.
type access struct {
	slot int
	cut  bool // some examples, or lines of one, at a time; else as a whole
}

// reads lists the slots that a pass may read.
func (s *step[F]) reads(pass int) []access {
	list := s.arguments(pass, s.in)
	if s.din != nil {
		list = append(list, access{s.dout, s.readsCut(pass)})
		if s.out >= 0 {
			list = append(list, access{s.out, s.readsCut(pass)})
		}
	}
	return list
}

// writes lists the slots that a pass writes: the batched ones are the last
// pass's, the others the first's.
func (s *step[F]) writes(pass int) (list []access) {
	first, last := pass == 0, pass == len(s.passes)-1
	if s.din == nil {
		if last {
			list = append(list, access{s.out, s.walks(pass)})
		}
		return list
	}
	for i, x := range s.din {
		batched := s.batch > 0 && i < s.batched
		if x >= 0 && (batched && last || !batched && first) {
			list = append(list, access{x, batched && s.walks(pass)})
		}
	}
	return list
}

func (s *step[F]) arguments(pass int, slots []int) (list []access) {
	for i, x := range slots {
		if x >= 0 {
			list = append(list, access{x, i < s.batched && s.readsCut(pass)})
		}
	}
	return list
}

// walks says that a pass goes through the batch example by example.
func (s *step[F]) walks(pass int) bool { return s.batch > 0 && s.passes[pass].Each != nil }

// fewExamples is the number of examples from which on there are enough of them for the
// workers; fewer are cut into lines.
const fewExamples = 8

// lines is the number of lines of an example that a pass goes through, and of their
// pixels; 0 where it takes examples as a whole.
func (s *step[F]) lines(pass int) (lines, pixels int) {
	p := s.passes[pass]
	if !s.walks(pass) || s.batch >= fewExamples || p.Lines == ops.NoLines {
		return 0, 0
	}
	shape := s.args.Out.Shape
	if s.din != nil && p.Lines == ops.OwnLines {
		shape = s.args.DIn[0].Shape
	}
	if shape.Dims() < 3 || shape[1] < 2 {
		return 0, 0
	}
	return shape[1], shape[:shape.Dims()-1].TotalSize() / shape[0]
}

// readsCut says that a pass reads of its batched inputs only what is at hand.
func (s *step[F]) readsCut(pass int) bool {
	lines, _ := s.lines(pass)
	return s.walks(pass) && !(lines > 0 && s.passes[pass].Lines == ops.OwnLines)
}

// inPlaceOf returns which slot of an elementwise step may take over the memory
// of which other.
func (s *step[F]) inPlaceOf() (from, to int, ok bool) {
	if !s.inPlace {
		return 0, 0, false
	}
	if s.din == nil {
		return s.in[0], s.out, true
	}
	return s.dout, s.din[0], s.din[0] >= 0
}
