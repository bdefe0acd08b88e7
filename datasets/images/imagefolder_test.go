package images

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zoo/datasets"
)

// rgb is a noisy colour image.
func rgb(w, h int, seed uint64) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	copy(m.Pix, noise(len(m.Pix), seed))
	for i := 3; i < len(m.Pix); i += 4 {
		m.Pix[i] = 255
	}
	return m
}

func grey(w, h int, seed uint64) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, w, h))
	copy(m.Pix, noise(len(m.Pix), seed))
	return m
}

func pngOf(m image.Image) []byte {
	var b bytes.Buffer
	png.Encode(&b, m)
	return b.Bytes()
}

func jpegOf(m image.Image) []byte {
	var b bytes.Buffer
	jpeg.Encode(&b, m, nil)
	return b.Bytes()
}

// pets are the files of a well laid out folder, with 6 training and 3 test images.
func pets() map[string][]byte {
	return map[string][]byte{
		"train/cat/b.png": pngOf(rgb(8, 8, 1)), "train/cat/a.JPG": jpegOf(rgb(8, 8, 2)), "train/cat/c.jpeg": jpegOf(rgb(8, 8, 3)),
		"train/a-dog/1.png": pngOf(rgb(8, 8, 4)), "train/a-dog/2.png": pngOf(rgb(8, 8, 5)), "train/a-dog/10.png": pngOf(rgb(8, 8, 6)),
		"test/cat/x.png": pngOf(rgb(8, 8, 7)), "test/a-dog/x.png": pngOf(rgb(8, 8, 8)), "test/a-dog/y.png": pngOf(rgb(8, 8, 9)),
		"README.txt": []byte("pets"), "train/.DS_Store": nil, "train/cat/.hidden.bmp": nil, "__MACOSX/train/cat/._b.png": []byte("fork"),
	}
}

func zipOf(files map[string][]byte, backwards bool) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range sortedNames(files, backwards) {
		f, _ := w.Create(name)
		f.Write(files[name])
	}
	w.Close()
	return b.Bytes()
}

// unpack writes files into a new folder.
func unpack(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		write(t, filepath.Join(dir, filepath.FromSlash(name)), data)
	}
	return dir
}

// folder is the section data for pictures at a root, not normalised unless set does that.
func folder(root string, set func(*FolderOptions)) datasets.Section {
	s := datasets.Named("imagefolder")
	s.Root = root
	o := s.Options().(*FolderOptions)
	o.Normalize = "none"
	if set != nil {
		set(o)
	}
	return s
}

func openFolder(t *testing.T, root string, set func(*FolderOptions)) (*imageSet, error) {
	t.Helper()
	d, err := datasets.Open(t.Context(), folder(root, set), nil)
	s, _ := d.(*imageSet)
	return s, err
}

func TestImageFolder(t *testing.T) {
	files := pets()
	around := map[string][]byte{}
	for name, data := range files {
		around["pets-1.0/"+name] = data
	}
	roots := []string{unpack(t, files), unpack(t, around)}
	for name, data := range map[string][]byte{
		"p.tar": tarOf(files, true), "p.tar.gz": gzipped(tarOf(files, false)), "p.TGZ": gzipped(tarOf(around, true)),
		"p.zip": zipOf(files, true), "q.zip": zipOf(around, false),
	} {
		path := filepath.Join(t.TempDir(), name)
		write(t, path, data)
		roots = append(roots, path)
	}
	var sums []string
	for _, root := range roots {
		d, err := openFolder(t, root, nil)
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, d.Checksum())
		if fmt.Sprint(d.Classes(), d.Len(datasets.Train), d.Len(datasets.Test), d.Spec().Inputs[0].Shape) != "[a-dog cat] 6 3 [8 8 3]" {
			t.Errorf("%s: have %v, %d and %d examples, %v", root, d.Classes(), d.Len(datasets.Train), d.Len(datasets.Test), d.Spec())
		}
		if where, err := datasets.Verify(t.Context(), folder(root, nil), nil); err != nil || where != root {
			t.Errorf("Verify: %s, %v", where, err)
		}
	}
	if len(slices.Compact(sums)) != 1 {
		t.Errorf("they differ by where they come from: %v", sums)
	}

	d, _ := openFolder(t, roots[0], nil)
	x, y := rows(copies(t, d, datasets.Plan{Size: 6}))
	// By path: a-dog/1, a-dog/10, a-dog/2, cat/a, cat/b, cat/c.
	if !slices.Equal(y, []int{0, 0, 0, 1, 1, 1}) {
		t.Errorf("have labels %v", y)
	}
	for row, seed := range map[int]uint64{0: 4, 1: 6, 2: 5, 4: 1} {
		m := rgb(8, 8, seed)
		for i, v := range x[row] {
			if want := float32(m.Pix[i/3*4+i%3]) / 255; !near(v, want) {
				t.Fatalf("row %d, value %d: have %v, want %v", row, i, v, want)
			}
		}
	}
}

