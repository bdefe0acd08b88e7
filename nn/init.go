package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// An Init fills the weights w of a layer from r. in and out are the fans of the
// layer: how many inputs each output sums over, and how many outputs each input
// reaches.
type Init func(r *rand.Rand, w []float64, in, out int)

// A drawing is an initialisation, with the standard deviation of what it draws for a
// layer with these fans and n weights.
type drawing struct {
	fill Init
	std  func(in, out, n int) float64
}

var initWords = []Choice{
	{Form: "zero", Doc: "0"},
	{Form: "constant(c)", Doc: "c"},
	{Form: "normal(std)", Doc: "normal, of that standard deviation"},
	{Form: "uniform(a)", Doc: "uniform in ±a"},
	{Form: "fan_in_uniform", Doc: "uniform in ±1/√in: PyTorch's own for linear layers and convolutions"},
	{Form: "lecun_normal", Doc: "standard deviation 1/√in (LeCun et al. 1998)"},
	{Form: "lecun_normal(gain)", Doc: "gain/√in"},
	{Form: "lecun_uniform", Doc: "the same, uniform"},
	{Form: "lecun_uniform(gain)", Doc: "gain/√in, uniform"},
	{Form: "lecun1989", Doc: "uniform in ±2.4/in (LeCun et al. 1989)"},
	{Form: "xavier_normal", Doc: "standard deviation √(2/(in+out)) (Glorot & Bengio 2010)"},
	{Form: "xavier_uniform", Doc: "the same, uniform"},
	{Form: "kaiming_normal", Doc: "standard deviation g/√in, with the gain g of the activation (He et al. 2015)"},
	{Form: "kaiming_uniform", Doc: "the same, uniform"},
	{Form: "kaiming_normal_fan_out", Doc: "g/√out"},
	{Form: "kaiming_uniform_fan_out", Doc: "g/√out, uniform"},
	{Form: "orthogonal", Doc: "orthogonal rows or columns, times the gain of the activation (Saxe et al. 2013)"},
	{Form: "orthogonal(gain)", Doc: "times that gain"},
	{Form: "lsuv", Doc: "orthogonal, then scaled layer by layer to variance 1 on a batch (Mishkin & Matas 2015)"},
}

// An initChoice is one of initWords, each of which takes at most one number.
type initChoice struct {
	word   string
	number float64
	given  bool // whether there is a number: some words have it only by request
}

// parseInit reads an initialisation of weights or of biases: one of the words.
func parseInit(s string, words []Choice) (initChoice, error) {
	word, args, err := parseChoice(s, words)
	if err != nil {
		return initChoice{}, err
	}
	c := initChoice{word: word}
	if len(args) > 0 {
		c.number, c.given = args[0], true
	}
	switch word {
	case "normal", "uniform":
		if c.number < 0 {
			return initChoice{}, fmt.Errorf("%s: have %v, want a number of at least 0", word, c.number)
		}
	case "lecun_normal", "lecun_uniform":
		if c.number < 0 {
			return initChoice{}, fmt.Errorf("%s: have gain %v, want a number of at least 0", word, c.number)
		}
	}
	return c, nil
}

// asInit is the choice of recurrent_init that leaves it to init.
const asInit = "init"

// recurrentInitWords are those of init, but for lsuv, and two of their own.
var recurrentInitWords = append([]Choice{
	{Form: asInit, Doc: "as init says, all gates at once"},
	{Form: "identity", Doc: "the identity matrix (Le, Jaitly & Hinton 2015)"},
	{Form: "identity(c)", Doc: "c times the identity matrix"},
}, slices.DeleteFunc(slices.Clone(initWords), func(c Choice) bool { return c.Name() == "lsuv" })...)

// parseRecurrentInit reads an initialisation of recurrent weights; the empty one leaves it
// to init.
func parseRecurrentInit(s string) (initChoice, error) {
	if s == "" {
		return initChoice{word: asInit}, nil
	}
	return parseInit(s, recurrentInitWords)
}

