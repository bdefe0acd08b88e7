package command

import (
	"fmt"

	"github.com/spf13/cobra"

	"zoo/experiments"
	"zoo/experiments/claims"
	"zoo/experiments/report"
	"zoo/experiments/results"
)

func newWatch() *cobra.Command {
	var o experiments.StudyOptions
	var port uint16
	c := &cobra.Command{
		Use:   "watch NAME-or-FILE [key=value ...]",
		Short: "The page of an experiment in the browser, live, while it is swept",
		Long: `Serve the page of zoo report to browsers of this machine, as far as the sweep has come,
until the sweep ends.`,
		Example: `  zoo watch plain-vs-res-mnist
  zoo watch my.yaml --port 8080`,
		Args:              between(1, -1),
		ValidArgsFunction: completeExperiment,
		RunE: func(c *cobra.Command, args []string) error {
			o.Code = code()
			open := func() (*results.Study, []claims.Verdict, error) {
				return experiments.OpenStudy(o, args[0], args[1:]...)
			}
			study, _, err := open()
			if err != nil {
				return err
			}
			running := func() bool { return experiments.Sweeping(study.Dir) }
			if !running() {
				return fmt.Errorf("nobody sweeps %s now: see what there is with %s, or begin with %s", study.Name, commandLine(c, "report", args, "out"), commandLine(c, "sweep", args, "out"))
			}
			at, err := report.Loopback(port)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "http://%s shows %s until its sweep ends; Ctrl-C ends the page alone\n", at.Addr(), study.Name)
			if err := (report.Live{Open: open, Running: running}).Serve(c.Context(), at); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "the sweep has ended. Next: %s\n", commandLine(c, "report", args, "out"))
			return nil
		},
	}
	studyFlags(c, &o)
	c.Flags().Uint16Var(&port, "port", 0, "port of the page; 0 is any that is free")
	return c
}
