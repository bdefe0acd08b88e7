package strict

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestPrecedence(t *testing.T) {
	t.Setenv("ZOOTEST_TRAIN__BATCH", "5")
	t.Setenv("ZOOTEST_Data__PAD", "5")
	t.Setenv("ZOOTEST_DATA", "/not/a/key")
	c, origins, err := load(t, map[string]string{
		"grandparent.yaml": "train: {epochs: 1, batch: 1, ema: 0.1}\nseed: 11\npaper: a",
		"parent.yaml":      "extends: grandparent\ntrain: {epochs: 2, batch: 2}\nseed: 12",
		"other.yml":        "seed: 13",
		"main.yaml":        "extends: [parent.yaml, other]\ntrain: {epochs: 3, batch: 3}\ndata: {pad: 3}\nname: n",
	}, "data.pad=7", "train.rates=[1, 2e-1]", "data.pad=6")
	if err != nil {
		t.Fatal(err)
	}
	have := []any{c.Train.EMA, c.Seed, c.Train.Epochs, c.Train.Batch, c.Data.Pad, c.Train.LRs, c.Paper, c.Train.Optimizer.LR}
	want := []any{0.1, uint64(13), 3, 5, uint8(6), []float64{1, 0.2}, "a", 0.1}
	if !reflect.DeepEqual(have, want) {
		t.Errorf("have %v, want %v", have, want)
	}
	for key, want := range map[string]string{
		"train.ema":          "embedded:grandparent.yaml:1:35",
		"seed":               "embedded:other.yml:1:7",
		"train.epochs":       "embedded:main.yaml:2:17",
		"train.batch":        "environment ZOOTEST_TRAIN__BATCH",
		"data.pad":           "override data.pad=6",
		"train.rates":        `override "train.rates=[1, 2e-1]"`,
		"train.optimizer.lr": "default",
		"name":               "embedded:main.yaml:4:7",
	} {
		if have := origins[key].String(); have != want {
			t.Errorf("%s comes from %s, want %s", key, have, want)
		}
	}
}

// A parent that two parents share applies once, before both: it must not undo
// what the first of them changed.
func TestSharedParentAppliesOnce(t *testing.T) {
	c, _, err := load(t, map[string]string{
		"root.yaml":  "seed: 1\ntrain: {epochs: 1}",
		"left.yaml":  "extends: root\nseed: 2",
		"right.yaml": "extends: root\ntrain: {epochs: 3}",
		"main.yaml":  "extends: [left, right, left]",
	})
	if err != nil || c.Seed != 2 || c.Train.Epochs != 3 {
		t.Errorf("have seed %d, epochs %d, error %v; want 2, 3, none", c.Seed, c.Train.Epochs, err)
	}
}

