package architectures

import (
	"fmt"
	"strings"
	"testing"

	"zoo/datasets"
)

// A model that cannot be used is not registered.
func TestRegisterPanics(t *testing.T) {
	data := datasets.Images(28, 28, 1, 10)
	for want, m := range map[string]Model{
		`name "" is empty`:                     {Network: MLP{}, Data: data},
		`name "mlp" is empty or registered`:    {Name: "mlp", Network: MLP{}, Data: data},
		"network of pointer is a ptr":          {Name: "pointer", Network: &MLP{}, Data: data},
		"bare has no data: want inputs and ta": {Name: "bare", Network: MLP{}},
	} {
		func() {
			defer func() {
				if have := fmt.Sprint(recover()); !strings.HasPrefix(have, "architectures: "+want) {
					t.Errorf("have panic %s, want %s", have, want)
				}
			}()
			Register(m)
		}()
		if _, ok := Lookup(m.Name); ok && m.Name != "mlp" {
			t.Errorf("%s is registered", m.Name)
		}
	}
}
