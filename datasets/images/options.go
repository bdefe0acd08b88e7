package images

import (
	"fmt"
	"math"

	"zoo/datasets"
)

// Options are the keys that datasets of images have in the section data of a config.
type Options struct {
	Resize    int     `doc:"side in pixels that images are brought to: mean over the area when smaller, bilinear when larger; with cut, of the shorter side, as PIL does it; 0: as they are"`
	Cut       int     `doc:"side in pixels of the square that the network sees, of images of any size: the middle of the resized image in evaluation, a random part of it in training; 0: the whole image"`
	Scale     float64 `doc:"training images are parts of a random share of the image's area, from this one to 1, brought to cut; 0: parts of the resized image"`
	Pad       int     `doc:"border of background pixels added on each side after resizing"`
	PerClass  int     `doc:"how many training examples of each class to keep; 0: all"`
	Train     int     `doc:"how many training examples to keep; 0: all that val leaves"`
	Val       int     `doc:"training examples set apart for validation, before per_class and train choose; 0: none. Of an imagefolder with train, val and test: how many of val to keep; 0: all"`
	Test      int     `doc:"how many test examples to keep; 0: all"`
	SplitSeed uint64  `doc:"seed of the choice of per_class, train, val and test examples"`
	Normalize string  `doc:"what is done to the pixels' values"`
	Crop      int     `doc:"width in pixels of a background border that training images get before they are cut back to size at random"`
	Flip      bool    `doc:"training images are mirrored left to right with probability one half"`
	Jitter    Jitter  `doc:"random changes of the training images' colours"`
	Lighting  string  `doc:"noise along the principal components of the training images' colours; AlexNet's sigma is 0.1"`
	Sequence  string  `json:",omitempty" doc:"how pictures are read as sequences, after all that the other keys do to them; empty: they stay pictures"`
}

// Defaults are the options of a config that says nothing but the name of the dataset.
func Defaults() Options { return Options{Normalize: "standard", Lighting: "none"} }

// FolderOptions are those of the dataset imagefolder.
type FolderOptions struct {
	Options
	SkipBad bool `doc:"go on without the pictures that cannot be read, of which a notice tells, and data_skipped in the summary of a run; otherwise they are an error that lists them"`
}

// sharedOptions are the options of any source of images.
type sharedOptions interface{ shared() Options }

// shared are those that all sources of images have.
func (o Options) shared() Options { return o }

// The largest values that make sense; anything larger is a typing error.
const (
	maxSide   = 4096
	maxBorder = 1024
)

// words are the choices of keys that take one of several words.
var words = map[string][]datasets.Choice{
	"normalize": {
		{Form: "none", Doc: "pixels in 0..1"},
		{Form: "standard", Doc: "minus the training part's mean, by its standard deviation, per channel"},
		{Form: "mean", Doc: "minus the training part's mean image"},
		{Form: "imagenet", Doc: "ImageNet's published mean and deviation"},
		{Form: "range(a, b)", Doc: "0 becomes a, 1 becomes b"},
	},
	"lighting": {
		{Form: "none", Doc: "none"},
		{Form: "train(sigma)", Doc: "components of the training part"},
		{Form: "imagenet(sigma)", Doc: "ImageNet's published ones"},
	},
	"sequence": readings,
}

// Describe are the choices of keys with what they stand for.
func (o Options) Describe() map[string][]datasets.Choice { return words }