func TestWhereConfigsAreFound(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for name, text := range map[string]string{
		"configs/shadow.yaml":  "paper: disk",
		"configs/short.yml":    "paper: yml",
		"configs/sub/leaf.yml": "extends: sibling",
		"configs/sub/sibling.yaml": "extends: ../shadow.yaml\n" +
			"name: sibling",
		"here.yaml":          "extends: shipped\nname: here",
		"absolute.yaml":      "extends: " + filepath.Join(dir, "here.yaml"),
		"notepad.yaml":       "\ufeffpaper: a\r\n# by an editor of Windows\r\nname: |-\r\n  two\r\n  lines\r\n",
		"notepad-typo.yaml":  "\ufeffpaper: a\r\nnaem: b\r\n",
		"configs/empty.yaml": "# only a comment\n",
		"noext":              "paper: no extension",
		"down.yaml":          "extends: deep/child.yaml",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile("configs/huge.yaml", make([]byte, maxBytes+1), 0o666); err != nil {
		t.Fatal(err)
	}
	l := &Loader{Dirs: []string{"configs"}, FS: configs(map[string]string{
		"shadow.yaml":     "paper: embedded",
		"shipped.yaml":    "extends: [deep/child, shadow]",
		"deep/child.yaml": "extends: ../top.yaml\nseed: 5",
		"top.yaml":        "seed: 4\ntrain: {epochs: 4}",
		"escape.yaml":     "extends: ../../secret.yaml",
	})}
	for _, c := range []struct{ name, wantPaper, wantName, wantErr string }{
		{name: "shadow", wantPaper: "disk"},
		{name: "shadow.yaml", wantPaper: "disk"},
		{name: "short", wantPaper: "yml"},
		{name: "configs/sub/leaf", wantPaper: "disk", wantName: "sibling"},
		{name: "here.yaml", wantPaper: "embedded", wantName: "here"},
		{name: "./here", wantPaper: "embedded", wantName: "here"},
		{name: "absolute.yaml", wantPaper: "embedded", wantName: "here"},
		{name: "shipped", wantPaper: "embedded"},
		{name: "empty"},
		{name: "notepad.yaml", wantPaper: "a", wantName: "two\nlines"},
		{name: "notepad-typo.yaml", wantErr: "notepad-typo.yaml:2:1: naem: unknown key; did you mean name?"},
		{name: "./noext", wantPaper: "no extension"},
		{name: "here", wantErr: `no config "here" in configs or the embedded configs; the names are empty, escape, huge, shadow, shipped, short, top`},
		{name: "shade.yaml", wantErr: `no config "shade.yaml" in configs or the embedded configs; the names are empty, escape, huge, shadow, shipped, short, top`},
		{name: "shadw", wantErr: `no config "shadw" in configs or the embedded configs; did you mean shadow?`},
		{name: "./hree.yaml", wantErr: "no file ./hree.yaml; did you mean here.yaml?"},
		{name: "runs/shipped", wantErr: "no file runs/shipped; did you mean the config shipped?"},
		{name: "/dev/zero", wantErr: "/dev/zero is a device, want a YAML file"},
		{name: "./configs", wantErr: "configs is a folder, want a YAML file"},
		{name: "huge", wantErr: filepath.FromSlash("configs/huge.yaml") + " has 1048577 bytes, want a YAML file of at most 1048576"},
		{name: "escape", wantErr: "embedded:escape.yaml:1:10: extends: no file ../../secret.yaml"},
		{name: "down.yaml", wantErr: "down.yaml:1:10: extends: no file deep/child.yaml"},
		{name: "shad*w", wantErr: `no config "shad*w" in configs or the embedded configs; did you mean shadow?`},
		{name: "./?", wantErr: "no file ./?"},
		{name: "sha[d]ow", wantErr: `no config "sha[d]ow" in configs or the embedded configs; did you mean shadow?`},
	} {
		t.Run(strings.ReplaceAll(c.name, "/", "_"), func(t *testing.T) {
			if c.name == "/dev/zero" && runtime.GOOS == "windows" {
				t.Skip("this system has no /dev/zero")
			}
			have := exampleDefaults()
			_, err := l.Load(have, c.name, nil)
			if c.wantErr != "" {
				if err == nil || err.Error() != c.wantErr {
					t.Fatalf("have error\n%v\nwant\n%s", err, c.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if have.Paper != c.wantPaper || have.Name != c.wantName {
				t.Errorf("have paper %q, name %q; want %q, %q", have.Paper, have.Name, c.wantPaper, c.wantName)
			}
		})
	}
	if have := (&Loader{}).Names(); len(have) != 0 {
		t.Errorf("a loader that looks nowhere names %v", have)
	}
}

func TestValues(t *testing.T) {
	c, _, err := load(t, map[string]string{"main.yaml": `
name: none            # a word, not null
paper: 2015-12-10     # a date is text
seed: 18446744073709551615
model: {name: resnet, blocks: 0x10, init: normal(0.01)}
data: {pad: 2.0, flip: True, mean: 1_000}
train:
  epochs: 1e2
  batch: +1_000
  ema: 1e-4
  rates: &r [5.0e-4, 1, -.5, 1., 1E3]
  optimizer: {lr: 3, weight_decay: 5.0e-4}
axes:
  - {param: a, values: ["5", 'x', no]}
notes: {a.b: 1, "c d": 2, 5: 3}
`})
	if err != nil {
		t.Fatal(err)
	}
	want := exampleDefaults()
	want.Name, want.Paper, want.Seed = "none", "2015-12-10", 1<<64-1
	want.Model.Name, want.Model.Init = "resnet", "normal(0.01)"
	want.Model.arch = &exampleResNet{Blocks: 16, Shortcut: "A"}
	want.Data = exampleData{Name: "mnist", Pad: 2, Flip: true, Mean: 1000}
	want.Train.Epochs, want.Train.Batch, want.Train.EMA = 100, 1000, 1e-4
	want.Train.LRs = []float64{5e-4, 1, -.5, 1, 1000}
	want.Train.Optimizer = exampleOptimizer{"sgd", 3, 5e-4}
	want.Axes = []exampleAxis{{Param: "a", Values: []string{"5", "x", "no"}, Mode: "grid"}}
	want.Notes = map[string]float64{"a.b": 1, "c d": 2, "5": 3}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("have %+v\nwant %+v", c, want)
	}
}

func TestAlias(t *testing.T) {
	c, _, err := load(t, map[string]string{"main.yaml": "train: {rates: &r [1, 2]}\naxes: [{values: &v [a]}, {values: *v, labels: *v}]"})
	if err != nil || !reflect.DeepEqual(c.Axes[1], exampleAxis{Values: []string{"a"}, Labels: []Word{"a"}, Mode: "grid"}) {
		t.Errorf("have %+v, %v", c.Axes, err)
	}
}

// The shell eats quotes, so a string key takes the text of an override.
func TestStringsOnTheCommandLine(t *testing.T) {
	t.Setenv("ZOOTEST_MODEL__NORM", "1e-4")
	for arg, want := range map[string]string{
		"paper=5": "5", "paper=true": "true", "paper=null": "null", "paper=": "", `paper="5"`: "5",
		"paper='a # b'": "a # b", "paper=a#b": "a#b", "paper=He et al., 2015": "He et al., 2015", "paper=a=b": "a=b",
	} {
		c, _, err := load(t, map[string]string{"main.yaml": "paper: x"}, arg)
		if err != nil || c.Paper != want || c.Model.Norm != "1e-4" {
			t.Errorf("%s: have %q, %q, %v", arg, c.Paper, c.Model.Norm, err)
		}
	}
}

// A destination may share maps, slices and pointers with other configs.
func TestDefaultsAreNotChanged(t *testing.T) {
	shared := exampleDefaults()
	shared.Notes = map[string]float64{"a": 1}
	shared.Train.EarlyStop = &exampleEarlyStop{Patience: 1}
	shared.Train.LRs = []float64{1}
	c := *shared
	_, err := (&Loader{}).Load(&c, "", []string{"notes.b=2", "train.early_stop.patience=2", "train.rates=[2]"})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Notes) != 2 || c.Train.EarlyStop.Patience != 2 || c.Train.LRs[0] != 2 {
		t.Errorf("have %+v", c)
	}
	if len(shared.Notes) != 1 || shared.Train.EarlyStop.Patience != 1 || shared.Train.LRs[0] != 1 {
		t.Errorf("the defaults have become %+v", shared)
	}
}

// A chosen default keeps its values; another choice brings its own.
func TestChoose(t *testing.T) {
	for _, c := range []struct {
		overrides []string
		want      any
	}{
		{nil, &exampleResNet{Blocks: 5, Shortcut: "B"}},
		{[]string{"model.name=resnet", "model.blocks=6"}, &exampleResNet{Blocks: 6, Shortcut: "B"}},
		{[]string{"model.name=mlp"}, &exampleMLP{Widths: []int{64}}},
		{[]string{"model.name=lenet5"}, nil},
	} {
		have := exampleDefaults()
		have.Model.Name, have.Model.arch = "resnet", &exampleResNet{Blocks: 5, Shortcut: "B"}
		_, err := (&Loader{}).Load(have, "", c.overrides)
		if err != nil || !reflect.DeepEqual(have.Model.arch, c.want) {
			t.Errorf("%v: have %+v, %v; want %+v", c.overrides, have.Model.arch, err, c.want)
		}
	}
	none := exampleDefaults()
	none.Model.Name = ""
	_, err := (&Loader{}).Load(none, "", nil)
	if want := "default: model.name: not given, want one of resnet, mlp, lenet5"; err == nil || err.Error() != want {
		t.Errorf("have %v, want %s", err, want)
	}
}

// No Validate sees a section whose choice was not made, here by the default mlp.
func TestNoValidationWithoutChoice(t *testing.T) {
	for _, file := range []string{"model: 3", "model:", "model: {name: x}", "model: {name: [a]}", "model: &m [*m]", "model: {name: a, name: b}"} {
		c := exampleDefaults()
		c.Model.Name = "mlp"
		l := &Loader{FS: configs(map[string]string{"main.yaml": file})}
		if _, err := l.Load(c, "main", nil); err == nil {
			t.Errorf("%s: no error", file)
		}
	}
}

// A validation problem is placed at the value, else at what is around it.
func TestWhereValidationPoints(t *testing.T) {
	for _, c := range []struct {
		file      string
		overrides []string
		want      string
	}{
		{"train:\n  batch: 0", nil, "embedded:main.yaml:2:10"},
		{"train:\n  batch: 0", []string{"train.batch=-1"}, "override train.batch=-1"},
		{"train:\n  epochs: 0", nil, "embedded:main.yaml:1:1"},
		{"train:\n  epochs: 0", []string{"train.ema=0"}, "embedded:main.yaml:1:1"},
		{"name: x", nil, "embedded:main.yaml"},
		{"", []string{"train.ema=0"}, "embedded:main.yaml"},
	} {
		dst := exampleDefaults()
		dst.Train.Batch = 0
		l := &Loader{FS: configs(map[string]string{"main.yaml": c.file})}
		_, err := l.Load(dst, "main", c.overrides)
		var e *Error
		if !errors.As(err, &e) || len(e.Problems) != 1 || e.Problems[0].Place.String() != c.want {
			t.Errorf("%q %v: have %v, want it at %s", c.file, c.overrides, err, c.want)
		}
	}
}

// Files made to exhaust memory or time are refused, quickly.
func TestBombs(t *testing.T) {
	laughs := "l0: &l0 [lol, lol]\n"
	for i := 1; i < 40; i++ {
		n := string(rune('0'+i/10)) + string(rune('0'+i%10))
		last := "l0"
		if i > 1 {
			last = "l" + string(rune('0'+(i-1)/10)) + string(rune('0'+(i-1)%10))
		}
		laughs += "l" + n + ": &l" + n + " [*" + last + ", *" + last + ", *" + last + "]\n"
	}
	for name, c := range map[string]struct{ text, want string }{
		"laughs":   {laughs, "more than 20000 values, aliases"},
		"values":   {"axes: [" + strings.Repeat("1,", 3*maxValues) + "]", "more than 20000 values, aliases"},
		"nested":   {"x: " + strings.Repeat("[", 200) + strings.Repeat("]", 200), "nested more than 64 deep"},
		"brackets": {strings.Repeat("[", maxBytes), "exceeded max depth"},
		"dashes":   {strings.Repeat("- ", maxBytes/2), "exceeded max depth"},
		"braces":   {strings.Repeat("{a: ", maxBytes/4), "exceeded max depth"},
		"question": {strings.Repeat("? ", maxBytes/2), "exceeded max depth"},
		"unknown":  {"axes: [" + strings.Repeat("{a: 1},", maxValues/3) + "]", "and 6566 more"},
		"keys":     {strings.Repeat("a: 1\n", maxValues), "and 19900 more"},
		"comments": {strings.Repeat("#\n", maxBytes/2-10) + "a: 1", "a: unknown key"},
		"anchors":  {strings.Repeat("- &a\n", 3*maxValues), "more than 20000 values, aliases"},
		"quote":    {"name: \"" + strings.Repeat("\\n", maxBytes/2-10), "not YAML"},
		"long key": {strings.Repeat("k", maxBytes-3) + ": 1", "not YAML"},
		"key":      {strings.Repeat("k", 1000) + ": 1", "a key of more than 128 letters"},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, _, err := load(t, map[string]string{"main.yaml": c.text})
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 1<<16 {
				t.Errorf("have %.200v, want %s", err, c.want)
			}
		})
	}
}

func TestLongOverride(t *testing.T) {
	_, _, err := load(t, map[string]string{"main.yaml": ""}, "paper="+strings.Repeat("a", maxBytes+1))
	want := "override paper=" + strings.Repeat("a", 54) + "...: paper: 1048577 bytes, want at most 1048576"
	if err == nil || err.Error() != want {
		t.Errorf("have %.300v, want %s", err, want)
	}
}
