package sounds

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"zoo/datasets"
	"zoo/internal/origin"
	"zoo/internal/random"
)

// PromptOptions are the keys of the dataset prompts, whose form is mulaw.
type PromptOptions struct {
	Length    int     `doc:"tokens of a window; 0: 1,024"`
	Rate      int     `doc:"samples a second that sounds are brought to; 0: the 8,000 of the files"`
	Val       float64 `doc:"share of the training sounds for validation; 0: none"`
	Test      float64 `doc:"share of the sounds for testing; 0: none"`
	SplitSeed uint64  `doc:"seed of the choice of validation and test sounds"`
}

const (
	promptsPackage = "asterisk-core-sounds-en-wav"
	promptsFolder  = "/usr/share/asterisk/sounds/en_US_f_Allison"
	// promptsSum is that of version 1.6.1-1, without the folder silence.
	promptsSum  = "767c3a691693e9a9a86f492e27dc4704bfa3b8b72dea573584a8b5cdb064e72c"
	promptFiles = 558
	// promptsProbe is one of them, which is in no folder.
	promptsProbe = "hello-world.wav"
)

func init() { datasets.Register("prompts", prompts(promptsSum, promptFiles)) }

// prompts is the source of a number of prompts with that checksum.
func prompts(sum string, files int) soundSource {
	o := &PromptOptions{Val: 0.05, Test: 0.05}
	return soundSource{
		info: datasets.Info{
			Name: "prompts", Title: "Asterisk's English prompts, one voice, 8 kHz", Task: "language",
			Shape: []int{o.whole().length()}, Classes: Levels,
			From:    "the Debian package " + promptsPackage,
			Licence: "CC BY-SA 3.0",
			Cite:    "Allison Smith 2003-2010, Asterisk core sounds 1.6.1",
		},
		origin: &origin.Origin{
			Name: "prompts",
			Want: "the WAV files of the Debian package " + promptsPackage + " 1.6.1-1",
			Has:  hasPrompts,
			System: func() []origin.Place {
				return []origin.Place{{Path: promptsFolder, Remedy: "reinstall the package " + promptsPackage}}
			},
			Hint: "on Debian and Ubuntu, `apt-get install " + promptsPackage + "` brings it",
		},
		options: func() datasets.Options { own := *o; return &own },
		read: func(ctx context.Context, root string, progress datasets.Progress) ([]clip, error) {
			isSpeech := func(name string) bool {
				return !strings.HasPrefix(name, "silence/") && !strings.Contains(name, "/silence/")
			}
			clips, err := readClips(ctx, root, progress, isSpeech)
			if err != nil {
				return nil, err
			}
			if i := slices.IndexFunc(clips, func(c clip) bool { return path.Base(c.name) == promptsProbe }); i >= 0 {
				top := strings.TrimSuffix(clips[i].name, promptsProbe)
				for i := range clips {
					clips[i].name = strings.TrimPrefix(clips[i].name, top)
				}
			}
			if len(clips) != files {
				return nil, fmt.Errorf("%s: have %d prompts, want %d", root, len(clips), files)
			}
			if have := contentSum(clips, func(c clip) string { return c.name }); have != sum {
				return nil, fmt.Errorf("%s: the prompts are altered, or of another version: have sha256 %s, want %s", root, have, sum)
			}
			return clips, nil
		},
		open: func(clips []clip, o datasets.Options, progress datasets.Progress) (datasets.Dataset, error) {
			own := o.(*PromptOptions)
			setApart(clips, datasets.Test, own.Test, random.ForTest, own.SplitSeed)
			setApart(clips, datasets.Val, own.Val, random.ForTrain, own.SplitSeed)
			return newSet("prompts", own.whole(), own, clips, nil, progress)
		},
	}
}

// hasPrompts looks for one of the files.
func hasPrompts(at string) error {
	info, err := os.Stat(at)
	switch {
	case err != nil:
		return fmt.Errorf("%s: no such file or folder", at)
	case info.IsDir() && !origin.IsFile(filepath.Join(at, promptsProbe)):
		return fmt.Errorf("%s: lacks %s and the others", at, promptsProbe)
	}
	return nil
}

// whole are the options of any dataset of sounds.
func (o *PromptOptions) whole() Options {
	return Options{Form: "mulaw", Condition: "none", Length: o.Length, Rate: o.Rate, Val: o.Val, SplitSeed: o.SplitSeed}
}

// Check implements datasets.Options.
func (o *PromptOptions) Check(datasets.Info) []datasets.Problem {
	c := o.whole().check()
	c.share("test", o.Test)
	return c
}

// Preview implements datasets.Options.
func (o *PromptOptions) Preview(datasets.Info) datasets.Preview {
	p := o.whole().preview(0, 0)
	p.Sizes = []string{"length"}
	return p
}
