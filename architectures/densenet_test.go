package architectures_test

import (
	"math"
	"slices"
	"testing"

	"zoo/architectures"
)

// TestDenseNetValidate: every invalid field is named.
func TestDenseNetValidate(t *testing.T) {
	var keys []string
	for _, p := range (architectures.DenseNet{Blocks: []int{2, 0}, Bottleneck: -1, Compression: math.NaN()}).Validate() {
		keys = append(keys, p.Key)
	}
	if want := []string{"blocks", "growth", "width", "bottleneck", "compression", "stem"}; !slices.Equal(keys, want) {
		t.Errorf("have problems with %v, want %v", keys, want)
	}
	m, _ := architectures.Lookup("densenet121")
	if ps := m.Network.(architectures.DenseNet).Validate(); len(ps) > 0 {
		t.Errorf("have %v for a network that is one", ps)
	}
}
