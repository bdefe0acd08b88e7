package ops

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// A Loss is the variant of a softmax cross-entropy. Its zero value is the plain one.
type Loss struct {
	// Smoothing is the weight, in [0, 1), that is taken from the target and spread
	// evenly over all K classes, the target's included (Szegedy et al. 2015, as in
	// PyTorch).
	Smoothing float64
	// Rubbish, where it is not nil, adds a class "none of them" of the constant logit
	// −Rubbish: the discriminative criterion of LeCun et al. 1998, equation 9, with
	// logits that are minus the distances.
	Rubbish *float64
}

// SoftmaxCrossEntropy is the mean of −log softmax(logits)[target] over the rows
// of logits (..., K) whose target is not −1; without such a row it is 0. targets
// (...) are integers, from −1 to K−1. The result is a scalar.
func SoftmaxCrossEntropy(logits, targets *G.Node, loss Loss) (*G.Node, error) {
	if !(loss.Smoothing >= 0 && loss.Smoothing < 1) {
		return nil, fmt.Errorf("cross-entropy: have label smoothing %v, want it in [0, 1)", loss.Smoothing)
	}
	if err := wantIntegers("cross-entropy", "targets", targets); err != nil {
		return nil, err
	}
	return Apply(&crossEntropy[float32]{loss: loss}, &crossEntropy[float64]{loss: loss}, logits, targets)
}

// MixedCrossEntropy is the cross-entropy of examples that are mixtures of two:
// share·CE(targets) + (1 − share)·CE(others), each as SoftmaxCrossEntropy has it
// (Zhang et al. 2017, mixup). targets and others (...) are integers, −1 in the same
// rows; share is one number (1).
func MixedCrossEntropy(logits, targets, others, share *G.Node, loss Loss) (*G.Node, error) {
	if !(loss.Smoothing >= 0 && loss.Smoothing < 1) {
		return nil, fmt.Errorf("mixed-cross-entropy: have label smoothing %v, want it in [0, 1)", loss.Smoothing)
	}
	for _, t := range []*G.Node{targets, others} {
		if err := wantIntegers("mixed-cross-entropy", "targets", t); err != nil {
			return nil, err
		}
	}
	return Apply(&crossEntropy[float32]{loss: loss, mixed: true}, &crossEntropy[float64]{loss: loss, mixed: true}, logits, targets, others, share)
}

// wantIntegers fails unless an op's input, called what, has integers.
func wantIntegers(op, what string, n *G.Node) error {
	if n.Dtype() != tensor.Int {
		return fmt.Errorf("%s: have %s of type %v, want %v", op, what, n.Dtype(), tensor.Int)
	}
	return nil
}

type crossEntropy[F f32.Float] struct {
	loss    Loss
	mixed   bool      // the inputs are logits, targets, others and share; otherwise the first two
	counted int       // rows with a target
	tops    []F       // of each row, from Forward for Backward
	sums    []float64 // likewise
	losses  []float64 // of each row
}

func (k *crossEntropy[F]) Name() string {
	if k.mixed {
		return "mixed-cross-entropy"
	}
	return "cross-entropy"
}

