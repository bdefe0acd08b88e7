package optim

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"zoo/internal/problem"
)

// Options are the section train.optimizer of a config. A key that the named
// solver does not use has no effect, so that an ablation can vary only the name.
type Options struct {
	Name          string  `doc:"sgd, adam (L2: the decay is added to the gradient), adamw (decoupled decay) or rmsprop" enum:"sgd,adam,adamw,rmsprop"`
	LR            float64 `doc:"learning rate, at the top of the schedule; required"`
	Momentum      float64 `doc:"sgd, rmsprop: momentum, 0 for none (dampening 0)"`
	Nesterov      bool    `doc:"sgd: Nesterov momentum"`
	Beta1         float64 `doc:"adam, adamw: decay of the average of the gradient"`
	Beta2         float64 `doc:"adam, adamw: decay of the average of the squared gradient"`
	Alpha         float64 `doc:"rmsprop: decay of the average of the squared gradient"`
	Eps           float64 `doc:"adam, adamw, rmsprop: added to the root in the denominator; 0 for the default, 1e-8"`
	WeightDecay   float64 `doc:"weight decay; adamw multiplies it by the learning rate"`
	DecayNormBias bool    `doc:"weight decay applies to the parameters of norms and to biases too"`
}

// Defaults are PyTorch's. The learning rate has no default.
func Defaults() Options {
	return Options{Name: "sgd", Beta1: 0.9, Beta2: 0.999, Alpha: 0.99, DecayNormBias: true}
}

var solverNames = []string{"sgd", "adam", "adamw", "rmsprop"}

// Validate finds every value that is out of range.
func (o Options) Validate() []problem.Problem {
	var ps []problem.Problem
	bad := func(wrong bool, key, format string, args ...any) {
		if wrong {
			ps = append(ps, problem.Problem{Key: key, Message: fmt.Sprintf(format, args...)})
		}
	}
	bad(!slices.Contains(solverNames, o.Name), "name", "have %q, want %s", o.Name, oneOf(solverNames))
	bad(!(o.LR > 0) || math.IsInf(o.LR, 0), "lr", "have %v, want a learning rate above 0", o.LR)
	bad(!fraction(o.Momentum), "momentum", "have %v, want a value in [0, 1)", o.Momentum)
	bad(o.Name == "sgd" && o.Nesterov && o.Momentum == 0, "nesterov", "requires a momentum above 0")
	bad(!fraction(o.Beta1), "beta1", "have %v, want a value in [0, 1)", o.Beta1)
	bad(!fraction(o.Beta2), "beta2", "have %v, want a value in [0, 1)", o.Beta2)
	bad(!fraction(o.Alpha), "alpha", "have %v, want a value in [0, 1)", o.Alpha)
	bad(!finite(o.Eps), "eps", "have %v, want a value of at least 0", o.Eps)
	bad(!finite(o.WeightDecay), "weight_decay", "have %v, want a value of at least 0", o.WeightDecay)
	return ps
}

// Idle are the keys with another value than the default's that the named solver does
// not use, and the options without them.
func (o Options) Idle() (keys []string, without Options) {
	without, d := o, Defaults()
	idle := func(key string, differs bool, usedBy ...string) bool {
		if differs && !slices.Contains(usedBy, o.Name) {
			keys = append(keys, key)
			return true
		}
		return false
	}
	if idle("momentum", o.Momentum != d.Momentum, "sgd", "rmsprop") {
		without.Momentum = d.Momentum
	}
	if idle("nesterov", o.Nesterov != d.Nesterov, "sgd") {
		without.Nesterov = d.Nesterov
	}
	if idle("beta1", o.Beta1 != d.Beta1, "adam", "adamw") {
		without.Beta1 = d.Beta1
	}
	if idle("beta2", o.Beta2 != d.Beta2, "adam", "adamw") {
		without.Beta2 = d.Beta2
	}
	if idle("alpha", o.Alpha != d.Alpha, "rmsprop") {
		without.Alpha = d.Alpha
	}
	if idle("eps", o.Eps != d.Eps, "adam", "adamw", "rmsprop") {
		without.Eps = d.Eps
	}
	return keys, without
}

// fraction tells whether v is in [0, 1); a NaN is not.
func fraction(v float64) bool { return v >= 0 && v < 1 }

// finite tells whether v is in [0, Inf); a NaN is not.
func finite(v float64) bool { return v >= 0 && !math.IsInf(v, 0) }

// oneOf lists choices as English does.
func oneOf(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
