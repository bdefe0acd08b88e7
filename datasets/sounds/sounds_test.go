package sounds

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zoo/datasets"
	"zoo/datasets/datasetstest"
	"zoo/internal/origin"
)

// wav is a file of a sound.
func wav(t testing.TB, s Sound) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// counted is a sound of n samples whose tokens are first, first + 1, ... up to 255, and
// again from 0 on.
func counted(first, n int) Sound {
	s := Sound{Rate: 8000}
	for i := range n {
		s.Samples = append(s.Samples, FromMuLaw((first+i)%Levels))
	}
	return s
}

// folder writes files.
func folder(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, b := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// section is that of the dataset sounds, with options that a test changes.
func section(root string, change func(*FolderOptions)) datasets.Section {
	s := datasets.Named("sounds")
	s.Root = root
	if change != nil {
		change(s.Options().(*FolderOptions))
	}
	return s
}

func open(t testing.TB, s datasets.Section) datasets.Dataset {
	t.Helper()
	d, err := datasets.Open(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// voices are 20 sounds of two classes.
func voices(t testing.TB) map[string][]byte {
	files := map[string][]byte{}
	for i := range 10 {
		files[fmt.Sprintf("high/%d.wav", i)] = wav(t, tone(8000, 1500+10*float64(i), 300+40*i))
		files[fmt.Sprintf("low/%d.wav", i)] = wav(t, tone(8000, 300+10*float64(i), 300+40*i))
	}
	return files
}

func TestDatasets(t *testing.T) {
	dir := folder(t, voices(t))
	for name, change := range map[string]func(*FolderOptions){
		"mel":         func(o *FolderOptions) { o.Length, o.Mel = 8, Mel{Window: 128, Bands: 5} },
		"wave":        func(o *FolderOptions) { o.Form, o.Length = "wave", 500 },
		"mulaw":       func(o *FolderOptions) { o.Form, o.Length = "mulaw", 100 },
		"conditioned": func(o *FolderOptions) { o.Form, o.Condition, o.Length = "mulaw", "class", 64 },
	} {
		t.Run(name, func(t *testing.T) { datasetstest.Check(t, open(t, section(dir, change))) })
	}
}

// A pair is a row that outlives its batch.
type pair struct{ x, y []int }

func windows(t testing.TB, d datasets.Dataset, p datasets.Plan) (all []pair) {
	t.Helper()
	for b, err := range d.Batches(t.Context(), p) {
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.N {
			all = append(all, pair{slices.Clone(datasets.Row[int](b.X[0], i)), slices.Clone(datasets.Row[int](b.Y[0], i))})
		}
	}
	return all
}

// In evaluation the windows of a sound follow one another, and its first token follows
// silence; after its end there is silence without targets.
func TestTokens(t *testing.T) {
	dir := folder(t, map[string][]byte{"a.wav": wav(t, counted(10, 7)), "b.wav": wav(t, counted(200, 4)), "c.wav": wav(t, counted(100, 2))})
	d := open(t, section(dir, func(o *FolderOptions) { o.Form, o.Length, o.Val, o.Test = "mulaw", 4, 0, 0 }))
	want := []pair{
		{[]int{128, 10, 11, 12}, []int{10, 11, 12, 13}},
		{[]int{13, 14, 15, 16}, []int{14, 15, 16, -1}},
		{[]int{128, 200, 201, 202}, []int{200, 201, 202, 203}},
		{[]int{128, 100, 101, 128}, []int{100, 101, -1, -1}}, // shorter than a window
	}
	if have := windows(t, d, datasets.Plan{Size: 3}); fmt.Sprint(have) != fmt.Sprint(want) || d.Len(datasets.Train) != 4 {
		t.Errorf("have %v, want %v", have, want)
	}
	s := d.(datasets.Sounding)
	if s.Rate() != 8000 || s.Silence() != 128 || s.Samples([]int{0, 255})[1] != 1 {
		t.Errorf("have %d Hz, silence %d, samples %v", s.Rate(), s.Silence(), s.Samples([]int{0, 255}))
	}
	if have := d.(datasets.Conditioned).Conditions(); have != nil {
		t.Errorf("have conditions %v, want none", have)
	}
	if _, ok := d.(datasets.Labelled); ok {
		t.Error("tokens have the classes of sounds")
	}
}

// In training the windows begin a random number of samples before the sound, and every
// sample is a target once an epoch.
func TestTokensInTraining(t *testing.T) {
	dir := folder(t, map[string][]byte{"a.wav": wav(t, counted(0, 90)), "b.wav": wav(t, counted(90, 27))})
	d := open(t, section(dir, func(o *FolderOptions) { o.Form, o.Length, o.Val, o.Test = "mulaw", 20, 0, 0 }))
	begins := map[int]bool{}
	for epoch := range 40 {
		seen := map[int]int{}
		for _, w := range windows(t, d, datasets.Plan{Size: 1, Seed: 3, Epoch: epoch, Training: true}) {
			for i, y := range w.y {
				if y < 0 {
					continue
				}
				seen[y]++
				if want := y - 1; y != 0 && y != 90 && w.x[i] != want || (y == 0 || y == 90) && w.x[i] != Silence {
					t.Fatalf("have %v before %v", w.x, w.y)
				}
				if y == 0 {
					begins[i] = true
				}
			}
		}
		for y := range 117 {
			if seen[y] != 1 {
				t.Fatalf("epoch %d: token %d is a target %d times", epoch, y, seen[y])
			}
		}
	}
	if len(begins) != 11 {
		t.Errorf("the sound of 90 samples begins at %v, want all places from 0 to 10", begins)
	}
}

// The class of a sound goes with each of its windows.
func TestCondition(t *testing.T) {
	dir := folder(t, map[string][]byte{"1_x.wav": wav(t, counted(0, 9)), "2_x.wav": wav(t, counted(100, 9)), "2_y.wav": wav(t, counted(150, 9))})
	d := open(t, section(dir, func(o *FolderOptions) {
		o.Form, o.Condition, o.Pattern, o.Length, o.Val, o.Test = "mulaw", "class", "{class}_*.wav", 5, 0, 0
	}))
	if have := d.(datasets.Conditioned).Conditions(); !slices.Equal(have, []string{"1", "2"}) {
		t.Errorf("have conditions %v, want 1 and 2", have)
	}
	if s := d.Spec(); len(s.Inputs) != 2 || s.Inputs[1].Size != 2 || len(s.Inputs[1].Shape) != 0 {
		t.Errorf("have %v, want tokens and a class", s)
	}
	for b, err := range d.Batches(t.Context(), datasets.Plan{Size: 2, Seed: 1, Training: true}) {
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.N {
			class, want := datasets.Row[int](b.X[1], i)[0], 0
			if slices.Max(datasets.Row[int](b.Y[0], i)) >= 100 {
				want = 1
			}
			if class != want {
				t.Errorf("have class %d of %v", class, datasets.Row[int](b.Y[0], i))
			}
		}
	}
}

// A short sound lies in the middle of silence, and of a long one the middle is taken; in
// training both are at random places.
func TestFrames(t *testing.T) {
	dir := folder(t, map[string][]byte{"a/1.wav": wav(t, counted(140, 4)), "b/1.wav": wav(t, counted(200, 12))})
	d := open(t, section(dir, func(o *FolderOptions) { o.Form, o.Length, o.Val, o.Test = "wave", 8, 0, 0 }))
	rows := func(p datasets.Plan) (all []string) {
		for b, err := range d.Batches(t.Context(), p) {
			if err != nil {
				t.Fatal(err)
			}
			for i := range b.N {
				text := fmt.Sprint(datasets.Row[int](b.Y[0], i)[0], ":")
				for _, v := range datasets.Row[float32](b.X[0], i) {
					if v == 0 {
						text += " ."
					} else {
						text += fmt.Sprint(" ", MuLaw(v))
					}
				}
				all = append(all, text)
			}
		}
		return all
	}
	if have, want := rows(datasets.Plan{Size: 2}), []string{"0: . . 140 141 142 143 . .", "1: 202 203 204 205 206 207 208 209"}; !slices.Equal(have, want) {
		t.Errorf("have %q, want %q", have, want)
	}
	seen := map[string]bool{}
	for epoch := range 100 {
		for _, r := range rows(datasets.Plan{Size: 1, Epoch: epoch, Training: true}) {
			seen[r] = true
		}
	}
	if len(seen) != 10 || !seen["0: 140 141 142 143 . . . ."] || !seen["1: 204 205 206 207 208 209 210 211"] {
		t.Errorf("have %v, want each sound at its five places", seen)
	}
	if have := d.(datasets.Labelled).Classes(); !slices.Equal(have, []string{"a", "b"}) {
		t.Errorf("have classes %v", have)
	}
	if _, ok := d.(datasets.Sounding); ok {
		t.Error("samples with a class can be written")
	}
}

// The bands of the training part have mean 0 and deviation 1.
func TestStandardised(t *testing.T) {
	d := open(t, section(folder(t, voices(t)), func(o *FolderOptions) { o.Test, o.Val = 0.2, 0.2 }))
	f := d.(labelledSet).form.(*frames)
	sums, squares, n := make([]float64, f.width), make([]float64, f.width), 0.0
	for _, c := range f.parts[datasets.Train] {
		for i, v := range c.values {
			sums[i%f.width] += float64(v)
			squares[i%f.width] += float64(v) * float64(v)
		}
		n += float64(len(c.values) / f.width)
	}
	for band := range f.width {
		if math.Abs(sums[band]/n) > 1e-4 || math.Abs(squares[band]/n-1) > 1e-3 {
			t.Errorf("band %d has mean %v and square %v, want 0 and 1", band, sums[band]/n, squares[band]/n)
		}
	}
	if have := fmt.Sprint(d.Len(datasets.Train), d.Len(datasets.Val), d.Len(datasets.Test), d.Spec().Inputs[0].Shape); have != "13 3 4 [64 40]" {
		t.Errorf("have %s, want parts of 13, 3 and 4, and 64 frames of 40 bands", have)
	}
}

// packed is a .tar.gz of files below a folder.
func packed(t testing.TB, top string, files map[string][]byte) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for name, content := range files {
		if err := w.WriteHeader(&tar.Header{Name: top + name, Mode: 0o644, Size: int64(len(content)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		w.Write(content)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	z.Close()
	return filepath.Join(folder(t, map[string][]byte{"x.tar.gz": b.Bytes()}), "x.tar.gz")
}

// A folder and an archive of it are the same dataset, wherever they are; options and
// contents make another one.
func TestChecksum(t *testing.T) {
	files := voices(t)
	d := open(t, section(folder(t, files), nil))
	if e := open(t, section(packed(t, "some-folder/", files), nil)); e.Checksum() != d.Checksum() {
		t.Error("an archive has another checksum than the folder")
	}
	other := open(t, section(folder(t, files), func(o *FolderOptions) { o.SplitSeed = 2 }))
	files["high/0.wav"] = wav(t, tone(8000, 1499, 300))
	changed := open(t, section(folder(t, files), nil))
	if other.Checksum() == d.Checksum() || changed.Checksum() == d.Checksum() {
		t.Error("other options or sounds have the same checksum")
	}
}

// Folders train, test and val are the parts.
func TestParts(t *testing.T) {
	files := map[string][]byte{}
	for i, name := range []string{"train/a/1", "train/b/1", "train/b/2", "test/a/1", "test/b/1", "val/a/1"} {
		files["top/"+name+".wav"] = wav(t, counted(10*i, 20))
	}
	d := open(t, section(folder(t, files), nil))
	if have := fmt.Sprint(d.Len(datasets.Train), d.Len(datasets.Val), d.Len(datasets.Test)); have != "3 1 2" {
		t.Errorf("have parts of %s, want 3 1 2", have)
	}
	files["top/other/1.wav"] = files["top/val/a/1.wav"]
	_, err := datasets.Open(t.Context(), section(folder(t, files), nil), nil)
	if err == nil || !strings.Contains(err.Error(), "have sounds in the folder train, and others outside") {
		t.Errorf("have %v", err)
	}
}

// Sounds of another rate than most are resampled, which a notice tells.
func TestRates(t *testing.T) {
	files := voices(t)
	files["low/0.wav"] = wav(t, tone(16000, 300, 600))
	var notices []string
	tell := func(s datasets.Step) {
		if s.Notice != "" {
			notices = append(notices, s.Notice)
		}
	}
	d, err := datasets.Open(t.Context(), section(folder(t, files), func(o *FolderOptions) { o.Form = "mulaw" }), tell)
	if err != nil || d.(datasets.Sounding).Rate() != 8000 {
		t.Fatalf("have %v, want 8000 Hz", err)
	}
	if !slices.Equal(notices, []string{"1 of 20 sounds have another rate, and are resampled to 8000 Hz"}) {
		t.Errorf("have notices %q", notices)
	}
	d = open(t, section(folder(t, files), func(o *FolderOptions) { o.Form, o.Rate, o.Test, o.Val = "mulaw", 4000, 0, 0 }))
	if n := len(d.(writtenSet).form.(*tokens).parts[0].clips[0].tokens); n != 150 || d.(datasets.Sounding).Rate() != 4000 {
		t.Errorf("have %d samples of 300, want half as many", n)
	}
}

func TestErrors(t *testing.T) {
	good := wav(t, counted(0, 30))
	adpcm, surround, large := wavFile{code: 2, channels: 1, bits: 16, rate: 8000, samples: good[44:]}, wavFile{code: 1, channels: 6, bits: 16, rate: 8000, samples: good[44:]},
		wavFile{code: 1, channels: 1, bits: 16, rate: 8000, samples: good[44:], length: math.MaxUint32}
	nothing := wavFile{code: 1, channels: 1, bits: 16, rate: 8000}
	for name, c := range map[string]struct {
		files  map[string][]byte
		change func(*FolderOptions)
		want   []string
	}{
		"bad files": {map[string][]byte{"a/1.wav": good, "b/adpcm.wav": adpcm.bytes(), "b/cut.WAV": good[:90], "b/five.wav": surround.bytes(), "b/large.wav": large.bytes(), "b/none.wav": nothing.bytes(), "c/x.wav": []byte("garbage")}, nil, []string{
			"b/adpcm.wav: have samples in format 2 (Microsoft ADPCM)",
			"\nb/cut.WAV: truncated, or its header is wrong: have 46 bytes after the head of chunk \"data\", want 60",
			"\nb/five.wav: have 6 channels, want 1 or 2",
			"\nb/large.wav: truncated, or its header is wrong: have 60 bytes after the head of chunk \"data\", want 4294967295",
			"\nb/none.wav: has no samples",
			"\nc/x.wav: not a WAV file",
		}},
		"no sounds":   {map[string][]byte{"README.md": good, "a.mp3": good}, nil, []string{": have no sound, want files that end with .wav: there are only others, such as README.md, a.mp3"}},
		"nothing":     {nil, nil, []string{": have no sound, want files that end with .wav"}},
		"no class":    {map[string][]byte{"1.wav": good, "a/2.wav": good}, nil, []string{"have sounds without a class, want each in the folder of its class, or data.pattern: 1.wav"}},
		"one class":   {map[string][]byte{"a/1.wav": good, "a/2.wav": good}, nil, []string{"have 1 classes, want at least 2 for the form mel: with the form mulaw"}},
		"no match":    {map[string][]byte{"a_1.wav": good, "b.wav": good}, func(o *FolderOptions) { o.Pattern = "{class}_*.wav" }, []string{"data.pattern: have {class}_*.wav, which these do not match: b.wav"}},
		"none left":   {map[string][]byte{"a/1.wav": good, "b/2.wav": good}, func(o *FolderOptions) { o.Test, o.Val = 0.5, 0.9 }, []string{"no sound is left to train with: lower data.val and data.test"}},
		"wrong words": {map[string][]byte{"a/1.wav": good}, func(o *FolderOptions) { o.Form, o.Condition, o.Val, o.Test = "midi", "mood", 1, math.NaN() }, []string{`data.form: have "midi", want mel, wave or mulaw`, `data.condition: have "mood", want none or class`, "data.val: have 1, want a share of the sounds, at least 0 and less than 1", "data.test: have NaN, want a share"}},
		"wrong numbers": {map[string][]byte{"a/1.wav": good}, func(o *FolderOptions) { o.Length, o.Rate, o.Mel = -1, 10, Mel{Window: 3, Hop: -1, Bands: 1e6} }, []string{
			"data.length: have -1, want at least 1, or 0", "data.mel.window: have 3, want at least 16, or 0", "data.mel.hop: have -1, want at least 1, or 0", "data.mel.bands: have 1000000, want at most 1024", "data.rate: have 10, want at least 1000, or 0"}},
		"what has no effect": {map[string][]byte{"a/1.wav": good}, func(o *FolderOptions) { o.Form, o.Mel.Bands, o.Pattern = "mulaw", 3, "{class}.wav" }, []string{
			"data.mel: have keys of frames, and the form mulaw: leave them out, or set form: mel", "data.pattern: have a pattern for classes, which the form mulaw without a condition has no use for"}},
		"condition of mel": {map[string][]byte{"a/1.wav": good}, func(o *FolderOptions) { o.Condition = "class" }, []string{"data.condition: have class with the form mel, whose class is what is to be learned: want none, or form: mulaw"}},
		"no such pattern":  {map[string][]byte{"a/1.wav": good}, func(o *FolderOptions) { o.Pattern = "*.wav" }, []string{`data.pattern: have "*.wav", want a pattern with one {class}, such as {class}_*.wav`}},
	} {
		_, err := datasets.Open(t.Context(), section(folder(t, c.files), c.change), nil)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: have\n%v\nwant\n%s", name, err, want)
			}
		}
	}
	if _, err := datasets.Open(t.Context(), section(filepath.Join(t.TempDir(), "none"), nil), nil); err == nil {
		t.Error("no folder is a dataset")
	}
}

func TestPattern(t *testing.T) {
	for _, c := range []struct{ pattern, name, want string }{
		{"{class}_*.wav", "x/7_jackson_32.wav", "7"},
		{"*_{class}_*.wav", "7_jackson_32.wav", "jackson"},
		{"{class}/*/*.wav", "a/b/c.wav", "a"},
		{"{class}.wav", "a.b.wav", "a.b"},
		{"{class}_*.wav", "7.wav", ""},
	} {
		of, err := (&FolderOptions{Pattern: c.pattern}).classOf()
		if err != nil {
			t.Fatal(err)
		}
		if have := of(clip{name: c.name}); have != c.want {
			t.Errorf("%s of %s: have %q, want %q", c.pattern, c.name, have, c.want)
		}
	}
}

// recordings are files as those of spoken-digits, of two takes that are tested and two that
// are not.
func recordings(t testing.TB) map[string][]byte {
	files := map[string][]byte{}
	for digit := range digits {
		for s, speaker := range digitSpeakers {
			for _, take := range []int{0, 4, 5, 49} {
				files[fmt.Sprintf("%d_%s_%d.wav", digit, speaker, take)] = wav(t, counted(20*digit+s, 20+take))
			}
		}
	}
	return files
}

// known is the source of these files.
func known(t testing.TB, files map[string][]byte) soundSource {
	t.Helper()
	clips, err := readClips(t.Context(), folder(t, files), func(datasets.Step) {}, func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	return spokenDigits{len(clips), contentSum(clips, func(c clip) string { return c.name })}.source()
}

func TestSpokenDigits(t *testing.T) {
	files := recordings(t)
	source := known(t, files)
	inFolder := map[string][]byte{"README.md": nil}
	for name, b := range files {
		inFolder["recordings/"+name] = b
	}
	roots := []string{folder(t, files), folder(t, inFolder), packed(t, "free-spoken-digit-dataset-26eb9aa/recordings/", files)}
	for _, root := range roots {
		for _, c := range []struct {
			change func(*DigitOptions)
			want   string
		}{
			{func(*DigitOptions) {}, "108 12 120"},
			{func(o *DigitOptions) { o.Speakers = []string{"theo", "lucas"} }, "36 4 40"},
			{func(o *DigitOptions) { o.TestSpeakers, o.Val = []string{"theo"}, 0 }, "200 0 40"},
			{func(o *DigitOptions) { o.Speakers, o.TestSpeakers = []string{"theo", "lucas"}, []string{"lucas"} }, "36 4 40"},
		} {
			o := source.Options().(*DigitOptions)
			c.change(o)
			d, err := source.Open(t.Context(), root, o, func(datasets.Step) {})
			if err != nil {
				t.Fatal(err)
			}
			if have := fmt.Sprint(d.Len(datasets.Train), d.Len(datasets.Val), d.Len(datasets.Test)); have != c.want {
				t.Errorf("have parts of %s, want %s", have, c.want)
			}
			if classes := d.(datasets.Labelled).Classes(); len(classes) != 10 || classes[3] != "3" {
				t.Errorf("have classes %v", classes)
			}
		}
		if at, err := source.Verify(t.Context(), root, nil, func(datasets.Step) {}); err != nil || at != root {
			t.Errorf("have %s, %v", at, err)
		}
	}
	archive, err := os.ReadFile(roots[2])
	if err != nil {
		t.Fatal(err)
	}
	check := source.origin.Files[0].Check
	if err := check(bytes.NewReader(archive)); err != nil {
		t.Errorf("have %v", err)
	}
	if err := check(bytes.NewReader(archive[:len(archive)/2])); err == nil {
		t.Error("half of the archive is whole")
	}
	files["0_theo_0.wav"] = wav(t, counted(1, 20))
	_, err = source.Open(t.Context(), folder(t, files), source.Options(), func(datasets.Step) {})
	if err == nil || !strings.Contains(err.Error(), "the recordings are altered: have sha256 ") || !strings.Contains(err.Error(), "zoo data get spoken-digits") {
		t.Errorf("have %v", err)
	}
	delete(files, "0_theo_0.wav")
	_, err = source.Open(t.Context(), folder(t, files), source.Options(), func(datasets.Step) {})
	if err == nil || !strings.Contains(err.Error(), "have 239 recordings, want 240") {
		t.Errorf("have %v", err)
	}
}

// What is known of the digits before they are there.
func TestDigitsPreview(t *testing.T) {
	s := datasets.Named("spoken-digits")
	o := s.Options().(*DigitOptions)
	i, err := datasets.Lookup("spoken-digits")
	if p := s.Preview(); err != nil || i.Train != 2700 || i.Test != 300 || fmt.Sprint(i.Shape) != "[64 40]" || p.Train != 2430 || p.Spec.Classes() != 10 || p.NoVal {
		t.Errorf("have %+v, %+v, %v", i, p, err)
	}
	o.TestSpeakers, o.Val = []string{"theo", "lucas"}, 0
	if p := s.Preview(); p.Train != 2000 || !p.NoVal {
		t.Errorf("have %+v", p)
	}
	o.Form, o.Condition = "mulaw", "class"
	if p := s.Preview(); p.Train != 0 || len(p.Spec.Inputs) != 2 || p.Spec.Inputs[0].Shape[0] != 1024 {
		t.Errorf("have %+v", p)
	}
	o.Speakers, o.TestSpeakers = []string{"theo", "anna", "theo"}, []string{"lucas", "jackson"}
	var all []string
	for _, p := range s.Validate() {
		all = append(all, p.Key+": "+p.Message)
	}
	slices.Sort(all)
	if have, want := strings.Join(all, "\n"), `speakers: have "anna", want names of george, jackson, lucas, nicolas, theo, yweweler
speakers: have theo twice
test_speakers: have jackson, who is not among speakers (theo, anna, theo)
test_speakers: have lucas, who is not among speakers (theo, anna, theo)`; have != want {
		t.Errorf("have\n%s\nwant\n%s", have, want)
	}
	o.Speakers, o.TestSpeakers = []string{"theo"}, []string{"theo"}
	if p := s.Validate(); len(p) != 1 || p[0].Message != "have all speakers, want one at least to train with" {
		t.Errorf("have %v", p)
	}
}

func TestPrompts(t *testing.T) {
	files := map[string][]byte{"hello-world.wav": wav(t, counted(5, 3000)), "digits/1.wav": wav(t, counted(77, 2000)), "silence/1.wav": wav(t, Sound{8000, make([]float32, 99)})}
	for i := range 10 {
		files[fmt.Sprintf("letters/%d.wav", i)] = wav(t, counted(i, 500))
	}
	clips, err := readClips(t.Context(), folder(t, files), func(datasets.Step) {}, func(name string) bool { return name != "silence/1.wav" })
	if err != nil {
		t.Fatal(err)
	}
	source := prompts(contentSum(clips, func(c clip) string { return c.name }), len(clips))
	o := source.Options().(*PromptOptions)
	for _, root := range []string{folder(t, files), packed(t, "en_US_f_Allison/", files)} {
		d, err := source.Open(t.Context(), root, o, func(datasets.Step) {})
		if err != nil {
			t.Fatal(err)
		}
		if have := d.Len(datasets.Train) + d.Len(datasets.Val) + d.Len(datasets.Test); have != 3+2+10 {
			t.Errorf("have %d windows, want 15", have)
		}
		datasetstest.Check(t, d)
	}
	files["digits/1.wav"] = files["hello-world.wav"]
	_, err = source.Open(t.Context(), folder(t, files), o, func(datasets.Step) {})
	if err == nil || !strings.Contains(err.Error(), "the prompts are altered, or of another version") || !strings.Contains(err.Error(), "apt-get install asterisk-core-sounds-en-wav") {
		t.Errorf("have %v", err)
	}
	delete(files, "hello-world.wav")
	_, err = source.Open(t.Context(), folder(t, files), o, func(datasets.Step) {})
	if err == nil || !strings.Contains(err.Error(), "lacks hello-world.wav and the others: want the WAV files of the Debian package") {
		t.Errorf("have %v", err)
	}
}

// A dataset that nothing can fetch says where it comes from.
func TestAbsentPrompts(t *testing.T) {
	t.Setenv("ZOO_DATA", t.TempDir())
	source := prompts("", 0)
	source.origin.System = func() []origin.Place { return nil }
	for name, err := range map[string]error{
		"open": func() error {
			_, err := source.Open(t.Context(), "", source.Options(), func(datasets.Step) {})
			return err
		}(),
		"verify": func() error {
			_, err := source.Verify(t.Context(), "", source.Options(), func(datasets.Step) {})
			return err
		}(),
	} {
		want := "\nset data.root to a place with the WAV files of the Debian package asterisk-core-sounds-en-wav 1.6.1-1; on Debian and Ubuntu, `apt-get install"
		if err == nil || !strings.HasPrefix(err.Error(), "not found; tried:") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: have %v, want %s", name, err, want)
		}
	}
}

// Of a file that is larger than a sound may be, no more is read.
func TestLargeFile(t *testing.T) {
	if _, err := readFile(io.LimitReader(endless{}, 1<<40)); !errors.Is(err, origin.ErrLarge) || !strings.HasSuffix(err.Error(), ": cut it into pieces") {
		t.Errorf("have %v, want %v, and what to do", err, origin.ErrLarge)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
