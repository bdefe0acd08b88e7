package command

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/experiments/run"
	"zoo/internal/strict"
)

// A completion offers words to the shell for the next argument.
type completion = func(c *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective)

// first offers names for the first argument, and files if files is true.
func first(files bool, sources ...func() []string) completion {
	return func(_ *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		for _, s := range sources {
			names = append(names, s()...)
		}
		if files {
			return names, cobra.ShellCompDirectiveDefault
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

var (
	completeExperiment = thenKeys(first(true, config.Names))
	completeRun        = thenKeys(first(true, runs))
	completeReference  = thenKeys(first(true, architectures.Names, config.Names, runs))
	completeModels     = thenKeys(others(architectures.Names))
	completeDatasets   = others(datasets.Names)
)

// others offers the names that are not among the arguments already.
func others(source func() []string) completion {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		names := slices.DeleteFunc(source(), func(n string) bool { return slices.Contains(args, n) })
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// thenKeys offers names, and after them keys and their values.
func thenKeys(names completion) completion {
	return func(c *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		if len(args) == 0 {
			return names(c, args, begun)
		}
		subjects, set := split(args)
		if len(subjects) == 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		keys := keysOf(subjects[0], set)
		if key, value, ok := strings.Cut(begun, "="); ok {
			return values(keys, key, value)
		}
		words, directive := keyWords(keys, begun)
		if more, _ := names(c, args, begun); len(set) == 0 {
			words = append(words, more...)
		}
		return words, directive
	}
}

// completeCompared offers further runs after a run, and after an experiment its arms
// and keys.
func completeCompared(c *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 && config.IsRun(args[0]) {
		return others(runs)(c, args, begun)
	}
	words, directive := completeReference(c, args, begun)
	if subjects, set := split(args); len(subjects) > 0 && len(set) == 0 && !strings.Contains(begun, "=") {
		if d, err := config.LoadDesign(subjects[0]); err == nil && len(d.Arms) > 1 {
			for _, a := range d.Arms {
				words = append(words, strings.Join(a.Labels, ","))
			}
		}
	}
	return words, directive
}

// keysOf are the keys that arguments may set for a model, a run or an experiment. set are
// the settings so far.
func keysOf(subject string, set []string) []strict.Key {
	if _, ok := architectures.Lookup(subject); ok {
		var keys []strict.Key
		for _, k := range config.KeysOf("model", subject) {
			if k.Name = strings.TrimPrefix(k.Name, "model."); k.Name != "name" {
				keys = append(keys, k)
			}
		}
		return keys
	}
	if config.IsRun(subject) {
		subject = filepath.Join(subject, "config.yaml")
	}
	return config.Keys(subject, set...)
}

// keyWords are the keys that begin with a word, up to the next dot.
func keyWords(keys []strict.Key, begun string) (words []string, _ cobra.ShellCompDirective) {
	for _, k := range keys {
		if !strings.HasPrefix(k.Name, begun) || strings.Contains(k.Name, "[]") {
			continue
		}
		word, rest, deeper := strings.Cut(k.Name[len(begun):], ".")
		switch {
		case deeper || k.Section && !k.List:
			word = begun + word + "."
		case rest == "":
			word = begun + word + "=\t" + k.Doc
		}
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

// values are the values that a key may have, each after the key. For a key that takes any
// value it is the current one.
func values(keys []strict.Key, key, begun string) (words []string, directive cobra.ShellCompDirective) {
	directive = cobra.ShellCompDirectiveNoFileComp
	i := slices.IndexFunc(keys, func(k strict.Key) bool { return k.Name == key })
	if i < 0 {
		return nil, directive
	}
	offer := func(value, doc string) { words = append(words, key+"="+value+"\t"+doc) }
	switch k := keys[i]; {
	case len(k.Words) > 0:
		for _, w := range k.Words {
			name, _, numbers := strings.Cut(w.Form, "(")
			if numbers {
				name += "("
				directive |= cobra.ShellCompDirectiveNoSpace
			}
			offer(name, strings.TrimPrefix(w.Form+" "+w.Doc, name+" "))
		}
	case k.Type == "true or false":
		offer("true", k.Doc)
		offer("false", k.Doc)
	case key == "weights.from":
		for _, from := range append(config.Names(), runs()...) {
			offer(from, "")
		}
		directive = cobra.ShellCompDirectiveDefault // files
	case key == "data.root":
		directive = cobra.ShellCompDirectiveDefault
	case byDefault(k) != "-":
		offer(k.Default, k.Doc)
	}
	return slices.DeleteFunc(words, func(w string) bool { return !strings.HasPrefix(w, key+"="+begun) }), directive
}

// runs are the run directories in the folder where zoo run puts them.
func runs() []string {
	dirs, _ := run.List("runs") // an unreadable folder offers nothing
	return dirs
}

// runNames are the names of the runs in that folder.
func runNames() (names []string) {
	for _, dir := range runs() {
		names = append(names, filepath.Base(dir))
	}
	return names
}
