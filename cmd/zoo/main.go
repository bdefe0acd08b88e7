// Command zoo runs deep-learning experiments: named configs that train the
// networks with which the field learned to go deep. See zoo help.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// The exit codes of every verb.
const (
	exitFailed      = 1   // a run failed or diverged
	exitUsage       = 2   // the command line, a config or data is wrong
	exitInterrupted = 130 // stopped by Ctrl-C; the same command goes on
)

// A failure is an error of something that was right to ask for and went wrong
// on the way; other errors are about what was asked.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

func main() {
	// The first Ctrl-C ends the context, and the run saves itself; a second one
	// ends the process.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(execute(ctx, os.Args[1:]))
}

func execute(ctx context.Context, args []string) int {
	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	fmt.Fprintln(os.Stderr, "error:", err)
	if errors.As(err, new(failure)) {
		return exitFailed
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
  zoo config show lenet5-mnist     all its keys, and where their values come from`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(newRun())
	return root
}
