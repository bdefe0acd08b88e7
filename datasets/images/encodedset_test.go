package images

import (
	"bytes"
	"context"
	"fmt"
	"image/gif"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"zoo/datasets"
)

// snaps are pictures of differing sizes and formats, 6 for training and 3 for
// testing.
func snaps() map[string][]byte {
	var g bytes.Buffer
	gif.Encode(&g, rgb(20, 31, 9), nil)
	return map[string][]byte{
		"train/cat/1.png": pngOf(rgb(40, 30, 1)), "train/cat/2.jpg": jpegOf(rgb(33, 50, 2)), "train/cat/3.gif": g.Bytes(),
		"train/dog/1.png": pngOf(grey(16, 90, 3)), "train/dog/2.jpg": jpegOf(grey(25, 25, 4)), "train/dog/3.png": pngOf(rgb(24, 24, 5)),
		"val/cat/1.png": pngOf(rgb(70, 20, 6)), "val/dog/1.png": pngOf(rgb(17, 18, 7)), "val/dog/2.png": pngOf(rgb(1, 1, 8)),
	}
}

func ofSnaps(o *FolderOptions) { o.Resize, o.Cut, o.Lighting = 16, 12, "none" }

func TestEncodedSet(t *testing.T) {
	files := snaps()
	dir, zip, tar := unpack(t, files), filepath.Join(t.TempDir(), "x.zip"), filepath.Join(t.TempDir(), "x.tar.gz")
	write(t, zip, zipOf(files, true))
	write(t, tar, gzipped(tarOf(files, false)))
	var sums []string
	for _, root := range []string{dir, zip, tar} {
		d, err := openFolder(t, root, ofSnaps)
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, d.Checksum())
		if have := fmt.Sprint(d.Classes(), d.Len(datasets.Train), d.Len(datasets.Test), d.Spec().Inputs[0].Shape); have != "[cat dog] 6 3 [12 12 3]" {
			t.Errorf("%s: have %s", root, have)
		}
		x, y := rows(copies(t, d, datasets.Plan{Split: datasets.Test, Size: 2}))
		if !slices.Equal(y, []int{0, 1, 1}) {
			t.Errorf("have labels %v", y)
		}
		for i, name := range []string{"val/cat/1.png", "val/dog/1.png", "val/dog/2.png"} {
			image, err := decode(files[name])
			if err != nil {
				t.Fatal(err)
			}
			want, _ := View{Resize: 16, Cut: 12}.one(image, 0, 1)
			if !slices.EqualFunc(x[i], want.pix, func(v float32, w uint8) bool { return near(v, float32(w)/255) }) {
				t.Errorf("%s: %s is not seen as its middle", root, name)
			}
		}
	}
	if len(slices.Compact(sums)) != 1 {
		t.Errorf("they differ by where they come from: %v", sums)
	}
	files["train/cat/1.png"] = pngOf(rgb(40, 30, 99))
	if d, err := openFolder(t, unpack(t, files), ofSnaps); err != nil || d.Checksum() == sums[0] {
		t.Errorf("another picture has the same checksum; %v", err)
	}
}

