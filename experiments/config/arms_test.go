package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zoo/experiments/config"
)

// base is what the configs of these tests sweep.
const base = `
name: tiny
model: {name: mlp, depth: 2, width: 16}
data: {name: digits, val: 200}
train: {steps: 4, batch: 50, optimizer: {name: adam, lr: 0.01}}
`

func design(t *testing.T, text string, overrides ...string) (*config.Design, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "my.yaml")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	d, err := config.LoadDesign(file, overrides...)
	if err != nil {
		err = fmt.Errorf("%s", strings.ReplaceAll(err.Error(), file, "my.yaml"))
	}
	return d, err
}

// TestArms: each mode makes the arms that it promises, in the order of the config.
func TestArms(t *testing.T) {
	for _, c := range []struct {
		name, sweep string
		keys        []string
		want        []string // labels, then the values of the keys
	}{
		{"none", "", []string{"model.depth"}, []string{": 2"}},
		{"grid", `
sweep:
  mode: grid
  axes:
    - {param: model.norm, values: [none, batch], label: [plain, normed]}
    - {param: model.depth, values: [3, 5]}
`, []string{"model.norm", "model.depth"}, []string{"plain, 3: none 3", "plain, 5: none 5", "normed, 3: batch 3", "normed, 5: batch 5"}},
		{"a grid by default, of labels that are numbers", `
sweep:
  axes: [{param: model.depth, values: [3, 5, 7], label: [3, 1e1, true]}]
  exclude: [[true]]
  union: [{axes: [{param: model.depth, values: [9]}]}]
check: ["test.error[3] < test.error[1e1]"]
report: {baseline: 3}
`, []string{"model.depth"}, []string{"3: 3", "1e1: 5", "9: 9"}},
		{"points with numbers for labels", `
sweep:
  mode: list
  points: [{label: 20, set: {model: {depth: 3}}}, {label: 0.5, set: {}}]
check: ["test.error[20] < test.error[0.5]"]
`, []string{"model.depth"}, []string{"20: 3", "0.5: 2"}},
		{"exclude", `
sweep:
  mode: grid
  axes:
    - {param: model.norm, values: [none, batch]}
    - {param: model.depth, values: [3, 5, 7]}
  exclude: [[none, 7], [_, 3]]
`, []string{"model.depth"}, []string{"none, 5: 5", "batch, 5: 5", "batch, 7: 7"}},
		{"zip", `
sweep:
  mode: zip
  axes:
    - {param: model.depth, values: [2, 3]}
    - {param: model.width, values: [20, 10]}
`, []string{"model.depth", "model.width"}, []string{"2: 2 20", "3: 3 10"}},
		{"one at a time", `
sweep:
  mode: one-at-a-time
  axes:
    - {param: model.depth, values: [3, 4], label: [three, four]}
    - {param: model.activation, values: [tanh]}
`, []string{"model.depth", "model.activation"}, []string{"baseline: 2 relu", "three: 3 relu", "four: 4 relu", "tanh: 2 tanh"}},
		{"list", `
sweep:
  mode: list
  points:
    - {label: as it is, set: {}}
    - {label: deep, set: {model: {depth: 5}, train: {batch: 25}}}
`, []string{"model.depth", "train.batch"}, []string{"as it is: 2 50", "deep: 5 25"}},
		{"union", `
sweep:
  mode: grid
  axes: [{param: model.depth, values: [3]}, {param: model.width, values: [8, 9]}]
  union:
    - mode: grid
      axes: [{param: model.depth, values: [30]}, {param: model.width, values: [8]}]
`, []string{"model.depth", "model.width"}, []string{"3, 8: 3 8", "3, 9: 3 9", "30, 8: 30 8"}},
		{"derived", `
sweep:
  mode: grid
  axes: [{param: train.batch, values: [32, 64]}]
  derive:
    - {param: train.optimizer.lr, value: 0.1 * train.batch / 32}
    - {param: train.log_steps, value: 320 / train.batch}
`, []string{"train.optimizer.lr", "train.log_steps"}, []string{"32: 0.1 10", "64: 0.2 5"}},
		{"a section", `
sweep:
  mode: grid
  axes:
    - param: model
      values: [{name: mlp, depth: 4}, {depth: 3, norm: batch}]
      label: [deep, normed]
`, []string{"model.depth", "model.norm", "model.width"}, []string{"deep: 4 none 16", "normed: 3 batch 16"}},
		{"another network than the config's", `
sweep:
  mode: list
  points:
    - {label: mine, set: {}}
    - {label: other, set: {model: {name: lenet5, filters: [2, 3], norm: batch}}}
    - {label: same, set: {model: {name: mlp, depth: 3}}}
`, []string{"model.name", "model.depth", "model.width", "model.norm", "model.filters"}, []string{"mine: mlp 2 16 none ", "other: lenet5   batch [2, 3]", "same: mlp 3 16 none "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := design(t, base+c.sweep)
			if err != nil {
				t.Fatal(err)
			}
			var have []string
			for _, a := range d.Arms {
				text := strings.Join(a.Labels, ", ") + ":"
				for _, key := range c.keys {
					v, _ := a.Config.Value(key)
					text += " " + v
				}
				have = append(have, text)
			}
			if !slices.Equal(have, c.want) {
				t.Errorf("have %q\nwant %q", have, c.want)
			}
		})
	}
}

