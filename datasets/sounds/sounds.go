// Package sounds has the datasets of sounds, and what is done with sounds: spoken-digits,
// prompts, and sounds for files of one's own. Importing it registers them.
//
// # What a network gets
//
// The key form says it:
//
//   - mel: frames of the logarithm of the power in bands (T, bands), each band with mean 0
//     and deviation 1 over the training part, and a class for the whole. A sound that is
//     shorter than the window has silence around it; of a longer one a part is taken. In
//     evaluation that is the middle, in training a place that depends on (seed, epoch, the
//     number of the sound).
//   - wave: likewise, with the samples themselves (T, 1).
//   - mulaw: tokens (T), a sample each, as WaveNet has them: see [MuLaw]. The target of each
//     position is the next sample. Position 0 of a sound has the token of silence, and its
//     target is the first sample; so writing begins with silence. The windows of a sound
//     follow one another. In evaluation they begin with the sound, in training a number of
//     samples before it that depends on (seed, epoch, the number of the sound); there are as
//     many windows, and each sample is a target once. Before and after the sound are silence
//     and targets of −1. With condition: class the class of the sound is a second input.
//
// Sounds have one rate: the key rate, or that of most files. Those with another are resampled.
//
// # Reading WAV files
//
// [Decode] is a reader of our own. The library github.com/go-audio/wav (v1.1.0) takes a
// truncated file for a shorter one, floats for integers and A-law for PCM, none with an
// error; here these are the cases that matter, and a reader of what remains is short.
package sounds

import (
	"fmt"
	"math"

	"zoo/datasets"
)

// Options are the keys that datasets of sounds with classes have.
type Options struct {
	Form      string  `doc:"what a network gets of a sound"`
	Length    int     `doc:"frames, samples or tokens of a window; 0: 64 frames, 8,192 samples or 1,024 tokens"`
	Condition string  `doc:"what a network gets besides the tokens of mulaw"`
	Mel       Mel     `doc:"frames of the form mel"`
	Rate      int     `doc:"samples a second that sounds are brought to; 0: the rate of most of them"`
	Val       float64 `doc:"share of the training sounds for validation; 0: none"`
	SplitSeed uint64  `doc:"seed of the choice of validation and test sounds"`
}

// usual are the options of a config that says nothing but the name of the dataset.
func usual() Options { return Options{Form: "mel", Condition: "none", Val: 0.1} }

// words are the choices of keys.
var words = map[string][]datasets.Choice{
	"form": {
		{Form: "mel", Doc: "frames of a spectrogram, and a class"},
		{Form: "wave", Doc: "samples, and a class"},
		{Form: "mulaw", Doc: "samples as tokens from 0 to 255, each with the next one as its target"},
	},
	"condition": {
		{Form: "none", Doc: "nothing"},
		{Form: "class", Doc: "the class of the sound"},
	},
}

// Describe are the choices of keys with what they stand for.
func (o Options) Describe() map[string][]datasets.Choice { return words }

// isChoice says whether a key has one of its words.
func isChoice(key, have string) bool {
	for _, c := range words[key] {
		if c.Form == have {
			return true
		}
	}
	return false
}

// The largest values that make sense; anything larger is a typing error.
const (
	maxLength = 1 << 20
	maxWindow = 1 << 16
	maxBands  = 1024
)

// A checker collects problems.
type checker []datasets.Problem

func (c *checker) bad(key, format string, args ...any) {
	*c = append(*c, datasets.Problem{Key: key, Message: fmt.Sprintf(format, args...)})
}

// in reports a number that is not 0, for the usual one, nor from least to most.
func (c *checker) in(key string, have, least, most int) {
	switch {
	case have != 0 && have < least:
		c.bad(key, "have %d, want at least %d, or 0", have, least)
	case have > most:
		c.bad(key, "have %d, want at most %d", have, most)
	}
}

// share reports a number that is not a share.
func (c *checker) share(key string, have float64) {
	if !(have >= 0 && have < 1) {
		c.bad(key, "have %v, want a share of the sounds, at least 0 and less than 1", have)
	}
}

// check reports wrong values.
func (o Options) check() (c checker) {
	if !isChoice("form", o.Form) {
		c.bad("form", "have %q, want mel, wave or mulaw", o.Form)
	}
	switch {
	case !isChoice("condition", o.Condition):
		c.bad("condition", "have %q, want none or class", o.Condition)
	case o.Condition != "none" && o.Form != "mulaw":
		c.bad("condition", "have %s with the form %s, whose class is what is to be learned: want none, or form: mulaw", o.Condition, o.Form)
	}
	if o.Form != "mel" && o.Mel != (Mel{}) {
		c.bad("mel", "have keys of frames, and the form %s: leave them out, or set form: mel", o.Form)
	}
	c.in("length", o.Length, 1, maxLength)
	c.in("mel.window", o.Mel.Window, 16, maxWindow)
	c.in("mel.hop", o.Mel.Hop, 1, maxWindow)
	c.in("mel.bands", o.Mel.Bands, 1, maxBands)
	c.in("rate", o.Rate, minRate, maxRate)
	c.share("val", o.Val)
	return c
}

// length is that of a window.
func (o Options) length() int {
	if o.Length > 0 {
		return o.Length
	}
	return map[string]int{"mel": 64, "wave": 8192, "mulaw": 1024}[o.Form]
}

// needsClasses says whether classes of the sounds matter.
func (o Options) needsClasses() bool { return o.Form != "mulaw" || o.Condition == "class" }

// spec is that of sounds of so many classes.
func (o Options) spec(classes int) datasets.Spec {
	t := o.length()
	switch o.Form {
	case "mel":
		return labelled("frames", t, o.Mel.orUsual().Bands, classes)
	case "wave":
		return labelled("samples", t, 1, classes)
	}
	spec := datasets.Tokens(t, Levels)
	if o.Condition == "class" {
		spec.Inputs = append(spec.Inputs, datasets.Label(classes))
	}
	return spec
}

// preview is what is known of sounds of that many classes, of which n are not for testing;
// 0: only the files tell.
func (o Options) preview(classes, n int) datasets.Preview {
	p := datasets.Preview{NoVal: o.Val == 0, Sizes: []string{"length", "mel.bands"}}
	if o.check() != nil {
		return p
	}
	if classes > 0 || !o.needsClasses() {
		spec := o.spec(classes)
		p.Spec = &spec
	}
	if o.Form != "mulaw" { // otherwise the lengths of the sounds tell how many windows there are
		p.Train = n - count(o.Val, n)
	}
	return p
}

// count is how many of n a share is: none for 0, otherwise at least one.
func count(share float64, n int) int {
	if share == 0 || n == 0 {
		return 0
	}
	return max(1, int(math.Round(share*float64(n))))
}
