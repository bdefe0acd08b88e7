package command

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"zoo/experiments/config"
	"zoo/experiments/results"
	"zoo/experiments/run"
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
		Long: `Send one batch forward and backward through the network of each arm of an experiment,
as it is initialised with the first seed, and show for each layer with weights the mean
and standard deviation of its output and of the loss's gradient with respect to it,
beside the deviation that theory predicts (mean field: Glorot & Bengio 2010, He et al.
2015, Poole et al. 2016), and the share of dead units after it; before these how its
weights start: their standard deviation, and the gain that it amounts to, √fan_in·std.
Nothing is trained.`,
		Example: `  zoo probe init-signal
  zoo probe plain-vs-res-mnist --all
  zoo probe lenet5-mnist "model.init=normal(0.01)"`,
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
			return nil
		},
	}
	c.Flags().BoolVar(&every, "all", false, "show every layer, not only those with weights")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func showProbe(w io.Writer, p probed, every bool) {
	fmt.Fprintf(w, "%s  seed %d  loss %s\n", armName(p.Arm), p.Seed, figure(float64(p.Loss)))
	showSignals(w, p.Probe, every)
	if n := len(p.Singular); n > 0 {
		fmt.Fprintf(w, "singular values of the Jacobian, first to last hidden layer: %s to %s, median %s\n",
			singular(p.Probe, 0, 0), singular(p.Probe, n-1, n-1), singular(p.Probe, (n-1)/2, n/2))
	}
}

// readings are the numbers of a run's probe that its summary has, in a line.
func readings(s run.Summary) string {
	line := "probe"
	for _, name := range []string{"loss", "activation_ratio", "gradient_ratio", "dead", "singular_max", "singular_median", "singular_min"} {
		text := ""
		if v, ok := s.Float("probe." + name); ok && name == "dead" {
			text = fmt.Sprintf("%.1f%%", 100*v)
		} else if ok {
			text = figure(v)
		} else if v, ok := s.Float("probe." + name + "_below"); ok {
			text = "< " + figure(v)
		} else {
			continue
		}
		line += "  " + strings.ReplaceAll(name, "_", " ") + " " + text
	}
	return line
}

// showSignals prints what a probe found, a row a layer: those with weights, or every one.
func showSignals(w io.Writer, p results.Probe, every bool) {
	t := sheet{header: []string{"LAYER", "OP", ">INIT STD", ">GAIN", ">MEAN", ">STD", ">THEORY", ">GRAD. MEAN", ">GRAD. STD", ">THEORY", ">DEAD"}}
	for i, s := range p.Signals {
		if !every && !s.Weighted() {
			continue
		}
		dead := s.Dead
		for _, behind := range p.Signals[i+1:] { // up to the next layer with weights
			if every || behind.Weighted() {
				break
			}
			if behind.Dead != nil {
				dead = behind.Dead
			}
		}
		t.add(s.Path, s.Op, small(s.InitialStd), small(s.InitialGain), small(&s.Mean), deviation(s.Mean, s.Std), small(s.PredictedStd), small(&s.GradMean), deviation(s.GradMean, s.GradStd), small(s.PredictedGradStd), percent(dead))
	}
	t.print(w)
}

// singular writes the mean of the i-th and the k-th singular value, k ≥ i, whatever its
// size, or what it is less than.
func singular(p results.Probe, i, k int) string {
	larger, smaller := float64(p.SingularLog10[i]), float64(p.SingularLog10[k])
	if math.IsInf(larger, -1) {
		return "0"
	}
	text := fmt.Sprintf("%.3g", float64(p.Singular[i]+p.Singular[k])/2)
	if log := larger + math.Log10((1+math.Pow(10, smaller-larger))/2); log < -300 { // float64 ends at 1e-308, and before that loses digits
		exponent := math.Floor(log)
		text = fmt.Sprintf("%.2fe%.0f", math.Pow(10, log-exponent), exponent)
	}
	if k >= p.Resolved {
		text = "< " + text
	}
	return text
}

// deviation writes a standard deviation around a mean, or what float32 knows of it.
func deviation(mean, std run.Number) string {
	if r := results.Resolution(mean); std > 0 && float64(std) < r {
		return fmt.Sprintf("< %.2g", r)
	}
	return small(&std)
}

// small writes a deviation, whatever its size.
func small(v *run.Number) string {
	switch {
	case v == nil:
		return "-"
	case math.IsNaN(float64(*v)) || math.IsInf(float64(*v), 0):
		return figure(float64(*v))
	}
	return fmt.Sprintf("%.3g", float64(*v))
}

func percent(v *run.Number) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf("%.1f%%", 100*float64(*v))
}

// figure writes a number with the digits that matter to people.
func figure(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return "infinite"
	case math.IsInf(v, -1):
		return "-infinite"
	case math.IsNaN(v):
		return "unknown"
	}
	return fmt.Sprintf("%.4g", v)
}
