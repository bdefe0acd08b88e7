package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"zoo/experiments/sweep"
	"zoo/internal/strict"
)

// verbsOfFiles are the verbs whose arguments are files and run directories.
var verbsOfFiles = []string{"compare", "diff", "eval", "export", "infer", "predict", "summary"}

// checkUsage makes every mistake in the command line an error of one line that says where
// to read on, for the command and its subcommands.
func checkUsage(root *cobra.Command) {
	root.SetFlagErrorFunc(flagError)
	root.InitDefaultCompletionCmd()
	root.SetHelpCommand(newHelp())
	help := root.HelpFunc()
	root.SetHelpFunc(func(c *cobra.Command, args []string) {
		if terminalWidth(c.OutOrStdout()) > 0 {
			fitHelp(c)
		}
		help(c, args)
	})
	for _, c := range root.Commands() {
		if slices.Contains(verbsOfFiles, c.Name()) {
			expanding(c)
		}
	}
	for _, c := range append(root.Commands(), root) {
		if c.HasSubCommands() && c.RunE == nil {
			c.Args = verbs
			c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
			c.DisableFlagsInUseLine = true
		}
	}
}

// between requires a number of arguments; most is -1 for any number.
func between(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if n := len(args); n < least || most >= 0 && n > most {
			return seeHelp(c, fmt.Errorf("have %d arguments, want `%s`", n, strings.TrimSuffix(c.UseLine(), " [flags]")))
		}
		return nil
	}
}

// split divides arguments into the names at the beginning and the key=value after them.
func split(args []string) (names, keys []string) {
	n := slices.IndexFunc(args, func(a string) bool { return strings.Contains(a, "=") })
	if n < 0 {
		n = len(args)
	}
	return args[:n], args[n:]
}

// commandLine is the command to type for a verb with these arguments, and with those of
// these flags that c was given.
func commandLine(c *cobra.Command, verb string, args []string, flags ...string) string {
	words := append([]string{program(), verb}, quoted(args)...)
	for _, name := range flags {
		if f := c.Flags().Lookup(name); f != nil && f.Changed {
			words = append(words, quoted([]string{"--" + name, f.Value.String()})...)
		}
	}
	return command(words...)
}

// verbs is the error for a word that is not a verb of a command, or for a missing one.
func verbs(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		if c.HasParent() {
			return seeHelp(c, fmt.Errorf("%s requires a verb: %s", c.CommandPath(), strings.Join(verbNames(c), ", ")))
		}
		return nil
	}
	return seeHelp(c, unknown("verb", args[0], verbNames(c)))
}

func verbNames(c *cobra.Command) (names []string) {
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return names
}

// flagError says which values a flag takes, or which flag may have been meant.
func flagError(c *cobra.Command, err error) error {
	var absent *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &invalid):
		err = fmt.Errorf("--%s: have %q, want a value of type %s", invalid.GetFlag().Name, invalid.GetValue(), invalid.GetFlag().Value.Type())
	case errors.As(err, &absent) && absent.GetSpecifiedShortnames() == "":
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if n := strict.Nearest(absent.GetSpecifiedName(), names); n != "" {
			err = fmt.Errorf("%w: did you mean --%s?", err, n)
		}
	}
	return seeHelp(c, err)
}

// seeHelp adds to an error where to read on.
func seeHelp(c *cobra.Command, err error) error {
	help := command(c.CommandPath(), "--help")
	if strings.HasSuffix(err.Error(), "?") {
		return fmt.Errorf("%w See %s", err, help)
	}
	return fmt.Errorf("%w; see %s", err, help)
}

// studyFlags adds the flags of all verbs that read the runs of a sweep.
func studyFlags(c *cobra.Command, o *sweep.StudyOptions) {
	c.Flags().StringVarP(&o.Root, "out", "o", "runs", "folder of run directories")
	o.Quote = quoted
	c.Flags().StringVar(&o.Only, "code", "", "use the runs of this build of zoo, if there are runs of several builds")
}
