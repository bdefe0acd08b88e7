package command

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/spf13/cobra"

	"zoo/architectures"
	"zoo/experiments"
	"zoo/nn"
)

// model is a network in the output of zoo models --json.
type model struct {
	Name    string         `json:"name"`
	Params  int            `json:"params"`
	MACs    int            `json:"macs"`  // of one example
	Input   [3]int         `json:"input"` // height, width, channels
	Classes int            `json:"classes"`
	Paper   string         `json:"paper"`
	Options map[string]any `json:"options"` // the keys of the section model, with their defaults
}

func newModels() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "models [GLOB]",
		Short: "The networks: parameters, multiply-adds, papers",
		Long: `The networks as their papers have them: trained parameters, and multiply-adds of
convolutions and linear layers for one example of the paper's size.`,
		Example: `  zoo models
  zoo models "resnet*" --json`,
		Args:              between(0, 1),
		ValidArgsFunction: first(false, architectures.Names),
		RunE: func(c *cobra.Command, args []string) error {
			names, err := matching("model", architectures.Names(), args)
			if err != nil {
				return err
			}
			all, err := describeAll(names)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), all)
			}
			t := sheet{header: []string{"NAME", ">PARAMETERS", ">MACS", "INPUT", "PAPER"}, snip: true}
			for _, m := range all {
				t.add(m.Name, thousands(m.Params), thousands(m.MACs), sizes(m.Input[:]), m.Paper)
			}
			t.print(c.OutOrStdout())
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// describeAll describes registered models, on all processors: to build a hundred
// takes more than a second.
func describeAll(names []string) ([]model, error) {
	all, errs := make([]model, len(names)), make([]error, len(names))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(names)); i = next.Add(1) - 1 {
				all[i], errs[i] = describe(names[i])
			}
		})
	}
	workers.Wait()
	return all, errors.Join(errs...)
}

// describe builds a registered model to count what it has.
func describe(name string) (model, error) {
	s, err := experiments.Find(name)
	if err != nil {
		return model{}, err
	}
	spec, err := s.Spec(nil, 0)
	if err != nil {
		return model{}, err
	}
	params, program, err := s.Outline(nn.Infer, spec, 1)
	if err != nil {
		return model{}, err
	}
	m, _ := architectures.Lookup(name)
	return model{name, params.Count(), program.MACs(), m.Input, m.Classes, m.Paper, s.Model.Settings()}, nil
}
