package datasets

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"zoo/internal/problem"
)

// Options is the data section of a config.
type Options struct {
	Name      string `doc:"the dataset: see zoo datasets"`
	Root      string `doc:"folder with the dataset's files, or an archive for cifar10, cifar100 and imagefolder; empty: where zoo looks by itself"`
	Resize    int    `doc:"side in pixels that images are brought to: mean over the area when smaller, bilinear when larger; 0: as they are"`
	Pad       int    `doc:"border of background pixels added on each side after resizing"`
	PerClass  int    `doc:"keep so many training examples of each class; 0: all"`
	Train     int    `doc:"keep so many training examples; 0: all that val leaves"`
	Val       int    `doc:"training examples set apart for validation, before per_class and train choose; 0: none"`
	Test      int    `doc:"keep so many test examples; 0: all"`
	SplitSeed uint64 `doc:"seed of the choice of per_class, train, val and test examples"`
	Normalize string `doc:"none (pixels in 0..1), standard (minus the training part's mean, by its standard deviation, per channel), mean (minus its mean image), or range(a,b) (0 becomes a, 1 becomes b)"`
	Crop      int    `doc:"training images get a border of so many background pixels and are cut back to size at random"`
	Flip      bool   `doc:"training images are mirrored left to right with probability one half"`
}

// Defaults are the options of a config that says nothing but the name.
func Defaults() Options { return Options{Normalize: "standard"} }

// The largest values that make sense; beyond them is a slip of the keyboard.
const (
	maxSide   = 4096
	maxBorder = 1024
)

// Enums are the values of the key name.
func (o Options) Enums() map[string][]string { return map[string][]string{"name": Names()} }

// Validate says what is wrong with o without looking at any file.
func (o Options) Validate() []problem.Problem {
	var ps []problem.Problem
	bad := func(key, format string, args ...any) {
		ps = append(ps, problem.Problem{Key: key, Message: fmt.Sprintf(format, args...)})
	}
	if info, err := Lookup(o.Name); err != nil {
		bad("name", "%v", err)
	} else if wrong := o.wrongRoot(info); wrong != "" {
		bad("root", "%s", wrong)
	}
	for _, n := range []struct {
		key  string
		have int
		most int
	}{
		{"resize", o.Resize, maxSide},
		{"pad", o.Pad, maxBorder},
		{"crop", o.Crop, maxBorder},
		{"per_class", o.PerClass, math.MaxInt},
		{"train", o.Train, math.MaxInt},
		{"val", o.Val, math.MaxInt},
		{"test", o.Test, math.MaxInt},
	} {
		switch {
		case n.have < 0:
			bad(n.key, "have %d, want 0 or more", n.have)
		case n.have > n.most:
			bad(n.key, "have %d, want at most %d", n.have, n.most)
		}
	}
	if o.PerClass > 0 && o.Train > 0 {
		bad("per_class", "train chooses the training examples already: set one of the two")
	}
	if _, err := parseNorm(o.Normalize); err != nil {
		bad("normalize", "%v", err)
	}
	return ps
}

// wrongRoot says why root cannot be what it is, or nothing.
func (o Options) wrongRoot(info Info) string {
	switch {
	case info.NeedsRoot && o.Root == "":
		return info.Name + " reads your own files: say which folder or archive"
	case info.Embedded && o.Root != "":
		return info.Name + " is in the program itself: leave it empty"
	}
	return ""
}

// error returns the problems of o as one error, nil if there are none.
func (o Options) error() error {
	var lines []string
	for _, p := range o.Validate() {
		lines = append(lines, "data."+p.Key+": "+p.Message)
	}
	if lines == nil {
		return nil
	}
	return errors.New(strings.Join(lines, "\n"))
}
