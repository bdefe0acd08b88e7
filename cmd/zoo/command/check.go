package command

import (
	"fmt"
	"math"

	"github.com/spf13/cobra"

	"zoo/experiments/claims"
	"zoo/experiments/report"
	"zoo/experiments/sweep"
)

// A notMet is a claim that the runs do not bear out.
type notMet struct{ error }

func newCheck() *cobra.Command {
	var o sweep.StudyOptions
	var asJSON, strict bool
	c := &cobra.Command{
		Use:   "check NAME-or-FILE [key=value ...]",
		Short: "The claims of an experiment: met or not met by its runs",
		Long: `The claims of an experiment, each with both sides: the means over the seeds of what the
claim says of each. The margin is left minus right with its 95 % interval: where that
has both signs, or there is none although the seeds differ, the verdict is unsure, for
more seeds could turn it.

Exit code 3: a claim is not met, or cannot be evaluated because complete runs lack what it
speaks of. A claim that is unsure or not yet run fails with --strict only.`,
		Example: `  zoo check plain-vs-res-mnist
  zoo check my.yaml --json`,
		Args:              between(1, -1),
		ValidArgsFunction: completeExperiment,
		RunE: func(c *cobra.Command, args []string) error {
			o.Code = code()
			study, verdicts, err := sweep.OpenStudy(o, args[0], args[1:]...)
			if err != nil {
				return err
			}
			notice(c, study.Notices...)
			if len(verdicts) == 0 {
				return fmt.Errorf("%s claims nothing: it has no check", study.Name)
			}
			if asJSON {
				err = report.ClaimsJSON(exact(c.OutOrStdout()), verdicts)
			} else {
				showVerdicts(c, verdicts)
			}
			if err != nil {
				return err
			}
			if bad := failing(verdicts, strict); bad > 0 {
				return notMet{fmt.Errorf("%d of %d claims of %s fail", bad, len(verdicts), study.Name)}
			}
			return nil
		},
	}
	studyFlags(c, &o)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().BoolVar(&strict, "strict", false, "fail where a claim is unsure or not yet run, too")
	return c
}

// failing counts the verdicts that end zoo check with an error.
func failing(verdicts []claims.Verdict, strict bool) (n int) {
	for _, v := range verdicts {
		switch {
		case v.State == claims.NotMet, v.State == claims.Unknown, strict && (v.State == claims.NotYetRun || v.Unsure()):
			n++
		}
	}
	return n
}

// studyFlags are the flags of all verbs that look at the runs of a sweep.
func studyFlags(c *cobra.Command, o *sweep.StudyOptions) {
	c.Flags().StringVarP(&o.Root, "out", "o", "runs", "folder of run directories")
	o.Quote = quoted
	c.Flags().StringVar(&o.Only, "code", "", "take the runs of this build of zoo, where there are those of several")
}

func showVerdicts(c *cobra.Command, verdicts []claims.Verdict) {
	out := c.OutOrStdout()
	for i, v := range verdicts {
		paragraph(out, "", fmt.Sprintf("%d  %s", i+1, v.Text))
		for _, p := range v.Parts {
			line := fmt.Sprintf("%s %s %s", report.Side(p, p.Left), p.Op, report.Side(p, p.Right))
			if len(v.Parts) > 1 {
				line = p.Text + ": " + line + "  " + map[bool]string{true: "holds", false: "does not hold"}[p.Holds]
			}
			if m := p.Margin; m.Constant() {
				line += fmt.Sprintf("  (margin %s in each of %d seeds)", report.Side(p, m.Mean), m.N)
			} else if !math.IsNaN(m.Lo) && m.N > 1 {
				line += fmt.Sprintf("  (margin %s, 95 %% interval %s to %s, n = %d)", report.Side(p, m.Mean), report.Side(p, m.Lo), report.Side(p, m.Hi), m.N)
			}
			if p.Unsure() {
				line += "  unsure: " + report.Why(p)
			}
			paragraph(out, "     ", line)
		}
		if v.Lacks != "" {
			paragraph(out, "     ", v.Lacks)
		}
		fmt.Fprintln(out, "   "+v.State)
	}
	fmt.Fprintln(out, report.Tally(verdicts))
}
