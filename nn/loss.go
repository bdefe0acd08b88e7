package nn

import (
	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

// CrossEntropy is the mean cross-entropy of the softmax of logits (rows,
// classes) with targets (rows), in nats. Smoothing spreads that share of the
// target's probability over all classes (Szegedy et al. 2015).
func CrossEntropy(s *Scope, logits, targets *G.Node, smoothing float64) *G.Node {
	return s.Must(ops.SoftmaxCrossEntropy(logits, targets, ops.Loss{Smoothing: smoothing}))
}

// answers are the nodes that a loss compares logits with: the targets, and with
// Settings.Mixing those of the other examples of the mixtures and the share of the
// first ones.
type answers struct{ targets, others, share *G.Node }

// crossEntropy is CrossEntropy, or that of mixtures.
func (a answers) crossEntropy(s *Scope, logits *G.Node, smoothing float64) *G.Node {
	if a.others == nil {
		return CrossEntropy(s, logits, a.targets, smoothing)
	}
	return s.Must(ops.MixedCrossEntropy(logits, a.targets, a.others, a.share, ops.Loss{Smoothing: smoothing}))
}

// CrossEntropyRubbish has one more class, "rubbish", of the constant logit −j:
// the criterion of LeCun et al. 1998, equation 9, for logits that are penalties
// with the sign reversed.
func CrossEntropyRubbish(s *Scope, logits, targets *G.Node, j float64) *G.Node {
	return s.Must(ops.SoftmaxCrossEntropy(logits, targets, ops.Loss{Rubbish: &j}))
}

// SquaredError is the mean over rows of the summed squared distance of outputs
// (rows, classes) to on at the target's class and off elsewhere.
func SquaredError(s *Scope, outputs, targets *G.Node, on, off float64) *G.Node {
	return s.Must(ops.SquaredError(outputs, targets, on, off))
}