func TestUndividedFolder(t *testing.T) {
	files := map[string][]byte{}
	for i := range 30 {
		// Also a class with the name of a part.
		files[fmt.Sprintf("%s/%02d.png", []string{"car", "train", "tram"}[i%3], i)] = pngOf(grey(5, 4, uint64(i)))
	}
	root := unpack(t, files)
	d, err := openFolder(t, root, func(o *FolderOptions) { o.Test = 10 })
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(d.Classes(), d.Len(datasets.Train), d.Len(datasets.Test), d.Spec().Inputs[0].Shape) != "[car train tram] 20 10 [4 5 1]" {
		t.Errorf("have %v, %d and %d examples, %v", d.Classes(), d.Len(datasets.Train), d.Len(datasets.Test), d.Spec())
	}
	images := func(d datasets.Dataset, s datasets.Split) map[string]bool {
		x, _ := rows(copies(t, d, datasets.Plan{Split: s, Size: 10}))
		m := map[string]bool{}
		for _, image := range x {
			m[fmt.Sprint(image)] = true
		}
		return m
	}
	test := images(d, datasets.Test)
	for image := range images(d, datasets.Train) {
		if test[image] {
			t.Error("an image is in both parts")
		}
	}
	if again, _ := openFolder(t, root, func(o *FolderOptions) { o.Test = 10 }); again.Checksum() != d.Checksum() {
		t.Error("the same options choose other images")
	}
	if other, _ := openFolder(t, root, func(o *FolderOptions) { o.Test, o.SplitSeed = 10, 1 }); other.Checksum() == d.Checksum() {
		t.Error("split_seed changes nothing")
	}
	for _, n := range []int{0, 30} {
		_, err = openFolder(t, root, func(o *FolderOptions) { o.Test = n })
		wantError(t, err, "imagefolder: "+root+": has no train and test folders: set data.test to how many of its 30 images are for testing")
	}
}

