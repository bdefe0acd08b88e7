package images

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"zoo/datasets"
)

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(*Options)
		want []string // "key: part of the message", in order; none if it is valid
	}{
		{"defaults", func(*Options) {}, nil},
		{"all", func(o *Options) {
			*o = Options{Resize: 14, Pad: 2, Train: 5, Val: 5, Test: 5, SplitSeed: 3, Normalize: "range(-0.1,1.175)", Crop: 4, Flip: true}
		}, nil},
		{"several", func(o *Options) { o.Pad, o.Val, o.Resize, o.Crop = -1, -2, 4097, 1025 }, []string{
			"resize: have 4097, want at most 4096", "pad: have -1, want 0 or more", "crop: have 1025, want at most 1024", "val: have -2"}},
		{"both", func(o *Options) { o.Train, o.PerClass = 1, 1 }, []string{"per_class: train chooses"}},
		{"empty normalisation", func(o *Options) { o.Normalize = "" }, []string{"normalize: "}},
		{"unknown normalisation", func(o *Options) { o.Normalize = "minmax" }, []string{`normalize: have "minmax", want none, standard, mean, imagenet or range(a,b)`}},
		{"too few", func(o *Options) { o.Normalize = "range(1)" }, []string{"normalize: have \"range(1)\", with 1 numbers, want 2"}},
		{"too many", func(o *Options) { o.Normalize = "mean(1)" }, []string{"normalize: have \"mean(1)\", with 1 numbers, want 0"}},
		{"equal", func(o *Options) { o.Normalize = "range(1,1)" }, []string{"normalize: have range(1,1), want two different"}},
		{"NaN", func(o *Options) { o.Normalize = "range(nan,1)" }, []string{"normalize: have range(nan,1), want two different"}},
		{"ImageNet", func(o *Options) {
			o.Resize, o.Cut, o.Scale, o.Normalize, o.Lighting = 256, 224, 0.08, "imagenet", "imagenet(0.1)"
			o.Jitter = Jitter{0.4, 0.4, 0.4, 0.1}
		}, nil},
		{"jitter", func(o *Options) { o.Jitter.Contrast = 2 }, []string{"jitter.contrast: have 2, want a value in [0, 1]"}},
		{"colours", func(o *Options) { o.Lighting = "train" }, []string{`lighting: have "train", want none, train(sigma) or imagenet(sigma)`}},
		{"a strong light", func(o *Options) { o.Lighting = "train(2)" }, []string{"lighting: have train(2), want a sigma in (0, 1]"}},
		{"a large cut", func(o *Options) { o.Resize, o.Cut = 20, 24 }, []string{"cut: have 24, want at most the 20 of resize"}},
		{"scale", func(o *Options) { o.Scale = 1.5 }, []string{"scale: have 1.5, want a share"}},
		{"scale and resize", func(o *Options) { o.Resize, o.Scale = 20, 0.08 }, []string{"cut: scale and resize require"}},
		{"cut and crop", func(o *Options) { o.Cut, o.Crop = 20, 4 }, []string{"crop: cut and scale choose parts already"}},
		{"cut and pad", func(o *Options) { o.Cut, o.Pad = 20, 4 }, []string{"pad: cut and scale choose parts without"}},
		{"sequences", func(o *Options) { o.Sequence, o.Pad, o.Crop, o.Flip = "permuted(3)", 2, 4, true }, nil},
		{"rows", func(o *Options) { o.Sequence = "rows" }, nil},
		{"an unknown sequence", func(o *Options) { o.Sequence = "columns" }, []string{`sequence: have "columns", want pixels, permuted, permuted(seed) or rows, or nothing`}},
		{"a sequence with a number", func(o *Options) { o.Sequence = "pixels(2)" }, []string{`sequence: have "pixels(2)", want pixels`}},
		{"two seeds", func(o *Options) { o.Sequence = "permuted(1, 2)" }, []string{`sequence: have "permuted(1, 2)", want pixels`}},
		{"half a seed", func(o *Options) { o.Sequence = "permuted(0.5)" }, []string{"sequence: have permuted(0.5), want a seed that is a whole number from 0 to 2147483647"}},
		{"a negative seed", func(o *Options) { o.Sequence = "permuted(-1)" }, []string{"sequence: have permuted(-1), want a seed"}},
		{"no seed", func(o *Options) { o.Sequence = "permuted(nan)" }, []string{"sequence: have permuted(nan), want a seed"}},
		{"an open bracket", func(o *Options) { o.Sequence = "permuted(1" }, []string{`sequence: "permuted(1" is not of the form`}},
		{"not a number", func(o *Options) { o.Normalize = "range(a,b)" }, []string{`normalize: "range(a,b)": "a" is not a number`}},
	} {
		section := datasets.Named("mnist")
		c.set(section.Options().(*Options))
		ps := section.Validate()
		if len(ps) != len(c.want) {
			t.Errorf("%s: have %v, want %d problems", c.name, ps, len(c.want))
			continue
		}
		for i, p := range ps {
			if !strings.HasPrefix(p.Key+": "+p.Message, c.want[i]) {
				t.Errorf("%s: have %s: %s, want %s", c.name, p.Key, p.Message, c.want[i])
			}
			if _, err := datasets.Open(t.Context(), section, nil); err == nil || !strings.Contains(err.Error(), "data."+p.Key+": "+p.Message) {
				t.Errorf("%s: Open says %v", c.name, err)
			}
		}
	}
}

