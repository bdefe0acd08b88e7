package command

import (
	"io"

	"github.com/spf13/cobra"

	"zoo/experiments/config"
	"zoo/experiments/use"
)

func newConfig() *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Configs: the resolved values, what keys mean, the schema",
	}
	c.AddCommand(newConfigShow(), newConfigExplain(), newConfigSchema())
	return c
}

func newConfigShow() *cobra.Command {
	var origin bool
	c := &cobra.Command{
		Use:   "show NAME-or-FILE [key=value ...]",
		Short: "A config with every key and its value",
		Long: `A config with every key and its value, after the parents that it extends, the
environment (ZOO_TRAIN__EPOCHS=3 sets train.epochs: two underscores stand for a dot)
and the keys given here. The output is itself a config. A notice names keys of the
section model that have no effect on its network.`,
		Example: `  zoo config show lenet5-mnist
  zoo config show my.yaml train.epochs=3 --origin`,
		Args:              between(1, -1),
		ValidArgsFunction: completeExperiment,
		RunE: func(c *cobra.Command, args []string) error {
			cfg, origins, err := config.Load(args[0], args[1:]...)
			if err != nil {
				return err
			}
			if !origin {
				origins = nil
			}
			if _, err = unwrapped(c.OutOrStdout()).Write(cfg.YAML(origins)); err != nil {
				return err
			}
			screen := newScreen(io.Discard, c.ErrOrStderr())
			for _, n := range use.IdleKeys(c.Context(), cfg) {
				screen.Notice(n)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&origin, "origin", false, "say where each value comes from: file:line:column, variable, command line or default")
	return c
}

func newConfigSchema() *cobra.Command {
	return &cobra.Command{
		Use:     "schema",
		Short:   "The JSON schema of configs, for editors",
		Example: `  zoo config schema > zoo.schema.json`,
		Args:    between(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := unwrapped(c.OutOrStdout()).Write(config.Schema())
			return err
		},
	}
}
