package architectures

import (
	"zoo/datasets"
	"zoo/nn"
)

// The network of Le, Jaitly & Hinton 2015 is that of Elman 1990 with ReLUs, whose state
// begins by staying as it is: recurrent weights that are the identity matrix, and biases
// of zero.
func init() {
	Register(Model{
		Name: "irnn", Paper: "Le, Jaitly & Hinton 2015, A simple way to initialize recurrent networks of rectified linear units",
		Network: RNN{Units: 128},
		Options: nn.Options{Init: "normal(0.001)", RecurrentInit: "identity", ResidualInit: "none", Norm: "none", Activation: "relu"},
		Data:    datasets.Tokens(64, 65),
	})
}