// parseBiasInit reads an initialisation of biases; the empty one is zero.
func parseBiasInit(s string) (initChoice, error) {
	if s == "" {
		return zeroInit, nil
	}
	return parseInit(s, biasInitWords)
}

var zeroInit = initChoice{word: "zero"}

// String is the choice as a config has it.
func (c initChoice) String() string {
	if c.given {
		return withNumber(c.word, c.number)
	}
	return c.word
}

// drawing is what the choice draws for a layer before the activation, whose gain He's
// initialisations and the orthogonal ones take.
//
// He's do so in He et al. 2015 for the ReLU family, and in PyTorch's kaiming_ functions
// for whichever activation they are given. The others have gain 1, as in Glorot & Bengio
// 2010 and LeCun et al. 1998, and by default in PyTorch's xavier_ functions. PyTorch's
// orthogonal_ has 1 by default too; that is orthogonal(1) here, while orthogonal takes
// the gain of the activation, with which a layer keeps the size of its signal (Saxe et
// al. 2013 have 1 for linear networks, and more for tanh).
func (c initChoice) drawing(before activationChoice) drawing {
	g := before.gain()
	switch c.word {
	case "zero":
		return same(0)
	case "constant":
		return same(c.number)
	case "normal":
		return normal(func(int, int) float64 { return c.number })
	case "uniform":
		return uniform(func(int, int) float64 { return c.number })
	case "fan_in_uniform": // variance 1/(3·in): equation 1 of Glorot & Bengio 2010, "commonly used"
		return uniform(func(in, _ int) float64 { return math.Sqrt(1 / float64(in)) })
	case "lecun_normal", "lecun_uniform": // variance gain²/in: LeCun et al. 1998, "Efficient BackProp"
		g = 1 // σ_w of Schoenholz et al. 2017
		if c.given {
			g = c.number
		}
		if c.word == "lecun_normal" {
			return normal(func(in, _ int) float64 { return g * math.Sqrt(1/float64(in)) })
		}
		return uniform(func(in, _ int) float64 { return g * math.Sqrt(3/float64(in)) })
	case "lecun1989": // U(±2.4/in): LeCun et al. 1989
		return uniform(func(in, _ int) float64 { return 2.4 / float64(in) })
	case "xavier_normal": // variance 2/(in+out): Glorot & Bengio 2010
		return normal(func(in, out int) float64 { return math.Sqrt(2 / float64(in+out)) })
	case "xavier_uniform":
		return uniform(func(in, out int) float64 { return math.Sqrt(6 / float64(in+out)) })
	case "kaiming_normal": // variance gain²/in: He et al. 2015
		return normal(func(in, _ int) float64 { return g / math.Sqrt(float64(in)) })
	case "kaiming_uniform":
		return uniform(func(in, _ int) float64 { return g * math.Sqrt(3/float64(in)) })
	case "kaiming_normal_fan_out":
		return normal(func(_, out int) float64 { return g / math.Sqrt(float64(out)) })
	case "kaiming_uniform_fan_out":
		return uniform(func(_, out int) float64 { return g * math.Sqrt(3/float64(out)) })
	case "identity":
		if !c.given {
			c.number = 1
		}
		return identity(c.number)
	case "lsuv": // the first half of Mishkin & Matas 2015; Program.LSUV does the second
		return orthogonal(1)
	}
	if c.given {
		g = c.number
	}
	return orthogonal(g) // Saxe et al. 2013
}

// byFanIn is the choice with the fan-in in the place of the fan-out.
func (c initChoice) byFanIn() initChoice {
	c.word = strings.TrimSuffix(c.word, "_fan_out")
	return c
}

// onData says that the weights get their scale from a batch of data: see LSUV.
func (c initChoice) onData() bool { return c.word == "lsuv" }

