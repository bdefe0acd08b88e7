package config_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"zoo/experiments/config"
)

// TestArguments: overrides with several values are the sweep that a config with these
// axes has.
func TestArguments(t *testing.T) {
	const claimed = base + "claim: c\ncheck: [\"test.error < 1\"]\n"
	for _, c := range []struct {
		overrides []string
		sweep     string
		seeds     []uint64
	}{
		{[]string{"model.depth=4,16"}, "axes: [{param: model.depth, values: [4, 16]}]", []uint64{1}},
		{[]string{"model.depth=2..4", "seed=1..3"}, "axes: [{param: model.depth, values: [2, 3, 4]}]", []uint64{1, 2, 3}},
		{[]string{"model.depth=2..3,7", "seed=5e0"}, "axes: [{param: model.depth, values: [2, 3, 7]}]", []uint64{5}},
		{[]string{"seeds=1..2,9", "model.norm=none, batch", "model.width=8,9", "train.steps=3"},
			"axes: [{param: model.norm, values: [none, batch]}, {param: model.width, values: [8, 9]}]", []uint64{1, 2, 9}},
		{[]string{"model.activation=leaky(0.1),relu", "model.init=lecun_normal(1.5), zero"},
			"axes: [{param: model.activation, values: [leaky(0.1), relu]}, {param: model.init, values: [lecun_normal(1.5), zero]}]", []uint64{1}},
		{[]string{"model={depth: 3, width: 5},{depth: 4}"}, "axes: [{param: model, values: [{depth: 3, width: 5}, {depth: 4}]}]", []uint64{1}},
		{[]string{"train.schedule.name=multistep", "train.schedule.milestones=[2, 3],[4]"},
			"axes: [{param: train.schedule.milestones, values: [[2, 3], [4]]}]", []uint64{1}},
		{[]string{"model.name=mlp,lenet5"}, "axes: [{param: model.name, values: [mlp, lenet5]}]", []uint64{1}},
	} {
		t.Run(strings.Join(c.overrides, " "), func(t *testing.T) {
			have, err := design(t, claimed, c.overrides...)
			if err != nil {
				t.Fatal(err)
			}
			var plain []string
			for _, o := range c.overrides {
				if strings.HasPrefix(o, "train.") && !strings.Contains(o, ",") {
					plain = append(plain, o)
				}
			}
			want, err := design(t, base+"sweep: {"+c.sweep+"}\n", plain...)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(have.Seeds, c.seeds) {
				t.Errorf("have seeds %v, want %v", have.Seeds, c.seeds)
			}
			if fmt.Sprint(have.Axes) != fmt.Sprint(want.Axes) || len(have.Arms) != len(want.Arms) {
				t.Fatalf("have %d arms by %v\nwant %d by %v", len(have.Arms), have.Axes, len(want.Arms), want.Axes)
			}
			for i := range want.Arms {
				if h, w := have.Arms[i], want.Arms[i]; !slices.Equal(h.Labels, w.Labels) || len(config.Compare(h.Config, w.Config)) > 0 {
					t.Errorf("arm %d: have %v, want %v; %v", i, h.Labels, w.Labels, config.Compare(h.Config, w.Config))
				}
			}
			if have.Config.Claim != "" || have.Config.Check != nil {
				t.Errorf("it claims %q and %q, which is the claim of another experiment", have.Config.Claim, have.Config.Check)
			}
		})
	}
}

// TestSeedsOfArguments: arguments that are only seeds make replicates of the config, with its
// own sweep and claims.
func TestSeedsOfArguments(t *testing.T) {
	d, err := design(t, base+"seeds: [1, 2]\nsweep: {axes: [{param: model.depth, values: [3, 4]}]}\ncheck: [\"test.error[3] < 1\"]\n", "seed=7..8")
	if err != nil || !slices.Equal(d.Seeds, []uint64{7, 8}) || len(d.Arms) != 2 || len(d.Config.Check) != 1 {
		t.Errorf("have %v, %+v", err, d)
	}
}

// TestArgumentErrors: what is ambiguous or wrong is said where it is given.
func TestArgumentErrors(t *testing.T) {
	for _, c := range []struct {
		sweep     string
		overrides []string
		want      []string
	}{
		{"", []string{"model.depth=[4,16]"}, []string{"override model.depth=[4,16]: model.depth: have a list, want a whole number; write model.depth=4,16 to sweep over its values"}},
		{"", []string{"seed=[1,2]"}, []string{"override seed=[1,2]: seed: have a list, want a whole number of at least 0; write seed=1,2 to sweep over its values"}},
		{"", []string{"train.schedule.milestones=2,3"}, []string{"override train.schedule.milestones=2,3: train.schedule.milestones: 2,3 may be one list or several: " +
			"write train.schedule.milestones=[2,3] for the one, train.schedule.milestones=[2],[3] to sweep over several"}},
		{"", []string{"model.depth=4,x", "model.width=0,9"}, []string{
			`override model.depth=4,x: model.depth: have "x" (a string), want a whole number`, "override model.width=0,9: model.width: have 0, want at least 1 unit"}},
		{"", []string{"model.depht=4,5"}, []string{"override model.depht=4,5: model.depht: unknown key for mlp", "did you mean model.depth?"}},
		{"", []string{"model.depth=4,4"}, []string{"override model.depth=4,4: sweep.axes[0].values: 4 is given twice"}},
		{"", []string{"model.depth=4,"}, []string{"override model.depth=4,: model.depth: have 4,, want a value before and after each comma"}},
		{"", []string{"seed=,1"}, []string{"override seed=,1: seed: have ,1, want a value"}},
		{"", []string{"model.depth=4,5", "model.depth=6"}, []string{"override model.depth=6: model.depth: the sweep varies model.depth"}},
		{"", []string{"model.depth=4,5", "model.depth=6,7"}, []string{"override model.depth=6,7: sweep.axes[1].param: model.depth is an axis already"}},
		{"", []string{"seed=3..1"}, []string{"override seed=3..1: seed: have 3..1, want two whole numbers, the smaller one first, as in 1..3"}},
		{"", []string{"seed=1,x"}, []string{`override seed=1,x: seed: have "x" (a string), want a whole number of at least 0, as in seed=1,2,3 or seed=1..3`}},
		{"", []string{"seed=1,2,1"}, []string{"override seed=1,2,1: seeds: 1 is given twice"}},
		{"", []string{"seed=0..9223372036854775807"}, []string{"want at most 10000 values"}},
		{"", []string{"train.optimizer.lr=0.1..0.3"}, []string{"train.optimizer.lr: have 0.1..0.3, want two whole numbers"}},
		{"", []string{"model.depth=2..300", "model.width=2..300"}, []string{"want at most 10000"}},
		{"sweep: {axes: [{param: model.depth, values: [3, 4]}]}", []string{"model.width=3,4"}, []string{"override model.width=3,4: model.width: have several values, want one: tiny has a sweep already"}},
	} {
		t.Run(strings.Join(c.overrides, " "), func(t *testing.T) {
			_, err := design(t, base+c.sweep+"\n", c.overrides...)
			for _, want := range c.want {
				if !strings.Contains(fmt.Sprint(err), want) {
					t.Errorf("have\n%v\nwant %q", err, want)
				}
			}
		})
	}
}
