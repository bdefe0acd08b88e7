package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/experiments/use"
	"zoo/experiments/weights"
	"zoo/nn/generate"
)

// usualLength is how many tokens are written unless the command says how many.
const usualLength = 300

// betweenTexts is a line between two texts.
const betweenTexts = "---"

// A generation is what zoo generate was asked for.
type generation struct {
	length, rows, beam int
	penalty            float64
	sound              soundFlags
	generate.Sampling
}

func newGenerate() *cobra.Command {
	var g generation
	var from, file string
	var only []string
	var window, asJSON bool
	c := &cobra.Command{
		Use:   "generate RUN-or-EXPERIMENT [PROMPT] [--weights W]",
		Short: "Continue a text, or make a sound",
		Long: `Continue a prompt, token by token, with a network that was trained on a text: the prompt and
what follows it, as it is written. RUN is a run directory, or an experiment with --weights. The
prompt is an argument, or the content of a file; without one it is a new line.

A network that was trained on sounds as tokens (data.form=mulaw) makes a sound, from silence:
a WAV file, --out, of --seconds or --length samples, and a --picture of it. With --rows there
are several, and their files have numbers. If it was trained with classes
(data.condition=class), --class says which.

The next token is drawn from the probabilities that the network gives. A temperature below 1
makes the likely ones likelier, and 0 always takes the likeliest; --top-k and --top-p leave
out the least likely ones. What is drawn depends on --seed, and with --rows in each text
on its number. With --beam, the likeliest continuation as a whole is searched for instead.

Each step computes one position, and keeps what it needs of those before. A network that has a
number of positions, as gpt has model.context, ends there. With --window each step computes
anew the latest positions, as many as the network has, or as its training had: that is slow,
gives the same as long as both go, and goes on.

` + weightsHelp,
		Example: `  zoo generate runs/gpt-shakespeare-s1-0f0f0f0f "ROMEO:"
  zoo generate runs/gpt-shakespeare-s1-0f0f0f0f "ROMEO:" --window --length 1000 --temperature 0.8
  zoo generate runs/gpt-shakespeare-s1-0f0f0f0f -f prompt.txt --rows 3 --top-k 10 --seed 7
  zoo generate runs/digits-s1-0f0f0f0f --out three.wav --class 3 --seconds 0.5 --picture three.png
  echo -n "To be" | zoo generate runs/gpt-shakespeare-s1-0f0f0f0f -f - --beam 4`,
		DisableFlagsInUseLine: true,
		Args:                  between(1, 2),
		ValidArgsFunction:     first(true, runs, config.Names),
		RunE: func(c *cobra.Command, args []string) error {
			if err := g.check(c); err != nil {
				return seeHelp(c, err)
			}
			prompt, err := promptOf(c, args[1:], file)
			if err != nil {
				return err
			}
			s, err := use.Find(args[0])
			if err != nil {
				return err
			}
			screen := newScreen(io.Discard, c.ErrOrStderr())
			data, err := s.Data(c.Context(), screen.Data)
			screen.end()
			if err != nil {
				return err
			}
			sound, isSound := data.(datasets.Sounding)
			var v datasets.Vocabulary
			var tokens []int
			if isSound {
				err = g.checkSound(c, prompt, file)
			} else if v, err = s.Text(data); err == nil {
				tokens, err = g.checkText(c, v, prompt)
			}
			if err != nil {
				return err
			}
			further, err := s.Condition(data, g.sound.class, max(g.rows, g.beam))
			if err != nil {
				return err
			}
			if s.Dir+from == "" {
				return seeHelp(c, fmt.Errorf("want --weights: %s is an experiment", args[0]))
			}
			noticeRun(c, cmp.Or(from, s.Dir))
			trained, err := weights.Open(cmp.Or(from, s.Dir), only...)
			if err != nil {
				return err
			}
			defer trained.Close()
			w, err := s.Writer(c.Context(), v, data.Spec(), trained, max(g.rows, g.beam), window, further...)
			if err != nil {
				return err
			}
			if isSound {
				return g.writeSound(c, w, sound, asJSON)
			}
			if room := w.Room(len(tokens)); !c.Flags().Changed("length") && room > 0 {
				g.length = min(g.length, room)
			}
			if g.rows == 1 && g.beam == 0 && !asJSON {
				return g.writeAsMade(c, w, prompt, tokens)
			}
			all, err := g.continuations(c.Context(), w, tokens)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), struct {
					Prompt        string             `json:"prompt"`
					Continuations []use.Continuation `json:"continuations"`
				}{prompt, all})
			}
			for i, one := range all {
				if i > 0 {
					fmt.Fprintln(c.OutOrStdout(), betweenTexts)
				}
				fmt.Fprintln(unwrapped(c.OutOrStdout()), strings.TrimSuffix(prompt+one.Text, "\n"))
			}
			return nil
		},
	}
	f := c.Flags()
	f.IntVar(&g.length, "length", usualLength, "how many tokens to write, of a sound samples; if it is not given, no more than the network has positions for")
	f.StringVarP(&g.sound.out, "out", "o", "", "of a sound: the WAV file to write")
	f.Float64Var(&g.sound.seconds, "seconds", usualSeconds, "of a sound: how long it is, in place of --length")
	f.StringVar(&g.sound.class, "class", "", "the class of what is made, for a network that was trained with classes")
	f.StringVar(&g.sound.picture, "picture", "", "of a sound: a PNG file of its wave and its spectrogram")
	f.Float64Var(&g.Temperature, "temperature", 1, "what the logits are divided by; 0: always the likeliest token")
	f.IntVar(&g.TopK, "top-k", 0, "draw from this many of the likeliest tokens; 0: from all")
	f.Float64Var(&g.TopP, "top-p", 0, "draw from the fewest likeliest tokens that together have this probability; 0 or 1: from all")
	f.Uint64Var(&g.Seed, "seed", 1, "of the random numbers")
	f.IntVar(&g.rows, "rows", 1, "how many continuations to write; with --beam, how many of the best")
	f.IntVar(&g.beam, "beam", 0, "search for the likeliest text with a beam of this width")
	f.Float64Var(&g.penalty, "penalty", 0, "with --beam: α of the length penalty ((5 + length)/6)^α")
	f.BoolVar(&window, "window", false, "compute the whole window anew for each token")
	f.StringVarP(&file, "file", "f", "", "file of the prompt; -: standard input")
	f.StringVarP(&from, "weights", "w", "", "file of the weights, or a run directory (default: the run's)")
	f.StringArrayVar(&only, "weights-only", nil, onlyHelp)
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// check reports all flags with values that cannot be.
func (g generation) check(c *cobra.Command) error {
	f := c.Flags()
	var errs []error
	add := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	add(g.length < 1, "--length: have %d, want at least 1 token", g.length)
	add(g.rows < 1, "--rows: have %d, want at least 1", g.rows)
	add(!(g.sound.seconds > 0 && g.sound.seconds <= mostSeconds), "--seconds: have %v, want more than 0 and at most %d", g.sound.seconds, mostSeconds)
	add(f.Changed("seconds") && f.Changed("length"), "have --seconds and --length, want one of the two")
	if !f.Changed("beam") {
		add(f.Changed("penalty"), "--penalty goes with --beam")
		return errors.Join(append(errs, g.Validate())...)
	}
	add(g.rows > max(1, g.beam), "--rows: have %d, want at most the %d of --beam", g.rows, g.beam)
	for _, name := range []string{"temperature", "top-k", "top-p", "seed"} {
		add(f.Changed(name), "have --beam and --%s, want one of the two: a search draws nothing", name)
	}
	return errors.Join(append(errs, generate.Beam{Width: g.beam, Length: max(1, g.length), Penalty: g.penalty}.Validate())...)
}

