package sounds

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"zoo/datasets"
	"zoo/internal/origin"
	"zoo/internal/random"
)

// DigitOptions are the keys of the dataset spoken-digits.
type DigitOptions struct {
	Options
	Speakers     []string `doc:"whose recordings to take; none: those of all six"`
	TestSpeakers []string `doc:"whose recordings are the test part, so that it is of unknown voices; none: the first five of each digit and speaker, the official test part"`
}

// What is known of the recordings.
const (
	digitTakes = 50 // of each digit, by each speaker
	testTakes  = 5
	digits     = 10
)

var digitSpeakers = []string{"george", "jackson", "lucas", "nicolas", "theo", "yweweler"}

// digitName is the name of a recording.
var digitName = regexp.MustCompile(`^([0-9])_([a-z]+)_([0-9]+)\.wav$`)

// A spokenDigits is the source of a number of recordings, in files as those of the Free
// Spoken Digit Dataset.
type spokenDigits struct {
	recordings int
	sum        string // of their files: see contentSum
}

// Of commit 26eb9aa, whose archive is made anew for whoever asks: its bytes have no
// checksum, those of the recordings in it have one.
var freeSpokenDigits = spokenDigits{
	recordings: digitTakes * digits * len(digitSpeakers),
	sum:        "1801eae019c063377d98f831d3f93574f259475df7332bb0e3d1b080fb5e6959",
}

const (
	digitsAddress = "https://github.com/Jakobovski/free-spoken-digit-dataset"
	digitsArchive = "free-spoken-digits.tar.gz"
	digitsLength  = 16_000_000 // bytes of the archive, nearly
)

func init() { datasets.Register("spoken-digits", freeSpokenDigits.source()) }

func (d spokenDigits) source() soundSource {
	o := usual()
	return soundSource{
		info: datasets.Info{
			Name: "spoken-digits", Title: "Free Spoken Digit Dataset, six voices, 8 kHz", Task: "classification",
			Train: d.recordings / digitTakes * (digitTakes - testTakes), Test: d.recordings / digitTakes * testTakes,
			Shape: o.spec(digits).Inputs[0].Shape, Classes: digits,
			From: digitsAddress, Licence: "CC BY-SA 4.0",
			Cite:     "Jackson, Souza, Flaks, Pan, Nicolas & Thite 2018, Free Spoken Digit Dataset, doi:10.5281/zenodo.1342401",
			Download: digitsLength,
		},
		origin: &origin.Origin{
			Name: "spoken-digits",
			Want: "the archive of " + digitsAddress + ", or its folder recordings",
			Has:  func(at string) error { _, err := digitsIn(at); return err },
			Files: []origin.Remote{{
				Name:  digitsArchive,
				URLs:  []string{digitsAddress + "/archive/26eb9aa.tar.gz", digitsAddress + "/archive/refs/tags/v1.0.10.tar.gz"},
				Check: d.checkArchive,
			}},
		},
		options: func() datasets.Options { return &DigitOptions{Options: o} },
		read: func(ctx context.Context, root string, progress datasets.Progress) ([]clip, error) {
			at, err := digitsIn(root)
			if err != nil {
				return nil, err
			}
			clips, err := readClips(ctx, at, progress, func(name string) bool { return digitName.MatchString(path.Base(name)) })
			if err != nil {
				return nil, err
			}
			if err := d.check(clips); err != nil {
				return nil, fmt.Errorf("%s: %w", at, err)
			}
			return clips, nil
		},
		open: func(clips []clip, o datasets.Options, progress datasets.Progress) (datasets.Dataset, error) {
			return o.(*DigitOptions).open(clips, progress)
		},
	}
}

