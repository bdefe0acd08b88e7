package command

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"zoo/datasets"
	"zoo/experiments/run"
	"zoo/experiments/use"
	"zoo/experiments/weights"
)

func newEval() *cobra.Command {
	var split, from string
	var only []string
	var crops int
	var asJSON bool
	c := &cobra.Command{
		Use:   "eval RUN-or-EXPERIMENT [--weights W] [key=value ...]",
		Short: "Evaluate the weights of a run, or of a file",
		Long: `Evaluate the weights of a run, RUN/weights.safetensors, on a part of its data. On the
test part this gives the numbers of its summary.json. With 10 crops, the probabilities of
an image are means over its four corners and its middle, each also mirrored; this
requires a config with data.cut. Which numbers there are is for the task of the config to
say; of classification, the top-5 accuracy for data with more than ten classes.

With --weights: evaluate these weights, with the network and on the data of an experiment
or a run; keys change its config. ` + weightsHelp,
		Example: `  zoo eval runs/lenet5-mnist-s1-0f0f0f0f
  zoo eval runs/lenet5-mnist-s1-0f0f0f0f --split val --json
  zoo eval runs/resnet18-photos-s1-0f0f0f0f --crops 10
  zoo eval lenet5-mnist --weights lenet5.pth`,
		Args:              between(1, -1),
		ValidArgsFunction: completeRun,
		RunE: func(c *cobra.Command, args []string) error {
			part, err := parseSplit(split)
			if err == nil && crops < 0 {
				err = fmt.Errorf("--crops: have %d, want 1 or more", crops)
			}
			if err != nil {
				return seeHelp(c, err)
			}
			screen := newScreen(io.Discard, c.ErrOrStderr())
			var e use.Evaluation
			switch {
			case from != "":
				e, err = evaluateGiven(c, args, from, only, part, crops, screen)
			case len(args) > 1 || only != nil:
				return seeHelp(c, errors.New("a run's own weights are evaluated as it was trained: keys and --weights-only go with --weights"))
			default:
				e, err = evaluateRun(c, args[0], part, crops, screen)
			}
			if err != nil {
				return err
			}
			if asJSON {
				found := map[string]any{"dir": args[0], "split": split, "examples": e.Examples}
				for name, v := range e.Values {
					found[name] = run.Number(v)
				}
				return printJSON(c.OutOrStdout(), found)
			}
			fmt.Fprintf(c.OutOrStdout(), "%-5s  %s  (%s)\n", part, scores(e.Metrics, e.Values), count(e.Examples, "example"))
			return nil
		},
	}
	c.Flags().StringVarP(&from, "weights", "w", "", "file of the weights, or a run directory (default: the run's)")
	c.Flags().StringArrayVar(&only, "weights-only", nil, onlyHelp)
	c.Flags().StringVar(&split, "split", "test", "part of the data: test, val or train")
	c.Flags().IntVar(&crops, "crops", 0, "parts of each image to average over, 1 or 10 (default: as in the run's test)")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.RegisterFlagCompletionFunc("split", cobra.FixedCompletions([]string{"test", "val", "train"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// evaluateRun evaluates a run's own weights.
func evaluateRun(c *cobra.Command, dir string, part datasets.Split, crops int, screen *screen) (use.Evaluation, error) {
	noticeRun(c, dir)
	saved, err := weights.OpenRun(dir)
	if err != nil {
		return use.Evaluation{}, err
	}
	e, err := use.EvaluateRun(c.Context(), saved, part, crops, screen.Data)
	screen.end()
	if err == nil && !e.SameData {
		screen.Notice("these are not the data that the run was trained on: their checksum differs from the one in its summary")
	}
	return e, err
}

// evaluateGiven evaluates the weights of a file with the network and the data of a config.
func evaluateGiven(c *cobra.Command, args []string, from string, only []string, part datasets.Split, crops int, screen *screen) (use.Evaluation, error) {
	s, err := use.Find(args[0], args[1:]...)
	if err == nil && s.Config == nil {
		err = fmt.Errorf("%s is a model and has no data: name an experiment, or a run directory", args[0])
	}
	if err != nil {
		return use.Evaluation{}, err
	}
	noticeRun(c, from)
	w, err := weights.Open(from, only...)
	if err != nil {
		return use.Evaluation{}, err
	}
	defer w.Close()
	e, _, err := use.EvaluateWeights(c.Context(), w, *s.Config, part, crops, screen.Data)
	screen.end()
	return e, err
}

func parseSplit(name string) (datasets.Split, error) {
	for _, s := range []datasets.Split{datasets.Train, datasets.Val, datasets.Test} {
		if s.String() == name {
			return s, nil
		}
	}
	return 0, fmt.Errorf("--split: have %q, want test, val or train", name)
}
