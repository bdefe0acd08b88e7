package datasets

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
)

func init() {
	Register("imagefolder", imageSource{
		info: Info{
			Name: "imagefolder", Title: "your own PNG and JPEG images, a folder for each class",
			From:      "data.root: a folder, .tar, .tar.gz, .tgz or .zip with train/CLASS/IMAGE and test/CLASS/IMAGE, or with CLASS/IMAGE, of which data.test images, chosen by data.split_seed, are the test part",
			Licence:   "that of the images",
			NeedsRoot: true,
		},
		read: readImageFolder,
	})
}

// maxFile is the largest image file that is read.
const maxFile = 1 << 26

// namedImage is a decoded image file, or why it is none.
type namedImage struct {
	name string
	img  decoded
	err  error
}

// readImageFolder decodes all images at a root and orders them by their paths,
// so that a folder and an archive of it are the same dataset. Classes are the
// names of the folders, sorted. Images must have one size unless o.Resize brings
// them to one, by cutting out the middle square and rounding to bytes. They have
// three channels unless all are grey.
func readImageFolder(ctx context.Context, at place, o Options, progress Progress) (pictures, error) {
	images, others, err := decodeAll(ctx, at.path, o.Resize, progress)
	if err != nil {
		return pictures{}, err
	}
	names := make([]string, len(images))
	for i, im := range images {
		names[i] = im.name
	}
	l, err := layoutOf(names, others)
	if err != nil {
		return pictures{}, fmt.Errorf("%s: %w", at.path, err)
	}
	if err := checkImages(images); err != nil {
		return pictures{}, fmt.Errorf("%s: %w", at.path, err)
	}
	if l.test == nil {
		if l.test, err = chooseTest(len(images), o); err != nil {
			return pictures{}, fmt.Errorf("%s: %w", at.path, err)
		}
	}
	p := pictures{h: images[0].img.h, w: images[0].img.w, c: 1, max: 255, classes: l.classes}
	for _, im := range images {
		p.c = max(p.c, im.img.c)
	}
	for i, im := range images {
		if p.c == 3 {
			im.img = im.img.colour()
		}
		part := &p.train
		if l.test[i] {
			part = &p.test
		}
		part.add(im.img.pix, l.label[i])
	}
	return p, nil
}

// decodeAll decodes every image file at root, on all processors, and returns
// them sorted by path, with the paths of the other files.
func decodeAll(ctx context.Context, root string, side int, progress Progress) (images []namedImage, others []string, err error) {
	type encoded struct {
		name string
		data []byte
	}
	files, results := make(chan encoded), make(chan namedImage)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for f := range files {
				im := namedImage{name: f.name}
				if im.img, im.err = decode(f.data); im.err == nil && side > 0 {
					im.img = im.img.square(side)
				}
				results <- im
			}
		})
	}
	collected := make(chan struct{})
	go func() {
		defer close(collected)
		for im := range results {
			images = append(images, im)
			progress(Step{What: "decoding " + root, Done: int64(len(images)), Unit: "images"})
		}
	}()
	err = visit(ctx, root, func(name string, r io.Reader) error {
		if !isImageName(name) {
			others = append(others, name)
			return nil
		}
		data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if len(data) > maxFile {
			return fmt.Errorf("%s: have more than %d bytes, want fewer", name, maxFile)
		}
		files <- encoded{name, data}
		return nil
	})
	close(files)
	workers.Wait()
	close(results)
	<-collected
	slices.SortFunc(images, func(a, b namedImage) int { return cmp.Compare(a.name, b.name) })
	return images, others, err
}

func isImageName(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".png", ".jpg", ".jpeg":
		return true
	}
	return false
}

// checkImages says which images did not decode, are there twice, or differ in
// size from the first.
func checkImages(images []namedImage) error {
	var wrong, differ []string
	first := images[0]
	for i, im := range images {
		switch {
		case im.err != nil:
			wrong = append(wrong, im.name+": "+im.err.Error())
		case i > 0 && im.name == images[i-1].name:
			wrong = append(wrong, im.name+": is there twice")
		case first.err == nil && (im.img.h != first.img.h || im.img.w != first.img.w):
			differ = append(differ, fmt.Sprintf("%s: have %d×%d pixels, want %d×%d as %s has",
				im.name, im.img.w, im.img.h, first.img.w, first.img.h, first.name))
		}
	}
	if wrong != nil {
		return errors.New(some(wrong))
	}
	if differ != nil {
		return errors.New(some(differ) + "\nset data.resize to bring all images to one size")
	}
	return nil
}

// chooseTest takes o.Test of n images for testing.
func chooseTest(n int, o Options) ([]bool, error) {
	if o.Test < 1 || o.Test >= n {
		return nil, fmt.Errorf("has no train and test folders: set data.test to how many of its %d images are for testing", n)
	}
	test := make([]bool, n)
	for _, i := range permutation(n, forTest, o.SplitSeed)[:o.Test] {
		test[i] = true
	}
	return test, nil
}