func TestCheckOfAFolder(t *testing.T) {
	ps := folder("x", func(o *FolderOptions) { o.Scale = 0.08 }).Validate()
	if len(ps) != 1 || ps[0].Key != "cut" || !strings.HasPrefix(ps[0].Message, "scale requires the side") {
		t.Errorf("have %v", ps)
	}
	if ps := folder("", nil).Validate(); len(ps) != 1 || ps[0].Key != "root" {
		t.Errorf("have %v", ps)
	}
}

func TestCheckJitter(t *testing.T) {
	if ps := (Jitter{1, 0, 0.4, 0.5}).check(); ps != nil {
		t.Errorf("have %v", ps)
	}
	if ps := (Jitter{1.1, -1, 0, 0.6}).check(); len(ps) != 3 || ps[2].Key != "jitter.hue" || ps[2].Message != "have 0.6, want a value in [0, 0.5]" {
		t.Errorf("have %v", ps)
	}
}

func TestEveryOptionIsDocumented(t *testing.T) {
	for _, of := range []reflect.Type{reflect.TypeFor[Options](), reflect.TypeFor[FolderOptions](), reflect.TypeFor[Jitter]()} {
		for f := range of.Fields() {
			if f.Tag.Get("doc") == "" && !f.Anonymous {
				t.Errorf("%s has no doc tag", f.Name)
			}
		}
	}
}

// What is known before files are opened is what there is when they are.
func TestPreview(t *testing.T) {
	for _, c := range []struct {
		name  string
		set   func(*Options)
		shape string
		train int
		noVal bool
		views int
	}{
		{"digits", func(*Options) {}, "[8 8 1]", 1500, true, 0},
		{"digits", func(o *Options) { o.Resize, o.Pad, o.Val = 16, 2, 100 }, "[20 20 1]", 1400, false, 0},
		{"digits", func(o *Options) { o.Cut, o.PerClass = 6, 20 }, "[6 6 1]", 200, true, TenViews},
		{"digits", func(o *Options) { o.Scale, o.Train = 0.5, 30 }, "[8 8 1]", 30, true, 0},
		{"digits", func(o *Options) { o.Pad, o.Sequence = 1, "permuted" }, "[100 1]", 1500, true, 0},
		{"digits", func(o *Options) { o.Resize, o.Sequence = 4, "rows" }, "[4 4]", 1500, true, 0},
	} {
		s := datasets.Named(c.name)
		c.set(s.Options().(*Options))
		p := s.Preview()
		if fmt.Sprint(p.Spec.Inputs[0].Shape) != c.shape || p.Train != c.train || p.NoVal != c.noVal || p.Views != c.views {
			t.Errorf("%s: have %+v, want %+v", c.name, p, c)
		}
		d, err := datasets.Open(t.Context(), s, nil)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(d.Spec()) != fmt.Sprint(*p.Spec) || d.Len(datasets.Train) != p.Train || (d.Len(datasets.Val) == 0) != p.NoVal {
			t.Errorf("%s: the preview is %+v, and there are %d examples of %v", c.name, p, d.Len(datasets.Train), d.Spec())
		}
	}
	if p := folder("x", nil).Preview(); p.Spec != nil || p.Train != 0 || p.NoVal {
		t.Errorf("of a folder that is not opened: %+v", p)
	}
}
