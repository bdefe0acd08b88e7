package main

import (
	"github.com/spf13/cobra"

	"zoo/experiments"
)

// completeExperiment offers the named experiments for the first argument, and
// files beside them.
func completeExperiment(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return experiments.Names(), cobra.ShellCompDirectiveDefault
}