// What an example looks like depends only on (seed, epoch, example), not on the
// batch, the place where the epoch is resumed, or the number of goroutines.
func TestEncodedSetIsDeterministic(t *testing.T) {
	root := unpack(t, snaps())
	for name, set := range map[string]func(*FolderOptions){
		"scale":    func(o *FolderOptions) { ofSnaps(o); o.Scale, o.Flip = 0.08, true },
		"crop":     func(o *FolderOptions) { ofSnaps(o); o.Normalize = "standard" },
		"colours":  func(o *FolderOptions) { ofSnaps(o); o.Jitter = Jitter{0.4, 0.4, 0.4, 0.1} },
		"lighting": func(o *FolderOptions) { ofSnaps(o); o.Lighting = "train(0.1)" },
	} {
		t.Run(name, func(t *testing.T) {
			open := func() datasets.Dataset {
				d, err := openFolder(t, root, set)
				if err != nil {
					t.Fatal(err)
				}
				return d
			}
			plan := datasets.Plan{Size: 6, Seed: 1, Epoch: 2, Training: true}
			x, y := rows(copies(t, open(), plan))
			before := runtime.GOMAXPROCS(0)
			defer runtime.GOMAXPROCS(before)
			for _, procs := range []int{1, 5} {
				runtime.GOMAXPROCS(procs)
				p := plan
				p.Size = 2
				x2, y2 := rows(copies(t, open(), p))
				if !slices.Equal(y, y2) || !slices.EqualFunc(x, x2, slices.Equal) {
					t.Errorf("with %d processors and batches of 2 they are others", procs)
				}
				p.First = 2
				if x3, _ := rows(copies(t, open(), p)); !slices.EqualFunc(x[4:], x3, slices.Equal) {
					t.Error("resumed they are others")
				}
			}
			for what, p := range map[string]datasets.Plan{"seed": {Size: 6, Seed: 2, Epoch: 2, Training: true}, "epoch": {Size: 6, Seed: 1, Epoch: 3, Training: true}} {
				x2, _ := rows(copies(t, open(), p))
				same := 0
				for _, a := range x {
					if slices.ContainsFunc(x2, func(b []float32) bool { return slices.Equal(a, b) }) {
						same++
					}
				}
				if same > 2 { // of few places, one may come up again
					t.Errorf("with another %s %d of 6 examples look the same", what, same)
				}
			}
		})
	}
}

func TestTenViews(t *testing.T) {
	files := snaps()
	d, err := openFolder(t, unpack(t, files), ofSnaps)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{1, 7, 10, 30, 64} {
		ten, err := d.Views(TenViews)
		if err != nil || ten.Len(datasets.Test) != 3 || ten.Checksum() != d.Checksum() {
			t.Fatalf("have %d examples, %v", ten.Len(datasets.Test), err)
		}
		batches := copies(t, ten, datasets.Plan{Split: datasets.Test, Size: size})
		if n := (30 + size - 1) / size; len(batches) != n {
			t.Fatalf("have %d batches of %d, want %d", len(batches), size, n)
		}
		x, y := rows(batches)
		for i, name := range []string{"val/cat/1.png", "val/dog/1.png", "val/dog/2.png"} {
			image, _ := decode(files[name])
			for k := range TenViews {
				v, mirrored := View{Resize: 16, Cut: 12}.one(image, k, TenViews)
				want := make([]float32, len(v.pix))
				v.write(want, mirrored)
				row := i*TenViews + k
				if y[row] != min(i, 1) || !slices.EqualFunc(x[row], want, func(v, w float32) bool { return near(v, w/255) }) {
					t.Fatalf("size %d: row %d is not view %d of %s", size, row, k, name)
				}
			}
		}
	}
	for _, c := range []struct {
		d    datasets.Viewed
		n    int
		want string
	}{
		{d, 5, "imagefolder: have 5 views of each image, want 1 or 10"},
		{newFake(t, Options{}, fake(30, 9, 3)), 10, "fake: ten views of each image require a part of it to look at: set data.cut"},
	} {
		_, err := c.d.Views(c.n)
		wantError(t, err, c.want)
	}
	ten, _ := d.Views(TenViews)
	for _, err := range ten.Batches(t.Context(), datasets.Plan{Size: 1, Training: true}) {
		wantError(t, err, "imagefolder: have 10 views of each image, want 1 in training")
	}
	if one, err := d.Views(1); err != nil || len(copies(t, one, datasets.Plan{Split: datasets.Test, Size: 1})) != 3 {
		t.Errorf("one view is not the usual one: %v", err)
	}
}

