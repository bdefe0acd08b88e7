package command

import (
	"fmt"

	"github.com/spf13/cobra"

	"zoo/experiments/claims"
	"zoo/experiments/report"
	"zoo/experiments/sweep"
)

// A notMet is the error for claims that the runs do not meet.
type notMet struct{ error }

func newCheck() *cobra.Command {
	var o sweep.StudyOptions
	var asJSON, strict bool
	c := &cobra.Command{
		Use:   "check NAME-or-FILE [key=value ...]",
		Short: "The claims of an experiment: met or not met by its runs",
		Long: `The claims of an experiment, each with the values of both sides, which are means over the
seeds. The margin is left minus right, with its 95 % interval. If that has both signs, or
if there is none although the seeds differ, the verdict is unsure: more seeds could
change it.

Exit code 3: a claim is not met, or cannot be evaluated because complete runs lack a
number in it. A claim that is unsure or not yet run fails only with --strict.`,
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
				return fmt.Errorf("%s has no claims: its config has no check", study.Name)
			}
			if asJSON {
				err = report.ClaimsJSON(unwrapped(c.OutOrStdout()), verdicts)
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
	c.Flags().BoolVar(&strict, "strict", false, "also fail if a claim is unsure or not yet run")
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
