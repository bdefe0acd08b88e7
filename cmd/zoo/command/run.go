package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"zoo/experiments/config"
	"zoo/experiments/metric"
	"zoo/experiments/results"
	"zoo/experiments/run"
	"zoo/experiments/train"
)

func newRun() *cobra.Command {
	var o train.RunOptions
	var asJSON bool
	c := &cobra.Command{
		Use:   "run NAME-or-FILE [key=value ...]",
		Short: "Train an experiment, evaluate it and keep its numbers",
		Long: `Train an experiment, evaluate it and keep its numbers in a run directory.

If this build of zoo has already completed the same config, seed and data, this shows the
numbers. If it was stopped, training continues, and ends with the same bytes. If a file of
the run has changed since it was written, a notice says so, and the run continues from its
checkpoints.

weights.from=W starts from trained weights: of a file (safetensors, or PyTorch's .pth), of a
run directory, or of an experiment, which is trained first if its run is missing. They
must be exactly the network's tensors; 'weights.only=[features.*]' takes some of them, and
the other parameters are initialised as usual.`,
		Example: `  zoo run lenet5-mnist
  zoo run lenet5-mnist seed=2 train.epochs=3 model.activation=tanh
  zoo run my.yaml weights.from=resnet18.pth "weights.only=[conv1.*, bn1.*, layer*]"
  zoo run my.yaml --out /scratch/runs`,
		Args:              between(1, -1),
		ValidArgsFunction: completeExperiment,
		RunE: func(c *cobra.Command, args []string) error {
			o.Code = code()
			cfg, _, err := config.Load(args[0], args[1:]...)
			if err != nil {
				return err
			}
			out := c.OutOrStdout()
			if asJSON {
				out = io.Discard
			}
			screen := newScreen(out, c.ErrOrStderr())
			o.Monitor = screen
			if n := cfg.Trials(); n > 1 {
				screen.Notice(fmt.Sprintf("this trains the config itself, with seed %d; its sweep has %d trials: %s", cfg.Seed, n, commandLine(c, "sweep", args, "out")))
			}
			outcome, err := train.Execute(c.Context(), cfg, o)
			screen.end()
			again := commandLine(c, "run", args, "out", "checkpoint-every")
			if errors.Is(err, context.Canceled) {
				if outcome.Dir != "" {
					fmt.Fprintf(c.ErrOrStderr(), "interrupted; %s is saved. To continue: %s\n", outcome.Dir, again)
				}
				return err
			}
			if err != nil {
				return runError(outcome, err)
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), struct {
					Dir     string      `json:"dir"`
					Summary run.Summary `json:"summary"`
				}{outcome.Dir, outcome.Summary})
			}
			if err := showOutcome(out, cfg, outcome, again, commandLine(c, "run", withSeed(args, cfg.Seed+1), "out", "checkpoint-every")); err != nil {
				return err
			}
			if outcome.State == run.Diverged {
				return failure{fmt.Errorf("the run %s", outcome.Summary["diverged_because"])}
			}
			return nil
		},
	}
	c.Flags().StringVarP(&o.Root, "out", "o", "runs", "folder of run directories")
	c.Flags().BoolVar(&o.Fresh, "rerun", false, "train from the beginning, even if the run is complete")
	c.Flags().DurationVar(&o.Every, "checkpoint-every", 30*time.Second, "time between checkpoints within an epoch")
	c.Flags().BoolVar(&asJSON, "json", false, "print the summary as JSON instead of the progress")
	return c
}

// runError is a failure if training failed, and not if the config or the data are wrong.
func runError(o train.Outcome, err error) error {
	if o.State == run.Failed {
		return failure{err}
	}
	return err
}

// withSeed are the arguments of the same run with another seed.
func withSeed(args []string, seed uint64) []string {
	args = slices.DeleteFunc(slices.Clone(args), func(a string) bool { return strings.HasPrefix(a, "seed=") })
	return append(args, fmt.Sprintf("seed=%d", seed))
}

// showOutcome prints the numbers of a run and where it is. again is the command that trained
// it, and next the one to try next.
func showOutcome(w io.Writer, c config.Config, o train.Outcome, again, next string) error {
	s := o.Summary
	if o.Before {
		fmt.Fprintf(w, "%s is %s already (same config, seed, data and code); train it again with %s\n", o.Dir, o.State, command(again, "--rerun"))
	}
	if _, ok := s.Float("test.loss"); ok {
		seconds, _ := s.Float("seconds")
		which := "last"
		if c.Train.Select == "best" {
			which = "best on val"
		}
		fmt.Fprintf(w, "test   %s  (%s, %s)  %s\n", scores(measured(s, "test")), selectedAt(s), which, duration(seconds))
	}
	if c.Probe.Batch > 0 {
		fmt.Fprintln(w, probeSummary(s))
	}
	if steps, _ := s.Float("steps"); c.Probe.Batch > 0 && steps == 0 { // there is nothing else to show
		p, err := train.ReadProbe(o.Dir)
		if err != nil {
			return err
		}
		showSignals(w, p, false)
		showLags(w, []string{c.Name}, []results.Probe{p})
	}
	if o.State == run.Complete {
		fmt.Fprintf(w, "%s is complete. Next: %s\n", o.Dir, next)
	}
	return nil
}

// measured are the metrics of a run on a part of its data, with their values.
func measured(s run.Summary, part string) (all []metric.Metric, v run.Values) {
	names, _ := s["metrics"].(string)
	v = run.Values{}
	for _, name := range strings.Fields(names) {
		m, known := metric.Lookup(name)
		if x, ok := s.Float(part + "." + name); known && ok {
			all, v[name] = append(all, m), x
		}
	}
	return all, v
}

// selectedAt says which weights were tested: those of an epoch's end, or of a step within
// one.
func selectedAt(s run.Summary) string {
	step, _ := s.Float("selected_step")
	if within, _ := s["selected_within_epoch"].(bool); within {
		return fmt.Sprintf("step %.0f", step)
	}
	epoch, _ := s.Float("selected_epoch")
	return fmt.Sprintf("epoch %.0f", epoch)
}
