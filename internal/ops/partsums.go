package ops

import "zoo/internal/f32"

// partSums are sums over the rows of a batch, for each channel: first over each
// part of the batch, then over the parts in order.
type partSums[F f32.Float] struct {
	sum, dot []float64 // of the batch; then of part 0, part 1, ...
	pivot    []F       // of each part
	rows     []int     // of each part
	c        int
}

// reset forgets the sums of the last pass.
func (s *partSums[F]) reset(parts, c int) {
	if need := (parts + 1) * c; cap(s.sum) < need {
		s.sum, s.dot, s.pivot, s.rows = make([]float64, need), make([]float64, need), make([]F, parts*c), make([]int, parts)
	}
	s.c, s.rows = c, s.rows[:parts]
	s.sum, s.dot = s.sum[:(parts+1)*c], s.dot[:(parts+1)*c]
	clear(s.sum)
	clear(s.dot)
	clear(s.rows)
}

func (s *partSums[F]) of(part int) (sum, dot []float64) {
	at := (part + 1) * s.c
	return s.sum[at : at+s.c], s.dot[at : at+s.c]
}

// moments adds rows of x to a part's Σ(x − pivot) and Σ(x − pivot)². The pivot
// is the part's first row: near enough to the mean for float32 to hold the squares.
func (s *partSums[F]) moments(part int, x []F) {
	sum, squares := s.of(part)
	pivot := s.pivot[part*s.c:][:s.c]
	if s.rows[part] == 0 {
		copy(pivot, x)
	}
	s.rows[part] += len(x) / s.c
	f32.Moments(sum, squares, x, pivot)
}

// grads adds to a part's Σdy and Σdy·(x − mean).
func (s *partSums[F]) grads(part int, dy, x, mean []F) {
	sum, dot := s.of(part)
	f32.GradSums(sum, dot, dy, x, mean)
}

// total adds up the parts.
func (s *partSums[F]) total() {
	f32.SumRows(s.sum[:s.c], s.sum[s.c:], len(s.rows))
	f32.SumRows(s.dot[:s.c], s.dot[s.c:], len(s.rows))
}

// combine turns the parts' moments into the mean and the biased variance of all
// rows (Chan, Golub and LeVeque 1983).
func (s *partSums[F]) combine(mean, variance []float64) {
	var seen float64
	clear(mean)
	clear(variance) // Σ(x − mean)² until the end
	for part, rows := range s.rows {
		n := float64(rows)
		if n == 0 {
			continue
		}
		sum, squares := s.of(part)
		for j := range mean {
			m := sum[j] / n
			delta := m + float64(s.pivot[part*s.c+j]) - mean[j]
			mean[j] += delta * n / (seen + n)
			variance[j] += squares[j] - sum[j]*m + delta*delta*seen*n/(seen+n)
		}
		seen += n
	}
	for j := range variance {
		variance[j] = max(0, variance[j]/seen)
	}
}
