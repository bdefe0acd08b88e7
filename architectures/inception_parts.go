package architectures

import (
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"

	"zoo/nn"
)

// This file holds what the networks of Szegedy et al. have in common: a module is a few
// branches with the same input, whose outputs are concatenated. Xception shares some of it.

const inceptionV4Paper = "Szegedy, Ioffe, Vanhoucke & Alemi 2016, Inception-v4, Inception-ResNet and the impact of residual connections on learning"

// A layer is a layer of a branch.
type layer func(s *nn.Scope, x *G.Node) *G.Node

// chain applies layers one after another, in scopes that are numbered from first.
func chain(s *nn.Scope, x *G.Node, name string, first int, layers ...layer) *G.Node {
	for i, l := range layers {
		x = l(s.In(name, first+i), x)
	}
	return x
}

// A divisor divides the number of filters of every layer in the paper.
type divisor int

// of is the number of filters that a layer has instead of the paper's.
func (d divisor) of(filters int) int { return max(1, filters/int(d)) }

// conv is a convolution with filters of k×k pixels that keeps the size of images,
// a norm and an activation.
func (d divisor) conv(filters, k int) layer { return d.sided(filters, k, k) }

// sided is conv with filters of h×w pixels.
func (d divisor) sided(filters, h, w int) layer {
	return d.unit(filters, nn.Filter{Size: [2]int{h, w}, Pad: [2]int{h / 2, w / 2}})
}

// valid is conv with a stride, and without padding.
func (d divisor) valid(filters, k, stride int) layer {
	return d.unit(filters, nn.Filter{Size: [2]int{k, k}, Stride: [2]int{stride, stride}})
}

// unit is a convolution with any filter, a norm and an activation.
func (d divisor) unit(filters int, f nn.Filter) layer {
	return func(s *nn.Scope, x *G.Node) *G.Node {
		x = nn.Conv2D(s.In("conv").BeforeNorm(), x, d.of(filters), f)
		return nn.Act(s.In("relu"), nn.Norm(s.In("bn"), x))
	}
}

// smallStem is one 3×3 convolution, which for small images replaces everything that the
// paper has before its first module.
func (d divisor) smallStem(s *nn.Scope, x *G.Node, filters int) *G.Node {
	return d.conv(filters, 3)(s.In("stem"), x)
}

// averagePool and maximumPool keep the size of images; halve halves it.
func averagePool(s *nn.Scope, x *G.Node) *G.Node { return nn.AvgPool(s, x, 3, 1, 1) }
func maximumPool(s *nn.Scope, x *G.Node) *G.Node { return nn.MaxPool(s, x, 3, 1, 1) }
func halve(s *nn.Scope, x *G.Node) *G.Node       { return nn.MaxPool(s, x, 3, 2, 0) }

// checkFamily reports what is wrong with the hyperparameters that the Inception
// networks share.
func checkFamily(stem string, divisor int) (ps []nn.Problem) {
	ps = checkWord("stem", stem, stems)
	if divisor < 1 {
		ps = append(ps, nn.Problem{Key: "divisor", Message: fmt.Sprintf("have %d, want at least 1", divisor)})
	}
	return ps
}

// checkModules reports numbers of modules from which the network cannot be made: it needs
// at least one for each of the three sizes of images.
func checkModules(key string, modules []int) (ps []nn.Problem) {
	if len(modules) != 3 || slices.Min(modules) < 1 {
		ps = append(ps, nn.Problem{Key: key, Message: fmt.Sprintf("have %v, want three numbers of at least 1", modules)})
	}
	return ps
}

// checkAux reports a weight that auxiliary classifiers cannot have.
func checkAux(aux float64) (ps []nn.Problem) {
	if !(aux >= 0 && aux <= 1e6) {
		ps = append(ps, nn.Problem{Key: "aux", Message: fmt.Sprintf("have %v, want a weight of at least 0", aux)})
	}
	return ps
}
