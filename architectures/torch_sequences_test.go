package architectures_test

import (
	"fmt"

	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/nn"
)

// goldenTokens have a target at each position, and goldenNumbers one class for a sequence.
var (
	goldenTokens  = datasets.Tokens(6, 5)
	goldenNumbers = datasets.Spec{
		Inputs:  []datasets.Field{{Name: "numbers", Dtype: tensor.Float32, Shape: []int{6, 3}}},
		Targets: []datasets.Field{datasets.Label(10)},
	}
)

// goldenSequences are the networks of sequences of the script.
func goldenSequences() []smallNetwork {
	wavenet := architectures.WaveNet{Residual: 6, Dilation: 5, Skip: 12, Layers: 2, Cycles: 2}
	cycle := architectures.WaveNet{Residual: 6, Dilation: 5, Skip: 12, Layers: 3, Cycles: 1}
	plain := cycle
	plain.Plain, plain.Chain = true, true
	conditions := conditioned(goldenTokens).Inputs[1:] // a class, and numbers
	with := func(condition datasets.Field) datasets.Spec {
		return datasets.Spec{Inputs: []datasets.Field{goldenTokens.Inputs[0], condition}, Targets: goldenTokens.Targets}
	}
	cases := []smallNetwork{
		{"deep-rnn", "deep-rnn", architectures.CharRNN{Units: 8, Depth: 3, Cell: "lstm", Residual: true}, goldenTokens},
		{"tcn-tokens", "tcn", architectures.TCN{Channels: 8, Depth: 2, Kernel: 3}, goldenTokens},
		{"tcn-numbers", "tcn", architectures.TCN{Channels: 8, Depth: 3, Kernel: 2}, goldenNumbers},
		{"wavenet", "wavenet", wavenet, goldenTokens},
		{"wavenet-global", "wavenet", wavenet, with(conditions[0])},
		{"wavenet-local", "wavenet", wavenet, with(conditions[1])},
		{"wavenet-numbers", "wavenet", cycle, goldenNumbers},
		{"wavenet-plain-chain", "wavenet", plain, goldenNumbers},
	}
	for _, like := range []string{"rnn", "irnn", "lstm", "gru"} {
		for layers := range 3 {
			net := recurrentNetwork(like, 8, layers+1)
			name := fmt.Sprintf("%s-%d", like, layers+1)
			cases = append(cases, smallNetwork{name + "-tokens", like, net, goldenTokens}, smallNetwork{name + "-numbers", like, net, goldenNumbers})
		}
	}
	return cases
}

// recurrentNetwork has layers of the kind of a registered network that has one.
func recurrentNetwork(like string, units, layers int) nn.Network {
	one := map[string]nn.Network{
		"rnn": architectures.RNN{Units: units}, "irnn": architectures.RNN{Units: units},
		"lstm": architectures.LSTM{Units: units, ForgetBias: 1}, "gru": architectures.GRU{Units: units},
	}
	if layers == 1 {
		return one[like]
	}
	cell := like
	if like == "irnn" {
		cell = "rnn"
	}
	return architectures.CharRNN{Units: units, Depth: layers, Cell: cell}
}
