package architectures

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/nn"
)

// GPT is the decoder of Radford et al. 2019, GPT-2. Each token becomes the sum of a vector
// of its own and one of its position, both of Dim values. Depth layers follow, each with
// causal attention and a perceptron with one hidden layer of 4·Dim units, both in residual
// branches that begin with a norm. The logits of the next token are products with the
// vectors of the tokens.
//
// The names are those of GPT-2, but for the two layers of weights of an attention, which
// have those of PyTorch's MultiheadAttention. Dropout is that of the paper without the one
// of the attention's probabilities.
type GPT struct {
	Dim     int `doc:"values of a token"`
	Depth   int `doc:"layers, each of attention and a perceptron"`
	Heads   int `doc:"heads of attention; a divisor of dim"`
	Context int `doc:"positions that the network has: the longest sequence"`
}

// gptStd is the standard deviation with which all weights of GPT-2 start; those of the last
// layer of a branch are divided by the square root of the number of branches.
const gptStd = 0.02

func init() {
	Register(Model{
		Name:    "gpt",
		Paper:   "Radford, Wu, Child, Luan, Amodei & Sutskever 2019, Language models are unsupervised multitask learners",
		Network: GPT{Dim: 128, Depth: 4, Heads: 4, Context: 64},
		Options: nn.Options{Init: fmt.Sprintf("normal(%v)", gptStd), ResidualInit: "scaled", Norm: "layer", Activation: "gelu_tanh"},
		Data:    datasets.Tokens(64, 65),
	})
}

// Validate reports hyperparameters that no network can have.
func (m GPT) Validate() (ps []nn.Problem) {
	ps = checkPositive(positive{"dim", m.Dim}, positive{"depth", m.Depth}, positive{"heads", m.Heads}, positive{"context", m.Context})
	return append(ps, checkHeads(m.Heads, m.Dim)...)
}

// Build takes tokens (N, T), of at most Context positions, and returns logits (N, T, tokens).
func (m GPT) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	tokens := wantTokens(s)
	if target := s.Data().Targets[0]; target.Size != tokens.Size {
		s.Fail(fmt.Errorf("have %d classes of %s, want %d, the number of tokens: the logits are products with the tokens' vectors", target.Size, target.Name, tokens.Size))
	}
	t := tokens.Shape[0]
	if t > m.Context {
		s.Fail(fmt.Errorf("have sequences of %d tokens, want at most context %d: raise context, or take shorter sequences", t, m.Context))
	}
	wte, wpe := s.In("wte"), s.In("wpe")
	table := nn.NewEmbedding(wte, tokens.Size, m.Dim, gptStd)
	places := nn.NewEmbedding(wpe, m.Context, m.Dim, gptStd).Look(wpe, s.Positions(t, m.Context))
	x := nn.Add(s.In("embedded"), table.Look(wte, in[0]), places) // (N, T, D)
	x = nn.Dropout(s.In("drop"), x)
	for i := range m.Depth {
		x = m.layer(s.In("h.%d", i), x)
	}
	x = nn.Norm(s.In("ln_f"), x)
	return table.Logits(s.In("lm_head"), x)
}

// layer is a residual branch of attention, and one of a perceptron: (N, T, D).
func (m GPT) layer(s *nn.Scope, x *G.Node) *G.Node {
	branch := s.Branch(2*m.Depth, 2)
	y := nn.Norm(branch.In("ln_1"), x)
	y = nn.Attention(branch.Last().In("attn"), y, nn.AttentionOptions{Heads: m.Heads, Causal: true, Context: m.Context})
	y = nn.Dropout(branch.In("attn.resid_dropout"), y)
	x = nn.Add(s.In("add_1"), y, x)

	mlp := branch.In("mlp")
	y = nn.Norm(branch.In("ln_2"), x)
	y = nn.Linear(mlp.In("c_fc"), y, 4*m.Dim) // (N, T, 4·D)
	y = nn.Act(mlp.In("act"), y)
	y = nn.Linear(mlp.Last().In("c_proj"), y, m.Dim)
	y = nn.Dropout(mlp.In("dropout"), y)
	return nn.Add(s.In("add_2"), y, x)
}
