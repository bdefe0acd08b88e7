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

// weightsHelp says what a file of weights is, and onlyHelp how a part of it is named.
const (
	weightsHelp = `W is a safetensors file, or one that PyTorch's torch.save wrote (.pth, before PyTorch 1.6
too): of a state_dict, or of a dict that holds one; where it holds several, W#ema takes the one
called ema. No code in it is run: what is no tensor is passed over, and a pickled model
is refused. Its tensors have PyTorch's names and layout and are exactly the network's;
num_batches_tracked may be there. Floats of 16 and 64 bits are converted to 32; NaN and
infinity are errors. It is read in places, and so cannot be a pipe.`
	onlyHelp = "take only the tensors of this name, in which * stands for any text; old=new renames them, as in 'module.*=*' (may be repeated)"
)
