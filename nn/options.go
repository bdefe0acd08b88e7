package nn

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"zoo/internal/problem"
)

// Options are the choices that hold everywhere in a network unless a layer says
// otherwise: what an ablation changes. Each is one word, with its numbers in
// brackets where it has any: "group(8)", "leaky(0.01)".
type Options struct {
	Init         string  `doc:"how weights start: zero, constant(c), normal(std), uniform(a), fan_in_uniform, lecun_normal, lecun_normal(gain), lecun_uniform, lecun_uniform(gain), lecun1989, xavier_normal, xavier_uniform, kaiming_normal, kaiming_uniform, kaiming_normal_fan_out, kaiming_uniform_fan_out, orthogonal, orthogonal(gain), lsuv. kaiming and orthogonal take the gain of the activation (√2 for relu, 5/3 for tanh, 1 for linear: PyTorch's calculate_gain; its orthogonal_ has 1, which is orthogonal(1)), xavier and lecun 1, as their papers and PyTorch by default; zoo summary shows what results"`
	BiasInit     string  `doc:"how biases of convolutions and linear layers start: zero, constant(c), normal(std), uniform(a), fan_in_uniform (PyTorch's default)"`
	ResidualInit string  `doc:"how residual branches start: none (like everything else), zero (the last layer of a branch is zero: Goyal et al. 2017), scaled (the last layer of a branch is divided by the square root of the number of branches: Hanin & Rolnick 2018), fixup (Zhang et al. 2019; wants norm: none)" enum:"none,zero,scaled,fixup"`
	Norm         string  `doc:"normalisation: none, batch, layer, group(groups), instance, rms"`
	NormEps      float64 `doc:"what a norm adds to the variance; 0: 1e-5"`
	Activation   string  `doc:"activation: relu, relu6, leaky(slope), prelu, elu, gelu, gelu_tanh, silu, hardswish, tanh, sigmoid, hardsigmoid, scaled_tanh (LeCun's 1.7159 tanh(2x/3)), linear"`
	Dropout      float64 `doc:"probability with which dropout layers drop a value; 0 is off"`
}

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
	if !slices.Contains(residualInits, o.ResidualInit) {
		add("residual_init", unknown(o.ResidualInit, residualInits))
	}
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

var residualInits = []string{"none", "zero", "scaled", "fixup"}

// choice reads a one-word choice with its numbers. arity says how many numbers
// each known word takes at least and at most.
func choice(s string, arity map[string][2]int) (name string, args []float64, err error) {
	name, args, err = problem.Call(s)
	if err != nil {
		return "", nil, err
	}
	n, ok := arity[name]
	if !ok {
		return "", nil, unknown(name, slices.Sorted(maps.Keys(arity)))
	}
	if len(args) < n[0] || len(args) > n[1] {
		want := fmt.Sprint(n[0])
		if n[1] > n[0] {
			want = fmt.Sprintf("%d to %d", n[0], n[1])
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
