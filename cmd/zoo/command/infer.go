package command

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"zoo/experiments/use"
	"zoo/experiments/weights"
	"zoo/internal/npy"
)

func newInfer() *cobra.Command {
	var from, input, output string
	var only []string
	var classes int
	c := &cobra.Command{
		Use:   "infer MODEL --weights W.safetensors --input X.npy --output Y.npy [key=value ...]",
		Short: "A forward pass with given weights",
		Long: `A forward pass with given weights, from inputs X.npy to logits Y.npy.

MODEL is a model (zoo models), an experiment, or a run directory, whose weights are then
the default. Keys are as in zoo summary.

X holds images (N, C, H, W), normalised as in training, or what else the network takes:
vectors (N, D), tokens (N, T), or sequences of numbers (N, T, C). They are float32; other
numbers are converted. Y holds the logits (N, classes), or (N, T, classes) where each token
has some, without a softmax, as float32. Either may be a pipe, such as /dev/stdin and /dev/stdout.

` + weightsHelp,
		Example: `  zoo infer resnet20 --weights resnet20.safetensors --input x.npy --output y.npy
  zoo infer runs/lenet5-mnist-s1-0f0f0f0f --input x.npy --output y.npy`,
		DisableFlagsInUseLine: true,
		Args:                  between(1, -1),
		ValidArgsFunction:     completeReference,
		RunE: func(c *cobra.Command, args []string) error {
			s, err := use.Find(args[0], args[1:]...)
			if err != nil {
				return err
			}
			var missing []string
			for _, f := range []struct{ flag, value string }{{"--weights", from + s.Dir}, {"--input", input}, {"--output", output}} {
				if f.value == "" {
					missing = append(missing, f.flag)
				}
			}
			if missing != nil {
				return seeHelp(c, fmt.Errorf("want %s", strings.Join(missing, ", ")))
			}
			noticeRun(c, cmp.Or(from, s.Dir))
			w, err := weights.Open(cmp.Or(from, s.Dir), only...)
			if err != nil {
				return err
			}
			defer w.Close()
			x, err := npy.ReadFile(input)
			if err != nil {
				return err
			}
			if err := use.CheckInput(x); err != nil {
				return fmt.Errorf("%s: %w", input, err)
			}
			y, err := use.Infer(c.Context(), s, w, x, classes)
			if err != nil {
				return err
			}
			if err := npy.WriteFile(output, y); err != nil {
				return failure{err}
			}
			report := c.OutOrStdout()
			if info, err := os.Stat(output); err == nil && !info.Mode().IsRegular() {
				report = c.ErrOrStderr() // the logits may have gone to standard output
			}
			fmt.Fprintf(report, "%s holds the logits of %s (%s)\n", output, s.Model.Name, sizes(y.Shape))
			return nil
		},
	}
	f := c.Flags()
	f.StringVarP(&from, "weights", "w", "", "file of the weights, or a run directory (default: the run's)")
	f.StringArrayVar(&only, "weights-only", nil, onlyHelp)
	f.StringVarP(&input, "input", "i", "", ".npy file of the inputs")
	f.StringVarP(&output, "output", "o", "", ".npy file to write the logits to")
	f.IntVar(&classes, "classes", 0, "number of classes (default: the model's, or those of the experiment's data)")
	return c
}
