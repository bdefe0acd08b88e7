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
	filters                      // ours (KH, KW, I, O), PyTorch's (O, I, KH, KW)
	matrix                       // ours (I, O), PyTorch's (O, I)
	flatMatrix                   // ours (H·W·C, O), PyTorch's (O, C·H·W)
	filters1D                    // ours (K, I, O), PyTorch's (O, I, K)
)

// published returns the shape that PyTorch gives a tensor of our shape s.
func (l Layout) published(s []int) []int {
	switch l.kind {
	case filters:
		return []int{s[3], s[2], s[0], s[1]}
	case matrix, flatMatrix:
		return []int{s[1], s[0]}
	case filters1D:
		return []int{s[2], s[1], s[0]}
	}
	return append([]int{}, s...)
}

// axes are the sizes of a tensor of our shape s as PyTorch's (rows, a, b), which is ours
// (b, a, rows): every layout is a reversal of three axes.
func (l Layout) axes(s []int) axes {
	switch l.kind {
	case filters:
		return axes{s[3], s[2], s[0] * s[1]}
	case matrix:
		return axes{s[1], 1, s[0]}
	case flatMatrix:
		return axes{s[1], l.c, l.h * l.w}
	case filters1D:
		return axes{s[2], s[1], s[0]}
	}
	n := 1
	for _, d := range s {
		n *= d
	}
	return axes{n, 1, 1}
}

type axes struct{ rows, a, b int }

// columns is the length of one of PyTorch's rows.
func (x axes) columns() int { return x.a * x.b }

// Values are moved in tiles of tileRows rows and tileColumns columns, which are whole
// cache lines on both sides.
const tileRows, tileColumns = 64, 16

// fromPublished copies PyTorch's rows, from row lo on, to their places in ours.
func (x axes) fromPublished(ours, rows []float32, lo int) {
	if x.columns() == 1 {
		copy(ours[lo:], rows)
		return
	}
	x.tiles(len(rows)/x.columns(), func(t *tile) {
		for r := range t.rows {
			for c, v := range rows[(t.row+r)*x.columns()+t.column:][:t.columns] {
				t.v[c][r] = v
			}
		}
		for c := range t.columns {
			copy(ours[t.place[c]*x.rows+lo+t.row:], t.v[c][:t.rows])
		}
	})
}

// toPublished is the inverse of fromPublished: it fills rows, from row lo on, with ours.
func (x axes) toPublished(rows, ours []float32, lo int) {
	if x.columns() == 1 {
		copy(rows, ours[lo:])
		return
	}
	x.tiles(len(rows)/x.columns(), func(t *tile) {
		for c := range t.columns {
			copy(t.v[c][:t.rows], ours[t.place[c]*x.rows+lo+t.row:])
		}
		for r := range t.rows {
			row := rows[(t.row+r)*x.columns()+t.column:][:t.columns]
			for c := range row {
				row[c] = t.v[c][r]
			}
		}
	})
}

// A tile is a part of PyTorch's matrix (rows, columns).
type tile struct {
	row, column   int // the first ones
	rows, columns int
	place         [tileColumns]int // of each column in ours
	v             [tileColumns][tileRows]float32
}

// tiles calls f for the tiles of a matrix of rows rows.
func (x axes) tiles(rows int, f func(t *tile)) {
	var t tile
	for t.row = 0; t.row < rows; t.row += tileRows {
		t.rows = min(tileRows, rows-t.row)
		i, j := 0, 0 // on the axes a and b
		for t.column = 0; t.column < x.columns(); t.column += tileColumns {
			t.columns = min(tileColumns, x.columns()-t.column)
			for c := range t.columns {
				t.place[c] = j*x.a + i
				if j++; j == x.b {
					i, j = i+1, 0
				}
			}
			f(&t)
		}
	}
}
