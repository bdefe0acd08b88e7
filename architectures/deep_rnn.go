package architectures

import (
	"zoo/datasets"
	"zoo/nn"
)

// Recurrent layers can be deep, too: a stack of them, as that of [CharRNN], whose layers add
// to what they read. Without residual connections, stacks of more than about four layers
// train badly (Wu et al. 2016, section 3.1).
func init() {
	Register(Model{
		Name: "deep-rnn", Paper: "Wu et al. 2016, Google's neural machine translation system: bridging the gap between human and machine translation",
		Network: CharRNN{Units: 128, Depth: 4, Cell: "lstm", Residual: true},
		Options: nn.Options{Init: "fan_in_uniform", ResidualInit: "none", Norm: "none", Activation: "tanh"},
		Data:    datasets.Tokens(64, 65),
	})
}
