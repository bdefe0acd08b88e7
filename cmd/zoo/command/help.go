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
			about, rest, _ := c.Root().Find(args) // an error is about the rest
			if len(rest) > 0 && about.HasSubCommands() {
				return verbs(about, rest)
			}
			return about.Help()
		},
	}
}

// fitHelp prepares the texts of a command for being wrapped by a terminal.
func fitHelp(c *cobra.Command) {
	c.Long = unbroken(c.Long)
	var examples []string
	for line := range strings.SplitSeq(c.Example, "\n") {
		example := strings.TrimLeft(line, " ")
		examples = append(examples, line[:len(line)-len(example)]+command(example))
	}
	c.Example = strings.Join(examples, "\n")
}

// unbroken is a text with one line per paragraph, to be wrapped to the width of a terminal.
// Indented lines stay unchanged.
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

// weightsHelp says which files of weights are read, and onlyHelp how to take a part of one.
const (
	weightsHelp = `W is a safetensors file, or a file of PyTorch's torch.save (.pth, also from before PyTorch
1.6) with a state_dict, or with a dict that holds one; if it holds several, W#ema takes the
one called ema. No code in the file is run: values other than tensors are skipped, and a
pickled model is an error. The tensors have PyTorch's names and layout, and are exactly
those of the network; num_batches_tracked may be present. Floats of 16 and 64 bits are converted
to 32; NaN and infinity are errors. The file is read in several places, and so cannot be a
pipe.`
	onlyHelp = "take only the tensors with this name, in which * stands for any text; old=new renames them, as in 'module.*=*' (may be repeated)"
)
