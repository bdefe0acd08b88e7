// Package architectures is the zoo: one file per paper, in which each network is defined
// and registered under its names. A file reads like the table of its paper; what papers
// borrow from one another is in parts.go. Layers and initialisation are those of package nn.
//
// [Register] makes a network known to configs and to all verbs, from this package or from
// another module; [Names] and [Lookup] find it again.
package architectures

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"zoo/datasets"
	"zoo/datasets/images"
	"zoo/nn"
)

// A Model is a named network: an architecture with hyperparameters, and the choices and
// data of its paper.
type Model struct {
	Name    string
	Paper   string        // authors, year, title
	Network nn.Network    // a struct of hyperparameters; its values are the defaults of a config
	Options nn.Options    // the paper's choices; a config can change each of them
	Data    datasets.Spec // of the paper's examples: images of its size, or sequences of its length
	// Photos is how pictures are prepared for the network's published weights, if that
	// differs from torchvision's usual way: see Preparation.
	Photos images.Preparation
}

var registry = map[string]Model{}

// Register makes a model available by its name. Call it from the init of the file that
// defines the network. It panics if the name is taken, or without data. Biases start at
// zero unless the options say otherwise.
func Register(m Model) {
	if _, ok := registry[m.Name]; ok || m.Name == "" {
		panic(fmt.Sprintf("architectures: name %q is empty or registered twice", m.Name))
	}
	if k := reflect.TypeOf(m.Network).Kind(); k != reflect.Struct {
		panic(fmt.Sprintf("architectures: network of %s is a %v, want a struct", m.Name, k))
	}
	if len(m.Data.Inputs) == 0 || len(m.Data.Targets) == 0 {
		panic(fmt.Sprintf("architectures: %s has no data: want inputs and targets, such as datasets.Images(28, 28, 1, 10)", m.Name))
	}
	m.Options = m.Options.Canonical()
	registry[m.Name] = m
}

// A preset is a published network: a name and the hyperparameters of an architecture. The
// names of networks are data, not code.
type preset struct {
	name    string
	network nn.Network
}

// registerAll registers presets that share everything except name and network.
func registerAll(common Model, presets []preset) {
	for _, p := range presets {
		common.Name, common.Network = p.name, p.network
		Register(common)
	}
}

// Names returns the registered names, sorted by family and by number within each.
func Names() []string {
	return slices.SortedFunc(maps.Keys(registry), compareNatural)
}

// Lookup returns the model with that name; ok is false if there is none.
func Lookup(name string) (m Model, ok bool) {
	m, ok = registry[name]
	return m, ok
}

// Preparation is how pictures are prepared for the model's published weights: as Photos
// says or, for colour images of 224 to 256 pixels, by resizing the shorter side to 256,
// cutting out the middle, and normalising with ImageNet's mean and deviation. For other
// models it is not known.
func (m Model) Preparation() (p images.Preparation, known bool) {
	shape := m.Data.Inputs[0].Shape
	side := shape[0]
	switch {
	case m.Photos.Cut > 0:
		return m.Photos, true
	case slices.Equal(shape, []int{side, side, 3}) && side >= 224 && side <= 256:
		return images.ImageNet(256, side, "bilinear"), true
	}
	return p, false
}

// Hyperparameters returns a pointer to a copy of the model's network, whose fields a config
// can change.
func (m Model) Hyperparameters() nn.Network {
	p := reflect.New(reflect.TypeOf(m.Network))
	p.Elem().Set(reflect.ValueOf(m.Network))
	return p.Interface().(nn.Network)
}

// compareNatural orders resnet20 before resnet110.
func compareNatural(a, b string) int {
	for a != "" && b != "" {
		x, y := leading(a), leading(b)
		if digits := isDigit(x[0]) && isDigit(y[0]); digits && len(x) != len(y) {
			return len(x) - len(y)
		}
		if c := strings.Compare(x, y); c != 0 {
			return c
		}
		a, b = a[len(x):], b[len(y):]
	}
	return len(a) - len(b)
}

// leading returns the digits, or else the other characters, at the beginning of s.
func leading(s string) string {
	n := 1
	for n < len(s) && isDigit(s[n]) == isDigit(s[0]) {
		n++
	}
	return s[:n]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
