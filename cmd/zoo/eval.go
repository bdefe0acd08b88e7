package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"zoo/datasets"
	"zoo/experiments"
)

func newEval() *cobra.Command {
	var split string
	var crops int
	var asJSON bool
	c := &cobra.Command{
		Use:   "eval RUN",
		Short: "Evaluate the weights of a run",
		Long: `Evaluate the weights of a run, RUN/weights.safetensors, on a part of its data. For the
test part these are the numbers of its summary.json. With 10 crops, the probabilities of
an image are the means of those of its corners and its middle, each also mirrored; this
wants a config with data.cut. The top-5 accuracy is that of data with more than ten
classes.`,
		Example: `  zoo eval runs/lenet5-mnist-s1-0f0f0f0f
  zoo eval runs/lenet5-mnist-s1-0f0f0f0f --split val --json
  zoo eval runs/resnet18-photos-s1-0f0f0f0f --crops 10`,
		Args:              between(1, 1),
		ValidArgsFunction: completeRun,
		RunE: func(c *cobra.Command, args []string) error {
			part, err := parseSplit(split)
			if err == nil && crops != 0 {
				err = experiments.CheckCrops(crops)
			}
			if err != nil {
				return seeHelp(c, err)
			}
			saved, err := experiments.OpenRun(args[0])
			if err != nil {
				return err
			}
			screen := newScreen(io.Discard, c.ErrOrStderr())
			e, err := saved.Evaluate(c.Context(), part, crops, screen.Data)
			screen.end()
			if err != nil {
				return err
			}
			if !e.SameData {
				screen.Notice("these are not the data that the run was trained on: their checksum differs from its summary's")
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), struct {
					Dir      string `json:"dir"`
					Split    string `json:"split"`
					Examples int    `json:"examples"`
					experiments.Means
				}{args[0], split, e.Examples, e.Means})
			}
			top5 := ""
			if e.Top5 != nil {
				top5 = fmt.Sprintf("  top-5 %.2f%%", 100**e.Top5)
			}
			fmt.Fprintf(c.OutOrStdout(), "%-5s  loss %.4f  accuracy %.2f%%%s  (%s examples)\n", part, e.Loss, 100*e.Accuracy, top5, thousands(e.Examples))
			return nil
		},
	}
	c.Flags().StringVar(&split, "split", "test", "part of the data: test, val or train")
	c.Flags().IntVar(&crops, "crops", 0, "parts of each image whose probabilities are averaged, 1 or 10 (default: as many as the run's test)")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.RegisterFlagCompletionFunc("split", cobra.FixedCompletions([]string{"test", "val", "train"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func parseSplit(name string) (datasets.Split, error) {
	for _, s := range []datasets.Split{datasets.Train, datasets.Val, datasets.Test} {
		if s.String() == name {
			return s, nil
		}
	}
	return 0, fmt.Errorf("--split: have %q, want test, val or train", name)
}
