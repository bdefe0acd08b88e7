package strict

import (
	"errors"
	"runtime"
	"strings"
	"testing"
)

func TestBroken(t *testing.T) {
	for _, c := range []struct {
		name, file string // of main.yaml
		base       string // of base.yaml
		env        map[string]string
		overrides  []string
		want       string
	}{
		{name: "unknown key", file: "train: {epcohs: 3}", want: `
main.yaml:1:9: train.epcohs: unknown key; did you mean train.epochs?`},
		{name: "unknown key of another section", file: "epochs: 3", want: `
main.yaml:1:1: epochs: unknown key; did you mean train.epochs?`},
		{name: "unknown key near nothing", file: "axes: [{param: a, vals: [1]}]\n\"a\\nb\": 1", want: `
main.yaml:1:19: axes[0].vals: unknown key; the keys of axes[0] are param, values, labels, mode
main.yaml:2:1: "a\nb": unknown key; the keys are name, paper, seed, model, data, train, axes, notes, extends`},
		{name: "unknown key of another spelling", file: "train: {optimizer: {weight-decay: 1, learningrate: 3, Lr: 3}}", want: `
main.yaml:1:21: train.optimizer.weight-decay: unknown key; did you mean train.optimizer.weight_decay?
main.yaml:1:38: train.optimizer.learningrate: unknown key; the keys of train.optimizer are name, lr, weight_decay
main.yaml:1:55: train.optimizer.Lr: unknown key; did you mean train.optimizer.lr?`},
		{name: "key with a dot", file: "train.epochs: 3", want: `
main.yaml:1:1: "train.epochs": unknown key; in a file, a dot does not make a path: write each part as a key, one below the other`},
		{name: "all at once", file: "name: 5\ntrain:\n  epochs: twenty\n  batch: -1\n  optimizer: {lr: fast, name: sgdd}\nmodel: {name: resnte}\n", want: `
main.yaml:1:7: name: have 5 (a number), want a string; quote it: "5"
main.yaml:3:11: train.epochs: have "twenty" (a string), want a whole number
main.yaml:4:10: train.batch: have -1, want at least 1
main.yaml:5:19: train.optimizer.lr: have "fast" (a string), want a finite number
main.yaml:5:31: train.optimizer.name: have "sgdd"; did you mean sgd?
main.yaml:6:15: model.name: have "resnte"; did you mean resnet?`},
		{name: "numbers", file: "train: {epochs: 1.5, batch: \"5\", ema: .inf}\nseed: -3\ndata: {pad: 300, mean: 1e99}", want: `
main.yaml:1:17: train.epochs: have 1.5 (a number), want a whole number
main.yaml:1:29: train.batch: have "5" (a string), want a whole number; remove the quotes
main.yaml:1:39: train.ema: have .inf (a number), want a finite number
main.yaml:2:7: seed: have -3 (a number), want a whole number of at least 0
main.yaml:3:13: data.pad: have 300 (a number), want a whole number from 0 to 255
main.yaml:3:24: data.mean: have 1e99 (a number), want a finite number; this is too large`},
		{name: "more numbers", file: "seed: 99999999999999999999\ntrain: {epochs: 010, batch: 1e2, ema: .nan, rates: [1e999, 0_1]}", want: `
main.yaml:1:7: seed: have 99999999999999999999 (a number), want a whole number of at least 0; this is too large
main.yaml:2:17: train.epochs: have 010 (a number), want a whole number; a leading zero means octal in some YAML, write it without
main.yaml:2:39: train.ema: have .nan (a number), want a finite number
main.yaml:2:53: train.rates[0]: have "1e999" (a string), want a finite number
main.yaml:2:60: train.rates[1]: have 0_1 (a number), want a finite number; a leading zero means octal in some YAML, write it without`},
		{name: "integer range", file: "train: {epochs: 9223372036854775808, batch: 1e300}", want: `
main.yaml:1:17: train.epochs: have 9223372036854775808 (a number), want a whole number; this is too large
main.yaml:1:45: train.batch: have 1e300 (a number), want a whole number; this is too large`},
		{name: "booleans", file: "data: {flip: yes}", want: `
main.yaml:1:14: data.flip: have "yes" (a string), want true or false`},
		{name: "quoted boolean", file: "data: {flip: \"true\"}", want: `
main.yaml:1:14: data.flip: have "true" (a string), want true or false; remove the quotes`},
		{name: "text that looks like something else", file: "name: 5\npaper: true\nmodel: {norm: 1e-4}\naxes: [{values: [1]}]", want: `
main.yaml:1:7: name: have 5 (a number), want a string; quote it: "5"
main.yaml:2:8: paper: have true (a boolean), want a string; quote it: "true"
main.yaml:3:15: model.norm: have 1e-4 (a number), want a string; quote it: "1e-4"
main.yaml:4:18: axes[0].values[0]: have 1 (a number), want a string; quote it: "1"`},
		{name: "null", file: "train:\nname: ~\nseed:\naxes: null", want: `
main.yaml:1:7: train: have nothing, want a section with the keys epochs, batch, optimizer, ema, early_stop, rates; to keep the default, leave the key out
main.yaml:2:7: name: have ~ (null), want a string; to keep the default, leave the key out
main.yaml:3:6: seed: have nothing, want a whole number of at least 0; to keep the default, leave the key out
main.yaml:4:7: axes: have null, want a list; to keep the default, leave the key out`},
		{name: "kinds", file: "train: 3\nmodel: [a]\nname: {a: 1}\naxes: {}\nnotes: 3\ndata: {name: [mnist]}", want: `
main.yaml:1:8: train: have 3 (a number), want a section with the keys epochs, batch, optimizer, ema, early_stop, rates
main.yaml:2:8: model: have a list, want a section with the keys name, init, norm
main.yaml:3:7: name: have a mapping, want a string
main.yaml:4:7: axes: have a mapping, want a list
main.yaml:5:8: notes: have 3 (a number), want a mapping
main.yaml:6:14: data.name: have a list, want one of digits, mnist, cifar10`},
		{name: "list from a scalar", file: "train: {rates: 0.1}", want: `
main.yaml:1:16: train.rates: have 0.1 (a number), want a list; write [0.1]`},
		{name: "inside lists and maps", file: "axes: [3]\nnotes: {a: x, b.c: y}\ntrain: {rates: [1, two]}", want: `
main.yaml:1:8: axes[0]: have 3 (a number), want a section with the keys param, values, labels, mode
main.yaml:2:12: notes.a: have "x" (a string), want a finite number
main.yaml:2:20: notes."b.c": have "y" (a string), want a finite number
main.yaml:3:20: train.rates[1]: have "two" (a string), want a finite number`},
		{name: "enumerations", file: "train: {optimizer: {name: lion}}\ndata: {name: minst}\nmodel: {name: resnet, shortcut: C}", want: `
main.yaml:1:27: train.optimizer.name: have "lion", want one of sgd, adam
main.yaml:2:14: data.name: have "minst"; did you mean mnist?
main.yaml:3:33: model.shortcut: have "C", want one of A, B, none`},
		{name: "wrong kinds hide no validation", file: "train: {early_stop: 3, batch: 0}\nmodel: 3\naxes: [3]", want: `
main.yaml:1:21: train.early_stop: have 3 (a number), want a section with the keys patience
main.yaml:1:31: train.batch: have 0, want at least 1
main.yaml:2:8: model: have 3 (a number), want a section with the keys name, init, norm
main.yaml:3:8: axes[0]: have 3 (a number), want a section with the keys param, values, labels, mode`},
		{name: "pointer to a section", file: "train: {early_stop: 3}", want: `
main.yaml:1:21: train.early_stop: have 3 (a number), want a section with the keys patience`},
		{name: "validation inside a section that is given", file: "train:\n  early_stop: {}", want: `
main.yaml:2:3: train.early_stop.patience: not given, want at least 1`},
		{name: "validation of a choice", file: "model: {name: resnet, blocks: 0, block: 3, init: '('}", want: `
main.yaml:1:31: model.blocks: have 0, want at least 1
main.yaml:1:34: model.block: unknown key for resnet; did you mean model.blocks?
main.yaml:1:50: model.init: "(" names no choice`},
		{name: "validation across keys", file: "train: {epochs: 1, rates: [1, 2]}", want: `
main.yaml:1:27: train.rates: have 2 rates, want at most epochs, 1`},
		{name: "validation with no file near", file: "", overrides: []string{"train.batch=0"}, want: `
override train.batch=0: train.batch: have 0, want at least 1`},
		{name: "choice without that key", file: "model: {blocks: 3}", want: `
main.yaml:1:9: model.blocks: unknown key for lenet5 (model.name is the default); it is a key of resnet`},
		{name: "choice changed by the file", file: "extends: base\nmodel: {name: mlp}", base: "model: {name: resnet, blocks: 9}", want: `
base.yaml:1:23: model.blocks: unknown key for mlp (model.name is from main.yaml:2:15); it is a key of resnet`},
		{name: "choice changed by an override", file: "model: {name: resnet, blocks: 9}", overrides: []string{"model.name=mlp"}, want: `
main.yaml:1:23: model.blocks: unknown key for mlp (model.name is from override model.name=mlp); it is a key of resnet`},
		{name: "choice given as nothing", file: "model: {name: }", want: `
main.yaml:1:15: model.name: have nothing, want one of resnet, mlp, lenet5; to keep the default, leave the key out`},
		{name: "validation of the whole", file: "model: {name: mlp, widths: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}", want: `
main.yaml:1:28: model.widths: want at most 9 hidden layers`},
		{name: "not a mapping", file: "- 1\n- 2", want: `
main.yaml:1:1: have a list, want keys and values`},
		{name: "only null", file: "~", want: `
main.yaml:1:1: have ~ (null), want keys and values`},
		{name: "nested colons", file: "a: b: c\n", want: `
main.yaml:1: not YAML: mapping values are not allowed in this context`},
		{name: "list left open", file: "x: 1\ny: [1,\nz: 2\n", want: `
main.yaml:3: not YAML: did not find expected ',' or ']'`},
		{name: "quote left open", file: "name: 'unclosed\nseed: 1\n", want: `
main.yaml:2: not YAML: found unexpected end of stream`},
		{name: "tab", file: "train:\n\tepochs: 3\n", want: `
main.yaml:2:1: not YAML: a tab, where YAML indents with spaces only`},
		{name: "indentation", file: "seed: 1\n\n  data: 3\n", want: `
main.yaml:3: not YAML: mapping values are not allowed in this context`},
		{name: "reserved character", file: "seed: 1\nname: @y", want: `
main.yaml:2: not YAML: found character that cannot start any token`},
		{name: "two documents", file: "name: a\n---\nname: b\n", want: `
main.yaml:2:1: a second document begins, want one`},
		{name: "text after the document", file: "name: a\n...\nfoo", want: `
main.yaml:3: not YAML: did not find expected <document start>`},
		{name: "given twice", file: "train: {epochs: 1, epochs: 2}\ntrain: 3", want: `
main.yaml:1:20: train.epochs: given twice, first at main.yaml:1:9
main.yaml:2:1: train: given twice, first at main.yaml:1:1`},
		{name: "given twice and out of range", file: "train: {batch: 0, batch: 1}", want: `
main.yaml:1:19: train.batch: given twice, first at main.yaml:1:9`},
		{name: "override of an item", file: "", overrides: []string{"axes[0].param=x"}, want: `
override axes[0].param=x: "axes[0]": unknown key; an item of a list cannot be set by itself, give the whole list`},
		{name: "map from a list, and back", file: "extends: base\nnotes: {a: 1}", base: "notes: [1]", want: `
base.yaml:1:8: notes: have a list, want a mapping`},
		{name: "unknown alias", file: "seed: 1\ntrain: {epochs: *x}", want: `
main.yaml:2: not YAML: unknown anchor 'x' referenced`},
		{name: "merge key", file: "train: &t {epochs: 1}\ndata: {<<: *t}", want: `
main.yaml:2:8: data: merge keys (<<) are not read; use extends, or an alias for a whole value`},
		{name: "alias in itself", file: "train: &x\n  optimizer: *x\n", want: `
main.yaml:2:14: train.optimizer: alias *x stands for a value that it is part of`},
		{name: "custom tag", file: "train: !foo {epochs: !!int x}", want: `
main.yaml:1:8: train: the YAML tag !foo means nothing here, remove it
main.yaml:1:22: train.epochs: have x (a number), want a whole number`},
		{name: "keys that are not words", file: "? [a]\n: 1\n~: 3\n", want: `
main.yaml:1:3: a key is a list or a mapping, want a word
main.yaml:3:1: a key is empty, want a word`},
		{name: "not UTF-8", file: "name: a\n# comment \xc3(\n", want: `
main.yaml:2:11: not text in UTF-8`},
		{name: "control character", file: "seed: 1\nname: x\x01", want: `
main.yaml:2: not YAML: control characters are not allowed`},
		{name: "extends nothing", file: "extends: nothing", want: `
main.yaml:1:10: extends: no config "nothing" in the embedded configs; the names are base, main`},
		{name: "extends nearly a name", file: "extends: bsae", want: `
main.yaml:1:10: extends: no config "bsae" in the embedded configs; did you mean base?`},
		{name: "extends nearly a file", file: "extends: ./bse.yaml", want: `
main.yaml:1:10: extends: no file ./bse.yaml; did you mean base.yaml?`},
		{name: "extends of a wrong type", file: "extends: [base, 3]", want: `
main.yaml:1:17: extends: have 3 (a number), want a name, a file, or a list of them`},
		{name: "extends null", file: "extends:", want: `
main.yaml:1:9: extends: have nothing, want a name, a file, or a list of them`},
		{name: "extends misspelt", file: "extend: base", want: `
main.yaml:1:1: extend: unknown key; did you mean extends?`},
		{name: "cycle", file: "extends: main", want: `
main.yaml:1:10: extends: a cycle: main.yaml extends main.yaml`},
		{name: "longer cycle", file: "extends: base", base: "extends: main.yaml", want: `
base.yaml:1:10: extends: a cycle: main.yaml extends base.yaml extends main.yaml`},
		{name: "broken parent", file: "extends: base", base: "seed: 2\na: [\n", want: `
base.yaml:2: not YAML: did not find expected node content`},
		{name: "errors of parent and child", file: "extends: base\ntrain: {bach: 1}", base: "seed: x\ntrain: {epochs: x}", overrides: []string{"train.epochs=y"}, want: `
main.yaml:2:9: train.bach: unknown key; did you mean train.batch?
base.yaml:1:7: seed: have "x" (a string), want a whole number of at least 0
override train.epochs=y: train.epochs: have "y" (a string), want a whole number`},
		{name: "section replaced by a value, and back", file: "extends: base\ntrain: {epochs: 1}", base: "train: 7", want: `
base.yaml:1:8: train: have 7 (a number), want a section with the keys epochs, batch, optimizer, ema, early_stop, rates`},
		{name: "override without value", file: "", overrides: []string{"train.epochs", "=3", "train..x=1", ".=1"}, want: `
override train.epochs: want key=value
override =3: the key is empty, want key=value
override train..x=1: a part of the key is empty, want words with dots between them
override .=1: a part of the key is empty, want words with dots between them`},
		{name: "override of a section", file: "", overrides: []string{"train=3"}, want: `
override train=3: train: have 3 (a number), want a section with the keys epochs, batch, optimizer, ema, early_stop, rates`},
		{name: "override of a section, then in it", file: "", overrides: []string{"train=3", "train.epochs=4"}, want: `
override train=3: train: have 3 (a number), want a section with the keys epochs, batch, optimizer, ema, early_stop, rates`},
		{name: "override inside a value", file: "", overrides: []string{"train.optimizer.lr.x=1"}, want: `
override train.optimizer.lr.x=1: train.optimizer.lr: have a mapping, want a finite number`},
		{name: "override with a typo", file: "", overrides: []string{"train.epcohs=3", "trian.epochs=3", "optimizer.lr=1"}, want: `
override train.epcohs=3: train.epcohs: unknown key; did you mean train.epochs?
override trian.epochs=3: trian: unknown key; did you mean train?
override optimizer.lr=1: optimizer: unknown key; did you mean train.optimizer?`},
		{name: "override with a mapping", file: "", overrides: []string{"model={name: resnet, blocks: x}", "data={a.b: 1}"}, want: `
override "model={name: resnet, blocks: x}": model.blocks: have "x" (a string), want a whole number
override "data={a.b: 1}": data."a.b": unknown key; the keys of data are name, pad, flip, mean`},
		{name: "override with a comment", file: "", overrides: []string{"name=# x", "paper=a # b"}, want: `
override "name=# x": name: # begins a comment in YAML; quote the value for YAML as well as for the shell
override "paper=a # b": paper: # begins a comment in YAML; quote the value for YAML as well as for the shell`},
		{name: "override that YAML reads otherwise", file: "", overrides: []string{"name=a: b", "train.epochs=[1", "train.batch=", "seed=1\n---\n2"}, want: `
override "name=a: b": name: have a mapping, want a string; quote the value for YAML as well as for the shell
override train.epochs=[1: train.epochs: not YAML: did not find expected ',' or ']'
override train.batch=: train.batch: have nothing, want a whole number
override "seed=1\n---\n2": seed: a second document begins, want one`},
		{name: "override of extends", file: "", overrides: []string{"extends=base"}, want: `
override extends=base: extends: only a file can extend another`},
		{name: "environment", file: "seed: 2", env: map[string]string{"ZOOTEST_TRAIN__EPCOHS": "3", "ZOOTEST_SEED": "x", "ZOOTEST_DATA": "/data", "ZOOTEST_TRAIN__BATCH": "", "ZOOTEST_": "1"}, want: `
environment ZOOTEST_: a part of the key is empty, want words with dots between them
environment ZOOTEST_SEED: seed: have "x" (a string), want a whole number of at least 0
environment ZOOTEST_TRAIN__EPCOHS: train.epcohs: unknown key; did you mean train.epochs?`},
		{name: "environment without a dot", file: "seed: 2", env: map[string]string{"ZOOTEST_TRAIN_EPOCHS": "3", "ZOOTEST_TRAIN_EPCOHS": "3", "ZOOTEST_SEEED": "1"}, want: `
environment ZOOTEST_SEEED: seeed: unknown key; did you mean seed?
environment ZOOTEST_TRAIN_EPCOHS: train_epcohs: unknown key; in a variable two underscores stand for a dot: did you mean ZOOTEST_TRAIN__EPOCHS?
environment ZOOTEST_TRAIN_EPOCHS: train_epochs: unknown key; in a variable two underscores stand for a dot: did you mean ZOOTEST_TRAIN__EPOCHS?`},
		{name: "environment twice", file: "", env: map[string]string{"ZOOTEST_SEED": "1", "ZOOTEST_seed": "2"}, want: `
environment ZOOTEST_seed: seed: also set by ZOOTEST_SEED`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name == "environment twice" && runtime.GOOS == "windows" {
				t.Skip("names of variables do not differ by case")
			}
			for k, v := range c.env {
				t.Setenv(k, v)
			}
			_, _, err := load(t, map[string]string{"main.yaml": c.file, "base.yaml": c.base}, c.overrides...)
			if err == nil {
				t.Fatal("no error")
			}
			if !errors.As(err, new(*Error)) {
				t.Fatalf("error is a %T", err)
			}
			have := strings.ReplaceAll(err.Error(), embedded, "")
			if want := strings.TrimSpace(c.want); have != want {
				t.Errorf("have\n%s\nwant\n%s", have, want)
			}
		})
	}
}
