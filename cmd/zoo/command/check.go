package command

import (
	"fmt"

	"github.com/spf13/cobra"

	"zoo/experiments"
	"zoo/experiments/claims"
	"zoo/experiments/report"
)

// A notMet is a claim that the runs do not bear out.
type notMet struct{ error }

func newCheck() *cobra.Command {
	var o experiments.StudyOptions
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
			study, verdicts, err := experiments.OpenStudy(o, args[0], args[1:]...)
			if err != nil {
				return err
			}
			notice(c, study.Notices...)
			if len(verdicts) == 0 {
				return fmt.Errorf("%s claims nothing: it has no check", study.Name)
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
