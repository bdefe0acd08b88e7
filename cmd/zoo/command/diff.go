package command

import (
	"github.com/spf13/cobra"

	"zoo/experiments/config"
)

func newDiff() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "diff A B",
		Short: "The keys that differ between two configs",
		Long: `The keys that differ between two configs. A and B are run directories, or experiments by
name or file. Keys that do not change a run, such as name and claim, do not count.`,
		Example: `  zoo diff resnet20-mnist14 plain56-mnist14
  zoo diff runs/lenet5-mnist-s1-0f0f0f0f0f0f lenet5-mnist`,
		Args:              between(2, 2),
		ValidArgsFunction: others(func() []string { return append(config.Names(), runs()...) }),
		RunE: func(c *cobra.Command, args []string) error {
			var configs []config.Config
			for _, a := range args {
				cfg, err := config.Of(a)
				if err != nil {
					return err
				}
				configs = append(configs, cfg)
			}
			differences := config.Compare(configs...)
			if asJSON {
				return printJSON(c.OutOrStdout(), differences)
			}
			t := sheet{header: []string{"KEY", args[0], args[1]}}
			for _, d := range differences {
				t.add(d.Key, orDash(d.Values[0]), orDash(d.Values[1]))
			}
			if differences == nil {
				c.Println("no key differs")
				return nil
			}
			t.print(c.OutOrStdout())
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}
