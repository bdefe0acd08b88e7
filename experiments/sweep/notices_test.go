package sweep_test

import (
	"context"
	"strings"
	"testing"

	"zoo/experiments/sweep"
)

const short = `
name: short
model: {name: mlp, depth: 3, width: 64}
data: {name: digits}
train:
  steps: 120
  batch: 50
  optimizer: {name: adam, lr: 0.003}
`

// TestIdleKnobs: the plan says which keys have no effect on an arm's network, and
// which arms are one training.
func TestIdleKnobs(t *testing.T) {
	for _, c := range []struct {
		name, model, sweep string
		want               []string
	}{
		{"residual_init without branches", "", "[{param: model.residual_init, values: [none, zero, scaled]}]", []string{
			"[zero] model.residual_init: zero has no effect: no layer of this network asks for it",
			"[scaled] model.residual_init: scaled has no effect: no layer of this network asks for it",
			"[none] [zero] [scaled] are one training: they differ in nothing that has an effect",
		}},
		{"residual_init with branches", ", residual: true, depth: 4", "[{param: model.residual_init, values: [none, zero, scaled, fixup]}]", nil},
		{"norm_eps, in all arms", ", norm_eps: 0.1", "[{param: model.depth, values: [3, 4]}]", []string{
			"model.norm_eps: 0.1 has no effect: no layer of this network asks for it",
		}},
		{"norm_eps, in one arm", "", "[{param: model.norm, values: [none, layer]}, {param: model.norm_eps, values: [0, 0.1]}]", []string{
			"[none, 0.1] model.norm_eps: 0.1 has no effect: no layer of this network asks for it",
			"[none, 0] [none, 0.1] are one training: they differ in nothing that has an effect",
		}},
		{"dropout", ", norm: layer, dropout: 0.5", "[{param: model, values: [{name: mlp}, {name: resnet-cifar, depth: 8, width: 2}], label: [mlp, resnet]}]", []string{
			"[resnet] model.dropout: 0.5 has no effect: no layer of this network asks for it",
		}},
		{"momentum", "", "[{param: train.optimizer.momentum, values: [0, 0.9]}]", []string{
			"[0.9] train.optimizer.momentum: 0.9 has no effect: adam does not use it",
			"[0] [0.9] are one training: they differ in nothing that has an effect",
		}},
		{"gamma", "", "[{param: train.schedule.gamma, values: [0.1, 0.5]}]", []string{
			"[0.5] train.schedule.gamma: 0.5 has no effect: constant does not use it",
			"[0.1] [0.5] are one training: they differ in nothing that has an effect",
		}},
		{"one number, written twice", "", "[{param: train.optimizer.lr, values: [1e-05, 0.00001, 0.01]}]", []string{
			"[1e-05] [0.00001] are one training: their configs are equal",
		}},
	} {
		text := strings.Replace(short, "name: mlp, depth: 3, width: 64", "name: mlp"+c.model, 1)
		d, err := design(t, text+"sweep: {mode: grid, axes: "+c.sweep+"}\n")
		if err != nil {
			t.Fatal(err)
		}
		p, err := sweep.NewPlan(context.Background(), d, t.TempDir(), "code", nil)
		if err != nil {
			t.Fatal(err)
		}
		var have []string
		for _, n := range p.Notices {
			have = append(have, n.String())
		}
		if h, w := strings.Join(have, "\n"), strings.Join(c.want, "\n"); h != w {
			t.Errorf("%s: the plan says\n%s\nwant\n%s", c.name, h, w)
		}
	}
}

// TestUnequalLosses: the plan says where the training losses of arms are means over
// unequal numbers of examples, and how to make them equal.
func TestUnequalLosses(t *testing.T) {
	const arms = "sweep: {mode: grid, axes: [{param: train.batch, values: [10, 50]}]"
	for text, want := range map[string]string{
		arms + "}": "train.loss and the other metrics of train are means over the last train.log_steps steps, which are 500 examples in [10] and 2500 in [50]: " +
			"the sweep can derive train.log_steps from train.batch, as 2500 / train.batch",
		arms + ", derive: [{param: train.log_steps, value: 1000 / train.batch}]}": "",
	} {
		d, err := design(t, short+text)
		if err != nil {
			t.Fatal(err)
		}
		p, err := sweep.NewPlan(context.Background(), d, t.TempDir(), "code", nil)
		if err != nil {
			t.Fatal(err)
		}
		var have string
		for _, n := range p.Notices {
			have += n.String()
		}
		if have != want {
			t.Errorf("%s: have %q, want %q", text, have, want)
		}
	}
}

// TestSpacesAreOneTraining: choices that differ in spaces around them are one training.
func TestSpacesAreOneTraining(t *testing.T) {
	d, err := design(t, short+`sweep: {mode: grid, axes: [{param: model.init, values: [lsuv, " lsuv"], label: [a, b]}]}`+"\n")
	if err != nil {
		t.Fatal(err)
	}
	p, err := sweep.NewPlan(context.Background(), d, t.TempDir(), "code", nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Notices) != 1 || p.Notices[0].String() != "[a] [b] are one training: they differ in nothing that has an effect" {
		t.Errorf("have the notices %v", p.Notices)
	}
}