func TestChannels(t *testing.T) {
	for _, c := range []struct {
		train, test []byte
		channels    int
		first       []uint8 // values of the first training pixel
	}{
		{pngOf(grey(2, 2, 1)), pngOf(grey(2, 2, 2)), 1, grey(2, 2, 1).Pix[:1]},
		{pngOf(grey(2, 2, 1)), pngOf(rgb(2, 2, 2)), 3, bytes.Repeat(grey(2, 2, 1).Pix[:1], 3)},
		{pngOf(rgb(2, 2, 1)), pngOf(grey(2, 2, 2)), 3, rgb(2, 2, 1).Pix[:3]},
		{jpegOf(grey(2, 2, 1)), jpegOf(grey(2, 2, 2)), 1, nil},
		{pngOf(&image.Gray16{Pix: []uint8{7, 200, 8, 1, 9, 2, 10, 3}, Stride: 4, Rect: image.Rect(0, 0, 2, 2)}), pngOf(grey(2, 2, 2)), 1, []uint8{7}},
		// The alpha channel is dropped, whatever it hides.
		{pngOf(&image.NRGBA{Pix: []uint8{255, 100, 50, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, Stride: 8, Rect: image.Rect(0, 0, 2, 2)}), pngOf(grey(2, 2, 2)), 3, []uint8{255, 100, 50}},
		{pngOf(&image.Paletted{Pix: []uint8{1, 0, 0, 0}, Stride: 2, Rect: image.Rect(0, 0, 2, 2), Palette: color.Palette{color.Black, color.RGBA{9, 8, 7, 255}}}), pngOf(grey(2, 2, 2)), 3, []uint8{9, 8, 7}},
	} {
		d, err := openFolder(t, unpack(t, map[string][]byte{"train/a/1.png": c.train, "test/a/1.png": c.test}), nil)
		if err != nil {
			t.Fatal(err)
		}
		if have := d.Spec().Inputs[0].Shape[2]; have != c.channels {
			t.Errorf("have %d channels, want %d", have, c.channels)
		}
		x, _ := rows(copies(t, d, datasets.Plan{Size: 1}))
		for i, v := range c.first {
			if !near(x[0][i], float32(v)/255) {
				t.Errorf("value %d is %v/255, want %d", i, x[0][i]*255, v)
			}
		}
	}
}

func TestImagesOfDifferentSizes(t *testing.T) {
	// 6 × 4 with a frame of its own in the columns that are cut off.
	wide := image.NewGray(image.Rect(0, 0, 6, 4))
	for i := range wide.Pix {
		if x := i % 6; x == 0 || x == 5 {
			wide.Pix[i] = 255
		} else {
			wide.Pix[i] = uint8(10 * x)
		}
	}
	root := unpack(t, map[string][]byte{"train/a/1.png": pngOf(wide), "train/b/2.png": pngOf(grey(9, 9, 1)), "test/a/1.png": pngOf(grey(2, 2, 2))})
	_, err := openFolder(t, root, nil)
	wantError(t, err, "train/a/1.png: have 6×4 pixels, want 2×2 as test/a/1.png has\n", "train/b/2.png: have 9×9", "set data.cut, or data.resize")
	d, err := openFolder(t, root, func(o *FolderOptions) { o.Resize = 2 })
	if err != nil {
		t.Fatal(err)
	}
	x, _ := rows(copies(t, d, datasets.Plan{Size: 2}))
	for i, want := range []float32{15, 35, 15, 35} { // means of 10 and 20, and of 30 and 40
		if !near(x[0][i]*255, want) {
			t.Errorf("have %v, want 15 35 15 35 / 255", x[0])
			break
		}
	}
}

// bomb is the head of a PNG that claims w × h pixels.
func bomb(w, h uint32) []byte {
	head := []byte("IHDR")
	head = binary.BigEndian.AppendUint32(head, w)
	head = binary.BigEndian.AppendUint32(head, h)
	head = append(head, 8, 6, 0, 0, 0)
	b := binary.BigEndian.AppendUint32([]byte("\x89PNG\r\n\x1a\n"), 13)
	return binary.BigEndian.AppendUint32(append(b, head...), crc32.ChecksumIEEE(head))
}

func TestImageFolderErrors(t *testing.T) {
	good := pngOf(grey(4, 4, 1))
	for _, c := range []struct {
		name  string
		files map[string][]byte
		want  []string
	}{
		{"no images", map[string][]byte{"a/readme.txt": nil}, []string{"has no .png, .jpg, .jpeg, .gif, .webp, .bmp, .tif, .tiff, .ppm or .pgm: want train/CLASS/IMAGE and test/CLASS/IMAGE (or val/CLASS/IMAGE, or both), or CLASS/IMAGE"}},
		{"no classes", map[string][]byte{"1.png": good}, []string{"1.png: want train/CLASS/IMAGE"}},
		{"parts without classes", map[string][]byte{"train/1.png": good, "train/a/1.png": good, "test/a/2.png": good}, []string{"train/1.png: want train/CLASS/IMAGE"}},
		{"no test", map[string][]byte{"train/a/1.png": good}, []string{"has train but no test"}},
		{"no train", map[string][]byte{"test/a/1.png": good}, []string{"has test but no train"}},
		{"a class for testing only", map[string][]byte{"train/a/1.png": good, "test/a/1.png": good, "test/b/1.png": good}, []string{"b is in the test part, and there is no image in train/b"}},
		{"other formats", map[string][]byte{"train/a/1.png": good, "train/a/2.svg": good, "test/a/1.png": good, "test/a/1.psd": nil, "labels.csv": nil},
			[]string{"train/a/2.svg: not a .png, .jpg, .jpeg, .gif, .webp, .bmp, .tif, .tiff, .ppm or .pgm", "test/a/1.psd: not a .png"}},
		{"too deep", map[string][]byte{"train/a/b/1.png": good, "train/a/1.png": good, "test/a/1.png": good}, []string{"train/a/b/1.png: want"}},
		{"no image", map[string][]byte{"train/a/1.png": good, "train/a/2.png": []byte("text"), "test/a/1.png": good},
			[]string{"train/a/2.png: does not decode as PNG, JPEG, GIF, WebP, BMP, TIFF, PPM or PGM: image: unknown format"}},
		{"half an image", map[string][]byte{"train/a/1.png": good, "train/a/2.png": good[:len(good)-20], "test/a/1.jpg": jpegOf(grey(4, 4, 2))[:300]},
			[]string{"train/a/2.png: does not decode as PNG, JPEG, GIF, WebP, BMP, TIFF, PPM or PGM: ", "test/a/1.jpg: does not decode"}},
		{"a bomb", map[string][]byte{"train/a/1.png": good, "train/a/2.png": bomb(1<<14, 1<<15), "test/a/1.png": bomb(1<<13, 1<<13)},
			[]string{"train/a/2.png: have 16384×32768 pixels, want at least 1 and at most 33554432", "test/a/1.png: have 8192×8192 pixels"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, archive := unpack(t, c.files), filepath.Join(t.TempDir(), "x.zip")
			write(t, archive, zipOf(c.files, true))
			for _, root := range []string{dir, archive} {
				_, err := openFolder(t, root, nil)
				wantError(t, err, append(c.want, "imagefolder: "+root+": ")...)
			}
		})
	}
	many := map[string][]byte{"test/a/1.png": good}
	for i := range 30 {
		many[fmt.Sprintf("train/a/%02d.png", i)] = nil
	}
	_, err := openFolder(t, unpack(t, many), nil)
	wantError(t, err, "train/a/00.png: ", "train/a/07.png: ", "and 22 more")
	if strings.Contains(err.Error(), "08.png") {
		t.Error("all thirty are listed")
	}
}

func TestArchiveErrors(t *testing.T) {
	good := tarOf(pets(), false)
	var link, twice bytes.Buffer
	w := tar.NewWriter(&link)
	w.WriteHeader(&tar.Header{Name: "train/a/1.png", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"})
	w.Close()
	w = tar.NewWriter(&twice)
	for _, name := range []string{"train/a/1.png", "./train/a/1.png", "test/a/1.png"} {
		data := pngOf(grey(4, 4, 1))
		w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data))})
		w.Write(data)
	}
	w.Close()
	var huge bytes.Buffer
	tar.NewWriter(&huge).WriteHeader(&tar.Header{Name: "train/a/1.png", Mode: 0o644, Size: 1 << 40})
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"x.rar", []byte("Rar!"), "want a folder, .tar, .tar.gz, .tgz or .zip"},
		{"x.tar.gz", []byte("not gzip"), "not a whole gzip file"},
		{"x.tar.gz", gzipped(good)[:1500], "unexpected EOF"},
		{"x.tar", good[:1000], "truncated: it has no end mark"},
		{"x.tar", good[:len(good)-1024], "truncated: it has no end mark"},
		{"x.tar", good[:2600], "unexpected EOF"},
		{"x.tar", bytes.Repeat([]byte("no tar"), 200), "damaged: archive/tar: invalid tar header"},
		{"x.tar", link.Bytes(), "train/a/1.png: is a link: pack the files themselves"},
		{"x.tar", twice.Bytes(), "train/a/1.png: is there twice"},
		{"x.tar", huge.Bytes(), "train/a/1.png: unexpected EOF"},
		{"x.zip", zipOf(pets(), false)[:1000], "truncated or not a zip file"},
	} {
		path := filepath.Join(t.TempDir(), c.name)
		write(t, path, c.data)
		_, err := openFolder(t, path, nil)
		wantError(t, err, "imagefolder: "+path+": ", c.want)
	}
	_, err := openFolder(t, filepath.Join(t.TempDir(), "missing"), nil)
	wantError(t, err, "missing: "+noSuchFile)
}