// checkText is the prompt's tokens, and an error where there are flags of sounds.
func (g generation) checkText(c *cobra.Command, v datasets.Vocabulary, prompt string) ([]int, error) {
	for _, name := range []string{"out", "seconds", "picture"} {
		if c.Flags().Changed(name) {
			return nil, seeHelp(c, fmt.Errorf("--%s is for sounds, and the data are a text", name))
		}
	}
	return encoded(v, prompt)
}

// promptOf is the prompt of an argument or of a file; empty: there is none.
func promptOf(c *cobra.Command, args []string, file string) (string, error) {
	switch {
	case len(args) > 0 && file != "":
		return "", seeHelp(c, errors.New("have a prompt and --file, want one of the two"))
	case len(args) > 0:
		return args[0], nil
	case file == "":
		return "", nil
	}
	var b []byte
	var err error
	if file == "-" {
		b, err = io.ReadAll(c.InOrStdin())
	} else {
		b, err = os.ReadFile(file)
	}
	if err != nil {
		return "", fmt.Errorf("--file: %w", err)
	}
	return string(b), nil
}

// encoded are the tokens of a prompt, or of a new line for an empty one.
func encoded(v datasets.Vocabulary, prompt string) ([]int, error) {
	if prompt != "" {
		tokens, err := v.Encode(prompt)
		if err != nil {
			err = fmt.Errorf("the prompt: %w", err)
		}
		return tokens, err
	}
	tokens, err := v.Encode("\n")
	if err != nil {
		return nil, errors.New("the prompt is empty, want at least one token: the vocabulary has no new line, which a text begins with otherwise")
	}
	return tokens, nil
}

// writeAsMade writes the prompt, and what follows it piece by piece.
func (g generation) writeAsMade(c *cobra.Command, w *use.Writer, prompt string, tokens []int) error {
	out := unwrapped(c.OutOrStdout())
	begun, last := false, ""
	write := func(text string) {
		if text != "" {
			fmt.Fprint(out, text)
			begun, last = true, text
		}
	}
	defer func() {
		if begun && !strings.HasSuffix(last, "\n") {
			fmt.Fprintln(out)
		}
	}()
	for pieces, err := range w.Sample(c.Context(), tokens, g.length, g.Sampling) {
		if err != nil {
			return err
		}
		if !begun {
			write(prompt)
		}
		write(pieces[0])
	}
	return nil
}

// continuations are all texts of a generation.
func (g generation) continuations(ctx context.Context, w *use.Writer, tokens []int) ([]use.Continuation, error) {
	if g.beam > 0 {
		all, err := w.Search(ctx, tokens, g.length, g.penalty)
		return all[:min(len(all), g.rows)], err
	}
	all := make([]use.Continuation, g.rows)
	for pieces, err := range w.Sample(ctx, tokens, g.length, g.Sampling) {
		if err != nil {
			return nil, err
		}
		for i, piece := range pieces {
			all[i].Text += piece
		}
	}
	return all, nil
}
