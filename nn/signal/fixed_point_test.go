package signal_test

import (
	"math"
	"strings"
	"testing"

	"zoo/nn/signal"
)

// TestFixedPoint against the numbers of tanh networks that Schoenholz et al. 2017
// draw, worked out by Gauss-Hermite quadrature, and against ReLU's by hand.
func TestFixedPoint(t *testing.T) {
	for _, c := range []struct {
		activation           string
		weight, bias         float64
		q, chi, depth, close float64
	}{
		{"tanh", 0.5, 0.05, 0.0876, 0.4320, 1.19, 5e-3},
		{"tanh", 1.0, 0.05, 0.1936, 0.7590, 3.63, 5e-3},
		{"tanh", 1.3, 0.05, 0.3153, 0.8802, 7.83, 5e-3},
		{"tanh", 1.5, 0.05, 0.4180, 0.9386, 15.8, 5e-3},
		{"tanh", 1.7603, 0.05, 0.5696, 0.9999, 0, 2e-4}, // critical
		{"tanh", 2.0, 0.05, 0.7218, 1.0477, 21.5, 5e-3},
		{"tanh", 2.5, 0.05, 1.0640, 1.1335, 7.98, 5e-3},
		{"tanh", 4.0, 0.05, 2.1955, 1.3424, 3.40, 5e-3},
		{"tanh", 0.7, 0, 0, 0.7, 1 / math.Abs(math.Log(0.7)), 1e-9}, // without biases χ₁ is the variance
		{"tanh", 1, 0, 0, 1, 0, 1e-4},                               // critical: q falls as 1/layers
		{"relu", 2, 0, 1, 1, 0, 1e-12},                              // He et al. 2015: whatever comes in stays
		{"relu", 1, 0.5, 1, 0.5, 1 / math.Ln2, 1e-9},
		{"leaky(0.5)", 1, 0.75, 2, 0.625, 1 / math.Log(1.6), 1e-9}, // q = q·(1 + 0.5²)/2 + 0.75
		{"prelu", 2 / (1 + 0.25*0.25), 0, 1, 1, 0, 1e-12},
		{"linear", 0.5, 1, 2, 0.5, 1 / math.Ln2, 1e-9},
	} {
		q, chi, depth, err := signal.FixedPoint(c.activation, c.weight, c.bias)
		if err != nil {
			t.Errorf("%s %v %v: %v", c.activation, c.weight, c.bias, err)
			continue
		}
		far := func(have, want float64) bool { return !(math.Abs(have-want) <= c.close*max(1e-3, want)) }
		if far(q, c.q) || far(chi, c.chi) || c.depth > 0 && far(depth, c.depth) {
			t.Errorf("%s %v %v: have q %.6g, χ₁ %.6g, ξ %.6g, want %v, %v, %v", c.activation, c.weight, c.bias, q, chi, depth, c.q, c.chi, c.depth)
		}
	}
	for _, c := range []struct {
		activation   string
		weight, bias float64
		want         string
	}{
		{"relu", 2.1, 0, "the mean square has no limit"},
		{"relu", 2, 0.05, "the mean square has no limit"},
		{"tanh", -1, 0, "have variances -1 and 0, want none negative"},
		{"tangent", 1, 0, `have "tangent", want one of`},
	} {
		if _, _, _, err := signal.FixedPoint(c.activation, c.weight, c.bias); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %v %v: have error %v, want one with %q", c.activation, c.weight, c.bias, err, c.want)
		}
	}
}
