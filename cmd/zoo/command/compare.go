package command

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"zoo/experiments/claims"
	"zoo/experiments/config"
	"zoo/experiments/report"
	"zoo/experiments/results"
	"zoo/experiments/sweep"
)

func newCompare() *cobra.Command {
	var o sweep.StudyOptions
	var metrics []string
	var asJSON bool
	c := &cobra.Command{
		Use:   "compare NAME-or-FILE [ARM ...] [key=value ...] | compare RUN RUN ...",
		Short: "Arms of a sweep, or runs, side by side: what differs, and by how much",
		Long: `Arms of a sweep, or runs, side by side: the keys that differ between them, then each
metric with mean and standard deviation over the seeds, the difference from the baseline
in each seed with its 95 % interval, and p, also corrected for the number of arms (Holm).

ARM is an arm's labels, as in plain,56, where _ is any label. If arms are given, the first
is the baseline; otherwise each arm is compared with the one that differs from it only in
having the label of the sweep's baseline. Runs of one config with several seeds are one arm.`,
		Example: `  zoo compare init-depth-mlp
  zoo compare plain-vs-res-mnist plain,56 residual,56 --metric test.loss
  zoo compare runs/lenet5-mnist-s1-* runs/lenet5-tanh-s1-*`,
		Args:              between(1, -1),
		ValidArgsFunction: completeCompared,
		RunE: func(c *cobra.Command, args []string) error {
			o.Code = code()
			study, err := compared(o, args)
			if err != nil {
				return err
			}
			notice(c, study.Notices...)
			for _, m := range metrics {
				if !claims.Known(m) {
					return seeHelp(c, fmt.Errorf("--metric: %s", claims.UnknownMetric(m)))
				}
			}
			if metrics != nil {
				study.Display.Metrics = metrics
			}
			if asJSON {
				return report.JSON(unwrapped(c.OutOrStdout()), study, nil)
			}
			showChanges(c.OutOrStdout(), study)
			study.Display.X = "" // one row per arm
			showTables(c.OutOrStdout(), report.Comparisons(study))
			return nil
		},
	}
	studyFlags(c, &o)
	c.Flags().StringSliceVarP(&metrics, "metric", "m", nil, "metrics to compare (default: those of the config's report)")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// compared is the study of the arms or runs that the arguments name.
func compared(o sweep.StudyOptions, args []string) (*results.Study, error) {
	names, keys := split(args)
	if len(names) == 0 {
		return nil, fmt.Errorf("have only keys, want the name of an experiment before them")
	}
	if config.IsRun(names[0]) {
		if len(keys) > 0 {
			return nil, fmt.Errorf("have %s, want only runs: they have their keys already", keys[0])
		}
		return sweep.StudyOfRuns(names)
	}
	study, _, err := sweep.OpenStudy(o, names[0], keys...)
	if err != nil || len(names) == 1 {
		return study, err
	}
	var arms []results.Arm
	for _, name := range names[1:] {
		labels := strings.Split(name, ",")
		for i := range labels {
			labels[i] = strings.TrimSpace(labels[i])
		}
		found, err := claims.Arms(study, labels)
		if err != nil {
			return nil, err
		}
		for _, a := range found {
			arms = append(arms, *a)
		}
	}
	return study.Only(arms), nil
}

// showChanges prints the keys that differ between the arms.
func showChanges(w io.Writer, s *results.Study) {
	t := sheet{header: []string{"ARM"}}
	if len(s.Arms) == 0 {
		return
	}
	for _, change := range s.Arms[0].Changes {
		t.header = append(t.header, change.Key)
	}
	for _, a := range s.Arms {
		cells := []string{armName(a.Labels)}
		for _, change := range a.Changes {
			cells = append(cells, change.Value)
		}
		t.add(cells...)
	}
	if len(t.header) > 1 {
		t.print(w)
		fmt.Fprintln(w)
	}
}
