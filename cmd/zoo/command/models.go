package command

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/spf13/cobra"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/experiments/use"
	"zoo/internal/strict"
	"zoo/nn"
)

// model is a network in the output of zoo models --json.
type model struct {
	Name    string         `json:"name"`
	Params  int            `json:"params"`
	MACs    int            `json:"macs"`  // of one example
	Input   []int          `json:"input"` // height, width, channels, or the length of a sequence
	Classes int            `json:"classes"`
	Paper   string         `json:"paper"`
	Options map[string]any `json:"options"`        // the keys of the section model with their defaults
	Keys    []strict.Key   `json:"keys,omitempty"` // the same with what they mean, if the network is named

	spec datasets.Spec
}

func newModels() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "models [GLOB or NAME]",
		Short: "The networks: parameters, multiply-adds, papers; the keys of one",
		Long: `The networks as in their papers: trained parameters, and multiply-adds of convolutions
and linear layers for one example of the paper's size. For a single network, all keys of
the section model with their defaults, its own keys first.`,
		Example: `  zoo models
  zoo models resnet20
  zoo models "resnet*" --json`,
		Args:              between(0, 1),
		ValidArgsFunction: first(false, architectures.Names),
		RunE: func(c *cobra.Command, args []string) error {
			names, err := matching("model", architectures.Names(), args)
			if err != nil {
				return err
			}
			all, err := describeAll(c.Context(), names)
			if err != nil {
				return err
			}
			named := len(args) > 0 && args[0] == names[0]
			if named {
				all[0].Keys = ownFirst(config.KeysOf("model", names[0]))
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), all)
			}
			if named {
				printModel(c, all[0])
				return nil
			}
			t := sheet{header: []string{"NAME", ">PARAMETERS", ">MACS", "INPUT", "PAPER"}, snip: true}
			for _, m := range all {
				t.add(m.Name, thousands(m.Params), thousands(m.MACs), inputOf(m.spec), m.Paper)
			}
			t.print(c.OutOrStdout())
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// ownFirst puts the keys that only this network has before those of all networks.
func ownFirst(keys []strict.Key) (sorted []strict.Key) {
	shared := config.Keys("")
	own := func(k strict.Key) bool {
		return !slices.ContainsFunc(shared, func(s strict.Key) bool { return s.Name == k.Name })
	}
	for _, first := range []bool{true, false} {
		for _, k := range keys {
			if own(k) == first && k.Name != "model.name" {
				sorted = append(sorted, k)
			}
		}
	}
	return sorted
}

func printModel(c *cobra.Command, m model) {
	out := c.OutOrStdout()
	paragraph(out, "", m.Name+": "+m.Paper)
	paragraph(out, "", fmt.Sprintf("%s parameters, %s multiply-adds for %s and %s\n", thousands(m.Params), thousands(m.MACs), inputOf(m.spec), targetOf(m.spec)))
	fmt.Fprintln(out)
	t := newKeySheet()
	for _, k := range m.Keys {
		t.key(k)
	}
	t.print(out)
	paragraph(out, "", fmt.Sprintf("Layer by layer: %s summary %s", program(), m.Name))
}

// describeAll describes registered models on all processors: building a hundred takes more
// than a second.
func describeAll(ctx context.Context, names []string) ([]model, error) {
	all, errs := make([]model, len(names)), make([]error, len(names))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(names)); i = next.Add(1) - 1 {
				all[i], errs[i] = describe(ctx, names[i])
			}
		})
	}
	workers.Wait()
	return all, errors.Join(errs...)
}

// describe builds a registered model, and counts its parameters and multiply-adds.
func describe(ctx context.Context, name string) (model, error) {
	s, err := use.Find(name)
	if err != nil {
		return model{}, err
	}
	spec, err := s.Spec(nil, 0)
	if err != nil {
		return model{}, err
	}
	params, program, err := s.Outline(ctx, nn.Infer, spec, 1)
	if err != nil {
		return model{}, err
	}
	m, _ := architectures.Lookup(name)
	return model{
		Name: name, Params: params.Count(), MACs: program.MACs(), Input: spec.Inputs[0].Shape, Classes: spec.Classes(),
		Paper: m.Paper, Options: s.Model.Settings(), spec: spec,
	}, nil
}
