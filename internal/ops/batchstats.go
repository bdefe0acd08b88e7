package ops

import (
	"fmt"

	"gorgonia.org/tensor"
)

// BatchStats holds the statistics of the batch that a BatchNorm saw last.
type BatchStats struct {
	count          int       // values a channel
	mean, variance []float64 // the variance is biased
}

// Update moves running statistics, both (C), towards those of the last batch, as
// PyTorch does: running = (1 − momentum)·running + momentum·batch, where the
// batch's variance is the unbiased one. It panics before the first batch and
// where the lengths differ.
func (s *BatchStats) Update(mean, variance *tensor.Dense, momentum float64) {
	if s.mean == nil {
		panic("batchnorm: no batch has run, so there are no statistics yet")
	}
	unbiased := float64(s.count) / float64(s.count-1)
	move(mean, s.mean, momentum, 1)
	move(variance, s.variance, momentum, unbiased)
}

func move(running *tensor.Dense, batch []float64, momentum, factor float64) {
	if n := running.DataSize(); n != len(batch) {
		panic(fmt.Sprintf("batchnorm: have running statistics of %d channels, want %d", n, len(batch)))
	}
	switch r := running.Data().(type) {
	case []float32:
		for j, b := range batch {
			r[j] = float32((1-momentum)*float64(r[j]) + momentum*factor*b)
		}
	case []float64:
		for j, b := range batch {
			r[j] = (1-momentum)*r[j] + momentum*factor*b
		}
	default:
		panic(fmt.Sprintf("batchnorm: have running statistics of type %v, want floats", running.Dtype()))
	}
}
