package command

import (
	"slices"

	"github.com/spf13/cobra"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/experiments"
	"zoo/experiments/run"
)

// A completion offers words to the shell for the next argument.
type completion = func(c *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective)

// first offers names for the first argument, and with files also files.
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
	completeExperiment = first(true, experiments.Names)
	completeRun        = first(true, runs)
	completeDatasets   = others(datasets.Names)
	completeModels     = others(architectures.Names)
	completeSubject    = first(true, architectures.Names, experiments.Names, runs)
)

// others offers the names that are not among the arguments yet.
func others(source func() []string) completion {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		names := slices.DeleteFunc(source(), func(n string) bool { return slices.Contains(args, n) })
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// runs are the run directories where zoo run puts them.
func runs() []string {
	dirs, _ := run.List("runs") // an unreadable folder offers nothing
	return dirs
}
