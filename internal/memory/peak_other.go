//go:build !unix && !windows

package memory

func ResetPeak() {}

// Peak is 0: it is not known here.
func Peak() (int, error) { return 0, nil }
