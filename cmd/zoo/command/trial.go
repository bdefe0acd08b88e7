package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"zoo/experiments/run"
	"zoo/experiments/sweep"
	"zoo/experiments/train"
)

func newTrial() *cobra.Command {
	o := train.RunOptions{Every: 30 * time.Second}
	var plan, known string
	var index int
	var attached bool
	c := &cobra.Command{
		Use:   "trial --plan FILE --index N",
		Short: "Train one trial of a sweep's plan: what every launcher calls",
		Long: `Train one trial of a plan that zoo sweep --plan-out wrote. A stopped trial continues; if
another process trains it, wait for that; if it is done, do nothing. A divergence is an
outcome, with exit code 0; any other failure has exit code 1.`,
		Example: `  zoo sweep plain-vs-res-mnist --plan-out plan.json
  zoo trial --plan plan.json --index 7
  seq 0 35 | xargs -P 8 -I N zoo trial --plan plan.json --index N`,
		Args: between(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			o.Code = codeIf(known)
			p, err := sweep.ReadPlan(plan, o.Code)
			if err != nil {
				return err
			}
			t, err := p.Trial(index)
			if err != nil {
				return err
			}
			ctx := c.Context()
			screen := newScreen(c.OutOrStdout(), c.ErrOrStderr())
			o.Monitor = screen
			if attached {
				var stop context.CancelFunc
				ctx, stop = untilEnd(ctx, c.InOrStdin())
				defer stop()
				screen.out = io.Discard
				// If the sweep has died nobody reads standard output, and that must not
				// end the process before it has saved the run.
				signal.Ignore(syscall.SIGPIPE)
				o.Monitor = &reporter{screen: screen, out: json.NewEncoder(os.Stdout)}
			}
			out, err := t.Execute(ctx, p.Name, o)
			screen.end()
			switch {
			case errors.Is(err, context.Canceled):
				return err
			case err != nil:
				return failure{err}
			case !attached:
				fmt.Fprintf(c.OutOrStdout(), "%s is %s\n", out.Dir, out.State)
				if out.State == run.Diverged {
					fmt.Fprintf(c.OutOrStdout(), "it %s\n", out.Summary["diverged_because"])
				}
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&plan, "plan", "", "file of the plan")
	f.IntVar(&index, "index", 0, "number of the trial in the plan, from 0")
	f.StringVarP(&o.Root, "out", "o", "runs", "folder of run directories")
	f.BoolVar(&attached, "attached", false, "report steps as lines of JSON, and stop when standard input ends: for zoo sweep")
	f.StringVar(&known, "known", "", "what zoo sweep knows of the executable")
	f.MarkHidden("attached")
	f.MarkHidden("known")
	c.MarkFlagRequired("plan")
	c.MarkFlagRequired("index")
	return c
}

// untilEnd ends a context when r ends: when the process at the other end has closed it or
// died.
func untilEnd(ctx context.Context, r io.Reader) (context.Context, context.CancelFunc) {
	ctx, stop := context.WithCancel(ctx)
	go func() {
		io.Copy(io.Discard, r)
		stop()
	}()
	return ctx, stop
}

// A reporter sends the steps of a trial to its sweep, a few times a second.
type reporter struct {
	*screen
	out  *json.Encoder
	last time.Time
}

// Step implements train.Monitor.
func (r *reporter) Step(s train.Step) {
	if time.Since(r.last) > 300*time.Millisecond || s.Step == s.Of {
		r.last = time.Now()
		r.out.Encode(sweep.TrialProgress{Step: s.Step, Of: s.Of, Loss: run.Number(s.Loss)}) // for people to see
	}
}

// Begin and Epoch implement train.Monitor; the sweep does not need them.
func (r *reporter) Begin(*train.Trial, string, int) {}
func (r *reporter) Epoch(train.Epoch)               {}
