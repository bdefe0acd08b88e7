package command

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/experiments/use"
	"zoo/nn"
)

// summarised is the output of zoo summary --json.
type summarised struct {
	Name     string         `json:"name"`
	Model    string         `json:"model"`
	Paper    string         `json:"paper"`
	Options  map[string]any `json:"options"`
	Input    []int          `json:"input"`
	Classes  int            `json:"classes"`
	Layers   []layer        `json:"layers"`
	Params   int            `json:"params"`
	MACs     int            `json:"macs"`
	Training use.Footprint  `json:"training"`

	spec datasets.Spec
}

type layer struct {
	Path   string `json:"path"`
	Op     string `json:"op"`
	Output []int  `json:"output"` // without the batch; null if there is none
	Params int    `json:"params"`
	MACs   int    `json:"macs"`
	Field  int    `json:"field"` // side of the receptive field in pixels; 0 for vectors

	Std  *float64 `json:"initial_std,omitempty"`  // of the initial weights; nil for layers without weights, and if the data decide
	Gain *float64 `json:"initial_gain,omitempty"` // the corresponding gain: √(inputs of an output)·std

	Auxiliary bool `json:"auxiliary,omitempty"` // computed only in training, and not in the total of multiply-adds
}

func newSummary() *cobra.Command {
	var input string
	var classes, batch int
	var asJSON, dot, train bool
	c := &cobra.Command{
		Use:   "summary MODEL-or-EXPERIMENT [key=value ...]",
		Short: "A network layer by layer, and the memory of a training step",
		Long: `A network layer by layer: output shape, trained parameters, multiply-adds for one
example, receptive field (side in pixels), standard deviation of the initial weights, and
the corresponding gain, √fan_in·std.

The input has the size of the model's paper, or of the experiment's data; no data are read.
With --input it has another: images 14x14x1, vectors 784, sequences of tokens 64, sequences
of numbers 64x2. With --classes, so do the logits, and the vocabulary of tokens that are
classes, too. For a model, keys are those of the section model: width=8.

With --dot: Gorgonia's expression graph for Graphviz.`,
		Example: `  zoo summary resnet20 width=8 --input 14x14x1
  zoo summary lenet5-mnist model.norm=batch
  zoo summary lenet5 --dot | dot -Tsvg > lenet5.svg`,
		Args:              between(1, -1),
		ValidArgsFunction: completeReference,
		RunE: func(c *cobra.Command, args []string) error {
			s, err := use.Find(args[0], args[1:]...)
			if err != nil {
				return err
			}
			shape, err := parseSizes(input)
			if err != nil {
				return err
			}
			spec, err := s.Spec(shape, classes)
			if err != nil {
				return err
			}
			switch {
			case train && !dot:
				return seeHelp(c, errors.New("--train goes with --dot"))
			case dot && asJSON:
				return seeHelp(c, errors.New("have --dot and --json, want one of the two"))
			}
			if batch == 0 {
				batch = 64
				if s.Config != nil {
					batch = s.Config.Train.Batch
				}
			}
			if dot {
				mode, n := nn.Infer, 1
				if train {
					mode, n = nn.Train, batch
				}
				_, program, err := s.Outline(c.Context(), mode, spec, n)
				if err == nil {
					fmt.Fprint(unwrapped(c.OutOrStdout()), program.Dot())
				}
				return err
			}
			sum, err := summarise(c.Context(), args[0], s, spec, batch)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), sum)
			}
			printSummary(c, sum)
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&input, "input", "", "size of the input: height x width x channels as 14x14x1, length as 64, or length x values as 64x2")
	f.IntVar(&classes, "classes", 0, "number of classes")
	f.IntVar(&batch, "batch", 0, "examples of a training step (default: the experiment's, or 64)")
	f.BoolVar(&dot, "dot", false, "print Gorgonia's graph in the language of Graphviz instead")
	f.BoolVar(&train, "train", false, "with --dot: the graph of a training step, with its gradients")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// summarise builds a network for inference and for training, and describes it.
