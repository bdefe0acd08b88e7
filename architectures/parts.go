package architectures

import (
	"fmt"
	"slices"
	"strings"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/nn"
)

// This file holds what papers of different families borrow from one another. What only
// the Inception networks share is in inception_parts.go, what only the MobileNets share
// in mobilenet_parts.go.

// Papers with networks in several files.
const (
	resnetPaper = "He, Zhang, Ren & Sun 2015, Deep residual learning for image recognition"
	preactPaper = "He, Zhang, Ren & Sun 2016, Identity mappings in deep residual networks"
)

// stems are the beginnings of networks for the images of ImageNet, and for images of
// about 32×32 pixels.
var stems = []string{"imagenet", "small"}

// stemFilter is the first convolution of a stem of ResNet and DenseNet.
func stemFilter(stem string) (size, stride int) {
	if stem == "imagenet" {
		return 7, 2
	}
	return 3, 1
}

// responseNorm is the local response normalisation of Krizhevsky et al. 2012, section
// 3.3, with its constants.
func responseNorm(s *nn.Scope, x *G.Node) *G.Node {
	return nn.LRN(s, x, 5, 2, 1e-4, 0.75)
}

// shortcut is the path around a block that turns x (N, H, W, C) into width channels:
// section 3.3 of He et al. 2015. Option A has no parameters, B is a 1×1 convolution
// with a norm where sizes change, C in every block.
func shortcut(s *nn.Scope, x *G.Node, option string, width, stride int) *G.Node {
	switch {
	case projects(option, x, width, stride):
		return nn.Norm(s.In("1"), nn.Conv(s.In("0").BeforeNorm(), x, width, 1, stride, 0))
	case unchanged(x, width, stride):
		return x
	}
	return nn.Subsample(s, x, width, stride)
}

// projects tells whether a shortcut is a convolution.
func projects(option string, x *G.Node, width, stride int) bool {
	return option == "C" || option == "B" && !unchanged(x, width, stride)
}

// unchanged tells whether a block of this width and stride keeps the shape of x.
func unchanged(x *G.Node, width, stride int) bool {
	return stride == 1 && x.Shape()[3] == width
}

// checkWord reports the value of a key that is not one of the known words.
func checkWord(key, have string, known []string) []nn.Problem {
	if slices.Contains(known, have) {
		return nil
	}
	return []nn.Problem{{Key: key, Message: fmt.Sprintf("have %q, want one of %s", have, strings.Join(known, ", "))}}
}

// A positive is a hyperparameter that has to be at least 1.
type positive struct {
	key   string
	value int
}

// checkPositive reports those that are not.
func checkPositive(all ...positive) (ps []nn.Problem) {
	for _, p := range all {
		if p.value < 1 {
			ps = append(ps, nn.Problem{Key: p.key, Message: fmt.Sprintf("have %d, want at least 1", p.value)})
		}
	}
	return ps
}

// checkHeads reports heads that tokens of dim values cannot be divided among.
func checkHeads(heads, dim int) []nn.Problem {
	if heads < 1 || dim < 1 || dim%heads == 0 {
		return nil
	}
	return []nn.Problem{{Key: "heads", Message: fmt.Sprintf("have %d, want a divisor of dim %d", heads, dim)}}
}

// wantTokens returns the network's input, which has to be tokens (T).
func wantTokens(s *nn.Scope) datasets.Field {
	in := s.Data().Inputs[0]
	if in.Dtype != tensor.Int || len(in.Shape) != 1 {
		s.Fail(fmt.Errorf("have %s %v, want tokens (T)", in.Name, tensor.Shape(in.Shape)))
	}
	return in
}

// checkFiveFilters reports anything but five convolutions with at least one filter each.
func checkFiveFilters(filters []int) []nn.Problem {
	if len(filters) != 5 || slices.Min(filters) < 1 {
		return []nn.Problem{{Key: "filters", Message: fmt.Sprintf("have %v, want those of five convolutions, at least 1 of each", filters)}}
	}
	return nil
}

// checkHidden reports hidden linear layers without units.
func checkHidden(hidden []int) []nn.Problem {
	if slices.ContainsFunc(hidden, func(n int) bool { return n < 1 }) {
		return []nn.Problem{{Key: "hidden", Message: fmt.Sprintf("have %v, want at least 1 unit in each", hidden)}}
	}
	return nil
}

// sequenceVectors makes vectors of a sequence: those of tokens (N, T) are learned, units values
// each, and numbers (N, T, C) stay as they are.
func sequenceVectors(s *nn.Scope, x *G.Node, units int) *G.Node {
	data := s.Data()
	input := data.Inputs[0]
	if data.Positions() == 0 {
		s.Fail(fmt.Errorf("have %s %v, want tokens (T) or numbers (T, C)", input.Name, tensor.Shape(input.Shape)))
	}
	if input.Dtype != tensor.Int {
		return x
	}
	embedding := s.In("embedding")
	return nn.NewEmbedding(embedding, input.Size, units, 1).Look(embedding, x) // (N, T, units)
}

// sequenceLogits is a linear layer of x (N, T, C) at each position, or at the last one if a
// sequence has one target.
func sequenceLogits(s *nn.Scope, x *G.Node) *G.Node {
	data := s.Data()
	if len(data.Outputs()) == 1 {
		x = nn.TakeToken(s.In("last"), x, data.Positions()-1) // (N, C)
	}
	return nn.Logits(s.In("fc"), nn.Dropout(s.In("dropout"), x))
}