// Check implements datasets.Options.
func (o Options) Check(i datasets.Info) []datasets.Problem {
	var ps []datasets.Problem
	bad := func(key, format string, args ...any) {
		ps = append(ps, datasets.Problem{Key: key, Message: fmt.Sprintf(format, args...)})
	}
	for _, n := range []struct {
		key  string
		have int
		most int
	}{
		{"resize", o.Resize, maxSide},
		{"cut", o.Cut, maxSide},
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
	if i.Train > 0 && o.Val >= 0 && o.Train >= 0 {
		switch left := i.Train - o.Val; {
		case left <= 0:
			bad("val", "have %d, want less than the %d training examples", o.Val, i.Train)
		case o.Train > left:
			bad("train", "have %d, want at most %d: the files have %d examples, and val takes %d", o.Train, left, i.Train, o.Val)
		}
		if o.Test > i.Test {
			bad("test", "have %d, want at most the %d test examples", o.Test, i.Test)
		}
	}
	if o.PerClass > 0 && o.Train > 0 {
		bad("per_class", "train chooses the training examples already: set one of the two")
	}
	if _, err := parseNorm(o.Normalize); err != nil {
		bad("normalize", "%v", err)
	}
	if _, err := parseLighting(o.Lighting); err != nil && o.Lighting != "" {
		bad("lighting", "%v", err)
	}
	if _, err := parseReading(o.Sequence); err != nil {
		bad("sequence", "%v", err)
	}
	switch views := o.Cut > 0 || o.Scale > 0; {
	case !(o.Scale >= 0 && o.Scale <= 1):
		bad("scale", "have %v, want a share of the area, in [0, 1]", o.Scale)
	case o.Scale > 0 && o.Cut == 0 && i.Shape == nil:
		bad("cut", "scale requires the side that the parts are brought to: set it")
	case o.Resize > 0 && o.Cut > o.Resize:
		bad("cut", "have %d, want at most the %d of resize", o.Cut, o.Resize)
	case views && o.Cut == 0 && o.Resize > 0:
		bad("cut", "scale and resize require the side that the network sees: set it")
	case views && o.Crop > 0:
		bad("crop", "cut and scale choose parts already: leave it out")
	case views && o.Pad > 0:
		bad("pad", "cut and scale choose parts without a border: leave it out")
	}
	return append(ps, o.Jitter.check()...)
}

// Preview implements datasets.Options.
func (o Options) Preview(i datasets.Info) datasets.Preview {
	p := datasets.Preview{
		Train: o.trainingExamples(i),
		NoVal: o.Val == 0 && !i.NeedsRoot, // the user's own files may have a validation part
		Sizes: []string{"resize", "cut", "pad"},
	}
	if o.Cut > 0 {
		p.Views = TenViews
	}
	if i.Shape != nil && i.Classes > 0 {
		h, w, c := o.shape(i.Shape)
		spec := o.reading().spec(h, w, c, i.Classes)
		p.Spec = &spec
	}
	return p
}

// trainingExamples is the size of the training part of a dataset, as far as it is known
// without its files: 0 where it is not.
func (o Options) trainingExamples(i datasets.Info) int {
	switch left := i.Train - o.Val; {
	case i.Train == 0:
		return 0
	case o.Train > 0:
		return min(o.Train, left)
	case o.PerClass > 0 && i.Classes > 0 && o.PerClass <= left/i.Classes:
		return o.PerClass * i.Classes
	default:
		return left
	}
}

// view is the View that resize and cut describe.
func (o Options) view() View { return View{Resize: o.Resize, Cut: o.Cut} }

// shape is that of what a network sees of images of one shape (H, W, C).
func (o Options) shape(of []int) (h, w, c int) {
	h, w, c = of[0], of[1], of[2]
	switch {
	case o.Cut > 0:
		h, w = o.Cut, o.Cut
	case o.Scale > 0:
		h, w = min(h, w), min(h, w)
	case o.Resize > 0:
		h, w = o.Resize, o.Resize
	}
	return h + 2*o.Pad, w + 2*o.Pad, c
}

// reading is how sequence says that pictures are read.
func (o Options) reading() reading {
	r, _ := parseReading(o.Sequence) // Check reports the error
	return r
}

// lightingOf is whose colours lighting goes by.
func (o Options) lightingOf() string {
	l, _ := parseLighting(o.Lighting) // Check reports the error
	return l.of
}
