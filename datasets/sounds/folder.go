package sounds

import (
	"context"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"zoo/datasets"
	"zoo/internal/random"
)

// FolderOptions are the keys of the dataset sounds.
type FolderOptions struct {
	Options
	Test    float64 `doc:"share of the sounds for testing; 0: none. Not with folders train and test"`
	Pattern string  `doc:"how the name of a file says its class, such as {class}_*.wav, where * is anything but a slash; with a slash it is of the whole path. Empty: the class is the folder of the file"`
}

func init() {
	datasets.Register("sounds", soundSource{
		info: datasets.Info{
			Name: "sounds", Title: "your own sounds (WAV), a folder for each class, or classes in their names",
			From:      "data.root: a folder, .tar, .tar.gz, .tgz or .zip with CLASS/SOUND.wav, of which data.test are the test part, or with train/CLASS/SOUND.wav and test/CLASS/SOUND.wav, and val if there is one; see data.pattern for classes in names",
			Licence:   "that of the sounds",
			NeedsRoot: true,
		},
		options: func() datasets.Options { return &FolderOptions{Options: usual(), Test: 0.1} },
		read: func(ctx context.Context, root string, progress datasets.Progress) ([]clip, error) {
			return readClips(ctx, root, progress, func(string) bool { return true })
		},
		open: func(clips []clip, o datasets.Options, progress datasets.Progress) (datasets.Dataset, error) {
			return o.(*FolderOptions).open(clips, progress)
		},
	})
}

// Check implements datasets.Options.
func (o *FolderOptions) Check(datasets.Info) []datasets.Problem {
	c := o.check()
	c.share("test", o.Test)
	if o.Pattern != "" {
		switch _, err := compile(o.Pattern); {
		case err != nil:
			c.bad("pattern", "%v", err)
		case !o.needsClasses():
			c.bad("pattern", "have a pattern for classes, which the form mulaw without a condition has no use for: leave it out, or set condition: class")
		}
	}
	return c
}

// Preview implements datasets.Options.
func (o *FolderOptions) Preview(datasets.Info) datasets.Preview {
	p := o.preview(0, 0)
	p.NoVal, p.Train = false, 0 // there may be a folder val
	return p
}

const classMark = "{class}"

// compile makes a regular expression of a pattern.
func compile(pattern string) (*regexp.Regexp, error) {
	before, after, ok := strings.Cut(pattern, classMark)
	if !ok || strings.Contains(after, classMark) {
		return nil, fmt.Errorf("have %q, want a pattern with one %s, such as %s_*.wav", pattern, classMark, classMark)
	}
	quoted := func(s string) string { return strings.ReplaceAll(regexp.QuoteMeta(s), `\*`, "[^/]*") }
	return regexp.Compile("^" + quoted(before) + "([^/]+?)" + quoted(after) + "$")
}

// classOf returns how the name of a clip says its class; an empty class is none.
func (o *FolderOptions) classOf() (func(clip) string, error) {
	if o.Pattern == "" {
		return func(c clip) string { return strings.TrimPrefix(path.Base(path.Dir(c.name)), ".") }, nil
	}
	r, err := compile(o.Pattern)
	return func(c clip) string {
		name := c.name
		if !strings.Contains(o.Pattern, "/") {
			name = path.Base(name)
		}
		if found := r.FindStringSubmatch(name); found != nil {
			return found[1]
		}
		return ""
	}, err
}

// open gives the clips classes and parts.
func (o *FolderOptions) open(clips []clip, progress datasets.Progress) (datasets.Dataset, error) {
	var classes []string
	if o.needsClasses() {
		of, err := o.classOf()
		if err != nil {
			return nil, fmt.Errorf("data.pattern: %w", err)
		}
		var without []string
		for _, c := range clips {
			if of(c) == "" {
				without = append(without, c.name)
			}
		}
		switch {
		case without != nil && o.Pattern != "":
			return nil, fmt.Errorf("data.pattern: have %s, which these do not match: %s", o.Pattern, some(without, ", "))
		case without != nil:
			return nil, fmt.Errorf("have sounds without a class, want each in the folder of its class, or data.pattern: %s", some(without, ", "))
		}
		classes = classify(clips, of)
	}
	if err := o.divide(clips); err != nil {
		return nil, err
	}
	return newSet("sounds", o.Options, o, clips, classes, progress)
}

// divide gives the clips their parts: those of their folders if all are in folders train,
// test and val, otherwise shares that the seed chooses.
func (o *FolderOptions) divide(clips []clip) error {
	parts := map[string]datasets.Split{"train": datasets.Train, "val": datasets.Val, "test": datasets.Test}
	has := map[string]bool{}
	for _, c := range clips {
		top, _, _ := strings.Cut(c.name, "/")
		has[top] = true
	}
	named := 0
	for top := range has {
		if _, ok := parts[top]; ok {
			named++
		}
	}
	switch {
	case named == 0 || !has["train"]:
		setApart(clips, datasets.Test, o.Test, random.ForTest, o.SplitSeed)
	case named < len(has):
		return errors.New("have sounds in the folder train, and others outside of train, val and test: want all in these, or none")
	default:
		for i, c := range clips {
			top, _, _ := strings.Cut(c.name, "/")
			clips[i].part = parts[top]
		}
		if !has["test"] {
			setApart(clips, datasets.Test, o.Test, random.ForTest, o.SplitSeed)
		}
	}
	if !slices.ContainsFunc(clips, func(c clip) bool { return c.part == datasets.Val }) {
		setApart(clips, datasets.Val, o.Val, random.ForTrain, o.SplitSeed)
	}
	return nil
}
