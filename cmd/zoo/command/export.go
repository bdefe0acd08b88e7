package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"zoo/experiments/weights"
)

func newExport() *cobra.Command {
	var output string
	var force bool
	c := &cobra.Command{
		Use:   "export RUN",
		Short: "The weights of a run as a safetensors file",
		Long: `The weights of a run as a safetensors file, with PyTorch's names and layout. The file's
metadata say where they come from: model, experiment, hashes of the config and the data,
dataset, seed, test.loss, test.accuracy.`,
		Example:           `  zoo export runs/lenet5-mnist-s1-0f0f0f0f --output lenet5.safetensors`,
		Args:              between(1, 1),
		ValidArgsFunction: completeRun,
		RunE: func(c *cobra.Command, args []string) error {
			noticeRun(c, args[0])
			saved, err := weights.OpenRun(args[0])
			if err != nil {
				return err
			}
			if output == "" {
				output = saved.Experiment.Name + ".safetensors"
			}
			if _, err := os.Lstat(output); !force && !errors.Is(err, fs.ErrNotExist) {
				if err != nil {
					return err
				}
				return fmt.Errorf("%s exists already: overwrite it with --force, or name another file with --output", output)
			}
			if err := saved.Verify(); err != nil {
				return err
			}
			n, err := saved.Export(output)
			if err != nil {
				return failure{err}
			}
			fmt.Fprintf(c.OutOrStdout(), "%s holds the weights of %s: %d tensors\n", output, saved.Experiment.Model.Name, n)
			return nil
		},
	}
	c.Flags().StringVarP(&output, "output", "o", "", "file to write (default: the experiment's name, .safetensors)")
	c.Flags().BoolVarP(&force, "force", "f", false, "overwrite the file")
	return c
}
