package architectures_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/nn"
)

var shortcuts = []string{"A", "B", "conv", "half", "gate", "dropout", "none"}

// tiny is resnet20 on small images.
func tiny() architectures.Model {
	m, _ := architectures.Lookup("resnet20")
	m.Data = datasets.Images(8, 8, 3, 10)
	return m
}

// TestShortcutGradients: each shortcut, where sizes change and where they do not.
func TestShortcutGradients(t *testing.T) {
	for _, shortcut := range shortcuts {
		for _, preact := range []bool{false, true} {
			net := architectures.CIFARResNet{Depth: 14, Width: 4, Shortcut: shortcut, PreAct: preact}
			t.Run(fmt.Sprintf("%s preact %v", shortcut, preact), func(t *testing.T) {
				checkGradient(t, tiny(), net)
				checkFusion(t, tiny(), net)
			})
		}
	}
}

// TestShortcutCounts counts the parameters of resnet20 with each shortcut. A 1×1
// convolution in every block is 16·16 three times, 16·32, 32·32 twice, 32·64 and
// 64·64 twice, with a norm of two numbers a filter; a gate has one bias a filter.
func TestShortcutCounts(t *testing.T) {
	const weights, filters = 3*16*16 + 16*32 + 2*32*32 + 32*64 + 2*64*64, 3 * (16 + 32 + 64)
	for shortcut, want := range map[string]int{
		"A": 269722, "half": 269722, "dropout": 269722, "none": 269722, "B": 272474,
		"conv": 269722 + weights + 2*filters, "gate": 269722 + weights + filters,
	} {
		m, _ := architectures.Lookup("resnet20")
		p := nn.NewParams(1, tensor.Float32)
		build(t, p, nn.Infer, m, architectures.CIFARResNet{Depth: 20, Width: 16, Shortcut: shortcut}, m.Options, 1)
		if p.Count() != want {
			t.Errorf("%s: have %d parameters, want %d", shortcut, p.Count(), want)
		}
	}
}

// TestShortcutValues: where branches give zero, a pre-activation network is its
// shortcuts, each of which multiplies the signal by a known number.
func TestShortcutValues(t *testing.T) {
	const blocks = 6
	m := tiny()
	m.Options.Norm, m.Options.ResidualInit = "none", "zero"
	x, y := batch(m.Data, 3, tensor.Float32)
	logits := func(shortcut string, mode nn.Mode) []float32 {
		p := nn.NewParams(3, tensor.Float32)
		pr := build(t, p, mode, m, architectures.CIFARResNet{Depth: 2 + 2*blocks, Width: 4, Shortcut: shortcut, PreAct: true}, m.Options, 3)
		for _, q := range p.All() {
			if strings.HasSuffix(q.Path, ".gate.weight") { // leaves the bias
				clear(q.Value.Data().([]float32))
			}
		}
		if _, err := pr.Run(x, y); err != nil {
			t.Fatal(err)
		}
		return slices.Clone(pr.Logits().Data().([]float32))
	}
	identity := logits("A", nn.Eval)
	for shortcut, factor := range map[string]float64{
		"half": 0.5, "gate": 1 - 1/(1+math.Exp(6)), "dropout": 1,
	} {
		for i, v := range logits(shortcut, nn.Eval) {
			want := math.Pow(factor, blocks) * float64(identity[i])
			if math.Abs(float64(v)-want) > 1e-5*math.Abs(want) {
				t.Errorf("%s: have logit %v, want %v", shortcut, v, want)
				break
			}
		}
	}
	if slices.Equal(logits("dropout", nn.Train), identity) {
		t.Error("dropout: nothing is dropped in training")
	}
	if !slices.Equal(logits("half", nn.Train), logits("half", nn.Eval)) {
		t.Error("half: training and evaluation differ")
	}
}
