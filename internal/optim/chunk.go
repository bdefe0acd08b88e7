package optim

// A chunk is a part of a parameter: [lo, hi) of its elements.
type chunk struct{ param, lo, hi int }

// chunkSize is how many elements a chunk has at most.
const chunkSize = 1 << 14

// chunks cuts parameters, or gradients without weights. The cuts depend only on their
// lengths.
func chunks(ps []Param) (cut []chunk) {
	for i, p := range ps {
		n := max(len(p.W), len(p.G))
		for lo := 0; lo < n; lo += chunkSize {
			cut = append(cut, chunk{i, lo, min(lo+chunkSize, n)})
		}
	}
	return cut
}
