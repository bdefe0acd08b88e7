package nn

// choice points to the value of a key of the options.
func (o *Options) choice(key string) any {
	switch key {
	case "init":
		return &o.Init
	case "bias_init":
		return &o.BiasInit
	case "residual_init":
		return &o.ResidualInit
	case "norm":
		return &o.Norm
	case "norm_eps":
		return &o.NormEps
	case "activation":
		return &o.Activation
	case "dropout":
		return &o.Dropout
	}
	panic("nn: no choice " + key)
}

var choiceKeys = []string{"init", "bias_init", "residual_init", "norm", "norm_eps", "activation", "dropout"}

// Take gives a key the value that it has in other options. It panics for a key that
// there is not.
func (o *Options) Take(key string, from Options) {
	switch p := o.choice(key).(type) {
	case *string:
		*p = *from.choice(key).(*string)
	case *float64:
		*p = *from.choice(key).(*float64)
	}
}

// ask notes that a choice has a say here: with another value, the network or its
// initial weights would be others. It does not count where the architecture has put
// a choice of its own in the place of the config's.
func (s *Scope) ask(key string) {
	of := s.settings
	if of.Take(key, s.Options); of == s.settings {
		s.asked[key] = true
	}
}

// unasked are the keys of the choices that no layer has asked for.
func (b *build) unasked() (keys []string) {
	for _, key := range choiceKeys {
		if !b.asked[key] {
			keys = append(keys, key)
		}
	}
	return keys
}

// Normed says whether layers of the scope are followed by a norm. Architectures ask
// it rather than the option itself: what nothing asks for has no effect, and zoo
// says so (Program.Unasked).
func (s *Scope) Normed() bool {
	s.ask("norm")
	return s.Norm != "none"
}

// initOf reads the scope's initialisation of weights.
func (s *Scope) initOf() drawing {
	init, err := parseInit(s.Init, s.Activation)
	if err != nil {
		s.Fail(err)
	}
	s.ask("init")
	if gained(s.Init) {
		s.ask("activation")
	}
	return init
}