// digitsIn looks at a path, which may be the archive, a folder with it, the folder of the
// recordings, or the one around that.
func digitsIn(at string) (string, error) {
	if origin.IsFile(at) {
		return at, nil
	}
	for _, inside := range []string{digitsArchive, "recordings/0_george_0.wav", "0_george_0.wav"} {
		if p := filepath.Join(at, filepath.FromSlash(inside)); origin.IsFile(p) {
			if inside != digitsArchive {
				p = filepath.Dir(p)
			}
			return p, nil
		}
	}
	if _, err := os.Stat(at); err != nil {
		return "", fmt.Errorf("%s: no such file or folder", at)
	}
	return "", fmt.Errorf("%s: has neither %s nor recordings such as 0_george_0.wav", at, digitsArchive)
}

// check compares recordings with what is known of them.
func (d spokenDigits) check(clips []clip) error {
	if len(clips) != d.recordings {
		return fmt.Errorf("have %d recordings, want %d", len(clips), d.recordings)
	}
	if have := contentSum(clips, func(c clip) string { return path.Base(c.name) }); have != d.sum {
		return fmt.Errorf("the recordings are altered: have sha256 %s, want %s", have, d.sum)
	}
	return nil
}

// checkArchive checks an archive that has been fetched.
func (d spokenDigits) checkArchive(r io.Reader) error {
	var clips []clip
	err := origin.VisitTarGz(r, func(name string, r io.Reader) error {
		if !digitName.MatchString(path.Base(name)) {
			return nil
		}
		file, err := readFile(r)
		clips = append(clips, clip{name: name, sum: sha256.Sum256(file)})
		return err
	})
	if err != nil {
		return err
	}
	return d.check(clips)
}

// Check implements datasets.Options.
func (o *DigitOptions) Check(datasets.Info) []datasets.Problem {
	c := o.check()
	for _, key := range []string{"speakers", "test_speakers"} {
		names := o.Speakers
		if key == "test_speakers" {
			names = o.TestSpeakers
		}
		for i, name := range names {
			switch {
			case !slices.Contains(digitSpeakers, name):
				c.bad(key, "have %q, want names of %s", name, strings.Join(digitSpeakers, ", "))
			case slices.Contains(names[:i], name):
				c.bad(key, "have %s twice", name)
			case key == "test_speakers" && !slices.Contains(o.speakers(), name):
				c.bad(key, "have %s, who is not among speakers (%s)", name, strings.Join(o.Speakers, ", "))
			}
		}
	}
	if len(o.TestSpeakers) >= len(o.speakers()) {
		c.bad("test_speakers", "have all speakers, want one at least to train with")
	}
	return c
}

// speakers are those whose recordings are taken.
func (o *DigitOptions) speakers() []string {
	if len(o.Speakers) == 0 {
		return digitSpeakers
	}
	return o.Speakers
}

// Preview implements datasets.Options.
func (o *DigitOptions) Preview(i datasets.Info) datasets.Preview {
	each := digits * digitTakes
	if len(o.TestSpeakers) == 0 {
		each = digits * (digitTakes - testTakes)
	}
	p := o.preview(digits, each*(len(o.speakers())-len(o.TestSpeakers)))
	if o.Check(i) != nil {
		p.Train = 0
	}
	return p
}

// open chooses and divides the recordings.
func (o *DigitOptions) open(clips []clip, progress datasets.Progress) (datasets.Dataset, error) {
	var chosen []clip
	for _, c := range clips {
		name := digitName.FindStringSubmatch(path.Base(c.name))
		if !slices.Contains(o.speakers(), name[2]) {
			continue
		}
		take, _ := strconv.Atoi(name[3]) // digits
		if len(o.TestSpeakers) == 0 && take < testTakes || slices.Contains(o.TestSpeakers, name[2]) {
			c.part = datasets.Test
		}
		chosen = append(chosen, c)
	}
	classes := classify(chosen, func(c clip) string { return digitName.FindStringSubmatch(path.Base(c.name))[1] })
	setApart(chosen, datasets.Val, o.Val, random.ForTrain, o.SplitSeed)
	return newSet("spoken-digits", o.Options, o, chosen, classes, progress)
}
