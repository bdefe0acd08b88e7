package nn_test

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/nn"
)

// elman is a recurrent network (Elman 1990).
type elman struct{ Units int }

// Build takes tokens (N, T) and returns the logits of the next tokens (N, T, tokens).
func (m elman) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	table := nn.NewEmbedding(s.In("embedding"), s.Classes(), m.Units, 1)
	x := table.Look(s.In("embedding"), in[0])                                // (N, T, Units)
	x = nn.Recurrent(s.In("hidden"), x, nn.RecurrentOptions{Units: m.Units}) // (N, T, Units)
	return nn.Logits(s.In("fc"), x)
}

// A program of steps takes a sequence position by position, and carries what its layers
// remember. Its logits are those of the whole sequence.
func ExampleProgram_Run_steps() {
	settings := func(length int) nn.Settings {
		return nn.Settings{
			Options: nn.Options{Init: "xavier_normal", ResidualInit: "none", Norm: "none", Activation: "tanh"},
			Spec:    datasets.Tokens(length, 5), Batch: 1,
		}
	}
	p := nn.NewParams(1, tensor.Float32)
	whole, err := nn.Build(p, nn.Infer, elman{Units: 16}, settings(4))
	if err != nil {
		fmt.Println(err)
		return
	}
	step, err := nn.Build(p, nn.Step, elman{Units: 16}, settings(1))
	if err != nil {
		fmt.Println(err)
		return
	}
	sequence := []int{3, 1, 4, 1}
	if _, err := whole.Run([]*tensor.Dense{tensor.New(tensor.WithShape(1, 4), tensor.WithBacking(sequence))}, nil); err != nil {
		fmt.Println(err)
		return
	}
	want := whole.Logits().Data().([]float32) // (1, 4, 5)
	for t, token := range sequence {
		if _, err := step.Run([]*tensor.Dense{tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]int{token}))}, nil); err != nil {
			fmt.Println(err)
			return
		}
		difference := float32(0)
		for k, z := range step.Logits().Data().([]float32) { // (1, 1, 5)
			difference = max(difference, z-want[t*5+k], want[t*5+k]-z)
		}
		fmt.Println("position", step.Position(), "is the same:", difference < 1e-5)
	}
	step.Restart()
	fmt.Println("the next sequence begins after position", step.Position())
	// Output:
	// position 1 is the same: true
	// position 2 is the same: true
	// position 3 is the same: true
	// position 4 is the same: true
	// the next sequence begins after position 0
}
