package optim

// A piece is a part of a parameter: [lo, hi) of its elements.
type piece struct{ param, lo, hi int }

// pieceSize is how many elements a piece has at most.
const pieceSize = 1 << 14

// pieces cuts parameters, or gradients without weights, by their lengths alone.
func pieces(ps []Param) (cut []piece) {
	for i, p := range ps {
		n := max(len(p.W), len(p.G))
		for lo := 0; lo < n; lo += pieceSize {
			cut = append(cut, piece{i, lo, min(lo+pieceSize, n)})
		}
	}
	return cut
}
