package command

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"zoo/experiments/config"
	"zoo/experiments/results"
	"zoo/experiments/sweep"
)

// probed is an arm in the output of zoo probe --json.
type probed struct {
	Arm  []string `json:"arm"`
	Seed uint64   `json:"seed"`
	results.Probe
}

func newProbe() *cobra.Command {
	var asJSON, every bool
	c := &cobra.Command{
		Use:   "probe NAME-or-FILE [key=value ...]",
		Short: "Activations and gradients layer by layer at initialisation, without training",
		Long: `Send one batch forward and backward through the network of each arm of an experiment, as
it is initialised with the first seed. For each layer with weights, show the standard
deviation of its initial weights and the corresponding gain, √fan_in·std; mean and
standard deviation of its output, and of the loss's gradient with respect to it, each with
the deviation that theory predicts (mean field: Glorot & Bengio 2010, He et al. 2015, Poole
et al. 2016); and the share of dead units after it. With probe.lags=true, of sequences, also
how much the last hidden values, at the last position, depend on the input at the positions
before it: the gradient by lag, relative to lag 0, and for plain recurrence what a linear one
would have. Nothing is trained.`,
		Example: `  zoo probe init-signal
  zoo probe plain-vs-res-mnist --all
  zoo probe lenet5-mnist "model.init=normal(0.01)"
  zoo probe rnn-gradient-lag`,
		Args:              between(1, -1),
		ValidArgsFunction: completeExperiment,
		RunE: func(c *cobra.Command, args []string) error {
			design, err := config.LoadDesign(args[0], args[1:]...)
			if err != nil {
				return err
			}
			screen := newScreen(io.Discard, c.ErrOrStderr())
			all := []probed{}
			if err := sweep.Probe(c.Context(), design, screen.Data, func(a config.Arm, p results.Probe) {
				screen.end()
				all = append(all, probed{a.Labels, a.Config.Seed, p})
				if asJSON {
					return
				}
				if len(all) > 1 {
					fmt.Fprintln(c.OutOrStdout())
				}
				showProbe(c.OutOrStdout(), all[len(all)-1], every)
			}); err != nil {
				screen.end()
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), all)
			}
			showAllLags(c.OutOrStdout(), all)
			return nil
		},
	}
	c.Flags().BoolVar(&every, "all", false, "show all layers, not only those with weights")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func showProbe(w io.Writer, p probed, every bool) {
	fmt.Fprintf(w, "%s  seed %d  loss %s\n", armName(p.Arm), p.Seed, fourDigits(float64(p.Loss)))
	showSignals(w, p.Probe, every)
	if n := len(p.Singular); n > 0 {
		fmt.Fprintf(w, "singular values of the Jacobian, first to last hidden layer: %s to %s, median %s\n",
			singular(p.Probe, 0, 0), singular(p.Probe, n-1, n-1), singular(p.Probe, (n-1)/2, n/2))
	}
}

// showAllLags prints one table of the gradients by lag of all arms, to compare them.
func showAllLags(w io.Writer, all []probed) {
	var names []string
	var probes []results.Probe
	for _, p := range all {
		if p.LagGradient != nil {
			names, probes = append(names, armName(p.Arm)), append(probes, p.Probe)
		}
	}
	if probes != nil {
		fmt.Fprintln(w)
		showLags(w, names, probes)
	}
}
