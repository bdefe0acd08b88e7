package command

import (
	"cmp"
	"fmt"

	"github.com/spf13/cobra"

	"zoo/datasets"
)

func newDatasets() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "datasets [GLOB]",
		Short: "The datasets: size, licence, and where they are",
		Long: `The datasets: what is learned from them; number, shape and classes of their examples;
licence, and where they are on this machine, or where they come from. Classes are those of
a label, or of each label of a sequence. What options decide is shown for their defaults.
Nothing is fetched.`,
		Args:              between(0, 1),
		ValidArgsFunction: first(false, datasets.Names),
		RunE: func(c *cobra.Command, args []string) error {
			names, err := matching("dataset", datasets.Names(), args)
			if err != nil {
				return err
			}
			var all []datasets.Info
			for _, name := range names {
				info, err := datasets.Lookup(name)
				if err != nil {
					return err
				}
				all = append(all, info)
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), all)
			}
			printDatasets(c, all)
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func printDatasets(c *cobra.Command, all []datasets.Info) {
	facts := sheet{header: []string{"NAME", "TASK", ">TRAIN", ">TEST", "SHAPE", ">CLASSES", "LICENCE"}}
	places := sheet{header: []string{"NAME", "HERE", "WHERE"}}
	for _, d := range all {
		facts.add(d.Name, d.Task, thousandsOrDash(d.Train), thousandsOrDash(d.Test), cmp.Or(sizes(d.Shape), "-"), thousandsOrDash(d.Classes), d.Licence)
		switch {
		case d.Where != "":
			places.add(d.Name, "yes", d.Where)
		case d.NeedsRoot:
			places.add(d.Name, "-", d.From)
		case d.Download == 0:
			places.add(d.Name, "no", d.From)
		default:
			places.add(d.Name, "no", fmt.Sprintf("zoo data get %s fetches %s from %s", d.Name, size(int(d.Download)), d.From))
		}
	}
	out := c.OutOrStdout()
	facts.print(out)
	fmt.Fprintln(out)
	places.print(out)
}
