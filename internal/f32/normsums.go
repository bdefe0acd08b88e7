package f32

// The sums over rows of channels, (rows, C) row-major with C the length of sum.
//
// Their order depends only on the number of rows and on C, and is the same in
// assembly and in Go: with k = max(1, ⌊64/C⌋), the rows r, r + k, r + 2k, ... of each
// r < k are added up in float32, 64 of them at a time, and those sums in float64;
// then the results of r = 0, 1, ... are added to sum. (For k > 1 the rows after the
// last multiple of k have float32 sums of their own.)

// Sums adds to sum[j] the sum over the rows of a[·, j], and to dot[j] that of
// a[·, j]·b[·, j], in float64 and in the order of the rows.
func Sums[F Float](sum, dot []float64, a, b []F) {
	c := len(sum)
	dot = dot[:c]
	for len(a) >= c {
		x, y := a[:c], b[:c]
		for j, v := range x {
			w := float64(v)
			sum[j] += w
			dot[j] += w * float64(y[j])
		}
		a, b = a[c:], b[c:]
	}
}

// ColumnSums adds to sum[j] the sum over the rows of x[·, j].
func ColumnSums[F Float](sum []float64, x []F) {
	columnLoop[F]{kind: columnSums, x: x}.run(sum, nil)
}

// Moments adds to sum[j] and squares[j] the sums over the rows of d and of d²,
// where d = x[·, j] − pivot[j]. With a pivot near the mean the squares are small,
// and nothing is lost when the mean's is taken from them.
func Moments[F Float](sum, squares []float64, x, pivot []F) {
	columnLoop[F]{kind: moments, x: x, mean: pivot}.run(sum, squares)
}

// GradSums adds to sum[j] and dot[j] the sums over the rows of dy[·, j] and of
// dy[·, j]·(x[·, j] − mean[j]).
func GradSums[F Float](sum, dot []float64, dy, x, mean []F) {
	columnLoop[F]{kind: gradSums, dy: dy, x: x, mean: mean}.run(sum, dot)
}

// ReluGradSums is ReluGrad(dx, dy, y) and GradSums(sum, dot, dx, x, mean) in one
// pass; dx may be dy.
func ReluGradSums[F Float](dx []F, sum, dot []float64, dy, y, x, mean []F) {
	columnLoop[F]{kind: reluGradSums, dx: dx, dy: dy, y: y, x: x, mean: mean}.run(sum, dot)
}

type columnKind int

const (
	columnSums columnKind = iota
	moments
	gradSums
	reluGradSums
	preluSlope
)

// A columnLoop is one of the sums, and the matrices that it reads and writes;
// those that it does not need are nil.
type columnLoop[F Float] struct {
	kind            columnKind
	dx, dy, y, x    []F
	mean            []F
	stride, columns int // the distance of the rows, and how many columns to add up
}

// run adds the sums to sum and, unless it is nil, to dot.
func (l columnLoop[F]) run(sum, dot []float64) {
	c := len(sum)
	k := rowsAtOnce(c)
	l.stride = k * c
	var buffer [periodColumns]F
	if l.mean != nil {
		l.mean = repeat(&buffer, l.mean[:c], k)
	}
	n := len(l.x) / c * c
	rows, rest := n/l.stride, n%l.stride
	for j := 0; j < l.stride; j += periodColumns {
		var s, d [periodColumns]float64
		l.columns = min(periodColumns, l.stride-j)
		if rows > 0 {
			l.from(j, j).add(rows, &s, &d)
		}
		if rest > 0 { // then there is only one group of columns
			l.columns = rest
			l.from(rows*l.stride, 0).add(1, &s, &d)
		}
		columns := min(periodColumns, l.stride-j)
		fold(sum[j:], s[:columns])
		if dot != nil {
			fold(dot[j:], d[:columns])
		}
	}
}

// fold adds part to sum, which may be shorter, again and again.
func fold(sum, part []float64) {
	for len(part) > 0 {
		n := min(len(sum), len(part))
		for i, v := range part[:n] {
			sum[i] += v
		}
		part = part[n:]
	}
}

// from returns the loop that begins at element i of the matrices and at column j.
func (l columnLoop[F]) from(i, j int) columnLoop[F] {
	for _, m := range []*[]F{&l.dx, &l.dy, &l.y, &l.x} {
		if *m != nil {
			*m = (*m)[i:]
		}
	}
	if l.mean != nil {
		l.mean = l.mean[j:]
	}
	return l
}
