package architectures_test

import (
	"fmt"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/datasets/images"
	"zoo/nn"
)

var (
	smallGoogLeNet   = architectures.GoogLeNet{Stem: "small", Divisor: 16, Filter: 5, Pooling: "paper"}
	smallInceptionV3 = architectures.InceptionV3{Stem: "small", Modules: []int{2, 2, 1}, Divisor: 32}
)

// TestWithoutAuxiliaries: auxiliary classifiers count among a network's parameters, and not
// among its multiply-adds.
func TestWithoutAuxiliaries(t *testing.T) {
	count := func(m architectures.Model, net nn.Network) (params, macs int) {
		p := nn.OutlineParams(tensor.Float32)
		return p.Count(), build(t, p, nn.Infer, m, net, m.Options, 1).MACs()
	}
	for name, want := range map[string]int{"googlenet": 6624904, "googlenet-paper": 6998552, "inception_v3": 23834568} {
		m, _ := architectures.Lookup(name)
		var net nn.Network
		switch n := m.Network.(type) {
		case architectures.GoogLeNet:
			n.Aux = 0
			net = n
		case architectures.InceptionV3:
			n.Aux = 0
			net = n
		}
		p := nn.OutlineParams(tensor.Float32)
		macs := build(t, p, nn.Infer, m, net, m.Options, 1).MACs()
		if _, with := count(m, m.Network); p.Count() != want || macs != with {
			t.Errorf("%s: have %d parameters and %d multiply-adds without auxiliary classifiers, want %d and %d", name, p.Count(), macs, want, with)
		}
	}
}

// TestAuxiliaryFusion: fused and unfused, the gradients of both classifiers.
func TestAuxiliaryFusion(t *testing.T) {
	net := smallGoogLeNet
	net.Aux, net.AuxDropout = 0.3, 0.7
	m, _ := architectures.Lookup("googlenet")
	m.Data = datasets.Images(16, 16, 3, 1000)
	checkFusion(t, m, net)
}

// TestPaperSizes: the sides of images from stage to stage, which poolings of
// rounded-up sizes make round.
func TestPaperSizes(t *testing.T) {
	for name, want := range map[string]map[string]int{
		"googlenet-paper": {"conv1.conv": 112, "maxpool1": 56, "maxpool2": 28, "maxpool3": 14, "maxpool4": 7, "inception5b.concat": 7, "aux1.pool": 4, "aux2.pool": 4},
		"googlenet":       {"conv1.conv": 112, "maxpool1": 56, "maxpool2": 28, "maxpool3": 14, "maxpool4": 7, "inception5b.concat": 7, "aux1.pool": 4, "aux2.pool": 4},
		"inception-bn":    {"inception3b.concat": 28, "inception3c.concat": 14, "inception4e.concat": 7, "inception5b.concat": 7},
		"inception_v3":    {"maxpool1": 73, "Mixed_5d.concat": 35, "Mixed_6e.concat": 17, "AuxLogits.pool": 5, "AuxLogits.conv1.conv": 1, "Mixed_7c.concat": 8},
		"inception_v4":    {"features.5.concat": 35, "features.10.concat": 17, "features.18.concat": 8, "features.21.concat": 8},
		"inception_resnet_v2": {
			"mixed_5b.concat": 35, "mixed_6a.concat": 17, "mixed_7a.concat": 8, "conv2d_7b.conv": 8},
		"xception": {"conv2": 147, "block1.add": 74, "block2.add": 37, "block11.add": 19, "block12.add": 10, "conv4.pointwise": 10},
	} {
		m, _ := architectures.Lookup(name)
		have := map[string]int{}
		for _, l := range build(t, nn.OutlineParams(tensor.Float32), nn.Infer, m, m.Network, m.Options, 1).Layers {
			if len(l.Out) == 4 {
				have[l.Path] = l.Out[1]
			}
		}
		for path, side := range want {
			if have[path] != side {
				t.Errorf("%s: %s has images of %d pixels a side, want %d", name, path, have[path], side)
			}
		}
	}
}