// valueByValue says that the weights are drawn one by one, all in the same way.
func (c initChoice) valueByValue() bool { return c.word != "orthogonal" && c.word != "lsuv" }

// hasGain says that the initialisation depends on the gain of the activation.
func (c initChoice) hasGain() bool {
	return strings.HasPrefix(c.word, "kaiming") || c.word == "orthogonal" && !c.given
}

var biasInitWords = []Choice{
	{Form: "zero", Doc: "0"},
	{Form: "constant(c)", Doc: "c"},
	{Form: "normal(std)", Doc: "normal, of that standard deviation"},
	{Form: "uniform(a)", Doc: "uniform in ±a"},
	{Form: "fan_in_uniform", Doc: "uniform in ±1/√in: PyTorch's default"},
}

func constant(c float64) Init {
	return func(_ *rand.Rand, w []float64, _, _ int) {
		for i := range w {
			w[i] = c
		}
	}
}

// same gives all weights one value.
func same(c float64) drawing {
	return drawing{constant(c), func(int, int, int) float64 { return 0 }}
}

func normal(std func(in, out int) float64) drawing {
	fill := func(r *rand.Rand, w []float64, in, out int) {
		s := std(in, out)
		for i := range w {
			w[i] = s * r.NormFloat64()
		}
	}
	return drawing{fill, func(in, out, _ int) float64 { return std(in, out) }}
}

func uniform(bound func(in, out int) float64) drawing {
	fill := func(r *rand.Rand, w []float64, in, out int) {
		a := bound(in, out)
		for i := range w {
			w[i] = a * (2*r.Float64() - 1)
		}
	}
	return drawing{fill, func(in, out, _ int) float64 { return bound(in, out) / math.Sqrt(3) }}
}

// scaled multiplies the weights that init makes.
func scaled(init Init, by float64) Init {
	switch by {
	case 0:
		return constant(0) // and not −0
	case 1:
		return init
	}
	return func(r *rand.Rand, w []float64, in, out int) {
		init(r, w, in, out)
		for i := range w {
			w[i] *= by
		}
	}
}

// identity is c times the square identity matrix.
func identity(c float64) drawing {
	fill := func(_ *rand.Rand, w []float64, in, _ int) {
		clear(w)
		for i := range in {
			w[i*in+i] = c
		}
	}
	return drawing{fill, func(in, _, _ int) float64 { return math.Abs(c) / math.Sqrt(float64(in)) }}
}

// orthogonal makes the matrix (in, out) of the weights have orthogonal columns,
// or rows where there are more columns than rows, all of length g.
func orthogonal(g float64) drawing {
	std := func(in, _, n int) float64 { return g / math.Sqrt(float64(max(in, n/in))) }
	return drawing{std: std, fill: func(r *rand.Rand, w []float64, in, _ int) {
		rows, cols := in, len(w)/in
		long, short := max(rows, cols), min(rows, cols)
		q := make([]float64, len(w)) // short vectors of length long
		for v := range short {
			x := q[v*long : (v+1)*long]
			for norm := 0.0; norm < 1e-6; {
				for i := range x {
					x[i] = r.NormFloat64()
				}
				for range 2 { // twice: Gram-Schmidt loses orthogonality to rounding
					for u := range v {
						y := q[u*long : (u+1)*long]
						d := dot(x, y)
						for i := range x {
							x[i] -= d * y[i]
						}
					}
				}
				norm = math.Sqrt(dot(x, x))
				for i := range x {
					x[i] /= norm
				}
			}
		}
		for i := range rows {
			for j := range cols {
				if rows >= cols {
					w[i*cols+j] = g * q[j*long+i]
				} else {
					w[i*cols+j] = g * q[i*long+j]
				}
			}
		}
	}}
}

func dot(x, y []float64) (s float64) {
	for i := range x {
		s += x[i] * y[i]
	}
	return s
}
