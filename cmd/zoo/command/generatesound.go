package command

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"zoo/datasets"
	"zoo/datasets/sounds"
	"zoo/experiments/use"
	"zoo/internal/atomicfile"
)

// soundFlags are what zoo generate was asked for of a sound.
type soundFlags struct {
	out, class, picture string
	seconds             float64
}

// usualSeconds is how long a sound is unless the command says, and mostSeconds how long it
// may be.
const (
	usualSeconds = 1.0
	mostSeconds  = 3600
)

// checkSound reports flags that do not go with sounds.
func (g generation) checkSound(c *cobra.Command, prompt, file string) error {
	var errs []error
	if g.sound.out == "" {
		errs = append(errs, errors.New("want --out FILE.wav: the data are sounds"))
	}
	if prompt != "" || file != "" {
		errs = append(errs, errors.New("have a prompt, and a sound begins with silence: leave it out"))
	}
	if g.beam > 0 {
		errs = append(errs, errors.New("--beam is for texts, and the data are sounds: leave it out"))
	}
	if err := errors.Join(errs...); err != nil {
		return seeHelp(c, err)
	}
	// It would be a pity to find out when the sound is made.
	for _, flag := range []struct{ name, file string }{{"out", g.sound.out}, {"picture", g.sound.picture}} {
		if _, err := os.Stat(filepath.Dir(flag.file)); err != nil {
			errs = append(errs, fmt.Errorf("--%s: %w", flag.name, err))
		}
	}
	return errors.Join(errs...)
}

// A soundFile is a sound that was written.
type soundFile struct {
	File    string `json:"file"`
	Picture string `json:"picture,omitempty"`
}

// A soundReport is what zoo generate says of the sounds that it wrote.
type soundReport struct {
	Files   []soundFile `json:"files"`
	Rate    int         `json:"rate"`
	Samples int         `json:"samples"` // of each
	Seconds float64     `json:"seconds"` // of each
	Speed   float64     `json:"samples_per_second"`
}

// writeSound makes a sound in each row of w, and writes its files.
func (g generation) writeSound(c *cobra.Command, w *use.Writer, data datasets.Sounding, asJSON bool) error {
	f := c.Flags()
	n := g.length
	if !f.Changed("length") {
		n = max(1, int(math.Round(g.sound.seconds*float64(data.Rate()))))
	}
	silence := []int{data.Silence()}
	if room := w.Room(len(silence)); room > 0 && !f.Changed("length") && !f.Changed("seconds") {
		n = min(n, room)
	}
	screen := newScreen(io.Discard, c.ErrOrStderr())
	rows := make([][]int, g.rows)
	begin, done := time.Now(), 0
	for tokens, err := range w.Tokens(c.Context(), silence, n, g.Sampling) {
		if err != nil {
			screen.end()
			return err
		}
		for i, t := range tokens {
			rows[i] = append(rows[i], t)
		}
		done++
		screen.Data(datasets.Step{What: "making " + g.sound.out, Done: int64(done), Total: int64(n), Unit: "samples"})
	}
	screen.end()
	report := soundReport{Rate: data.Rate(), Samples: n, Seconds: float64(n) / float64(data.Rate()), Speed: float64(n*g.rows) / time.Since(begin).Seconds()}
	for i, tokens := range rows {
		sound := sounds.Sound{Rate: data.Rate(), Samples: data.Samples(tokens)}
		file := soundFile{File: g.numbered(g.sound.out, i)}
		if err := atomicfile.WriteFile(file.File, sound.Write); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
		if g.sound.picture != "" {
			file.Picture = g.numbered(g.sound.picture, i)
			if err := atomicfile.WriteFile(file.Picture, func(w io.Writer) error { return use.SoundPicture(w, sound) }); err != nil {
				return fmt.Errorf("--picture: %w", err)
			}
		}
		report.Files = append(report.Files, file)
	}
	if asJSON {
		return printJSON(c.OutOrStdout(), report)
	}
	for _, file := range report.Files {
		line := fmt.Sprintf("%s  %.2f s, %s samples at %s Hz", file.File, report.Seconds, thousands(n), thousands(report.Rate))
		if file.Picture != "" {
			line += "  " + file.Picture
		}
		fmt.Fprintln(c.OutOrStdout(), line)
	}
	fmt.Fprintf(c.OutOrStdout(), "made %s samples a second\n", thousands(int(report.Speed)))
	return nil
}

// numbered is the name of the file of row i, with its number if there are several.
func (g generation) numbered(name string, i int) string {
	if g.rows == 1 {
		return name
	}
	ext := filepath.Ext(name)
	return fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, ext), i+1, ext)
}
