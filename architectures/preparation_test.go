package architectures

import (
	"slices"
	"testing"
)

// Published weights get pictures of the size of their paper's images.
func TestPreparations(t *testing.T) {
	for name, want := range map[string][2]int{ // the shorter side, and the part that is seen
		"resnet50": {256, 224}, "vgg16_bn": {256, 224}, "vit_b_16": {256, 224}, "vit_h_14": {224, 224}, "googlenet": {256, 224}, "squeezenet1_0": {256, 224}, "mobilenet_v2": {256, 224}, "mobilenet_v3_large": {256, 224},
		"inception_v3": {342, 299}, "inception_v4": {341, 299}, "inception_resnet_v2": {333, 299}, "xception": {333, 299},
	} {
		m, _ := Lookup(name)
		if p, known := m.Preparation(); !known || p.Resize != want[0] || p.Cut != want[1] {
			t.Errorf("%s: have %+v, %v, want %v", name, p, known, want)
		}
	}
	for _, name := range Names() {
		m, _ := Lookup(name)
		p, known := m.Preparation()
		shape := m.Data.Inputs[0].Shape
		if known && (!slices.Equal(shape, []int{p.Cut, p.Cut, 3}) || p.Resize < p.Cut) {
			t.Errorf("%s sees %+v of pictures, and takes %v", name, p.View, shape)
		}
		if !known && len(shape) == 3 && shape[0] >= 224 {
			t.Errorf("%s takes %v, and nothing says how pictures are prepared for it", name, shape)
		}
	}
}
