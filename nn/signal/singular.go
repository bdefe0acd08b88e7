package signal

import (
	"math"
	"slices"

	vec "gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Singular are the singular values of a matrix, as natural logarithms: they may be
// far below the smallest float64. They descend, and −Inf is a value of exactly 0.
type Singular struct {
	Logs []float64

	// Resolved is how many of them are known. Rounding has left no digit of the others,
	// as happens where layers map everything to fewer dimensions: these are upper bounds.
	Resolved int
}

// unresolved is the share of a vector's length below which what is left of it, after
// others are taken out, is rounding: the entries of a Jacobian have errors of about
// 1e-14 after a few layers of float64.
const unresolved = 1e-12

// A graded matrix is qᵀ·diag(exp(scale))·t, where the rows of q are orthonormal. A factor
// that it is multiplied by changes the scales, and leaves q and t well conditioned, so
// that the large singular values of a long product do not overflow and the small ones are
// not lost in the rounding of the large (the UDT decomposition of Loh et al. 1989, "Stable matrix-multiplication algorithms for
// low-temperature numerical simulations of fermions").
type graded struct {
	q, t  [][]float64
	scale []float64
	noise []bool // whether the scale is only a bound, on what rounding has left
}

// singularOf are the singular values of the product jₖ…j₂·j₁ of matrices (outputs,
// inputs).
func singularOf(j []*mat.Dense) Singular {
	outputs, _ := j[len(j)-1].Dims()
	g := graded{q: units(outputs), t: units(outputs), scale: make([]float64, outputs), noise: make([]bool, outputs)}
	for _, factor := range slices.Backward(j) {
		g.multiply(factor)
	}
	_, inputs := j[0].Dims()
	s := g.singular()
	for len(s.Logs) < min(outputs, inputs) {
		if s.Resolved == len(s.Logs) {
			s.Resolved++
		}
		s.Logs = append(s.Logs, math.Inf(-1))
	}
	return s
}

// multiply makes g the matrix jᵀ·g.
func (g *graded) multiply(j *mat.Dense) {
	_, n := j.Dims()
	rows := product(g.q, j) // (r, n): what becomes of the directions q
	r := len(rows)
	length := make([]float64, r) // before any other was taken out
	for k, v := range rows {
		length[k] = norm(v)
	}
	rest, measured := slices.Clone(length), slices.Clone(length) // the length that is left, updated and as last measured
	next := graded{}
	var mixed [][]float64 // t in terms of the old one
	others := make([]int, r)
	for k := range others {
		others[k] = k
	}
	for len(next.q) < min(r, n) && len(others) > 0 {
		at, log := 0, math.Inf(-1)
		for i, k := range others {
			if l := g.scale[k] + math.Log(max(rest[k], unresolved*length[k])); l > log {
				at, log = i, l
			}
		}
		p := others[at]
		if length[p] == 0 { // and so are all others
			break
		}
		others = slices.Delete(others, at, at+1)
		left := norm(rows[p])
		noise := g.noise[p]
		if left <= unresolved*length[p] {
			left, noise = unresolved*length[p], true
		}
		q := orthonormal(rows[p], next.q)
		scale := g.scale[p] + math.Log(left)
		c := make([]float64, r)
		c[p] = 1
		for _, k := range others {
			d := vec.Dot(q, rows[k])
			vec.AddScaled(rows[k], -d, q)
			c[k] = d * math.Exp(g.scale[k]-scale)
			if rest[k] = math.Sqrt(max(0, (rest[k]-d)*(rest[k]+d))); rest[k] < 1e-5*measured[k] {
				rest[k] = norm(rows[k]) // the difference has lost its digits
				measured[k] = rest[k]
			}
		}
		next.q, next.scale, next.noise = append(next.q, q), append(next.scale, scale), append(next.noise, noise)
		mixed = append(mixed, c)
	}
	if len(mixed) > 0 {
		next.t = product(mixed, dense(g.t))
	}
	for k, v := range next.t {
		next.scale[k] += math.Log(normalise(v))
	}
	*g = next
}

// orthonormal returns the part of v that is orthogonal to the rows of q, scaled to length
// 1; q has fewer rows than v has values. Where there is no such part, it takes that of
// the unit vector that has the most.
func orthonormal(v []float64, q [][]float64) []float64 {
	v = slices.Clone(v)
	for {
		normalise(v)
		for range 2 { // twice is enough, or it never is
			for _, u := range q {
				vec.AddScaled(v, -vec.Dot(u, v), u)
			}
			if normalise(v) > 0.5 {
				return v
			}
		}
		covered := make([]float64, len(v)) // how much of each unit vector is in the rows of q
		for _, u := range q {
			for i, x := range u {
				covered[i] += x * x
			}
		}
		clear(v)
		v[vec.MinIdx(covered)] = 1
	}
}

// singular are the singular values of g, by rotating pairs of the scaled rows of t
// until all are orthogonal (one-sided Jacobi, which keeps the digits of small
// values: Demmel & Veselić 1992; the preconditioned rows of Drmač & Veselić 2008).
func (g *graded) singular() (s Singular) {
	const enough, sweeps = 1e-14, 60
	t, scale := g.t, slices.Clone(g.scale)
	for range sweeps {
		most := 0.0
		for k, v := range t { // the rounding errors of the rotations add up
			scale[k] += math.Log(normalise(v))
		}
		for i := range t {
			for j := i + 1; j < len(t); j++ {
				a, b := i, j // of which a is the longer
				if scale[b] > scale[a] {
					a, b = b, a
				}
				c := vec.Dot(t[a], t[b])
				if most = max(most, math.Abs(c)); math.Abs(c) <= enough {
					continue
				}
				ratio := math.Exp(scale[b] - scale[a])
				gap := -math.Expm1(scale[b]-scale[a]) * (1 + ratio)
				turn := 2 * c / (gap + math.Sqrt(gap*gap+4*ratio*ratio*c*c)) // of b, in units of a
				tangent := turn * ratio
				u, v := t[a], t[b][:len(t[a])]
				lengthU := math.Sqrt(1 + tangent*ratio*(2*c+tangent*ratio))
				lengthV := math.Sqrt(max(0, 1-turn*(2*c-turn)))
				if lengthV < 1e-3 { // the two are nearly one
					lengthV = 1
				}
				toU, toV, intoU, intoV := 1/lengthU, 1/lengthV, tangent*ratio/lengthU, turn/lengthV
				for k, x := range u {
					y := v[k]
					u[k], v[k] = toU*x+intoU*y, toV*y-intoV*x
				}
				secant := math.Log1p(tangent*tangent) / 2 // its logarithm
				scale[a] += math.Log(lengthU) - secant
				scale[b] += math.Log(lengthV*normalise(v)) - secant
			}
		}
		if most <= enough {
			break
		}
	}
	noise := math.Inf(-1)
	for k, n := range g.noise {
		if n {
			noise = max(noise, g.scale[k]+math.Ln2)
		}
	}
	slices.SortFunc(scale, func(a, b float64) int {
		switch {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	for _, l := range scale {
		if l > noise {
			s.Resolved++
		}
	}
	s.Logs = scale
	return s
}

func units(n int) [][]float64 {
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = make([]float64, n)
		rows[i][i] = 1
	}
	return rows
}

func dense(rows [][]float64) *mat.Dense {
	m := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, r := range rows {
		m.SetRow(i, r)
	}
	return m
}

// product are the rows of a·b.
func product(a [][]float64, b *mat.Dense) [][]float64 {
	if len(a) == 0 {
		return nil
	}
	var m mat.Dense
	m.Mul(dense(a), b)
	rows := make([][]float64, len(a))
	for i := range rows {
		rows[i] = m.RawRowView(i)
	}
	return rows
}

// norm is the length of a vector.
func norm(v []float64) float64 {
	if square := vec.Dot(v, v); square > 1e-200 && square < 1e200 {
		return math.Sqrt(square)
	}
	return vec.Norm(v, 2) // which is slower, and safe from overflow
}

// normalise divides a vector by its length, which it returns.
func normalise(v []float64) float64 {
	n := norm(v)
	if n > 0 {
		vec.Scale(1/n, v)
	}
	return n
}