func TestLinksInFolders(t *testing.T) {
	files := unpack(t, pets())
	root := t.TempDir()
	if err := os.Symlink(filepath.Join(files, "train"), filepath.Join(root, "train")); err != nil {
		t.Skip(err)
	}
	os.MkdirAll(filepath.Join(root, "test", "cat"), 0o755)
	os.Symlink(filepath.Join(files, "test", "cat", "x.png"), filepath.Join(root, "test", "cat", "x.png"))
	d, err := openFolder(t, root, nil)
	if err != nil || d.Len(datasets.Train) != 6 || d.Len(datasets.Test) != 1 {
		t.Errorf("%v: links are not followed", err)
	}
	os.Symlink(root, filepath.Join(root, "test", "loop"))
	_, err = openFolder(t, root, nil)
	wantError(t, err, "too deep")
	os.Remove(filepath.Join(root, "test", "loop"))
	os.Symlink("nothing", filepath.Join(root, "test", "cat", "broken.png"))
	_, err = openFolder(t, root, nil)
	wantError(t, err, "broken.png: "+noSuchFile)
}

func TestImageFolderProgressAndCancel(t *testing.T) {
	root := unpack(t, pets())
	var steps []datasets.Step
	if _, err := datasets.Open(t.Context(), folder(root, nil), func(s datasets.Step) { steps = append(steps, s) }); err != nil {
		t.Fatal(err)
	}
	if last := steps[len(steps)-1]; len(steps) != 9 || last.Done != 9 || last.Unit != "images" {
		t.Errorf("have steps %v", steps)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := datasets.Open(ctx, folder(root, nil), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("have %v, want that the context has ended", err)
	}
}

func FuzzArchive(f *testing.F) {
	files := map[string][]byte{"train/a/1.png": pngOf(grey(2, 2, 1)), "test/a/1.jpg": jpegOf(grey(2, 2, 2))}
	for i, data := range [][]byte{tarOf(files, false), gzipped(tarOf(files, true)), zipOf(files, false)} {
		f.Add(data, i)
		f.Add(data[:len(data)/2], i)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte, kind int) {
		path := filepath.Join(dir, []string{"x.tar", "x.tgz", "x.zip"}[uint(kind)%3])
		write(t, path, b)
		o := FolderOptions{Options: Options{Normalize: "none"}}
		if p, err := readImageFolder(t.Context(), path, o, silent); err == nil {
			if _, err := p.dataset(t.Context(), "imagefolder", o.Options, silent); err != nil {
				t.Errorf("it is read, but: %v", err)
			}
		}
	})
}

