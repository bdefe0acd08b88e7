package nn

// A Layout says how the axes of a parameter map to those of PyTorch, in which
// weights are published and exchanged.
type Layout struct {
	kind    layoutKind
	h, w, c int // of the image that a flat matrix takes
}

type layoutKind int

const (
	asIs       layoutKind = iota // vectors
	filters                      // (KH, KW, I, O) here, (O, I, KH, KW) there
	matrix                       // (I, O) here, (O, I) there
	flatMatrix                   // (H·W·C, O) here, (O, C·H·W) there
)

// published returns the shape that PyTorch gives a tensor of our shape s.
func (l Layout) published(s []int) []int {
	switch l.kind {
	case filters:
		return []int{s[3], s[2], s[0], s[1]}
	case matrix, flatMatrix:
		return []int{s[1], s[0]}
	}
	return append([]int{}, s...)
}

// each calls f with the index of every value here and there.
func (l Layout) each(s []int, f func(ours, theirs int)) {
	switch l.kind {
	case filters:
		kh, kw, in, out := s[0], s[1], s[2], s[3]
		for k := range kh * kw {
			for i := range in {
				for o := range out {
					f((k*in+i)*out+o, (o*in+i)*kh*kw+k)
				}
			}
		}
	case matrix:
		in, out := s[0], s[1]
		for i := range in {
			for o := range out {
				f(i*out+o, o*in+i)
			}
		}
	case flatMatrix:
		out, pixels := s[1], l.h*l.w
		for p := range pixels {
			for c := range l.c {
				for o := range out {
					f((p*l.c+c)*out+o, (o*l.c+c)*pixels+p)
				}
			}
		}
	default:
		n := 1
		for _, d := range s {
			n *= d
		}
		for i := range n {
			f(i, i)
		}
	}
}
