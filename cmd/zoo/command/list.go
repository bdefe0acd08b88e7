package command

import (
	"errors"

	"github.com/spf13/cobra"

	"zoo/experiments/config"
)

// listed is an experiment in the output of zoo list --json.
type listed struct {
	Name   string `json:"name"`
	Model  string `json:"model,omitempty"`
	Data   string `json:"data,omitempty"`
	Trials int    `json:"trials,omitempty"` // of its sweep, over all arms and seeds; 1 without a sweep
	Paper  string `json:"paper,omitempty"`
	Figure string `json:"figure,omitempty"`
	Claim  string `json:"claim,omitempty"`
	Cost   string `json:"cost,omitempty"`
	Error  string `json:"error,omitempty"` // why the config does not load; then other fields are empty
}

func newList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list [GLOB]",
		Short: "The named experiments: what they claim and what they cost",
		Long: `The named experiments: those of ./configs and those that come with zoo. zoo run trains an
experiment with a single trial, zoo sweep the others. They are listed as their configs are
written, without the ZOO_ variables of the environment. A config that does not load is
listed, too, and its errors follow.`,
		Example: `  zoo list
  zoo list "resnet*"`,
		Args:              between(0, 1),
		ValidArgsFunction: first(false, config.Names),
		RunE: func(c *cobra.Command, args []string) error {
			names, err := matching("experiment", config.Names(), args)
			if err != nil {
				return err
			}
			all := []listed{}
			var broken []error
			for _, name := range names {
				l := listed{Name: name}
				if cfg, err := config.Describe(name); err != nil {
					l.Error = err.Error()
					broken = append(broken, err)
				} else {
					l.Model, l.Data, l.Paper, l.Figure = cfg.Model.Name, cfg.Data.Name, cfg.Paper, cfg.Figure
					l.Claim, l.Cost, l.Trials = cfg.Claim, cfg.Cost, cfg.Trials()
				}
				all = append(all, l)
			}
			if asJSON {
				if err := printJSON(c.OutOrStdout(), all); err != nil {
					return err
				}
			} else {
				printList(c, all)
			}
			return errors.Join(broken...)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func printList(c *cobra.Command, all []listed) {
	t := sheet{header: []string{"NAME", "MODEL", "DATA", ">TRIALS", "COST"}, snip: true}
	for _, l := range all {
		if l.Error != "" {
			t.add(l.Name, "-", "-", "-", "-")
			t.notes = append(t.notes, "its config does not load")
			continue
		}
		t.add(l.Name, l.Model, l.Data, thousands(l.Trials), oneLine(l.Cost))
		t.notes = append(t.notes, oneLine(l.Claim))
	}
	t.print(c.OutOrStdout())
}