// TestTooSmallImages: the smallest images that work, and the layer whose input is too small
// otherwise.
func TestTooSmallImages(t *testing.T) {
	for name, c := range map[string]struct {
		least int
		path  string
	}{
		"googlenet":           {31, "maxpool4: "},
		"inception-bn":        {11, "maxpool2: "},
		"inception_v3":        {75, "Mixed_7a."},
		"inception_v4":        {75, "features.18."},
		"inception_resnet_v2": {75, "mixed_7a."},
		"xception":            {7, "conv2: "},
	} {
		m, _ := architectures.Lookup(name)
		at := func(side int) error {
			m.Data = datasets.Images(side, side, 3, 1000)
			_, err := nn.Build(nn.OutlineParams(tensor.Float32), nn.Infer, m.Network, nn.Settings{Options: m.Options, Spec: m.Data, Batch: 1})
			return err
		}
		if err := at(c.least); err != nil {
			t.Errorf("%s of %d pixels: %v", name, c.least, err)
		}
		if err := at(c.least - 1); err == nil || !strings.HasPrefix(err.Error(), c.path) || !strings.Contains(err.Error(), "pixels") {
			t.Errorf("%s of %d pixels: have error %v, want one of %s", name, c.least-1, err, c.path)
		}
	}
}

// TestInceptionPhotos: published weights of the family are for values from −1 to 1.
func TestInceptionPhotos(t *testing.T) {
	half := [3]float64{0.5, 0.5, 0.5}
	for name, view := range map[string]images.View{
		"googlenet":           {Resize: 256, Cut: 224, Filter: "bilinear"},
		"inception_v3":        {Resize: 342, Cut: 299, Filter: "bilinear"},
		"inception_v4":        {Resize: 341, Cut: 299, Filter: "bicubic"},
		"inception_resnet_v2": {Resize: 333, Cut: 299, Filter: "bicubic"},
		"xception":            {Resize: 333, Cut: 299, Filter: "bicubic"},
	} {
		m, _ := architectures.Lookup(name)
		want := images.Preparation{View: view, Mean: half, Std: half}
		if p, known := m.Preparation(); !known || p != want {
			t.Errorf("%s: have %+v, want %+v", name, p, want)
		}
	}
}

// TestInceptionValidate: all mistakes are listed.
func TestInceptionValidate(t *testing.T) {
	for want, net := range map[string]interface{ Validate() []nn.Problem }{
		`stem: have "", want one of imagenet, small; divisor: have 0, want at least 1; aux: have -1, want a weight of at least 0; filter: have 4, want an odd side; pooling: have "max", want one of paper, torchvision; aux_dropout: have 1, want a probability in [0, 1)`: architectures.GoogLeNet{Filter: 4, Pooling: "max", Aux: -1, AuxDropout: 1},
		`divisor: have -2, want at least 1`:                       architectures.InceptionBN{Stem: "small", Divisor: -2},
		`modules: have [3 0 2], want three numbers of at least 1`: architectures.InceptionV3{Stem: "small", Divisor: 1, Modules: []int{3, 0, 2}},
		`modules: have [1 1], want three numbers of at least 1`:   architectures.InceptionV4{Stem: "small", Divisor: 1, Modules: []int{1, 1}},
		`scale: have [1], want three finite numbers`:              architectures.InceptionResNet{Stem: "small", Divisor: 1, Modules: []int{1, 1, 1}, Scale: []float64{1}},
		`middle: have -1, want at least 0 blocks`:                 architectures.Xception{Stem: "small", Divisor: 1, Middle: -1},
	} {
		var have []string
		for _, p := range net.Validate() {
			have = append(have, fmt.Sprintf("%s: %s", p.Key, p.Message))
		}
		if strings.Join(have, "; ") != want {
			t.Errorf("have %q, want %q", strings.Join(have, "; "), want)
		}
	}
}
