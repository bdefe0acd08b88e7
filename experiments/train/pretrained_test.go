package train_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoo/experiments/config"
	"zoo/experiments/run"
	"zoo/experiments/train"
	"zoo/experiments/weights"
	"zoo/internal/safetensors"
)

// The experiment parent, and those that start from it. A learning rate of 1e-30
// leaves weights as they were.
var families = map[string]string{
	"parent.yaml": `
name: parent
model: {name: mlp, depth: 2, width: 16}
data: {name: digits, val: 100}
train: {epochs: 1, optimizer: {name: adam, lr: 0.01}}`,
	"child.yaml": `
name: child
model: {name: mlp, depth: 3, width: 16}
data: {name: digits, val: 100}
weights: {from: parent, only: [fc1.*, fc2.*=fc3.*]}
train: {epochs: 1, optimizer: {name: sgd, lr: 1.0e-30}}`,
	"grandchild.yaml": `
name: grandchild
model: {name: mlp, depth: 3, width: 16}
data: {name: digits, val: 100}
weights: {from: child}
train: {epochs: 1, optimizer: {name: sgd, lr: 1.0e-30}}`,
	"hen.yaml": "name: hen\nmodel: {name: mlp}\ndata: {name: digits}\ntrain: {optimizer: {lr: 0.1}}\nweights: {from: egg}",
	"egg.yaml": "name: egg\nmodel: {name: mlp}\ndata: {name: digits}\ntrain: {optimizer: {lr: 0.1}}\nweights: {from: hen}",
}

