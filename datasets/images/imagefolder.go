package images

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"zoo/datasets"
	"zoo/internal/origin"
	"zoo/internal/random"
)

func init() {
	datasets.Register("imagefolder", imageSource{
		info: datasets.Info{
			Name: "imagefolder", Title: "your own pictures (PNG, JPEG, GIF, WebP, BMP, TIFF, PPM), a folder for each class",
			From:      "data.root: a folder, .tar, .tar.gz, .tgz or .zip with train/CLASS/IMAGE and test/CLASS/IMAGE (or val/CLASS/IMAGE; with both, val is the validation part), or with CLASS/IMAGE, of which data.test images, chosen by data.split_seed, are the test part",
			Licence:   "that of the images",
			NeedsRoot: true,
		},
		options: func() datasets.Options { return &FolderOptions{Options: Defaults()} },
		read: func(ctx context.Context, at origin.Place, o datasets.Options, progress datasets.Progress) (contents, error) {
			return readImageFolder(ctx, at.Path, *o.(*FolderOptions), progress)
		},
	})
}

// A namedImage is what was made of an image file, or why that failed.
type namedImage[I any] struct {
	name string
	img  I
	err  error
}

// found is what a folder or an archive holds, each list sorted by path.
type found[I any] struct {
	images  []namedImage[I]
	others  []string // files
	folders []string
}

// readImageFolder reads all images at a root and orders them by their paths, so
// that a folder and an archive of it are the same dataset. Classes are the names of
// the folders, sorted. With o.Cut the images are an encodedSet. Otherwise they are
// decoded, and must have one size unless o.Resize brings them to one, by cutting
// out the middle square and rounding to bytes. They have three channels unless all
// are grey.
func readImageFolder(ctx context.Context, root string, o FolderOptions, progress datasets.Progress) (contents, error) {
	if o.Cut > 0 {
		return readEncodedSet(ctx, root, o, progress)
	}
	found, err := eachImage(ctx, root, "decoding "+root, progress, func(_ string, data []byte) (decoded, error) {
		d, err := decode(data)
		if err == nil && o.Resize > 0 {
			d = d.square(o.Resize)
		}
		return d, err
	})
	if err != nil {
		return nil, err
	}
	l, err := layoutAt(root, &found, o, progress)
	if err != nil {
		return nil, err
	}
	images := found.images
	if err := checkSizes(images); err != nil {
		return nil, fmt.Errorf("%s: %w", root, err)
	}
	p := decodedSet{h: images[0].img.h, w: images[0].img.w, c: 1, max: 255, classes: l.classes, skipped: l.skipped}
	for _, im := range images {
		p.c = max(p.c, im.img.c)
	}
	for i, im := range images {
		p.part(l.part[i]).add(im.img.channels(p.c).pix, l.label[i])
	}
	return p, nil
}

// layoutAt is layoutOf, with a test part in any case. Images that failed are an error,
// unless the options ask to leave them out; those that are there twice always are one.
func layoutAt[I any](root string, f *found[I], o FolderOptions, progress datasets.Progress) (layout, error) {
	notice := func(format string, args ...any) { progress(datasets.Step{Notice: fmt.Sprintf(format, args...)}) }
	all := len(f.images)
	if o.SkipBad {
		var bad []string
		f.images, bad = withoutBad(f.images)
		if bad != nil {
			notice("data.skip_bad: left out %d of %d pictures: %s", len(bad), all, inLine(bad))
		}
	}
	names := make([]string, len(f.images))
	for i, im := range f.images {
		names[i] = im.name
	}
	others, passed := withoutClutter(f.others, names)
	if len(passed) > 0 {
		notice("%s: passed over %d files that are not pictures: %s", root, len(passed), inLine(passed))
	}
	l, err := layoutOf(names, others, f.folders)
	if l.empty != nil {
		notice("%s: no pictures, and so no class, in %s", root, inLine(l.empty))
	}
	err = errors.Join(err, checkEach(f.images))
	if err == nil && l.part == nil {
		l.part, err = chooseTest(len(names), o.Options)
	}
	if err != nil {
		return l, fmt.Errorf("%s: %w", root, err)
	}
	l.skipped = all - len(f.images)
	return l, nil
}

