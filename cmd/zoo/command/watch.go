package command

import (
	"fmt"
	"sync"

	"github.com/spf13/cobra"

	"zoo/experiments/claims"
	"zoo/experiments/report"
	"zoo/experiments/results"
	"zoo/experiments/sweep"
)

func newWatch() *cobra.Command {
	var o sweep.StudyOptions
	var port uint16
	c := &cobra.Command{
		Use:   "watch NAME-or-FILE [key=value ...]",
		Short: "The page of an experiment in the browser, live, while it is swept",
		Long: `Serve the page of zoo report to browsers on this machine, with the results so far, until
the sweep ends. It may be started before the sweep, and waits for it; it also waits while
the sweep is stopped.`,
		Example: `  zoo watch plain-vs-res-mnist
  zoo watch my.yaml --port 8080`,
		Args:              between(1, -1),
		ValidArgsFunction: completeExperiment,
		RunE: func(c *cobra.Command, args []string) error {
			o.Code = code()
			study, _, err := sweep.OpenStudy(o, args[0], args[1:]...)
			if err != nil {
				return err
			}
			train, see := commandLine(c, "sweep", args, "out"), commandLine(c, "report", args, "out")
			w := watched{dir: study.Dir}
			if p := report.ProgressOf(study); report.StageOf(w.running(), p) == report.Ended {
				return fmt.Errorf("no sweep of %s runs, and there is nothing to wait for: %s; see them with %s", study.Name, p, see)
			}
			at, err := report.Loopback(port)
			if err != nil {
				return err
			}
			out := c.OutOrStdout()
			fmt.Fprintf(out, "http://%s shows %s until its sweep ends; Ctrl-C ends only the page\n", at.Addr(), study.Name)
			live := report.Live{
				Open: func() (*results.Study, []claims.Verdict, error) {
					s, verdicts, err := sweep.OpenStudy(o, args[0], args[1:]...)
					if err == nil {
						w.follow(s.Dir)
					}
					return s, verdicts, err
				},
				Running: w.running,
				Tell: func(s report.Stage, p report.Progress) {
					switch s {
					case report.Running:
						fmt.Fprintf(out, "the sweep is running: %s\n", p)
					case report.Ended:
						fmt.Fprintf(out, "the sweep has ended: %s. Next: %s\n", p, see)
					default:
						fmt.Fprintln(out, report.Status(s, p, train))
					}
				},
			}
			return live.Serve(c.Context(), at)
		},
	}
	studyFlags(c, &o)
	c.Flags().Uint16Var(&port, "port", 0, "port of the page; 0 is any free one")
	return c
}

// watched is the folder of the sweep that zoo watch shows.
type watched struct {
	sync.Mutex
	dir string
}

func (w *watched) running() bool {
	w.Lock()
	defer w.Unlock()
	return sweep.Sweeping(w.dir)
}

// follow changes the folder, which is another one after an edit of the config, unless a
// sweep still runs in the old one.
func (w *watched) follow(dir string) {
	w.Lock()
	defer w.Unlock()
	if !sweep.Sweeping(w.dir) {
		w.dir = dir
	}
}
