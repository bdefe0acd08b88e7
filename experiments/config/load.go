package config

import (
	"path/filepath"
	"strings"

	"zoo/configs"
	"zoo/datasets"
	"zoo/internal/strict"
)

// Environment are the variables that begin like a setting but are not one: the
// data folder, and the set of instructions (f32.ISA).
var Environment = []string{"ZOO_DATA", "ZOO_ISA"}

// ownWords are keys that a config does not inherit: they say what one experiment is
// and what was found with it, which one that extends it has yet to show.
var ownWords = []string{"name", "paper", "figure", "claim", "cost", "check"}

// loader finds named configs in ./configs, then among those in the program.
func loader() *strict.Loader {
	return &strict.Loader{Dirs: []string{"configs"}, FS: configs.FS, Env: "ZOO_", Reserved: Environment, Own: ownWords}
}

// Load resolves a config, by name or file, with overrides such as
// "train.epochs=3". The error is a *strict.Error with every problem.
func Load(name string, overrides ...string) (Config, strict.Origins, error) {
	c, origins, err := resolve(name, overrides)
	return c, origins, severalValues(err, name, overrides)
}

// resolve is Load, with settings of a sweep. A config without a name has that of
// its file.
func resolve(name string, overrides []string, settings ...strict.Setting) (Config, strict.Origins, error) {
	c := Defaults()
	file := filepath.Base(name)
	if stem := strings.TrimSuffix(strings.TrimSuffix(file, ".yaml"), ".yml"); namesFolder(stem) {
		c.Name = stem
	}
	origins, err := loader().Load(&c, name, overrides, settings...)
	return c, origins, err
}

// Names lists the configs that can be run by name: those of ./configs and those
// in the program.
func Names() []string { return loader().Names() }

// Keys are the keys of a config, those of its network among them, with its values for
// the defaults. A config that cannot be read, or none, has those of [Defaults].
func Keys(name string, overrides ...string) []strict.Key {
	c := Defaults()
	if name != "" {
		c, _, _ = resolve(name, overrides) // as far as it goes
	}
	return strict.Keys(&c)
}

// KeysOf are the keys that a section has with one of its choices, such as model with the
// name of a network, or data with that of a dataset. Values are the choice's defaults.
func KeysOf(section, choice string) []strict.Key {
	c := Defaults()
	return strict.KeysOfChoice(&c, section, choice)
}

// Schema is the JSON schema of a config file, for editors.
func Schema() []byte {
	c := Defaults()
	return strict.Schema(&c, "zoo experiment")
}

// Describe resolves a named config as it is written, without the environment.
func Describe(name string) (Config, error) {
	l := loader()
	l.Env = ""
	c := Defaults()
	_, err := l.Load(&c, name, nil)
	return c, err
}

// LoadData resolves the section data for a dataset, with overrides such as
// "resize=32". The root is a path and not YAML; empty is none.
func LoadData(name, root string, overrides ...string) (datasets.Section, error) {
	var c struct {
		Data datasets.Section `doc:"the data"`
	}
	c.Data.Root = root
	settings := append([]string{"data.name=" + name}, inSection("data.", overrides)...)
	_, err := new(strict.Loader).Load(&c, "", settings)
	return c.Data, err
}

// inSection adds the name of the section to keys that do not begin with it.
func inSection(section string, overrides []string) (settings []string) {
	for _, o := range overrides {
		if key, _, ok := strings.Cut(o, "="); ok && key != "" && !strings.HasPrefix(key, section) {
			o = section + o
		}
		settings = append(settings, o)
	}
	return settings
}
