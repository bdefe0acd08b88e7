package main

import (
	"fmt"
	"math"

	"github.com/spf13/cobra"

	"zoo/experiments"
	"zoo/experiments/claims"
	"zoo/experiments/report"
)

// A notMet is a claim that the runs do not bear out.
type notMet struct{ error }

func newCheck() *cobra.Command {
	var o experiments.StudyOptions
	var asJSON bool
	c := &cobra.Command{
		Use:   "check NAME-or-FILE [key=value ...]",
		Short: "The claims of an experiment: met or not met by its runs",
		Long: `The claims of an experiment, each with both sides and a verdict from the means over the
seeds. The margin is left minus right with its 95 % interval, seed by seed: where that
has both signs, or there is none, more seeds could turn the verdict.

Exit code 3: a claim is not met. A claim that is not yet run is no failure.`,
		Example: `  zoo check plain-vs-res-mnist
  zoo check my.yaml --json`,
		Args:              between(1, -1),
		ValidArgsFunction: completeExperiment,
		RunE: func(c *cobra.Command, args []string) error {
			o.Code = code()
			study, verdicts, err := experiments.OpenStudy(o, args[0], args[1:]...)
			if err != nil {
				return err
			}
			if len(verdicts) == 0 {
				return fmt.Errorf("%s claims nothing: its config has no check", study.Name)
			}
			if asJSON {
				err = report.ClaimsJSON(c.OutOrStdout(), verdicts)
			} else {
				showVerdicts(c, verdicts)
			}
			if err != nil {
				return err
			}
			bad := 0
			for _, v := range verdicts {
				if v.State == claims.NotMet {
					bad++
				}
			}
			if bad > 0 {
				return notMet{fmt.Errorf("%d of %d claims of %s are not met", bad, len(verdicts), study.Name)}
			}
			return nil
		},
	}
	studyFlags(c, &o)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// studyFlags are the flags of all verbs that look at the runs of a sweep.
func studyFlags(c *cobra.Command, o *experiments.StudyOptions) {
	c.Flags().StringVarP(&o.Root, "out", "o", "runs", "folder of run directories")
	c.Flags().StringVar(&o.Only, "code", "", "take the runs of this build of zoo, where there are those of several")
}

func showVerdicts(c *cobra.Command, verdicts []claims.Verdict) {
	out := c.OutOrStdout()
	for i, v := range verdicts {
		paragraph(out, "", fmt.Sprintf("%d  %s", i+1, v.Text))
		for _, p := range v.Parts {
			line := fmt.Sprintf("%s %s %s", figure(p.Left), p.Op, figure(p.Right))
			if len(v.Parts) > 1 {
				line += "  " + map[bool]string{true: "holds", false: "does not hold"}[p.Holds]
			}
			if p.Margin.N > 1 {
				line += fmt.Sprintf("  (margin %s, 95 %% interval %s to %s, n = %d)", figure(p.Margin.Mean), figure(p.Margin.Lo), figure(p.Margin.Hi), p.Margin.N)
			}
			if p.Unsure() {
				line += "  unsure"
			}
			paragraph(out, "     ", line)
		}
		if v.Lacks != "" {
			paragraph(out, "     ", v.Lacks)
		}
		fmt.Fprintln(out, "   "+v.State)
	}
}

// figure writes a number with the digits that matter to people.
func figure(v float64) string {
	switch {
	case math.IsInf(v, 0):
		return "infinite"
	case math.IsNaN(v):
		return "unknown"
	}
	return fmt.Sprintf("%.4g", v)
}
