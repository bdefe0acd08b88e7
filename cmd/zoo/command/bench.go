package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"slices"

	"github.com/spf13/cobra"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/experiments/use"
	"zoo/nn"
)

// benched are the models that zoo bench measures if none is named.
var benched = []string{"mlp", "lenet5", "resnet20", "resnet56", "vgg11-cifar"}

func newBench() *cobra.Command {
	var b use.Bench
	var mode, cpuProfile string
	var asJSON bool
	c := &cobra.Command{
		Use:   "bench [MODEL ...] [key=value ...]",
		Short: "How fast networks train: examples a second, GFLOP/s, memory",
		Long: `How fast networks train, or infer, on this machine: the median time of a step on a batch
of random examples, after a warm-up. No data are read, and nothing is learned.

A training step is a forward pass, a backward pass, and an update by SGD with momentum.
FLOPs are nominal: two for each multiply-add of the convolutions and the linear layers,
once for inference and three times for training, where the gradient of the inputs is
counted although no step computes it. OF PEAK is their share of the peak that is
measured on this machine, too: multiply-adds in registers, with the instructions that
the kernels use (zoo version).

There is one thread per processor; GOMAXPROCS=1 zoo bench measures one thread. Keys are
those of the section model. With --json, each model is one line.`,
		Example: `  zoo bench resnet20 --mode infer --batch 1
  zoo bench tcn depth=8 --length 256 --batch 32
  zoo bench wavenet-small --mode step
  zoo bench resnet56 --profile --steps 10
  GOMAXPROCS=1 zoo bench vgg11-cifar width=32 norm=batch`,
		ValidArgsFunction: completeModels,
		RunE: func(c *cobra.Command, args []string) error {
			names, keys := split(args)
			if len(names) == 0 {
				names = benched
			}
			switch mode {
			case "train":
				b.Mode = nn.Train
			case "infer":
				b.Mode = nn.Infer
			case "step":
				b.Mode = nn.Step
			default:
				return seeHelp(c, fmt.Errorf("--mode: have %q, want train, infer or step", mode))
			}
			if err := checkBench(c, b); err != nil {
				return seeHelp(c, err)
			}
			var all []use.Bench
			for _, name := range names {
				if !slices.Contains(architectures.Names(), name) {
					return unknown("model", name, architectures.Names())
				}
				model, err := config.LoadModel(name, keys...)
				if err != nil {
					return err
				}
				one := b
				one.Model = model
				if b.Batch == 0 {
					one.Batch = use.DefaultBatch(name)
					if b.Mode == nn.Step {
						one.Batch = 1
					}
				}
				all = append(all, one)
			}
			return profiled(cpuProfile, func() error { return bench(c, all, asJSON) })
		},
	}
	f := c.Flags()
	f.StringVar(&mode, "mode", "train", "what a step is: train, infer, or step: one position of a sequence, as zoo generate computes it")
	f.IntVar(&b.Batch, "batch", 0, "examples per step (default: 128 or 64, as networks for small images are usually trained, 8 for those for ImageNet, 1 with --mode step)")
	f.IntVar(&b.Length, "length", 0, "positions of a sequence (default: those that zoo models lists)")
	f.IntVar(&b.Steps, "steps", 0, "measure this many steps instead of --seconds")
	f.Float64Var(&b.Seconds, "seconds", 3, "how long to measure, in seconds")
	f.BoolVar(&b.Profile, "profile", false, "list the time per op")
	f.StringVar(&cpuProfile, "cpuprofile", "", "file to write a profile to, for go tool pprof")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	c.RegisterFlagCompletionFunc("mode", cobra.FixedCompletions([]string{"train", "infer", "step"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// checkBench reports flags with values that cannot be measured.
func checkBench(c *cobra.Command, b use.Bench) error {
	f := c.Flags()
	switch {
	case f.Changed("batch") && b.Batch < 1:
		return fmt.Errorf("--batch: have %d, want at least 1", b.Batch)
	case f.Changed("length") && b.Length < 1:
		return fmt.Errorf("--length: have %d, want at least 1", b.Length)
	case f.Changed("length") && b.Mode == nn.Step:
		return errors.New("have --length and --mode step, want one of the two: a step is one position")
	case f.Changed("steps") && b.Steps < 1:
		return fmt.Errorf("--steps: have %d, want at least 1", b.Steps)
	case !(b.Seconds > 0 && b.Seconds <= 3600):
		return fmt.Errorf("--seconds: have %v, want more than 0, and at most 3600", b.Seconds)
	case f.Changed("steps") && f.Changed("seconds"):
		return errors.New("have --steps and --seconds, want one of the two")
	}
	return nil
}

// bench measures one model after another.
func bench(c *cobra.Command, all []use.Bench, asJSON bool) error {
	out := c.OutOrStdout()
	t := sheet{header: []string{"MODEL", "MODE", ">BATCH", ">THREADS", ">MS A STEP", ">BEST", ">EXAMPLES/S", ">GFLOP/S", ">OF PEAK", "ISA", ">ALLOCS", ">MEMORY"}}
	screen := newScreen(io.Discard, c.ErrOrStderr())
	defer screen.end()
	var profiles []use.Measurement
	for i, b := range all {
		screen.Data(datasets.Step{What: "measuring " + b.Model.Name, Done: int64(i), Total: int64(len(all))})
		m, err := b.Run(c.Context())
		if err != nil {
			return err
		}
		if asJSON {
			if err := json.NewEncoder(unwrapped(out)).Encode(m); err != nil {
				return err
			}
			continue
		}
		t.add(m.Model, m.Mode, thousands(m.Batch), thousands(m.Threads), fmt.Sprintf("%.3f", m.Median), fmt.Sprintf("%.3f", m.Best),
			thousands(int(m.Items+0.5)), fmt.Sprintf("%.1f", m.GFLOPs), percent(m.PeakShare, 1), m.ISA,
			fmt.Sprintf("%.0f", m.Allocs), size(m.PeakRSS))
		profiles = append(profiles, m)
	}
	screen.end()
	if asJSON {
		return nil
	}
	t.print(out)
	for _, m := range profiles {
		printProfile(out, m)
	}
	return nil
}

// printProfile lists the ops of a measurement, if they were timed.
func printProfile(out io.Writer, m use.Measurement) {
	if m.Profile == nil {
		return
	}
	fmt.Fprintf(out, "\n%s, %s, %d steps\n", m.Model, m.Mode, m.Steps)
	t := sheet{header: []string{"OP", ">CALLS", ">MS A STEP", ">SHARE"}}
	for _, o := range m.Profile {
		t.add(o.Op, fmt.Sprintf("%.0f", o.Calls), fmt.Sprintf("%.3f", o.Mean), percent(o.Share, 1))
	}
	t.print(out)
}

// profiled runs f, and writes a CPU profile to the file of that name, if it is not empty.
func profiled(name string, f func() error) error {
	if name == "" {
		return f()
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := pprof.StartCPUProfile(file); err != nil {
		return err
	}
	err = f()
	pprof.StopCPUProfile()
	if e := file.Close(); e != nil {
		err = errors.Join(err, failure{e})
	}
	return err
}
