package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"zoo/experiments/config"
	"zoo/experiments/run"
	"zoo/experiments/sweep"
)

func newSweep() *cobra.Command {
	var root, planOut string
	var jobs int
	var plan, asJSON bool
	var power float64
	c := &cobra.Command{
		Use:   "sweep NAME-or-FILE [key=value ...]",
		Short: "Train all arms of an experiment, with each of its seeds",
		Long: `Train all arms of an experiment, with each of its seeds: one process per trial, --jobs of
them at once, each with its share of the processors. Trials that are done already, by this
sweep or another, are not repeated, and stopped ones continue. A trial that fails,
diverges or is killed does not affect the others.

A config without a sweep gets one from the command line: model.depth=4,16 is two arms,
further keys with several values make a grid, 2..5 means 2,3,4,5, and seed=1..3 gives the
seeds (of any sweep). Lists are written in brackets: a=[1,2] is one value, a=[1,2],[3,4]
are two. zoo report, check, compare, watch and probe find the sweep with the same
arguments.

With --plan: list the trials, which are done, and what the others will cost (estimated for
each network from its set-up, a few timed batches and the start of a process), and train
nothing. With --plan-out FILE: write this list for zoo trial, so that other launchers can
carry it out. With --plan --power 0.8: say for each claim how many seeds would show its
margin with that probability, if it is as large and varies as much as in the seeds that
are done.`,
		Example: `  zoo sweep plain-vs-res-mnist --plan
  zoo sweep plain-vs-res-mnist -j 2
  zoo sweep my.yaml train.steps=100 seed=1..5
  zoo sweep mlp-digits model.depth=4,16 seed=1..3`,
		Args:              between(1, -1),
		ValidArgsFunction: completeExperiment,
		RunE: func(c *cobra.Command, args []string) error {
			if jobs < 1 {
				return seeHelp(c, fmt.Errorf("--jobs: have %d, want at least 1", jobs))
			}
			if asJSON && !plan {
				return seeHelp(c, errors.New("--json goes with --plan"))
			}
			if c.Flags().Changed("power") && (!plan || asJSON || !(power > 0 && power < 1)) {
				return seeHelp(c, fmt.Errorf("--power: have %v, want a probability below 1, with --plan and without --json", power))
			}
			design, err := config.LoadDesign(args[0], args[1:]...)
			if err != nil {
				return err
			}
			screen := newScreen(io.Discard, c.ErrOrStderr())
			p, err := sweep.NewPlan(c.Context(), design, root, code(), screen.Data)
			screen.end()
			if err != nil {
				return err
			}
			if planOut != "" {
				if err := p.Write(planOut); err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "%s lists %d trials: train one with %s\n", planOut, len(p.Trials), command(program(), "trial", "--plan", planOut, "--index", "N"))
				return nil
			}
			if plan {
				err := showPlan(c, p, jobs, asJSON)
				if err == nil && power > 0 {
					err = showPower(c, sweep.StudyOptions{Root: root, Code: code()}, power, args)
				}
				return err
			}
			return carryOut(c, p, root, jobs, args)
		},
	}
	f := c.Flags()
	f.StringVarP(&root, "out", "o", "runs", "folder of run directories")
	f.IntVarP(&jobs, "jobs", "j", runtime.NumCPU(), "number of trials at once")
	f.BoolVar(&plan, "plan", false, "show the trials and what they will cost, and train nothing")
	f.StringVar(&planOut, "plan-out", "", "write the trials to a file for zoo trial, and train nothing")
	f.BoolVar(&asJSON, "json", false, "with --plan: print JSON")
	f.Float64Var(&power, "power", 0, "with --plan: the probability with which a claim's margin should be shown")
	return c
}

// showPower prints how many seeds each claim needs.
func showPower(c *cobra.Command, o sweep.StudyOptions, power float64, args []string) error {
	study, verdicts, err := sweep.OpenStudy(o, args[0], args[1:]...)
	if err != nil {
		return err
	}
	notice(c, study.Notices...)
	out := c.OutOrStdout()
	fmt.Fprintf(out, "\nSeeds needed to show a margin like that of the seeds that are done (t-test at 5 %%, power %v):\n", power)
	if len(verdicts) == 0 {
		fmt.Fprintf(out, "%s has no claims: its config has no check\n", study.Name)
	}
	for i, v := range verdicts {
		paragraph(out, "", fmt.Sprintf("%d  %s", i+1, v.Text))
		if v.Lacks != "" {
			paragraph(out, "     ", v.State+": "+v.Lacks)
		}
		for _, p := range v.Parts {
			line := p.Seeds(power)
			if len(v.Parts) > 1 {
				line = p.Text + ": " + line
			}
			paragraph(out, "     ", line)
		}
	}
	return nil
}