func (k *crossEntropy[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	if k.mixed && (!same(in[2], in[1]) || !same(in[3], tensor.Shape{1})) {
		return nil, fmt.Errorf("have other targets %v and share %v, want %v and (1)", in[2], in[3], in[1])
	}
	return rowsShape(in)
}

// mixture returns the second targets and the share of the first: without mixing
// the same targets, and all.
func (k *crossEntropy[F]) mixture(in []Tensor[F]) (others []int, share float64) {
	if !k.mixed {
		return in[1].I, 1
	}
	for r, t := range in[2].I {
		if (t < 0) != (in[1].I[r] < 0) {
			panic(fmt.Sprintf("have targets %d and %d in row %d, want two classes, or -1 twice for a row that does not count", in[1].I[r], t, r))
		}
	}
	return in[2].I, float64(in[3].V[0])
}

// rowsShape checks the shapes of a loss of scores (..., K) and targets (...).
func rowsShape(in []tensor.Shape) (tensor.Shape, error) {
	if last := in[0].Dims() - 1; last < 1 || !same(in[1], in[0][:last]) {
		return nil, fmt.Errorf("have scores %v and targets %v, want (..., K) and (...)", in[0], in[1])
	}
	return tensor.ScalarShape(), nil
}

// countTargets returns how many targets count. It panics on one that is not a class.
func countTargets(targets []int, classes int) (n int) {
	for r, t := range targets {
		if t < -1 || t >= classes {
			panic(fmt.Sprintf("have target %d in row %d, want a class from 0 to %d, or -1 for a row that does not count", t, r, classes-1))
		}
		if t >= 0 {
			n++
		}
	}
	return n
}

func (k *crossEntropy[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	z, targets := in[0].V, in[1].I // (..., K), (...)
	rows, classes := len(targets), channels(in[0].Shape)
	others, share := k.mixture(in) // (...), one number
	k.counted = countTargets(targets, classes)
	countTargets(others, classes)
	if k.losses == nil {
		k.tops, k.sums, k.losses = make([]F, rows), make([]float64, rows), make([]float64, rows)
	}
	f32.Chunks(rows, rowsOf(classes), func(_, lo, hi int) {
		for r := lo; r < hi; r++ {
			k.losses[r] = 0
			if targets[r] >= 0 {
				row := z[r*classes : (r+1)*classes]
				k.tops[r], k.sums[r] = k.denominator(row)
				k.losses[r] = k.rowLoss(row, targets[r], others[r], share, float64(k.tops[r])+math.Log(k.sums[r]))
			}
		}
	})
	out.V[0] = F(f32.Sum(k.losses) / max(1, float64(k.counted)))
}

// denominator returns the softmax denominator of a row as sum·e^top.
func (k *crossEntropy[F]) denominator(z []F) (top F, sum float64) {
	top = f32.MaxOf(z)
	if k.loss.Rubbish != nil {
		top = max(top, F(-*k.loss.Rubbish))
		sum = math.Exp(-*k.loss.Rubbish - float64(top))
	}
	return top, sum + f32.SumExp(z, top)
}

// rowLoss returns the loss of a row. logZ is the logarithm of its denominator.
func (k *crossEntropy[F]) rowLoss(z []F, target, other int, share, logZ float64) float64 {
	right := float64(z[target])
	if k.mixed {
		right = share*right + (1-share)*float64(z[other])
	}
	s := k.loss.Smoothing
	if s == 0 {
		return logZ - right
	}
	return logZ - (1-s)*right - s*f32.Sum(z)/float64(len(z))
}

func (k *crossEntropy[F]) Reads() ([]int, bool) {
	if k.mixed {
		return []int{0, 1, 2, 3}, false
	}
	return []int{0, 1}, false
}

// Backward is softmax(z) − the target's distribution, over the number of rows.
func (k *crossEntropy[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	dz, z, targets := din[0].V, in[0].V, in[1].I // (..., K), (..., K), (...)
	rows, classes := len(targets), channels(in[0].Shape)
	others, share := k.mixture(in) // (...), one number
	weight := float64(dout.V[0]) / max(1, float64(k.counted))
	if k.mixed && din[3].V != nil {
		din[3].V[0] = F(weight * k.shareGradient(z, targets, others, classes))
	}
	if dz == nil {
		return
	}
	rest := k.loss.Smoothing / float64(classes)
	f32.Chunks(rows, rowsOf(classes), func(_, lo, hi int) {
		for r := lo; r < hi; r++ {
			z, dz := z[r*classes:(r+1)*classes], dz[r*classes:(r+1)*classes]
			if targets[r] < 0 {
				clear(dz)
				continue
			}
			f32.ScaledExp(dz, z, k.tops[r], weight/k.sums[r], -weight*rest)
			dz[targets[r]] -= F(weight * (1 - k.loss.Smoothing) * share)
			if k.mixed {
				dz[others[r]] -= F(weight * (1 - k.loss.Smoothing) * (1 - share))
			}
		}
	})
}

// shareGradient is the sum over the rows of the derivative of the loss by share.
func (k *crossEntropy[F]) shareGradient(z []F, targets, others []int, classes int) (sum float64) {
	for r, t := range targets {
		if t >= 0 {
			sum += (1 - k.loss.Smoothing) * (float64(z[r*classes+others[r]]) - float64(z[r*classes+t]))
		}
	}
	return sum
}
