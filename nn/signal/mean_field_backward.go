package signal

import (
	"slices"

	G "gorgonia.org/gorgonia"
)

// backward goes from the mean squares of the gradient with respect to the logits, of
// which it is given one for each class, to the inputs.
func (t *meanField) backward(logits *G.Node, grad []float64) {
	unknown := map[*G.Node]bool{}
	for _, n := range slices.Backward(t.nodes) {
		if n == logits {
			t.grads[n], unknown[n] = grad, false
		}
		if unknown[n] {
			delete(t.grads, n)
		}
		for i, r := range t.reads[n] {
			g, ok := t.pullback(n, i)
			if !ok {
				unknown[r] = true
				continue
			}
			if t.grads[r] == nil {
				t.grads[r] = make([]float64, len(g))
			}
			for i, x := range g {
				t.grads[r][i] += x
			}
		}
	}
}

// pullback is what n adds to the mean squares of the gradient with respect to the i-th
// node that it reads.
func (t *meanField) pullback(n *G.Node, i int) (g []float64, ok bool) {
	grad, ok := t.grads[n]
	if !ok {
		return nil, false
	}
	name := kernelName(n)
	switch {
	case name == "add":
		return grad, true
	case i > 0:
		return nil, false
	}
	switch name {
	case "conv2d", "linear":
		variance, ok := t.weightVariance(n)
		return scaledBy(variance, linearOf(n).backward(grad)), ok
	case "channel-shortcut":
		return linearOf(n).backward(grad), true
	case "globalavgpool":
		pixels := t.reads[n][0].Shape().TotalSize() / n.Shape().TotalSize()
		return slices.Repeat(scaledBy(1/square(float64(pixels)), grad), pixels), true
	case "add-scalar":
		return grad, true
	case "mul-scalar":
		m, ok := number(t.reads[n][1])
		return scaledBy(m*m, grad), ok
	case "dropout":
		return scaledBy(1/(1-t.dropout[n]), grad), true
	}
	_, _, derivative, ok := t.expect(n)
	for i := range derivative {
		derivative[i] *= grad[i]
	}
	return derivative, ok
}
