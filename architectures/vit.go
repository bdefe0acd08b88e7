package architectures

import (
	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/datasets/images"
	"zoo/nn"
)

// ViT is the vision transformer of Dosovitskiy et al. 2020. The image is cut into patches of
// Patch×Patch pixels, each of which becomes a token of Dim values. Depth layers follow, each
// with attention and a perceptron with one hidden layer of MLP units, both in residual
// branches that begin with a norm. A linear layer reads the class token, or the mean of all
// tokens.
//
// Parameters have torchvision's names since version 0.14. Weights that older ones
// saved call the perceptron's layers mlp.linear_1 and mlp.linear_2 where these are
// mlp.0 and mlp.3.
//
// Learned positions are for one number of patches, and so for one image size.
type ViT struct {
	Patch    int    `doc:"side in pixels of a patch; a divisor of the image's sides"`
	Dim      int    `doc:"values of a token"`
	Depth    int    `doc:"layers, each of attention and a perceptron"`
	Heads    int    `doc:"heads of attention; a divisor of dim"`
	MLP      int    `doc:"hidden units of the perceptrons"`
	Pool     string `doc:"what the last layer reads: cls, a token of its own among the patches, or mean, of all patches" enum:"cls,mean"`
	Position string `doc:"what is added to tokens for their position: learned, one vector per position; sin, the sines of Vaswani et al. 2017; none" enum:"learned,sin,none"`
	ZeroHead bool   `doc:"the last layer starts at zero, as in the paper: before the first step all classes are equally likely, and in that step no other layer learns"`
}

var (
	vitPools     = []string{"cls", "mean"}
	vitPositions = []string{"learned", "sin", "none"}
)

func init() {
	m := Model{
		Paper:   "Dosovitskiy et al. 2020, An image is worth 16x16 words: transformers for image recognition at scale",
		Options: nn.Options{Init: "xavier_uniform", ResidualInit: "none", Norm: "layer", NormEps: 1e-6, Activation: "gelu"},
		Data:    datasets.Images(224, 224, 3, 1000),
	}
	vit := func(patch, dim, depth, heads int) ViT {
		return ViT{Patch: patch, Dim: dim, Depth: depth, Heads: heads, MLP: 4 * dim, Pool: "cls", Position: "learned", ZeroHead: true}
	}
	registerAll(m, []preset{ // Table 1
		{"vit_b_16", vit(16, 768, 12, 12)},
		{"vit_b_32", vit(32, 768, 12, 12)},
		{"vit_l_16", vit(16, 1024, 24, 16)},
		{"vit_l_32", vit(32, 1024, 24, 16)},
	})
	h := m
	h.Photos = images.ImageNet(224, 224, "bicubic") // torchvision's weights for this size
	registerAll(h, []preset{{"vit_h_14", vit(14, 1280, 32, 16)}})
	m.Paper = "Touvron et al. 2020, Training data-efficient image transformers & distillation through attention"
	registerAll(m, []preset{ // Table 1
		{"vit_ti_16", vit(16, 192, 12, 3)},
		{"vit_s_16", vit(16, 384, 12, 6)},
	})
	m.Data = datasets.Images(32, 32, 3, 10)
	small := ViT{Patch: 4, Dim: 64, Depth: 4, Heads: 4, MLP: 128, Pool: "cls", Position: "learned"}
	registerAll(m, []preset{
		{"vit-cifar", ViT{Patch: 4, Dim: 192, Depth: 6, Heads: 3, MLP: 768, Pool: "cls", Position: "learned"}},
		{"vit-cifar-small", small},
	})
	m.Data, small.Patch = datasets.Images(28, 28, 1, 10), 7
	registerAll(m, []preset{{"vit-mnist", small}})
}

// Validate reports hyperparameters that no network can have.
func (m ViT) Validate() (ps []nn.Problem) {
	ps = checkPositive(positive{"patch", m.Patch}, positive{"dim", m.Dim}, positive{"depth", m.Depth}, positive{"heads", m.Heads}, positive{"mlp", m.MLP})
	ps = append(ps, checkHeads(m.Heads, m.Dim)...)
	ps = append(ps, checkWord("pool", m.Pool, vitPools)...)
	return append(ps, checkWord("position", m.Position, vitPositions)...)
}

// Build takes images (N, H, W, C) whose sides Patch divides and returns logits
// (N, classes).
func (m ViT) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := nn.Patches(s.In("conv_proj"), in[0], m.Dim, m.Patch, m.Patch) // (N, T, D)
	if m.Pool == "cls" {
		x = nn.ClassToken(s, x) // (N, T+1, D)
	}
	encoder := s.In("encoder")
	x = nn.PositionEmbedding(encoder, x, m.Position)
	x = nn.Dropout(encoder.In("dropout"), x)
	for i := range m.Depth {
		x = m.layer(encoder.In("layers.encoder_layer_%d", i), x)
	}
	x = nn.Norm(encoder.In("ln"), x)
	if m.Pool == "cls" {
		x = nn.TakeToken(s.In("cls"), x, 0) // (N, D)
	} else {
		x = nn.MeanTokens(s.In("mean"), x)
	}
	head := s.In("heads.head")
	if m.ZeroHead {
		head = head.With(func(o *nn.Options) { o.Init, o.BiasInit = "zero", "zero" })
	}
	return nn.Logits(head, x)
}

// layer is equations 2 and 3: a residual branch of attention, and one of a
// perceptron.
func (m ViT) layer(s *nn.Scope, x *G.Node) *G.Node {
	branch := s.Branch(2*m.Depth, 2)
	y := nn.Norm(branch.In("ln_1"), x)
	y = nn.Attention(branch.Last().In("self_attention"), y, nn.AttentionOptions{Heads: m.Heads})
	y = nn.Dropout(branch.In("dropout"), y)
	x = nn.Add(s.In("add_1"), y, x)

	y = nn.Norm(branch.In("ln_2"), x)
	y = nn.Linear(branch.In("mlp.0"), y, m.MLP)
	y = nn.Dropout(branch.In("mlp.2"), nn.Act(branch.In("mlp.1"), y))
	y = nn.Linear(branch.Last().In("mlp.3"), y, m.Dim)
	y = nn.Dropout(branch.In("mlp.4"), y)
	return nn.Add(s.In("add_2"), y, x)
}
