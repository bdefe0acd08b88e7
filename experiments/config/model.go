package config

import (
	"fmt"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"

	"zoo/architectures"
	"zoo/internal/problem"
	"zoo/internal/strict"
	"zoo/nn"
)

// Model is the model section: a name, the choices that all networks share, and
// the hyperparameters of the named network. It is a strict.Chooser.
type Model struct {
	Name string `doc:"the network: see zoo models"`
	nn.Options
	network nn.Network // a pointer to the hyperparameters
}

// Choices are the names of the models.
func (m *Model) Choices() []string { return architectures.Names() }

// Choose sets the defaults of the named model.
func (m *Model) Choose(name string) {
	model, _ := architectures.Lookup(name)
	m.Name, m.Options, m.network = name, model.Options, model.Hyperparameters()
}

// Chosen is where the hyperparameters of the model are.
func (m *Model) Chosen() any {
	if m.network == nil {
		return nil
	}
	return m.network
}

// Network is the network with its hyperparameters.
func (m *Model) Network() nn.Network { return m.network }

// MostOfModel is the largest number of units, filters, layers or classes that makes
// sense, before any memory is estimated: a larger one is a typing error.
const MostOfModel = 1 << 24

// Validate reports hyperparameters that are far too large.
func (m *Model) Validate() (ps []problem.Problem) {
	if m.network == nil {
		return nil
	}
	settings := m.Settings()
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		values, list := settings[key].([]any)
		if !list {
			values = []any{settings[key]}
		}
		for _, v := range values {
			if n, ok := v.(int); ok && n > MostOfModel {
				ps = append(ps, problem.Problem{Key: key, Message: fmt.Sprintf("have %d, want at most %d", n, MostOfModel)})
			}
		}
	}
	return ps
}

// Settings are the keys of the section model with their values, but for the name.
func (m Model) Settings() map[string]any {
	settings := map[string]any{}
	if err := yaml.Unmarshal(strict.Render(&m, nil), &settings); err != nil {
		panic("config: " + err.Error()) // what strict renders is YAML
	}
	delete(settings, "name")
	return settings
}

// LoadModel resolves a registered model with overrides such as "width=8".
func LoadModel(name string, overrides ...string) (Model, error) {
	var c struct {
		Model Model `doc:"the network"`
	}
	settings := append([]string{"model.name=" + name}, inSection("model.", overrides)...)
	_, err := new(strict.Loader).Load(&c, "", settings)
	return c.Model, err
}

// Idle returns those of the unasked keys, which the network does not ask for, whose
// value is not the registered model's: they are set and have no effect.
func (m Model) Idle(unasked []string) (keys []string) {
	m.Options = m.Options.Canonical()
	differ := Differing([]map[string]string{Config{Model: m}.Flat(), Config{Model: m.AsRegistered(unasked)}.Flat()})
	for _, key := range unasked {
		if key = "model." + key; slices.Contains(differ, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// AsRegistered is the model with the registered values of the unasked keys, which its
// network does not ask for, and the others in the form in which equal choices are equal.
func (m Model) AsRegistered(unasked []string) Model {
	registered, _ := architectures.Lookup(m.Name)
	m.Options = m.Options.Canonical()
	for _, key := range unasked {
		m.Options.Take(key, registered.Options)
	}
	return m
}
