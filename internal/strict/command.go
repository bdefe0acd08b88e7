package strict

import (
	"os"
	"slices"
	"strings"

	"github.com/spf13/viper"
)

// environment begins the source of a value that a variable gave.
const environment = "environment "

// environment merges the variables with the loader's prefix. An empty variable
// counts as unset.
func (r *resolver) environment(rank int) {
	if r.Env == "" {
		return
	}
	var variables []string
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, r.Env) && !slices.Contains(r.Reserved, name) {
			variables = append(variables, name)
		}
	}
	slices.Sort(variables)
	setBy := map[string]string{}
	for _, name := range variables {
		v := viper.NewWithOptions(viper.KeyDelimiter("::")) // our keys contain dots
		key := strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, r.Env)), "__", ".")
		if err := v.BindEnv(key, name); err != nil || !v.IsSet(key) {
			continue
		}
		place := Place{Source: environment + clipArg(name), rank: rank}
		if first, ok := setBy[key]; ok {
			r.report(Problem{place, key, "also set by " + first})
			continue
		}
		setBy[key] = name
		r.set(key, v.GetString(key), place)
	}
}

// Override is the place of one of the overrides given to Load.
func Override(overrides []string, i int) Place {
	return Place{Source: "override " + clipArg(overrides[i]), rank: commandRank + 1 + i}
}

// override merges one key=value of the command line.
func (r *resolver) override(arg string, place Place) {
	key, text, ok := strings.Cut(arg, "=")
	switch {
	case !ok:
		r.report(Problem{place, "", "want key=value"})
	case key == "":
		r.report(Problem{place, "", "the key is empty, want key=value"})
	default:
		r.set(key, text, place)
	}
}

// set merges a value, given as YAML, for a dotted key.
func (r *resolver) set(key, text string, place Place) {
	parts := strings.Split(key, ".")
	full := ""
	for _, part := range parts {
		if part == "" {
			r.report(Problem{place, "", "a part of the key is empty, want words with dots between them"})
			return
		}
		full = join(full, part)
	}
	value, problems := parse([]byte(text), place, full)
	r.problems = append(r.problems, problems...)
	if value == nil {
		return
	}
	for _, part := range slices.Backward(parts) {
		parent := newMapping(place)
		parent.fields[part] = entry{place, value}
		value = parent
	}
	r.root = merge(r.root, value)
}
