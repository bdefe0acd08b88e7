package strict

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestRender(t *testing.T) {
	c, origins, err := load(t, map[string]string{
		"base.yaml": "train:\n  optimizer: {lr: 5.0e-4}\n  epochs: 3\n",
		"main.yaml": `extends: base
model: {name: resnet, blocks: 9}
train:
  early_stop: {patience: 3}
axes:
- {param: a, values: [x, "5", yes, "a, b"]}
- param: b
notes: {a.b: 3, z: 1e-4}
paper: 'He et al.: "Deep" # 3, which goes on for longer than any comment would care to follow'
`}, "train.epochs=4", "model.init=normal(0.01)")
	if err != nil {
		t.Fatal(err)
	}
	const want = `name: ""                             # default
paper: 'He et al.: "Deep" # 3, which goes on for longer than any comment would care to follow'  # embedded:main.yaml:9:8
seed: 1                              # default
model:
  name: resnet                       # embedded:main.yaml:2:15
  init: normal(0.01)                 # override model.init=normal(0.01)
  norm: batch                        # default
  blocks: 9                          # embedded:main.yaml:2:31
  shortcut: A                        # default
data:
  name: mnist                        # default
  pad: 0                             # default
  flip: false                        # default
  mean: 0.1307                       # default
train:
  epochs: 4                          # override train.epochs=4
  batch: 64                          # default
  optimizer:
    name: sgd                        # default
    lr: 0.0005                       # embedded:base.yaml:2:19
    weight_decay: 0                  # default
  ema: 0                             # default
  early_stop:
    patience: 3                      # embedded:main.yaml:4:26
  rates: []                          # default
axes:
  - param: a                         # embedded:main.yaml:6:11
    values: [x, "5", "yes", 'a, b']  # embedded:main.yaml:6:22
    labels: []                       # default
    mode: grid                       # default
  - param: b                         # embedded:main.yaml:7:10
    values: []                       # default
    labels: []                       # default
    mode: grid                       # default
notes:
  a.b: 3                             # embedded:main.yaml:8:14
  z: 0.0001                          # embedded:main.yaml:8:20
`
	if have := string(Render(c, origins)); have != want {
		t.Errorf("have\n%s\nwant\n%s", have, want)
	}
	roundTrip(t, c, exampleDefaults())
}

// roundTrip loads what Render writes over the defaults, and expects the same.
func roundTrip[C any](t *testing.T, config, defaults *C) {
	t.Helper()
	text := Render(config, Origins{})
	l := &Loader{FS: configs(map[string]string{"main.yaml": string(text)})}
	if _, err := l.Load(defaults, "main", nil); err != nil {
		t.Fatalf("%v\nin\n%s", err, text)
	}
	if !reflect.DeepEqual(config, defaults) {
		t.Fatalf("have %+v\nwant %+v\nfrom\n%s", defaults, config, text)
	}
	if again := Render(defaults, Origins{}); !bytes.Equal(text, again) {
		t.Fatalf("have\n%s\nfirst\n%s", again, text)
	}
}

// Anything a string can hold survives, as a value, in a list, and as a key.
func TestRoundTripOfStrings(t *testing.T) {
	texts := []string{
		"", " ", "a ", " a", "5", "1e-4", "0x1f", "010", "1_000", "1:30", "true", "yes", "N", "null", "~", "Null",
		"2015-12-10", "=", "<<", "- a", "-", "?", ":", "a:", "a: b", "a #b", "#", "[1]", "{a", "a, b", "*a", "&a", "!a",
		"%a", "@a", "`a", "'a'", `"a"`, `\`, `\n`, "a\nb", "\n", "\r", "a\tb", "\t", "\x00", "\x7f", "\u0085", "\u00a0",
		"\u2028", "\ufeff", "é", "😀", "---", "...", "|", ">", strings.Repeat("long ", 100), "range(-0.1,1.175)", "\ufffd",
	}
	const letters = " \t\n\r:#-?[]{},&*!|>'\"%@`~=.0123456789eExabcAB\\/<\x00\xc3\xa9"
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		b := make([]byte, random.IntN(12))
		for i := range b {
			b[i] = letters[random.IntN(len(letters))]
		}
		if utf8.Valid(b) {
			texts = append(texts, string(b))
		}
	}
	for _, text := range texts {
		c := exampleDefaults()
		c.Paper = text
		c.Axes = []exampleAxis{{Param: text, Values: []string{text, text}, Labels: []Word{Word(text)}, Mode: "zip"}}
		if utf8.RuneCountInString(text) <= maxKey {
			c.Notes = map[string]float64{text: 1}
		}
		roundTrip(t, c, exampleDefaults())
	}
}

func TestRoundTripOfNumbers(t *testing.T) {
	type numbers struct {
		I8  int8
		I64 []int64
		U64 uint64
		F32 []float32
		F64 [][]float64
		P   *float64
		M   map[string]map[string][]int
		S   []map[string]int
		L   [][]exampleAxis
		E   struct{}
		Q   []*exampleEarlyStop
		I16 []*int16
	}
	x := 1e21
	roundTrip(t, &numbers{
		I8: -128, I64: []int64{-1 << 63, 1<<63 - 1, 0}, U64: 1<<64 - 1,
		F32: []float32{0.1, 1e-45, 3.4e38, -0.5}, F64: [][]float64{{1e-300, 5e-324, 1.7e308}, nil, {123456789}},
		P: &x, M: map[string]map[string][]int{"a": {"b": {1}}, "c": nil},
		S: []map[string]int{{"a": 1, "b": 2}, nil}, L: [][]exampleAxis{{{Param: "p", Mode: "zip"}, {Mode: "grid"}}, nil},
		Q: []*exampleEarlyStop{{1}, {2}}, I16: []*int16{new(int16)},
	}, &numbers{})
	roundTrip(t, &numbers{}, &numbers{})
}
