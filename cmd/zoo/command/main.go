// Package command is the command line of zoo, for any program. A program that imports
// packages which register networks ([zoo/architectures.Register]) and data sets
// ([zoo/datasets.Register]), and calls [Main], has every verb for them.
//
// A verb is one file: its flags, its help, and a call of package experiments. What several
// verbs print is formatted in format.go, table.go, reporttext.go and signaltable.go, and
// written by output.go.
package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"

	"github.com/spf13/cobra"
)

// The exit codes of every verb.
const (
	exitFailed      = 1   // a run failed or diverged, or a result could not be written
	exitUsage       = 2   // the command line, a config or data is wrong
	exitNotMet      = 3   // a claim is not met
	exitInterrupted = 130 // stopped by Ctrl-C; the same command continues
)

// A failure is an error in carrying out a correct command; other errors are about the
// command itself.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

// Main runs the command line in os.Args, and ends the process with the exit code of the
// verb. The first interrupt, SIGTERM or (not on Windows) SIGHUP stops a verb in order, so
// that a run is saved; a second one ends the process.
func Main() {
	// The first Ctrl-C ends the context, and the run saves itself; a second one
	// ends the process.
	ctx, stop := signal.NotifyContext(context.Background(), stopping()...)
	context.AfterFunc(ctx, stop)
	os.Exit(execute(ctx, os.Args[1:]))
}

func execute(ctx context.Context, args []string) int {
	out, messages := &lines{output: &output{file: os.Stdout}}, &lines{output: &output{file: os.Stderr}}
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(messages)
	err := root.ExecuteContext(ctx)
	out.Flush()
	if err == nil && out.err != nil {
		err = failure{fmt.Errorf("the output could not be written: %w", out.err)}
	}
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	fmt.Fprintln(messages, "error:", err)
	switch {
	case errors.As(err, new(failure)):
		return exitFailed
	case errors.As(err, new(notMet)):
		return exitNotMet
	}
	return exitUsage
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "zoo",
		Short: "Experiments on how networks learned to go deep",
		Long: `zoo trains the networks with which the field learned to go deep, from YAML configs.

  zoo list                         the named experiments
  zoo run lenet5-mnist             train one: the set-up, the training, the numbers
  zoo run lenet5-mnist seed=2      change any key of its config
  zoo config show lenet5-mnist     all its keys, and where their values come from
  zoo sweep plain-vs-res-mnist     train all arms of an ablation, with several seeds
  zoo report plain-vs-res-mnist    its curves and tables; zoo check: its claims

Exit codes: 0 done; 1 a run failed, or a result could not be written; 2 the
command line, a config or data is wrong; 3 a claim is not met; 130 interrupted, and
the same command continues.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(newList(), newModels(), newDatasets(), newSummary(), newRun(), newRuns(), newSweep(), newTrial(), newCheck(), newCompare(), newDiff(), newProbe(), newReport(), newWatch(), newEval(), newInfer(), newPredict(), newGenerate(), newExport(),
		newBench(), newConfig(), newData(), newVersion())
	checkUsage(root)
	return root
}