// TestErrorsOfAllStages: what is wrong with keys, options, data, arms, claims and the
// report comes at once, by place.
func TestErrorsOfAllStages(t *testing.T) {
	_, err := design(t, `
name: tiny
seeds: [1, 1]
check: ["test.error[7] < 1", "test.error[3 < 1"]
model: {name: mlp, depth: 2, activation: rellu}
data: {name: digits, val: -1}
train: {steps: 4, bacth: 50, optimizer: {name: adam, lr: 0.01}}
sweep:
  axes: [{param: model.width, values: [3, x]}]
  exclude: [[4]]
report: {metrics: [test.eror]}
`, "train.epochs=x")
	want := []string{
		"my.yaml:3:8: seeds: 1 is given twice",
		"my.yaml:4:9: check[0]: ",
		"my.yaml:4:30: check[1]: ",
		`my.yaml:5:42: model.activation: have "rellu", `,
		"my.yaml:6:27: data.val: have -1, ",
		"my.yaml:7:19: train.bacth: unknown key",
		`my.yaml:9:43: model.width: have "x" `,
		"my.yaml:10:13: sweep.exclude[0]: no arm [4]",
		"my.yaml:11:20: report.metrics[0]: no metric test.eror",
		"override train.epochs=x: train.epochs: ",
	}
	have := strings.Split(fmt.Sprint(err), "\n")
	if !slices.EqualFunc(have, want, strings.HasPrefix) {
		t.Errorf("have\n%s\nwant\n%s", strings.Join(have, "\n"), strings.Join(want, "\n"))
	}
}

// TestErrorsOfSweep: where the arms are not known, nothing is said of claims on them but
// what is wrong with their words.
func TestErrorsOfSweep(t *testing.T) {
	for sweep, want := range map[string]string{
		"sweep: 3": "my.yaml:6:8: sweep: have 3 ",
		"sweep: {axes: [{param: model.width, vals: [3]}]}": "my.yaml:6:37: sweep.axes[0].vals: unknown key",
	} {
		_, err := design(t, base+sweep+"\ncheck: [\"test.error[7] < 1\", \"test.error[3 < 1\"]\n")
		if text := fmt.Sprint(err); !strings.Contains(text, want) || !strings.Contains(text, "my.yaml:7:30: check[1]: ") || strings.Contains(text, "check[0]") {
			t.Errorf("%s: have\n%s\nwant %s, and check[1]", sweep, text, want)
		}
	}
}

