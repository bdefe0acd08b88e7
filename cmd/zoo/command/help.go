package command

import (
	"strings"

	"github.com/spf13/cobra"
)

func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [VERB]",
		Short: "Help about a verb",
		ValidArgsFunction: func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			about, _, _ := c.Root().Find(args)
			return verbNames(about), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, _ := c.Root().Find(args) // an error is of what is left
			if len(rest) > 0 && about.HasSubCommands() {
				return verbs(about, rest)
			}
			return about.Help()
		},
	}
}

// fitHelp makes the texts of a command fit a terminal, when they are wrapped there.
func fitHelp(c *cobra.Command) {
	c.Long = unbroken(c.Long)
	var examples []string
	for line := range strings.SplitSeq(c.Example, "\n") {
		example := strings.TrimLeft(line, " ")
		examples = append(examples, line[:len(line)-len(example)]+command(example))
	}
	c.Example = strings.Join(examples, "\n")
}

// unbroken is a text whose paragraphs are lines, for a terminal to be wrapped as wide as
// it is. What is indented stays as it is.
func unbroken(text string) string {
	lines := strings.Split(text, "\n")
	all := lines[:1]
	for _, line := range lines[1:] {
		before := &all[len(all)-1]
		if line == "" || *before == "" || line[0] == ' ' || (*before)[0] == ' ' {
			all = append(all, line)
		} else {
			*before += " " + line
		}
	}
	return strings.Join(all, "\n")
}