func summarise(ctx context.Context, name string, s use.ModelReference, spec datasets.Spec, batch int) (summarised, error) {
	params, program, err := s.Outline(ctx, nn.Infer, spec, 1)
	if err != nil {
		return summarised{}, err
	}
	footprint, err := s.Footprint(ctx, spec, batch)
	if err != nil {
		return summarised{}, err
	}
	m, _ := architectures.Lookup(s.Model.Name)
	sum := summarised{
		Name: name, Model: m.Name, Paper: m.Paper, Options: s.Model.Settings(), Input: spec.Inputs[0].Shape, Classes: spec.Classes(), spec: spec,
		Params: params.Count(), MACs: program.MACs(), Training: footprint,
	}
	for _, l := range program.Layers {
		row := layer{Path: l.Path, Op: l.Op, Output: withoutBatch(l.Out), Params: l.Params, MACs: l.MACs, Field: l.Field, Auxiliary: l.Auxiliary}
		if l.Initial != nil {
			row.Std, row.Gain = &l.Initial.Std, &l.Initial.Gain
		}
		sum.Layers = append(sum.Layers, row)
	}
	return sum, nil
}

func withoutBatch(shape []int) []int {
	if shape == nil {
		return nil
	}
	return shape[1:]
}

func printSummary(c *cobra.Command, s summarised) {
	out := c.OutOrStdout()
	if s.Name != s.Model {
		fmt.Fprintf(out, "%s: ", s.Name)
	}
	fmt.Fprintf(out, "%s, input %s, %s\n", s.Model, inputOf(s.spec), targetOf(s.spec))
	paragraph(out, "", s.Paper)
	fmt.Fprintln(out)
	t := sheet{header: []string{"PATH", "OP", "OUTPUT", ">PARAMETERS", ">MACS", ">FIELD", ">INIT STD", ">GAIN"}}
	auxiliary := false
	for _, l := range s.Layers {
		if l.Auxiliary {
			auxiliary = true
			l.Op += " *"
		}
		t.add(l.Path, l.Op, sizes(l.Output), thousandsOrDash(l.Params), thousandsOrDash(l.MACs), thousandsOrDash(l.Field),
			ifKnown(l.Std, threeDigits), ifKnown(l.Gain, threeDigits))
	}
	t.footer = []string{"total", "", "", thousands(s.Params), thousands(s.MACs), "", "", ""}
	t.print(out)
	if auxiliary {
		fmt.Fprintln(out, "* part of an auxiliary classifier: computed only in training, and not in the total of MACs")
	}
	m := s.Training
	fmt.Fprintf(out, "\nA training step of %d examples holds\n", m.Batch)
	line := func(n int, what string, args ...any) {
		if n > 0 {
			fmt.Fprintf(out, "  %8s  %s\n", size(n), fmt.Sprintf(what, args...))
		}
	}
	line(m.Parameters, "parameters and running statistics")
	line(m.Gradients, "gradients of the parameters")
	line(m.State, "state of the solver, %s", m.Solver)
	line(m.Average, "average of the weights")
	line(m.Values, "values between ops (%s if none shared their memory)", size(m.Unshared))
	fmt.Fprintln(out, "besides the batches themselves and the working memory inside ops.")
}

// parseSizes reads 14x14x1, 64x2 or 784; the empty text is nil.
func parseSizes(s string) ([]int, error) {
	if s == "" {
		return nil, nil
	}
	var shape []int
	for _, d := range strings.FieldsFunc(s, func(r rune) bool { return r == 'x' || r == '×' }) {
		n, err := strconv.Atoi(d)
		if err != nil || n < 1 || n > 1<<16 {
			return nil, fmt.Errorf("--input: have %q, want sizes such as 14x14x1 or 784", s)
		}
		shape = append(shape, n)
	}
	if len(shape) > 3 {
		return nil, fmt.Errorf("--input: have %q, want height x width x channels, length x values, or one length", s)
	}
	return shape, nil
}
