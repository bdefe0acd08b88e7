package strict

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	models := []string{"lenet5", "lenet5-classic", "resnet20", "resnet56", "vgg16", "vgg16_bn", "vit_b_16", "mlp"}
	keys := []string{"epochs", "batch", "optimizer", "schedule", "lr", "ema", "clip_norm", "label_smoothing", "weight_decay"}
	for _, c := range []struct {
		word  string
		known []string
		want  string
	}{
		{"epcohs", keys, "epochs"},
		{"epoch", keys, "epochs"},
		{"Epochs", keys, "epochs"},
		{"optimiser", keys, "optimizer"},
		{"optim", keys, "optimizer"},
		{"clip-norm", keys, "clip_norm"},
		{"clipNorm", keys, "clip_norm"},
		{"weightdecay", keys, "weight_decay"},
		{"label_smooth", keys, "label_smoothing"},
		{"rl", keys, "lr"},
		{"x", keys, ""},
		{"momentum", keys, ""},
		{"", keys, ""},
		{"-", keys, ""},
		{"epcohs", nil, ""},
		{strings.Repeat("a", 100), []string{strings.Repeat("a", 99)}, ""},
		{"resnet-20", models, "resnet20"},
		{"resnet2", models, "resnet20"},
		{"resnet", models, "resnet20"},
		{"restnet56", models, "resnet56"},
		{"vgg16bn", models, "vgg16_bn"},
		{"vgg", models, "vgg16"},
		{"lenet5-clasic", models, "lenet5-classic"},
		{"alexnet", models, ""},
		{"gpt", models, ""},
	} {
		if have := Nearest(c.word, c.known); have != c.want {
			t.Errorf("Nearest(%q) = %q, want %q", c.word, have, c.want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "ab", 1},
		{"kitten", "sitting", 3}, {"ca", "abc", 3}, {"abcd", "badc", 2}, {"élan", "elan", 1},
	} {
		a, b := []rune(c.a), []rune(c.b)
		if have, back := distance(a, b), distance(b, a); have != c.want || back != c.want {
			t.Errorf("distance(%q, %q) = %d and %d back, want %d", c.a, c.b, have, back, c.want)
		}
	}
}
