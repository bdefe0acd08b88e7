package nn

import (
	"errors"
	"fmt"
	"math"
)

// choices are Options as a scope has them: parsed. They can be compared.
type choices struct {
	init          initChoice
	biasInit      initChoice
	recurrentInit initChoice
	residualInit  residualInit
	norm          normChoice
	normEps       float64 // 0: the default
	activation    activationChoice
	dropout       float64
}

// parse reads each of the options, and reports those that are unknown or out of range.
// Everything else asks the choices, never the words of a config.
func (o Options) parse() (c choices, ps []Problem) {
	add := func(key string, err error) {
		if err != nil {
			ps = append(ps, Problem{Key: key, Message: err.Error()})
		}
	}
	var err error
	c.activation, err = parseActivation(o.Activation)
	add("activation", err)
	c.init, err = parseInit(o.Init, initWords)
	add("init", err)
	c.biasInit, err = parseBiasInit(o.BiasInit)
	add("bias_init", err)
	c.recurrentInit, err = parseRecurrentInit(o.RecurrentInit)
	add("recurrent_init", err)
	c.residualInit, err = parseResidualInit(o.ResidualInit)
	add("residual_init", err)
	c.norm, err = parseNorm(o.Norm)
	add("norm", err)
	if c.normEps = o.NormEps; !(c.normEps >= 0) || math.IsInf(c.normEps, 0) {
		add("norm_eps", fmt.Errorf("have %v, want a finite number of at least 0", c.normEps))
	}
	if c.dropout = o.Dropout; !(c.dropout >= 0 && c.dropout < 1) {
		add("dropout", fmt.Errorf("have %v, want a probability in [0, 1)", c.dropout))
	}
	return c, ps
}

// parseAll is parse, and reports choices that exclude each other, too.
func (o Options) parseAll() (c choices, ps []Problem) {
	c, ps = o.parse()
	add := func(key string, err error) {
		ps = append(ps, Problem{Key: key, Message: err.Error()})
	}
	if c.init.onData() && c.residualInit == scaledBranches {
		add("residual_init", errors.New("lsuv sets the scale of each layer itself: have scaled, want none"))
	}
	if c.residualInit == fixup && c.norm.kind != noNorm && c.norm.kind != "" { // "": it is a problem already
		add("residual_init", fmt.Errorf("fixup replaces normalisation: have norm %s, want norm none", c.norm))
	}
	return c, ps
}

// options are the choices as a config has them.
func (c choices) options() Options {
	return Options{
		Init: c.init.String(), BiasInit: c.biasInit.String(), RecurrentInit: c.recurrentInit.String(), ResidualInit: string(c.residualInit),
		Norm: c.norm.String(), NormEps: c.normEps, Activation: c.activation.String(), Dropout: c.dropout,
	}
}
