package train

import (
	"zoo/experiments/task"
	"zoo/internal/optim"
)

// A gradientSum adds up the gradients of the batches of a step. Each is the mean over the
// targets of its batch, and counts as often as there are: so the sum is that of one batch
// of all of them.
type gradientSum struct {
	params []optim.Param // whose gradients are the sums
	sums   task.Sums     // of the batches
}

func newGradientSum(trained []optim.Param) *gradientSum {
	s := &gradientSum{}
	for _, p := range trained {
		p.G = make([]float32, len(p.G))
		s.params = append(s.params, p)
	}
	return s
}

// add adds the gradients of a batch.
func (s *gradientSum) add(trained []optim.Param, batch task.Sums) {
	n := float32(batch.N)
	for i, p := range trained {
		sum := s.params[i].G
		for k, g := range p.G {
			sum[k] += float32(n * g)
		}
	}
	s.sums.Add(batch)
}

// mean makes the sums into means over all targets.
func (s *gradientSum) mean() []optim.Param {
	n := float32(s.sums.N)
	for _, p := range s.params {
		for k := range p.G {
			p.G[k] /= n
		}
	}
	return s.params
}

// clear begins the next step.
func (s *gradientSum) clear() {
	s.sums = task.Sums{}
	for _, p := range s.params {
		clear(p.G)
	}
}