// TestClutter: files that people and systems leave among pictures are passed over, and
// counted.
func TestClutter(t *testing.T) {
	clean, err := openFolder(t, unpack(t, pets()), nil)
	if err != nil {
		t.Fatal(err)
	}
	files := pets()
	for _, name := range []string{"train/cat/Thumbs.db", "train/cat/desktop.ini", "test/cat/notes.TXT"} {
		files[name] = []byte("clutter")
	}
	var notices []string
	d, err := datasets.Open(t.Context(), folder(unpack(t, files), nil), func(s datasets.Step) {
		if s.Notice != "" {
			notices = append(notices, s.Notice)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if d.Checksum() != clean.Checksum() {
		t.Error("clutter changes the dataset")
	}
	if len(notices) != 1 || !strings.Contains(notices[0], "passed over 3 files that are not pictures: test/cat/notes.TXT, train/cat/Thumbs.db, train/cat/desktop.ini") {
		t.Errorf("have notices %q", notices)
	}
}

// TestSkipBad: pictures that do not decode are left out where that is asked for.
func TestSkipBad(t *testing.T) {
	files := pets()
	files["train/cat/bad.png"] = []byte("no picture")
	files["train/cat/cut.png"] = files["train/cat/b.png"][:30]
	root := unpack(t, files)
	if _, err := openFolder(t, root, nil); err == nil || !strings.Contains(err.Error(), "bad.png") || !strings.Contains(err.Error(), "cut.png") {
		t.Errorf("have error %v, want one that lists both", err)
	}
	clean, err := openFolder(t, unpack(t, pets()), func(o *FolderOptions) { o.SkipBad = true })
	if err != nil {
		t.Fatal(err)
	}
	for _, cut := range []int{0, 8} {
		var notices []string
		d, err := datasets.Open(t.Context(), folder(root, func(o *FolderOptions) { o.SkipBad, o.Cut = true, cut }), func(s datasets.Step) {
			if s.Notice != "" {
				notices = append(notices, s.Notice)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if d.Len(datasets.Train) != clean.Len(datasets.Train) || d.(datasets.Incomplete).Skipped() != 2 || clean.Skipped() != 0 {
			t.Errorf("cut %d: have %d training examples, and skipped %d, want %d", cut, d.Len(datasets.Train), d.(datasets.Incomplete).Skipped(), clean.Len(datasets.Train))
		}
		if cut == 0 && d.Checksum() == clean.Checksum() {
			t.Error("the checksum does not say that images are missing")
		}
		if len(notices) == 0 || !strings.Contains(notices[0], "left out 2 of 11 pictures: train/cat/bad.png (") {
			t.Errorf("cut %d: have notices %q", cut, notices)
		}
	}
}

// TestValFolder: of train, val and test folders val is the validation part, of which
// data.val keeps some.
func TestValFolder(t *testing.T) {
	files := pets()
	for name, seed := range map[string]uint64{"val/cat/v.png": 10, "val/cat/w.png": 11, "val/a-dog/v.png": 12} {
		files[name] = pngOf(rgb(8, 8, seed))
	}
	root := unpack(t, files)
	for _, c := range []struct{ keep, want, cut int }{{0, 3, 0}, {2, 2, 0}, {0, 3, 8}, {1, 1, 8}} {
		d, err := openFolder(t, root, func(o *FolderOptions) { o.Val, o.Cut = c.keep, c.cut })
		if err != nil {
			t.Fatal(err)
		}
		if d.Len(datasets.Train) != 6 || d.Len(datasets.Val) != c.want || d.Len(datasets.Test) != 3 {
			t.Errorf("data.val %d: have %d, %d and %d examples, want 6, %d and 3", c.keep, d.Len(datasets.Train), d.Len(datasets.Val), d.Len(datasets.Test), c.want)
		}
	}
	if _, err := openFolder(t, root, func(o *FolderOptions) { o.Val = 4 }); err == nil || !strings.Contains(err.Error(), "data.val: have 4, want at most the 3 val examples") {
		t.Errorf("have error %v", err)
	}
	files["val/bird/v.png"] = files["val/cat/v.png"]
	if _, err := openFolder(t, unpack(t, files), nil); err == nil || !strings.Contains(err.Error(), "bird is in the val part, and there is no image in train/bird") {
		t.Errorf("have error %v", err)
	}
}

// TestEmptyClass: class folders without images are reported, of a folder and of
// archives of it.
func TestEmptyClass(t *testing.T) {
	files := pets()
	root := unpack(t, files)
	for _, dir := range []string{"train/fish", "train/newt/deeper", "test/fish", "docs"} {
		if err := os.MkdirAll(filepath.Join(root, filepath.FromSlash(dir)), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(root, "train", "newt", "a.heic"), []byte("heic"))
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	if err := w.AddFS(os.DirFS(root)); err != nil {
		t.Fatal(err)
	}
	w.Close()
	archive := filepath.Join(t.TempDir(), "p.zip")
	write(t, archive, packed.Bytes())
	for _, root := range []string{root, archive} {
		var notices []string
		if _, err := datasets.Open(t.Context(), folder(root, nil), func(s datasets.Step) {
			if s.Notice != "" {
				notices = append(notices, s.Notice)
			}
		}); err != nil {
			t.Fatal(err)
		}
		want := "no pictures, and so no class, in test/fish, train/fish, train/newt"
		if len(notices) != 1 || !strings.HasSuffix(notices[0], want) {
			t.Errorf("have notices %q, want %q", notices, want)
		}
	}
}

// TestUnreadable: a link to nothing is one of all the bad files, whatever its name,
// and skip_bad goes on without it.
func TestUnreadable(t *testing.T) {
	files := pets()
	files["train/cat/bad.png"] = []byte("no picture")
	root := unpack(t, files)
	for name, to := range map[string]string{"train/cat/gone.jpg": "nowhere.jpg", "train/a-dog/loop.png": "loop.png", "train/bird": "nowhere"} {
		if err := os.Symlink(to, filepath.Join(root, filepath.FromSlash(name))); err != nil {
			t.Skip(err) // Windows asks for a privilege
		}
	}
	_, err := openFolder(t, root, nil)
	for _, want := range []string{"train/cat/gone.jpg: ", "train/a-dog/loop.png: ", "train/bird: ", "train/cat/bad.png: "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("have error %v, want %q in it", err, want)
		}
	}
	d, err := openFolder(t, root, func(o *FolderOptions) { o.SkipBad = true })
	if err != nil {
		t.Fatal(err)
	}
	if d.Skipped() != 4 || d.Len(datasets.Train) != 6 {
		t.Errorf("have %d training examples, and skipped %d, want 6 and 4", d.Len(datasets.Train), d.Skipped())
	}
}