// carryOut carries out the plan and prints how it ended.
func carryOut(c *cobra.Command, p *sweep.Plan, root string, jobs int, args []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for _, t := range p.Trials {
		notice(c, t.Damage)
	}
	m := newSweepScreen(c.OutOrStdout(), c.ErrOrStderr(), p)
	outcomes, err := p.Run(c.Context(), sweep.Options{Root: root, Jobs: jobs, Program: []string{self, "trial", "--known", knownCode()}, Monitor: m})
	m.end()
	again := commandLine(c, "sweep", args, "out", "jobs")
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(c.ErrOrStderr(), "interrupted; %s. To continue: %s\n", m.counts(), again)
		return err
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), "%s: %s\n", p.Name, m.counts())
	failed := 0
	for _, o := range outcomes {
		if o.State == run.Failed || o.State == run.Interrupted {
			failed++
		}
	}
	if failed > 0 {
		return failure{fmt.Errorf("%d of %d trials have no outcome; to try them again: %s", failed, len(p.Trials), again)}
	}
	fmt.Fprintf(c.OutOrStdout(), "Next: %s\n", commandLine(c, "report", args, "out"))
	return nil
}

// planned is a trial in the output of zoo sweep --plan --json.
type planned struct {
	sweep.PlannedTrial
	Seconds float64 `json:"core_seconds"` // estimated
}

func showPlan(c *cobra.Command, p *sweep.Plan, jobs int, asJSON bool) error {
	seconds, err := p.Estimate(c.Context())
	if err != nil {
		return err
	}
	begin, err := startSeconds(c.Context())
	if err != nil {
		return err
	}
	for i := range seconds {
		if seconds[i] > 0 {
			seconds[i] += begin
		}
	}
	total, done := 0.0, 0
	all := struct {
		Name    string    `json:"name"`
		Code    string    `json:"code"`
		Done    int       `json:"done"`
		Seconds float64   `json:"core_seconds"`
		Trials  []planned `json:"trials"`

		Notices []sweep.Notice `json:"notices"`
	}{Name: p.Name, Code: p.Code}
	nets := map[string]bool{}
	t := sheet{header: []string{">TRIAL", "ARM", ">SEED", ">PARAMETERS", ">MACS", ">STEPS", ">EST.", "STATE"}, snip: true}
	first := map[string]string{} // by trial, the first arm that has it
	for i, trial := range p.Trials {
		if first[trial.ID] == "" {
			first[trial.ID] = armName(trial.Labels)
		}
		if trial.Done() {
			done++
		}
		total += seconds[i]
		trial.Config = ""
		all.Trials = append(all.Trials, planned{trial, seconds[i]})
		nets[fmt.Sprint(trial.Model, trial.Params, trial.MACs)] = true
		est, state := "-", "to run"
		if seconds[i] > 0 {
			est = duration(seconds[i])
		}
		if trial.State != "" {
			state = trial.State
		} else if first[trial.ID] != armName(trial.Labels) {
			state = "as [" + first[trial.ID] + "]"
		}
		t.add(fmt.Sprint(trial.Index), armName(trial.Labels), fmt.Sprint(trial.Seed), thousands(trial.Params), thousands(trial.MACs), thousands(trial.Steps), est, state)
	}
	all.Done, all.Seconds, all.Notices = done, total, p.Notices
	if asJSON {
		return printJSON(c.OutOrStdout(), all)
	}
	t.print(c.OutOrStdout())
	wall := total / float64(min(jobs, runtime.NumCPU()))
	fmt.Fprintf(c.OutOrStdout(), "\n%s: %d trials, %d done, %d to run; all %d networks build; est. %s of one core, %s with --jobs %d\n",
		p.Name, len(p.Trials), done, len(p.Trials)-done, len(nets), duration(total), duration(wall), jobs)
	for _, n := range p.Notices {
		fmt.Fprintf(c.OutOrStdout(), "notice: %s\n", n)
	}
	return nil
}

// startSeconds is how long it takes to start and end a process of this program.
func startSeconds(ctx context.Context) (float64, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	start := time.Now()
	if err := exec.CommandContext(ctx, self, "trial", "--help").Run(); err != nil {
		return 0, fmt.Errorf("starting %s: %w", self, err)
	}
	return time.Since(start).Seconds(), nil
}
