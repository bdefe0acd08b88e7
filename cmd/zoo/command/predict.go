package command

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"zoo/experiments/use"
	"zoo/experiments/weights"
)

func newPredict() *cobra.Command {
	var from, labels string
	var only []string
	var top, classes int
	var asJSON bool
	c := &cobra.Command{
		Use:   "predict MODEL IMAGE ... [--weights W] [--labels NAMES.txt] [key=value ...]",
		Short: "Say what pictures show",
		Long: `Say what pictures show: the likeliest classes of each, with their probabilities.

MODEL is a model (zoo models), with published weights, or a run directory, whose own
weights and classes are then the default. Keys are as in zoo summary.

A picture is a PNG, JPEG, GIF, WebP, BMP, TIFF, PPM or PGM of up to 33 million pixels. It
is rotated as its EXIF data say; an alpha channel is dropped, and of an animation the
first image is used. A model gets it as in the training of its published weights: usually
the middle 224×224 pixels after the shorter side is resized to 256, normalised with
ImageNet's mean and standard deviation. A run gets it prepared like its test images.

Without --labels the classes of a model are numbers, from 0.

` + weightsHelp,
		Example: `  zoo predict resnet50 cat.jpg --weights resnet50.safetensors --labels imagenet.txt
  zoo predict runs/lenet5-mnist-s1-0f0f0f0f three.png seven.png --top 2`,
		DisableFlagsInUseLine: true,
		Args:                  between(2, -1),
		ValidArgsFunction: func(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return completeReference(c, args, word)
			}
			return nil, cobra.ShellCompDirectiveDefault // files
		},
		RunE: func(c *cobra.Command, args []string) error {
			images, keys := imagesAndKeys(args[1:])
			s, err := use.Find(args[0], keys...)
			if err != nil {
				return err
			}
			switch {
			case len(images) == 0:
				return seeHelp(c, fmt.Errorf("want an image"))
			case from+s.Dir == "":
				return seeHelp(c, fmt.Errorf("want --weights"))
			case top < 1:
				return seeHelp(c, fmt.Errorf("--top: have %d, want at least 1", top))
			}
			screen := newScreen(io.Discard, c.ErrOrStderr())
			prep, err := s.Preprocessor(c.Context(), classes, screen.Data)
			screen.end()
			if err != nil {
				return err
			}
			if labels != "" {
				names, err := use.ReadLabels(labels)
				if err == nil {
					err = prep.Name(names)
				}
				if err != nil {
					return fmt.Errorf("--labels %s: %w", labels, err)
				}
			}
			noticeRun(c, cmp.Or(from, s.Dir))
			w, err := weights.Open(cmp.Or(from, s.Dir), only...)
			if err != nil {
				return err
			}
			defer w.Close()
			predictions, err := s.Predict(c.Context(), prep, w, images, top)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), predictions)
			}
			showPredictions(c.OutOrStdout(), predictions)
			return nil
		},
	}
	f := c.Flags()
	f.StringVarP(&from, "weights", "w", "", "file of the weights, or a run directory (default: the run's)")
	f.StringArrayVar(&only, "weights-only", nil, onlyHelp)
	f.StringVarP(&labels, "labels", "l", "", "text file with the names of the classes, one per line (default: the run's)")
	f.IntVar(&top, "top", 5, "how many classes to show")
	f.IntVar(&classes, "classes", 0, "number of classes (default: the model's, or those of the run's data)")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// imagesAndKeys divides arguments into files and settings: an argument with a = that is not
// a file is a setting.
func imagesAndKeys(args []string) (images, keys []string) {
	for _, a := range args {
		if _, err := os.Stat(a); err != nil && strings.Contains(a, "=") {
			keys = append(keys, a)
		} else {
			images = append(images, a)
		}
	}
	return images, keys
}

func showPredictions(w io.Writer, predictions []use.Prediction) {
	s := sheet{header: []string{"IMAGE", ">PROBABILITY", "CLASS"}}
	for _, p := range predictions {
		name := p.Image
		for _, g := range p.Guesses {
			s.add(name, percent(g.Probability, 2), cmp.Or(g.Label, fmt.Sprint(g.Class)))
			name = ""
		}
	}
	s.print(w)
}
