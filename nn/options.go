package nn

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"zoo/internal/problem"
)

// Options are the choices that hold everywhere in a network unless a layer says
// otherwise: what an ablation changes. Each is one word, with its numbers in
// brackets where it has any: "group(8)", "leaky(0.01)".
type Options struct {
	Init         string  `doc:"how weights start. kaiming and orthogonal take the gain of the activation (√2 for relu, 5/3 for tanh, 1 for linear: PyTorch's calculate_gain; its orthogonal_ has 1, which is orthogonal(1)), xavier and lecun 1, as their papers and PyTorch by default; zoo summary shows what results"`
	BiasInit     string  `doc:"how biases of convolutions and linear layers start"`
	ResidualInit string  `doc:"how residual branches start" enum:"none,zero,scaled,fixup"`
	Norm         string  `doc:"normalisation"`
	NormEps      float64 `doc:"what a norm adds to the variance; 0: 1e-5"`
	Activation   string  `doc:"activation"`
	Dropout      float64 `doc:"probability with which dropout layers drop a value; 0 is off"`
}

// words are the choices of each key.
var words = map[string][]problem.Choice{
	"init": initWords, "bias_init": biasInitWords, "residual_init": residualInitWords, "norm": normWords, "activation": activationWords,
}

// Describe are the choices of each key with what they stand for.
func (o Options) Describe() map[string][]problem.Choice { return words }

// Validate reports every choice that is unknown or out of range.
func (o Options) Validate() (ps []problem.Problem) {
	add := func(key string, err error) {
		if err != nil {
			ps = append(ps, problem.Problem{Key: key, Message: err.Error()})
		}
	}
	activation := o.Activation
	_, err := parseActivation(activation)
	add("activation", err)
	if err != nil {
		activation = "linear" // an init is judged by itself
	}
	_, err = parseInit(o.Init, activation)
	add("init", err)
	if strings.TrimSpace(o.Init) == "lsuv" && o.ResidualInit == "scaled" {
		add("residual_init", errors.New("lsuv sets the scale of each layer itself: have scaled, want none"))
	}
	_, err = parseBiasInit(o.BiasInit)
	add("bias_init", err)
	_, _, err = choice(o.ResidualInit, residualInitWords)
	add("residual_init", err)
	norm, err := parseNorm(o.Norm)
	add("norm", err)
	if err == nil && o.ResidualInit == "fixup" && norm.name != "none" {
		add("residual_init", fmt.Errorf("fixup replaces normalisation: have norm %s, want norm none", o.Norm))
	}
	if !(o.NormEps >= 0) || math.IsInf(o.NormEps, 0) {
		add("norm_eps", fmt.Errorf("have %v, want a finite number of at least 0", o.NormEps))
	}
	if !(o.Dropout >= 0 && o.Dropout < 1) {
		add("dropout", fmt.Errorf("have %v, want a probability in [0, 1)", o.Dropout))
	}
	return ps
}

var residualInitWords = []problem.Choice{
	{Form: "none", Doc: "like everything else"},
	{Form: "zero", Doc: "the last layer of a branch is zero (Goyal et al. 2017)"},
	{Form: "scaled", Doc: "the last layer of a branch is divided by the square root of the number of branches (Hanin & Rolnick 2018)"},
	{Form: "fixup", Doc: "requires norm: none (Zhang et al. 2019)"},
}

// choice reads a word with its numbers, one of those that are known.
func choice(s string, known []problem.Choice) (name string, args []float64, err error) {
	name, args, err = problem.Call(s)
	if err != nil {
		return "", nil, err
	}
	var names []string
	var numbers []int // that the forms of the word take
	for _, c := range known {
		names = append(names, c.Name())
		if c.Name() == name {
			numbers = append(numbers, c.Numbers())
		}
	}
	if numbers == nil {
		return "", nil, unknown(name, slices.Compact(names))
	}
	if least, most := slices.Min(numbers), slices.Max(numbers); len(args) < least || len(args) > most {
		want := fmt.Sprint(least)
		if most > least {
			want = fmt.Sprintf("%d to %d", least, most)
		}
		return "", nil, fmt.Errorf("%s: have %d numbers in brackets, want %s", name, len(args), want)
	}
	for _, a := range args {
		if math.IsNaN(a) || math.IsInf(a, 0) {
			return "", nil, fmt.Errorf("%s: have %v, want a finite number", name, a)
		}
	}
	return name, args, nil
}

func unknown(have string, known []string) error {
	return fmt.Errorf("have %q, want one of %s", have, strings.Join(known, ", "))
}
