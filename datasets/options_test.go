package datasets

import (
	"reflect"
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(*Options)
		want []string // "key: part of the message", in order; none if it is valid
	}{
		{"defaults", func(*Options) {}, nil},
		{"all", func(o *Options) {
			*o = Options{Name: "mnist", Root: "x", Resize: 14, Pad: 2, Train: 5, Val: 5, Test: 5, SplitSeed: 3, Normalize: "range(-0.1,1.175)", Crop: 4, Flip: true}
		}, nil},
		{"unknown", func(o *Options) { o.Name = "minst" }, []string{`name: unknown dataset "minst": want one of cifar10, cifar100, digits,`}},
		{"none", func(o *Options) { o.Name = "" }, []string{"name: no dataset is named"}},
		{"no root", func(o *Options) { o.Name = "imagefolder" }, []string{"root: imagefolder reads your own files"}},
		{"root", func(o *Options) { o.Name, o.Root = "digits", "x" }, []string{"root: digits is in the program itself"}},
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
			o.Name, o.Root, o.Resize, o.Cut, o.Scale, o.Normalize, o.Lighting = "imagefolder", "x", 256, 224, 0.08, "imagenet", "imagenet(0.1)"
			o.Jitter = Jitter{0.4, 0.4, 0.4, 0.1}
		}, nil},
		{"colours", func(o *Options) { o.Lighting = "train" }, []string{`lighting: have "train", want none, train(sigma) or imagenet(sigma)`}},
		{"a strong light", func(o *Options) { o.Lighting = "train(2)" }, []string{"lighting: have train(2), want a sigma in (0, 1]"}},
		{"a large cut", func(o *Options) { o.Resize, o.Cut = 20, 24 }, []string{"cut: have 24, want at most the 20 of resize"}},
		{"scale", func(o *Options) { o.Scale = 1.5 }, []string{"scale: have 1.5, want a share"}},
		{"scale of a folder", func(o *Options) { o.Name, o.Root, o.Scale = "imagefolder", "x", 0.08 }, []string{"cut: scale requires the side"}},
		{"scale and resize", func(o *Options) { o.Resize, o.Scale = 20, 0.08 }, []string{"cut: scale and resize require"}},
		{"cut and crop", func(o *Options) { o.Cut, o.Crop = 20, 4 }, []string{"crop: cut and scale choose parts already"}},
		{"cut and pad", func(o *Options) { o.Cut, o.Pad = 20, 4 }, []string{"pad: cut and scale choose parts without"}},
		{"not a number", func(o *Options) { o.Normalize = "range(a,b)" }, []string{`normalize: "range(a,b)": "a" is not a number`}},
	} {
		o := Defaults()
		o.Name = "mnist"
		c.set(&o)
		ps := o.Validate()
		if len(ps) != len(c.want) {
			t.Errorf("%s: have %v, want %d problems", c.name, ps, len(c.want))
			continue
		}
		for i, p := range ps {
			if !strings.HasPrefix(p.Key+": "+p.Message, c.want[i]) {
				t.Errorf("%s: have %s: %s, want %s", c.name, p.Key, p.Message, c.want[i])
			}
			if _, err := Open(t.Context(), o, nil); err == nil || !strings.Contains(err.Error(), "data."+p.Key+": "+p.Message) {
				t.Errorf("%s: Open says %v", c.name, err)
			}
		}
	}
}

func TestValidateJitter(t *testing.T) {
	if ps := (Jitter{1, 0, 0.4, 0.5}).Validate(); ps != nil {
		t.Errorf("have %v", ps)
	}
	if ps := (Jitter{1.1, -1, 0, 0.6}).Validate(); len(ps) != 3 || ps[2].Key != "hue" || ps[2].Message != "have 0.6, want a value in [0, 0.5]" {
		t.Errorf("have %v", ps)
	}
}

func TestEveryOptionIsDocumented(t *testing.T) {
	for f := range reflect.TypeFor[Options]().Fields() {
		if f.Tag.Get("doc") == "" {
			t.Errorf("%s has no doc tag", f.Name)
		}
	}
}
