package f32

// blockRows is how many rows a float32 sum takes.
const blockRows = 64

// add adds the sums of some rows to those of the columns.
func (l columnLoop[F]) add(rows int, sum, dot *[periodColumns]float64) {
	if first(l.x) == nil {
		l.loop(rows, sum[:], dot[:])
		return
	}
	l.check(rows)
	columns, group := l.columns, 4*vectorLanes
	for j := 0; j < columns; j += group {
		l.columns = min(group, columns-j)
		l.from(j, j).addVector(rows, &sum[j], &dot[j])
	}
}

// check panics if a matrix is too short.
func (l columnLoop[F]) check(rows int) {
	n := (rows-1)*l.stride + l.columns
	for _, m := range [][]F{l.dx, l.dy, l.y, l.x} {
		if m != nil {
			_ = m[n-1]
		}
	}
}

func (l columnLoop[F]) addVector(rows int, sum, dot *float64) {
	x, mean := first(l.x), first(l.mean)
	switch l.kind {
	case columnSums:
		columnSumsBlock(rows, l.stride, l.columns, x, sum)
	case moments:
		momentsBlock(rows, l.stride, l.columns, x, mean, sum, dot)
	case gradSums:
		gradSumsBlock(rows, l.stride, l.columns, first(l.dy), x, mean, sum, dot)
	case reluGradSums:
		reluGradSumsBlock(rows, l.stride, l.columns, first(l.dx), first(l.dy), first(l.y), x, mean, sum, dot)
	case preluSlope:
		preluSlopeBlock(rows, l.stride, l.columns, first(l.dy), x, sum)
	}
}

// loop adds up the rows block by block, of at most periodColumns columns.
func (l columnLoop[F]) loop(rows int, sum, dot []float64) {
	for ; rows > blockRows; rows -= blockRows {
		l.block(blockRows, sum, dot)
		l = l.from(blockRows*l.stride, 0)
	}
	l.block(rows, sum, dot)
}

func (l columnLoop[F]) block(rows int, sum, dot []float64) {
	var s, d [periodColumns]F
	for r := range rows {
		lo, hi := r*l.stride, r*l.stride+l.columns
		x := l.x[lo:hi]
		switch l.kind {
		case columnSums:
			for j, v := range x {
				s[j] += v
			}
		case moments:
			for j, v := range x {
				v -= l.mean[j]
				s[j] += v
				d[j] += v * v
			}
		case gradSums:
			addGradient(&s, &d, l.dy[lo:hi], x, l.mean)
		case reluGradSums:
			reluGradLoop(l.dx[lo:hi], l.dy[lo:hi], l.y[lo:hi])
			addGradient(&s, &d, l.dx[lo:hi], x, l.mean)
		case preluSlope:
			for j, g := range l.dy[lo:hi] {
				s[j] += g * min(x[j], 0)
			}
		}
	}
	for j := range l.columns {
		sum[j] += float64(s[j])
	}
	for j := range dot[:min(l.columns, len(dot))] {
		dot[j] += float64(d[j])
	}
}

func addGradient[F Float](s, d *[periodColumns]F, dy, x, mean []F) {
	for j, g := range dy {
		s[j] += g
		d[j] += g * (x[j] - mean[j])
	}
}
