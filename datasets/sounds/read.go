package sounds

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"zoo/datasets"
	"zoo/internal/memory"
	"zoo/internal/origin"
	"zoo/internal/random"
)

// A clip is a sound of a dataset.
type clip struct {
	name  string            // path in the folder or archive, with slashes
	sum   [sha256.Size]byte // of the file
	sound Sound
	class int // its number; 0 where there are no classes
	part  datasets.Split
}

// readClips reads the WAV files of a folder or an archive, sorted by their paths, without
// the folder that all are in, so that a folder and an archive of it give the same. wanted
// says which. All files that cannot be read are listed in one error.
func readClips(ctx context.Context, root string, progress datasets.Progress, wanted func(name string) bool) ([]clip, error) {
	var clips []clip
	var others, bad []string
	room := memory.Limit() / 2 // they are there twice, in part, while they take their form
	err := origin.Visit(ctx, root, func(name string, r io.Reader) error {
		switch {
		case strings.HasSuffix(name, "/"):
			return nil
		case strings.ToLower(path.Ext(name)) != ".wav":
			others = append(others, name)
			return nil
		case !wanted(name):
			return nil
		}
		c := clip{name: name}
		file, err := readFile(r)
		if err == nil {
			c.sum = sha256.Sum256(file)
			c.sound, err = Decode(file)
		} else if _, unreadable := r.(origin.BadFile); !unreadable && !errors.Is(err, origin.ErrLarge) {
			return fmt.Errorf("%s: %w", name, err) // of the archive as a whole
		}
		if err != nil {
			bad = append(bad, name+": "+err.Error())
			return nil
		}
		if room -= 4 * len(c.sound.Samples); room < 0 {
			return fmt.Errorf("the sounds take more than half of the %s of memory that can be had: take a part of them", memory.Text(memory.Limit()))
		}
		clips = append(clips, c)
		progress(datasets.Step{What: "reading " + root, Done: int64(len(clips)), Unit: "sounds"})
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(clips, func(a, b clip) int { return cmp.Compare(a.name, b.name) })
	for i := range clips[min(1, len(clips)):] {
		if clips[i].name == clips[i+1].name {
			bad = append(bad, clips[i].name+": is there twice")
		}
	}
	switch {
	case bad != nil:
		slices.Sort(bad)
		return nil, fmt.Errorf("%s: %s", root, some(bad, "\n"))
	case len(clips) == 0 && others != nil:
		slices.Sort(others)
		return nil, fmt.Errorf("%s: have no sound, want files that end with .wav: there are only others, such as %s", root, some(others, ", "))
	case len(clips) == 0:
		return nil, fmt.Errorf("%s: have no sound, want files that end with .wav", root)
	}
	withoutTop(clips)
	return clips, nil
}

// readFile reads a file that is not larger than a sound may be, of more than an hour at 8 kHz.
func readFile(r io.Reader) ([]byte, error) {
	data, err := origin.ReadFile(r)
	if errors.Is(err, origin.ErrLarge) {
		err = fmt.Errorf("%w: cut it into pieces", err)
	}
	return data, err
}

// withoutTop takes folders off the paths that all clips are in, but not the last, which may
// be the name of a class.
func withoutTop(clips []clip) {
	for {
		top, rest, ok := strings.Cut(clips[0].name, "/")
		if !ok || !strings.Contains(rest, "/") {
			return
		}
		for _, c := range clips {
			if first, rest, _ := strings.Cut(c.name, "/"); first != top || !strings.Contains(rest, "/") {
				return
			}
		}
		for i := range clips {
			clips[i].name = strings.TrimPrefix(clips[i].name, top+"/")
		}
	}
}

// some lists the first few of many.
func some(all []string, between string) string {
	const few = 8
	if len(all) > few+1 {
		all = append(slices.Clone(all[:few]), fmt.Sprintf("and %d more", len(all)-few))
	}
	return strings.Join(all, between)
}

// contentSum is the checksum of clips: that of what sha256sum prints of their files in the
// order of their names, so that it does not depend on how they are packed.
func contentSum(clips []clip, named func(clip) string) string {
	lines := make([]string, len(clips))
	for i, c := range clips {
		lines[i] = fmt.Sprintf("%x  %s\n", c.sum, named(c))
	}
	slices.SortFunc(lines, func(a, b string) int { return cmp.Compare(a[2*sha256.Size:], b[2*sha256.Size:]) })
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return hex.EncodeToString(sum[:])
}

// classify gives clips their classes by name, and returns the names in order.
func classify(clips []clip, of func(clip) string) []string {
	numbers := map[string]int{}
	for _, c := range clips {
		numbers[of(c)] = 0
	}
	names := slices.Sorted(maps.Keys(numbers))
	for i, name := range names {
		numbers[name] = i
	}
	for i, c := range clips {
		clips[i].class = numbers[of(c)]
	}
	return names
}

// setApart moves a share of the training clips to another part, chosen by a seed.
func setApart(clips []clip, part datasets.Split, share float64, purpose, seed uint64) {
	var train []int
	for i, c := range clips {
		if c.part == datasets.Train {
			train = append(train, i)
		}
	}
	for _, i := range random.Permutation(len(train), purpose, seed)[:count(share, len(train))] {
		clips[train[i]].part = part
	}
}

// toRate brings clips to one rate, that of most where rate is 0, of several the lowest. It
// tells how many it has changed.
func toRate(clips []clip, rate int, progress datasets.Progress) int {
	if rate == 0 {
		files := map[int]int{}
		for _, c := range clips {
			files[c.sound.Rate]++
		}
		for _, r := range slices.Sorted(maps.Keys(files)) {
			if rate == 0 || files[r] > files[rate] {
				rate = r
			}
		}
	}
	changed := 0
	for i, c := range clips {
		if c.sound.Rate != rate {
			clips[i].sound = c.sound.Resample(rate)
			changed++
			progress(datasets.Step{What: fmt.Sprintf("resampling to %d Hz", rate), Done: int64(changed), Unit: "sounds"})
		}
	}
	if changed > 0 {
		progress(datasets.Step{Notice: fmt.Sprintf("%d of %d sounds have another rate, and are resampled to %d Hz", changed, len(clips), rate)})
	}
	return rate
}