func TestEncodedSetErrors(t *testing.T) {
	files := snaps()
	good := files["train/cat/1.png"]
	files["train/cat/4.png"], files["train/dog/4.jpg"], files["val/dog/3.png"] = bomb(20000, 20000), []byte("text"), good[:20]
	_, err := openFolder(t, unpack(t, files), ofSnaps)
	wantError(t, err, "train/cat/4.png: have 20000×20000 pixels, want at least 1 and at most 33554432",
		"train/dog/4.jpg: does not decode as PNG, JPEG, GIF, WebP, BMP, TIFF, PPM or PGM: image: unknown format", "val/dog/3.png: does not decode")

	// Without resize, pictures must be large enough.
	_, err = openFolder(t, unpack(t, snaps()), func(o *FolderOptions) { o.Cut = 18 })
	wantError(t, err, "train/dog/1.png: have 16×90 pixels, want at least 18×18: set data.resize to enlarge", "val/dog/2.png: have 1×1")

	// What only decoding finds ends the epoch, and verify finds it before.
	files = snaps()
	files["train/cat/1.png"] = good[:len(good)-200]
	root := unpack(t, files)
	d, err := openFolder(t, root, ofSnaps)
	if err != nil {
		t.Fatal(err)
	}
	for b, err := range d.Batches(t.Context(), datasets.Plan{Size: 6}) {
		wantError(t, err, "train/cat/1.png: does not decode as PNG, JPEG, GIF, WebP, BMP, TIFF, PPM or PGM: ")
		if b.X != nil {
			t.Error("there is a batch with the error")
		}
	}
	_, err = datasets.Verify(t.Context(), folder(root, ofSnaps), nil)
	wantError(t, err, "train/cat/1.png: does not decode")
	_, err = openFolder(t, root, func(o *FolderOptions) { ofSnaps(o); o.Normalize = "standard" })
	wantError(t, err, "train/cat/1.png: does not decode")

	// A file that has changed, or is gone.
	root = unpack(t, snaps())
	if d, err = openFolder(t, root, ofSnaps); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(root, "train/cat/1.png"), pngOf(rgb(40, 30, 77)))
	for _, err := range d.Batches(t.Context(), datasets.Plan{Size: 6}) {
		wantError(t, err, "1.png: has changed since the dataset was opened")
	}
	os.Remove(filepath.Join(root, "train/cat/1.png"))
	for _, err := range d.Batches(t.Context(), datasets.Plan{Size: 6}) {
		wantError(t, err, "1.png: "+noSuchFile)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := datasets.Open(ctx, folder(unpack(t, snaps()), ofSnaps), nil); err == nil {
		t.Error("the end of the context is not an error")
	}
}

// Means of pictures in files are those of their views in memory.
func TestPixelStatistics(t *testing.T) {
	root := unpack(t, snaps())
	for _, normalize := range []string{"standard", "mean"} {
		d, err := openFolder(t, root, func(o *FolderOptions) { ofSnaps(o); o.Normalize = normalize })
		if err != nil {
			t.Fatal(err)
		}
		x, _ := rows(copies(t, d, datasets.Plan{Size: 3}))
		for at := range x[0] {
			sum := 0.0
			for _, image := range x {
				sum += float64(image[at])
			}
			if normalize == "mean" && (sum > 1e-5 || sum < -1e-5) {
				t.Fatalf("value %d has mean %v", at, sum/6)
			}
		}
		if normalize == "standard" {
			for ch, v := range seen(t, d) {
				if mean, std := moments(v); mean > 1e-5 || mean < -1e-5 || std < 1-1e-5 || std > 1+1e-5 {
					t.Errorf("channel %d has mean %v and deviation %v", ch, mean, std)
				}
			}
		}
	}
	images := fake(40, 1, 3).train.pix
	count := newPixelStatistics(108, 3)
	for _, p := range images {
		count.add(p)
	}
	memory := inMemory[uint8]{images, 3}
	have, want := count.covariance(), memory.covariance()
	for i := range 3 {
		for j := range 3 {
			if d := have[i][j] - want[i][j]; d > 1e-6 || d < -1e-6 {
				t.Errorf("the covariance of %d and %d is %v, want %v", i, j, have[i][j], want[i][j])
			}
		}
	}
}

