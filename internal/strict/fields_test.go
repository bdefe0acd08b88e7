package strict

import (
	"fmt"
	"strings"
	"testing"
)

func TestSnake(t *testing.T) {
	for name, want := range map[string]string{
		"Epochs": "epochs", "WeightDecay": "weight_decay", "LR": "lr", "EMA": "ema", "ClipNorm": "clip_norm",
		"LRScale": "lr_scale", "BNMomentum": "bn_momentum", "UseEMA": "use_ema", "Conv1x1": "conv1x1", "L2": "l2",
		"Beta1": "beta1", "C3Table": "c3_table", "A": "a", "EarlyStop": "early_stop", "X_Y": "x_y",
	} {
		if have := snake(name); have != want {
			t.Errorf("snake(%s) = %s, want %s", name, have, want)
		}
	}
}

type endless struct{ Next *endless }

type choosesNothing struct{ Kind string }

func (*choosesNothing) Choices() []string { return []string{"a"} }
func (*choosesNothing) Choose(string)     {}
func (*choosesNothing) Chosen() any       { return nil }

// Structs that cannot be decoded are programming errors, found at once.
func TestMistakesPanic(t *testing.T) {
	for want, config := range map[string]any{
		"a config is a pointer to a struct, not int":                3,
		"a config is a pointer to a struct, not strict.exampleData": exampleData{},
		".E.Next contains itself":                                   &struct{ E endless }{},
		"has type interface {}, which no key can have":              &struct{ A any }{},
		"has type chan int, which no key can have":                  &struct{ A []chan int }{},
		"is a map whose keys are not strings":                       &struct{ A map[int]int }{},
		"is a pointer to a pointer":                                 &struct{ A **int }{},
		`field A has the yaml option "omitempty", want inline or none`: &struct {
			A int `yaml:"a,omitempty"`
		}{},
		"inline field A is not a struct": &struct {
			A int `yaml:",inline"`
		}{},
		"has two fields for the key a": &struct {
			A, B int `yaml:"a"`
		}{},
		"chooses, but has no string field with the key name": &choosesNothing{},
	} {
		func() {
			defer func() {
				if have := fmt.Sprint(recover()); !strings.Contains(have, want) {
					t.Errorf("have panic %q, want %q", have, want)
				}
			}()
			_, _ = (&Loader{}).Load(config, "", nil)
		}()
	}
}
