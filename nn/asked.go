package nn

// optionKeys are the keys of Options in a config.
var optionKeys = []struct {
	name string
	of   func(c choices) any
	take func(o *Options, from Options)
}{
	{"init", func(c choices) any { return c.init }, func(o *Options, from Options) { o.Init = from.Init }},
	{"bias_init", func(c choices) any { return c.biasInit }, func(o *Options, from Options) { o.BiasInit = from.BiasInit }},
	{"recurrent_init", func(c choices) any { return c.recurrentInit }, func(o *Options, from Options) { o.RecurrentInit = from.RecurrentInit }},
	{"residual_init", func(c choices) any { return c.residualInit }, func(o *Options, from Options) { o.ResidualInit = from.ResidualInit }},
	{"norm", func(c choices) any { return c.norm }, func(o *Options, from Options) { o.Norm = from.Norm }},
	{"norm_eps", func(c choices) any { return c.normEps }, func(o *Options, from Options) { o.NormEps = from.NormEps }},
	{"activation", func(c choices) any { return c.activation }, func(o *Options, from Options) { o.Activation = from.Activation }},
	{"dropout", func(c choices) any { return c.dropout }, func(o *Options, from Options) { o.Dropout = from.Dropout }},
}

// indexOf is the index of a key in optionKeys. It panics for a key that does not exist.
func indexOf(key string) int {
	for i, k := range optionKeys {
		if k.name == key {
			return i
		}
	}
	panic("nn: no option " + key)
}

// Take gives a key the value that it has in other options. It panics for a key that
// does not exist.
func (o *Options) Take(key string, from Options) { optionKeys[indexOf(key)].take(o, from) }

// ask notes that a choice matters here: with another value, the network or its initial
// weights would be different. It does not count where the architecture has
// replaced the config's choice by one of its own.
func (s *Scope) ask(key string) {
	if of := optionKeys[indexOf(key)].of; of(s.choices) == of(s.settings) {
		s.asked[key] = true
	}
}

// unasked are the keys of the choices that matter to no layer.
func (b *build) unasked() (keys []string) {
	for _, k := range optionKeys {
		if !b.asked[k.name] {
			keys = append(keys, k.name)
		}
	}
	return keys
}