// Images in memory are looked at in the same way.
func TestCutInMemory(t *testing.T) {
	p := fake(40, 9, 3)
	d := newFake(t, Options{Cut: 4}, p)
	if s := fmt.Sprint(d.Spec().Inputs[0].Shape); s != "[4 4 3]" {
		t.Fatalf("have images %s", s)
	}
	x, _ := rows(copies(t, d, datasets.Plan{Split: datasets.Test, Size: 9}))
	for i, image := range x {
		want := decoded{6, 6, 3, p.test.pix[i]}.cut(box{1, 1, 4, 4})
		if !slices.EqualFunc(image, want.pix, func(v float32, w uint8) bool { return near(v, float32(w)/255) }) {
			t.Fatalf("image %d is not seen as its middle", i)
		}
	}
	// In training each of the nine places comes up.
	places := map[[2]int]int{}
	for epoch := range 20 {
		x, y := rows(copies(t, d, datasets.Plan{Size: 40, Epoch: epoch, Training: true}))
		for i := range x {
			for k, pix := range p.train.pix {
				for top := range 3 {
					for left := range 3 {
						part := decoded{6, 6, 3, pix}.cut(box{top, left, 4, 4})
						if p.train.label[k] == y[i] && slices.EqualFunc(x[i], part.pix, func(v float32, w uint8) bool { return near(v, float32(w)/255) }) {
							places[[2]int{top, left}]++
						}
					}
				}
			}
		}
	}
	total := 0
	for _, n := range places {
		total += n
	}
	if len(places) != 9 || total != 800 {
		t.Errorf("800 parts are at %v", places)
	}
	if s := fmt.Sprint(newFake(t, Options{Scale: 0.5}, p).Spec().Inputs[0].Shape); s != "[6 6 3]" {
		t.Errorf("with only scale have images %s", s)
	}
	_, err := newImageSet("fake", Options{Cut: 7, Normalize: "none"}, p)
	wantError(t, err, "data.cut: have 6×6 pixels, want at least 7×7: set data.resize to enlarge")
}

// A picture is prepared as evaluation sees it.
func TestPrepare(t *testing.T) {
	files := snaps()
	root := unpack(t, files)
	for name, set := range map[string]func(*FolderOptions){
		"album":  func(o *FolderOptions) { ofSnaps(o); o.Normalize = "standard" },
		"square": func(o *FolderOptions) { o.Resize, o.Pad = 10, 1 },
	} {
		d, err := openFolder(t, root, set)
		if err != nil {
			t.Fatal(err)
		}
		x, _ := rows(copies(t, d, datasets.Plan{Split: datasets.Test, Size: 3}))
		for i, file := range []string{"val/cat/1.png", "val/dog/1.png", "val/dog/2.png"} {
			pic, err := ReadPicture(filepath.Join(root, file))
			if err != nil {
				t.Fatal(err)
			}
			tolerance := float32(0.6 / 255) // square rounds to bytes
			if name == "album" {
				tolerance = 0
			}
			if have := d.Prepare(pic); !slices.EqualFunc(have, x[i], func(v, w float32) bool { return max(v-w, w-v) <= tolerance }) {
				t.Errorf("%s: %s is prepared otherwise than it is tested", name, file)
			}
		}
	}
	// Sixteen is white for digits; colours become grey.
	d := newFake(t, Options{Normalize: "range(0,1)"}, decodedSet{h: 4, w: 4, c: 1, max: 16, classes: []string{"a", "b"},
		train: examples[[]uint8]{[][]uint8{make([]uint8, 16)}, []int{0}, []int{0}}})
	white := Picture{decoded{9, 7, 3, bytes.Repeat([]byte{255, 0, 0}, 63)}}
	for _, v := range d.Prepare(white) {
		if !near(v, 76.0/255) {
			t.Fatalf("red is prepared as %v, want 76/255", v)
		}
	}
	p := ImageNet(20, 10, "bilinear").Prepare(white)
	if len(p) != 300 || !near(p[0], (1-0.485)/0.229) || !near(p[1], -0.456/0.224) || !near(p[2], -0.406/0.225) {
		t.Errorf("ImageNet's preparation of red is %v", p[:3])
	}
	if p := Inception(20, 10, "bicubic").Prepare(white); !near(p[0], 1) || !near(p[1], -1) {
		t.Errorf("Inception's preparation of red is %v", p[:3])
	}
}
