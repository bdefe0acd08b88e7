package nn

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"zoo/internal/problem"
)

// A Problem is one wrong value of a section of a config: its Key, relative to the section,
// such as "width", and a Message: have X, want Y. A network whose hyperparameters can be
// wrong has a method
//
//	Validate() []nn.Problem
//
// that returns all of them.
type Problem = problem.Problem

// A Choice is one of the words that a key takes, and what it stands for: Form, with the
// names of its numbers if it has any, such as "group(groups)", and Doc. A network with keys
// of such words has a method
//
//	Describe() map[string][]nn.Choice
//
// that returns them by key, for help and completion.
type Choice = problem.Choice

// Options are the choices that hold everywhere in a network unless a layer says
// otherwise: what an ablation changes. Each is a word, followed by numbers in brackets
// if it takes any: "group(8)", "leaky(0.01)".
type Options struct {
	Init          string  `doc:"how weights start. kaiming and orthogonal take the gain of the activation (√2 for relu, 5/3 for tanh, 1 for linear: PyTorch's calculate_gain; its orthogonal_ has 1, which is orthogonal(1)), xavier and lecun 1, as their papers and PyTorch by default; zoo summary shows what results"`
	BiasInit      string  `doc:"how biases of convolutions and linear layers start"`
	RecurrentInit string  `doc:"how the weights start by which a recurrent layer multiplies its own state. Each gate's square of them starts by itself; orthogonal and kaiming have gain 1 here"`
	ResidualInit  string  `doc:"how residual branches start" enum:"none,zero,scaled,fixup"`
	Norm          string  `doc:"normalisation"`
	NormEps       float64 `doc:"what a norm adds to the variance; 0: 1e-5"`
	Activation    string  `doc:"activation"`
	Dropout       float64 `doc:"probability with which dropout layers drop a value; 0 is off"`
}

// words are the words that each key takes.
var words = map[string][]Choice{
	"init": initWords, "bias_init": biasInitWords, "recurrent_init": recurrentInitWords, "residual_init": residualInitWords, "norm": normWords, "activation": activationWords,
}

// Describe returns the words that each key takes, with their meanings.
func (o Options) Describe() map[string][]Choice { return words }

// Validate reports every choice that is unknown or out of range, and those that exclude
// each other.
func (o Options) Validate() []Problem {
	_, ps := o.parseAll()
	return ps
}

// Canonical returns the options in the form in which equal choices are equal words:
// without spaces, and with numbers in their shortest form. Options that are not valid
// are returned as they are.
func (o Options) Canonical() Options {
	if c, ps := o.parseAll(); len(ps) == 0 {
		return c.options()
	}
	return o
}

// LSUV says that the initialisation ends with [Program.LSUV], on a batch of data.
func (o Options) LSUV() bool {
	c, _ := o.parse()
	return c.init.onData()
}

// parseChoice reads a word with its numbers. It is an error if it is not one of the known.
func parseChoice(s string, known []Choice) (name string, args []float64, err error) {
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

// withNumber is the inverse of parseChoice for a word with one number.
func withNumber(word string, v float64) string {
	return word + "(" + strconv.FormatFloat(v, 'g', -1, 64) + ")"
}

func unknown(have string, known []string) error {
	return fmt.Errorf("have %q, want one of %s", have, strings.Join(known, ", "))
}