// eachImage calls made for every image file at root, on all processors, and returns
// the results, with the paths of the other files and the folders. A file
// that cannot be read is an image that failed.
func eachImage[I any](ctx context.Context, root, what string, progress datasets.Progress, made func(name string, data []byte) (I, error)) (f found[I], err error) {
	type encoded struct {
		name string
		data []byte
	}
	files, results := make(chan encoded), make(chan namedImage[I])
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for file := range files {
				im := namedImage[I]{name: file.name}
				im.img, im.err = made(file.name, file.data)
				results <- im
			}
		})
	}
	collected := make(chan struct{})
	go func() {
		defer close(collected)
		for im := range results {
			f.images = append(f.images, im)
			progress(datasets.Step{What: what, Done: int64(len(f.images)), Unit: "images"})
		}
	}()
	err = origin.Visit(ctx, root, func(name string, r io.Reader) error {
		if folder, ok := strings.CutSuffix(name, "/"); ok {
			f.folders = append(f.folders, folder)
			return nil
		}
		_, unreadable := r.(origin.BadFile)
		if !isImageName(name) && !unreadable {
			f.others = append(f.others, name)
			return nil
		}
		data, err := origin.ReadFile(r)
		switch {
		case err == nil:
			files <- encoded{name, data}
		case unreadable || errors.Is(err, origin.ErrLarge):
			results <- namedImage[I]{name: name, err: err}
		default:
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
	close(files)
	workers.Wait()
	close(results)
	<-collected
	slices.SortFunc(f.images, func(a, b namedImage[I]) int { return cmp.Compare(a.name, b.name) })
	slices.Sort(f.others)
	slices.Sort(f.folders)
	return f, err
}

// withoutBad separates the images from those that failed, each with the reason.
func withoutBad[I any](images []namedImage[I]) (good []namedImage[I], bad []string) {
	for _, im := range images {
		if im.err != nil {
			bad = append(bad, im.name+" ("+im.err.Error()+")")
		} else {
			good = append(good, im)
		}
	}
	return good, bad
}

// withoutClutter separates the files that systems and people leave among pictures
// (passed) from those that may be pictures in a format that is not read (left).
func withoutClutter(others, images []string) (left, passed []string) {
	folders := map[string]bool{}
	for _, name := range images {
		folders[path.Dir(name)] = true
	}
	for _, name := range others {
		base := strings.ToLower(path.Base(name))
		clutter := slices.Contains([]string{"thumbs.db", "ehthumbs.db", "desktop.ini"}, base) || path.Ext(base) == ".txt"
		if clutter && folders[path.Dir(name)] {
			passed = append(passed, name)
		} else {
			left = append(left, name)
		}
	}
	slices.Sort(passed)
	return left, passed
}

// inLine lists the first few of many.
func inLine(names []string) string {
	const few = 3
	if len(names) > few+1 {
		names = append(slices.Clone(names[:few]), fmt.Sprintf("and %d more", len(names)-few))
	}
	return strings.Join(names, ", ")
}

func isImageName(name string) bool {
	return slices.Contains(extensions, strings.ToLower(path.Ext(name)))
}

// checkEach says which images could not be read, or are there twice.
func checkEach[I any](images []namedImage[I]) error {
	var wrong []string
	for i, im := range images {
		switch {
		case im.err != nil:
			wrong = append(wrong, im.name+": "+im.err.Error())
		case i > 0 && im.name == images[i-1].name:
			wrong = append(wrong, im.name+": is there twice")
		}
	}
	if wrong != nil {
		return errors.New(some(wrong))
	}
	return nil
}

// checkSizes says which images differ in size from the first.
func checkSizes(images []namedImage[decoded]) error {
	var differ []string
	first := images[0]
	for _, im := range images[1:] {
		if im.img.h != first.img.h || im.img.w != first.img.w {
			differ = append(differ, fmt.Sprintf("%s: have %d×%d pixels, want %d×%d as %s has",
				im.name, im.img.w, im.img.h, first.img.w, first.img.h, first.name))
		}
	}
	if differ != nil {
		return errors.New(some(differ) + "\nset data.cut, or data.resize, to bring all images to one size")
	}
	return nil
}

// chooseTest takes o.Test of n images for testing.
func chooseTest(n int, o Options) ([]datasets.Split, error) {
	if o.Test < 1 || o.Test >= n {
		return nil, fmt.Errorf("has no train and test folders: set data.test to how many of its %d images are for testing", n)
	}
	part := make([]datasets.Split, n)
	for _, i := range random.Permutation(n, random.ForTest, o.SplitSeed)[:o.Test] {
		part[i] = datasets.Test
	}
	return part, nil
}