// family goes to a folder with the experiments above.
func family(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.Mkdir("configs", 0o777); err != nil {
		t.Fatal(err)
	}
	for name, text := range families {
		if err := os.WriteFile(filepath.Join("configs", name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func named(t *testing.T, name string, overrides ...string) config.Config {
	t.Helper()
	c, _, err := config.Load(name, overrides...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// tensorsOf are the weights of a run's directory.
func tensorsOf(t *testing.T, dir string) map[string][]float32 {
	t.Helper()
	f, err := safetensors.ReadFile(filepath.Join(dir, config.WeightsFile))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]float32{}
	for _, x := range f.Tensors {
		all[x.Name], _ = x.Float32()
	}
	return all
}

// near says that two tensors are equal, but for what a learning rate of 1e-30 does
// to a zero.
func near(a, b []float32) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if math.Abs(float64(a[i]-b[i])) > 1e-20 {
			return false
		}
	}
	return true
}

// TestStartsFromExperiments: the runs that a run starts from are trained first,
// once, with its seed.
func TestStartsFromExperiments(t *testing.T) {
	family(t)
	grandchild := execute(t, named(t, "grandchild", "seed=3"), "runs")
	dirs, err := run.List("runs")
	if err != nil || len(dirs) != 3 {
		t.Fatalf("have the runs %v, %v, want three", dirs, err)
	}
	parent, child := execute(t, named(t, "parent", "seed=3"), "runs"), execute(t, named(t, "child", "seed=3"), "runs")
	if !parent.Before || !child.Before {
		t.Error("the runs that were trained first are others than those by name")
	}
	p, c, g := tensorsOf(t, parent.Dir), tensorsOf(t, child.Dir), tensorsOf(t, grandchild.Dir)
	for name, from := range map[string]string{"fc1.weight": "fc1.weight", "fc1.bias": "fc1.bias", "fc3.weight": "fc2.weight", "fc3.bias": "fc2.bias"} {
		if !near(c[name], p[from]) {
			t.Errorf("the child's %s is not the parent's %s", name, from)
		}
	}
	if fresh := tensorsOf(t, execute(t, named(t, "child", "seed=3", "weights.from=", "weights.only=[]"), "runs").Dir); !near(c["fc2.weight"], fresh["fc2.weight"]) || near(c["fc1.weight"], fresh["fc1.weight"]) {
		t.Error("what was not loaded did not start as usual, or what was loaded did")
	}
	for name := range c {
		if !near(g[name], c[name]) {
			t.Errorf("the grandchild's %s is not the child's", name)
		}
	}
	// A parent that is another makes another child, though its own config is the same.
	other := strings.Replace(families["parent.yaml"], "lr: 0.01", "lr: 0.02", 1)
	if err := os.WriteFile("configs/parent.yaml", []byte(other), 0o666); err != nil {
		t.Fatal(err)
	}
	if again := execute(t, named(t, "grandchild", "seed=3"), "runs"); again.Before || again.Dir == grandchild.Dir {
		t.Error("another parent makes the same grandchild")
	}
}

// TestStartsFromFiles: the id of a run is that of the weights' content, wherever
// they lie; a run that is stopped does not load them again.
func TestStartsFromFiles(t *testing.T) {
	family(t)
	parent := execute(t, named(t, "parent"), "runs")
	whole := func(from string, more ...string) config.Config {
		return named(t, "parent", append(more, "train.optimizer.name=sgd", "weights.from="+from)...)
	}
	byRun := execute(t, whole(parent.Dir), "runs")
	saved, err := weights.OpenRun(parent.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := saved.Export("w.safetensors"); err != nil {
		t.Fatal(err)
	}
	byFile := execute(t, whole("w.safetensors"), "runs")
	if byFile.Dir == byRun.Dir { // their metadata differ, and so do their bytes
		t.Error("two files are one")
	}
	if byFile.Summary["weights_sha256"] != byRun.Summary["weights_sha256"] {
		t.Error("the same weights lead to different ones")
	}
	if err := os.Rename("w.safetensors", "moved.safetensors"); err != nil {
		t.Fatal(err)
	}
	if moved := execute(t, whole("moved.safetensors"), "runs"); !moved.Before || moved.Dir != byFile.Dir {
		t.Error("the same bytes elsewhere are another run")
	}

	c := whole("moved.safetensors", "train.epochs=2")
	ctx, cancel := context.WithCancel(context.Background())
	w := &watcher{step: func(s train.Step) {
		if s.Step == 7 {
			cancel()
		}
	}}
	if _, err := train.Execute(ctx, c, train.RunOptions{Root: "stopped", Every: time.Hour, Monitor: w}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	have, want := execute(t, c, "stopped"), execute(t, c, "runs")
	if have.Summary["weights_sha256"] != want.Summary["weights_sha256"] {
		t.Error("a stopped run ends with other weights")
	}
}

func TestStartErrors(t *testing.T) {
	family(t)
	tensors := func(name string, value float32, shape ...int) safetensors.Tensor {
		x := safetensors.Tensor{Name: name, Shape: shape}
		n := 1
		for _, d := range shape {
			n *= d
		}
		d := make([]float32, n)
		d[n/2] = value
		x.Data = d
		return x
	}
	for name, x := range map[string][]safetensors.Tensor{
		"other": {tensors("conv.weight", 1, 3)}, "nan": {tensors("fc1.bias", float32(math.NaN()), 16), tensors("fc2.bias", float32(math.Inf(-1)), 10)},
	} {
		if err := safetensors.WriteFile(name+".safetensors", nil, x...); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ overrides, want string }{
		{"weights.from=parentt", "no experiment, run directory or file parentt; did you mean the experiment parent?"},
		{"weights.from=hen", "weights.from: hen, egg start from each other"},
		{"weights.from=other.safetensors", "the weights do not fit model mlp with inputs (1, 8, 8) and 10 classes:"},
		{"weights.from=other.safetensors weights.only=[conv.*]", "what weights.only names does not fit model mlp:\ntensor conv.weight [3]: the network has no parameter of that name"},
		{"weights.from=other.safetensors weights.only=[fc.*,conv.*]", "no tensor has a name like fc.*; it has conv.weight"},
		{"weights.from=nan.safetensors weights.only=[fc*]", "nan.safetensors: NaN or infinity in fc1.bias, fc2.bias"},
		{"weights.from=configs/none.yaml", "none.yaml"},
	} {
		_, err := train.Execute(context.Background(), named(t, "parent", strings.Fields(c.overrides)...), train.RunOptions{Root: "runs", Every: time.Hour, Monitor: &watcher{}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: have error %v, want one with %q", c.overrides, err, c.want)
		}
	}
	for _, c := range []struct{ overrides, want string }{
		{"weights.only=[fc.*]", "weights.only: there are no weights to take them from"},
		{"weights.from=x weights.only=[a*=b]", `have "a*=b", want a name`},
		{"weights.from=x model.init=lsuv", "weights.from: init lsuv would scale"},
	} {
		if _, _, err := config.Load("parent", strings.Fields(c.overrides)...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: have error %v, want one with %q", c.overrides, err, c.want)
		}
	}
}
