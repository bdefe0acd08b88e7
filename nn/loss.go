package nn

import (
	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

// CrossEntropy is the mean cross-entropy, a scalar in nats, of the softmax of logits
// (N, ..., classes) with targets (N, ...); rows with the target −1 do not count. Smoothing spreads
// that share of the target's probability over all classes (Szegedy et al. 2015).
func CrossEntropy(s *Scope, logits, targets *G.Node, smoothing float64) *G.Node {
	return s.Must(ops.SoftmaxCrossEntropy(logits, targets, ops.Loss{Smoothing: smoothing}))
}

// MeanSquaredError is the mean, a scalar, of the squared difference of outputs (N, ...)
// and targets of the same shape; targets that are NaN do not count.
func MeanSquaredError(s *Scope, outputs, targets *G.Node) *G.Node {
	return s.Must(ops.MeanSquaredError(outputs, targets))
}

// lossTargets are the nodes that a loss compares logits with: the targets (rows), and
// with Settings.Mixing those of the other examples of the mixtures (rows), and the share
// (1) of the first ones.
type lossTargets struct{ targets, others, share *G.Node }

// crossEntropy is CrossEntropy, or that of mixtures (Zhang et al. 2017).
func (a lossTargets) crossEntropy(s *Scope, logits *G.Node, smoothing float64) *G.Node {
	if a.others == nil {
		return CrossEntropy(s, logits, a.targets, smoothing)
	}
	return s.Must(ops.MixedCrossEntropy(logits, a.targets, a.others, a.share, ops.Loss{Smoothing: smoothing}))
}

// CrossEntropyRubbish is CrossEntropy with one more class, "rubbish", whose logit is the
// constant −j: the criterion of LeCun et al. 1998, equation 9, for logits (rows, classes)
// that are penalties with the sign reversed.
func CrossEntropyRubbish(s *Scope, logits, targets *G.Node, j float64) *G.Node {
	return s.Must(ops.SoftmaxCrossEntropy(logits, targets, ops.Loss{Rubbish: &j}))
}

// SquaredError is the mean over rows, a scalar, of the squared distance of outputs (rows,
// classes) from a vector that is on at the class of the row's target (rows) and off
// elsewhere; rows with the target −1 do not count. With on 1 and off −1 it is the
// criterion of LeCun et al. 1989.
func SquaredError(s *Scope, outputs, targets *G.Node, on, off float64) *G.Node {
	return s.Must(ops.SquaredError(outputs, targets, on, off))
}