// TestBase: a config that no arm leaves as it is may lack what the arms set.
func TestBase(t *testing.T) {
	const config = "model: {depth: -3, width: 16}\ndata: {name: digits}\ntrain: {steps: 4, batch: 50, optimizer: {lr: 0.01}}\n" +
		"sweep: {axes: [{param: model.name, values: [mlp]}, {param: model.depth, values: [3, 4]}]%s}\n"
	if _, err := design(t, fmt.Sprintf(config, "")); err != nil {
		t.Error(err)
	}
	if _, err := design(t, fmt.Sprintf(config, ", union: [{axes: [{param: model.name, values: [mlp]}, {param: model.depth, values: [-5]}]}]")); err == nil {
		t.Error("a depth of -5 is taken")
	}
}

// TestSweepErrors: what makes no sweep is refused where it is written, all at once.
func TestSweepErrors(t *testing.T) {
	for _, c := range []struct {
		name, sweep string
		overrides   []string
		want        []string
	}{
		{"unknown key", `
sweep:
  mode: grid
  axes: [{param: model.dpeth, values: [3]}]
`, nil, []string{"my.yaml:9:18: model.dpeth: unknown key for mlp", "did you mean model.depth?"}},
		{"wrong values, all of them", `
sweep:
  mode: grid
  axes: [{param: model.depth, values: [3, x, -4]}]
`, nil, []string{"my.yaml:9:43: model.depth: have \"x\" (a string), want a whole number", "my.yaml:9:46: model.depth: have -4, want at least 2 layers"}},
		{"empty axis", `
sweep:
  mode: grid
  axes: [{param: model.depth, values: []}]
`, nil, []string{"my.yaml:9:39: sweep.axes[0].values: have none, want at least one"}},
		{"points without a mode", `
sweep:
  points: [{label: x, set: {}}]
`, nil, []string{"my.yaml:8:11: sweep.points: have points in mode grid, want mode: list"}},
		{"zip of unequal lengths", `
sweep:
  mode: zip
  axes: [{param: model.depth, values: [3, 4]}, {param: model.width, values: [3]}]
`, nil, []string{"my.yaml:9:77: sweep.axes[1].values: have 1 values, want 2 as model.depth has"}},
		{"labels", `
sweep:
  mode: grid
  axes: [{param: model.depth, values: [3, 4], label: [one]}]
`, nil, []string{"sweep.axes[0].label: have 1 labels, want one for each of the 2 values"}},
		{"twice", `
sweep:
  mode: grid
  axes: [{param: model.depth, values: [3, 3]}, {param: model.depth, values: [3]}]
`, nil, []string{"sweep.axes[0].values: 3 is given twice", "sweep.axes[1].param: model.depth is an axis already"}},
		{"seed", `
seeds: [1, 1]
sweep:
  mode: grid
  axes: [{param: seed, values: [1, 2]}]
`, nil, []string{"sweep.axes[0].param: seeds are replicates and no axis"}},
		{"seeds", "\nseeds: [1, 2, 1]\n", nil, []string{"seeds: 1 is given twice"}},
		{"a name that a trial has not", `
sweep:
  mode: list
  points: [{label: x, set: {claim: y}}]
`, nil, []string{"sweep.points[0].set: have claim, want a key that determines a run"}},
		{"equal arms", `
sweep:
  mode: one-at-a-time
  axes: [{param: model.norm, values: [none]}, {param: model.residual_init, values: [none]}]
`, nil, []string{"two arms are called [none]: give their values labels"}},
		{"exclude", `
sweep:
  mode: grid
  axes: [{param: model.depth, values: [3, 4]}]
  exclude: [[5], [3, 4]]
`, nil, []string{"my.yaml:10:13: sweep.exclude[0]: no arm [5]: depth has no label 5, want one of 3, 4", "sweep.exclude[1]: have [3, 4], want a label for each of [depth]"}},
		{"nothing left", `
sweep:
  mode: grid
  axes: [{param: model.depth, values: [3]}]
  exclude: [[_]]
`, nil, []string{"sweep: no arm is left"}},
		{"other axes", `
sweep:
  mode: grid
  axes: [{param: model.depth, values: [3]}]
  union: [{mode: grid, axes: [{param: model.width, values: [3]}]}]
`, nil, []string{"sweep.union[0]: have arms named by [width], want [depth]"}},
		{"derived", `
sweep:
  mode: grid
  axes: [{param: train.batch, values: [3]}]
  derive: [{param: train.optimizer.lr, value: model.name / 2}, {param: train.optimizer.lr, value: 1 +}, {param: train.batches, value: 1}]
`, nil, []string{"sweep.derive[1].value: \"1 +\": column 4"}},
		{"derived from words", `
sweep:
  mode: grid
  axes: [{param: train.batch, values: [3]}]
  derive: [{param: train.optimizer.lr, value: model.name / 2}]
`, nil, []string{"sweep.derive[0].value: \"model.name / 2\": column 1: model.name is mlp, want a key whose value is a number"}},
		{"derived out of range", `
sweep:
  mode: grid
  axes: [{param: train.batch, values: [3]}]
  derive: [{param: train.optimizer.lr, value: 0 - train.batch}]
`, nil, []string{"train.optimizer.lr: have -3, want a learning rate above 0"}},
		{"claims", `
sweep:
  mode: grid
  axes: [{param: model.depth, values: [3]}]
check:
  - test.error[4] < 1
  - test.error[3 < 1
  - test.eror[3] < 1
`, nil, []string{"my.yaml:11:5: check[0]: \"test.error[4] < 1\": column 1: test.error: no arm [4]", "my.yaml:12:5: check[1]: \"test.error[3 < 1\": column 17: a bracket is not closed", "my.yaml:13:5: check[2]: \"test.eror[3] < 1\": column 1: no metric test.eror"}},
		{"report", `
sweep:
  mode: grid
  axes: [{param: model.norm, values: [none, batch]}]
report: {x: model.depth, metrics: [test.eror], log: [y], baseline: group, reference: [{label: a, x: [1]}]}
`, nil, []string{"report.reference[0].y: have 0 values at 1 places"}},
		{"view", `
sweep:
  mode: grid
  axes: [{param: model.norm, values: [none, batch]}]
report: {x: model.depth, metrics: [test.eror], log: [y], baseline: group}
`, nil, []string{"report.x: model.depth is not an axis of the sweep, want one of model.norm", "report.metrics[0]: no metric test.eror", "report.log[0]: have y, want x or a metric", "report.baseline: no axis has a label group, want one of none, batch"}},
		{"override of an axis", `
sweep:
  mode: grid
  axes: [{param: model.depth, values: [3]}]
`, []string{"model.depth=7"}, []string{"override model.depth=7: model.depth: the sweep varies model.depth"}},
		{"too many", `
sweep:
  mode: grid
  axes:
    - {param: model.depth, values: [` + numbers(2, 202) + `]}
    - {param: model.width, values: [` + numbers(2, 202) + `]}
`, nil, []string{"want at most 10000"}},
		{"no batch to probe", "\nprobe: {jacobian: true, lags: true}\n", nil, []string{
			"my.yaml:7:19: probe.jacobian: requires a batch: set probe.batch", "my.yaml:7:31: probe.lags: requires a batch: set probe.batch",
		}},
		{"no lags", "\nprobe: {batch: 2, lags: true}\n", nil, []string{"probe.lags: have images (8, 8, 1), want data that are sequences"}},
		{"no training and no probe", "\ntrain: {epochs: 0}\n", nil, []string{"given twice"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := design(t, base+c.sweep, c.overrides...)
			if err == nil {
				t.Fatal("it is taken")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("have\n%v\nwant %q", err, want)
				}
			}
		})
	}
}

func numbers(from, to int) string {
	var all []string
	for i := from; i < to; i++ {
		all = append(all, fmt.Sprint(i))
	}
	return strings.Join(all, ", ")
}
