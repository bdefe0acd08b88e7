package images

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"zoo/datasets"
)

// layout is how the images of a folder are laid out: which class each of them
// shows, and whether they are divided into train and test.
type layout struct {
	classes []string         // sorted
	label   []int            // of each image
	part    []datasets.Split // of each image; nil: they are not divided
	empty   []string         // folders where classes are, without images
	skipped int              // images that were left out
}

// wantExtension are the extensions of images, in words.
var wantExtension = strings.Join(extensions[:len(extensions)-1], ", ") + " or " + extensions[len(extensions)-1]

const wantLayout = "want train/CLASS/IMAGE and test/CLASS/IMAGE (or val/CLASS/IMAGE, or both), or CLASS/IMAGE"

// layoutOf derives the layout from the paths of the images, given sorted, of all
// other files and of the folders. One folder around everything does not matter, nor do other
// files outside of the class folders; within them they are an error, because they
// may be images in a format that cannot be read.
func layoutOf(images, others, folders []string) (layout, error) {
	if len(images) == 0 {
		return layout{}, errors.New("has no " + wantExtension + ": " + wantLayout)
	}
	around := wrapper(images)
	inner := make([]string, len(images))
	for i, name := range images {
		inner[i] = strings.TrimPrefix(name, around)
	}
	divided := slices.ContainsFunc(inner, func(s string) bool { return strings.Count(s, "/") >= 2 })
	var l layout
	var wrong []string
	parts := partsOf(inner)
	full := map[string]bool{} // the folders with images
	class := make([]string, len(inner))
	for i, name := range inner {
		at := strings.Split(name, "/")
		switch {
		case divided && len(at) == 3 && known(parts, at[0]):
			class[i] = at[1]
			l.part = append(l.part, parts[at[0]])
		case !divided && len(at) == 2:
			class[i] = at[0]
		default:
			wrong = append(wrong, images[i]+": "+wantLayout)
		}
		full[path.Dir(images[i])] = true
	}
	for _, name := range others {
		if full[path.Dir(name)] {
			wrong = append(wrong, name+": not a "+wantExtension)
		}
	}
	for _, name := range folders {
		in, inside := strings.CutPrefix(name, around)
		part, class, deep := strings.Cut(in, "/")
		isClass := !divided && !deep || divided && deep && known(parts, part) && !strings.Contains(class, "/")
		if inside && isClass && !full[name] {
			l.empty = append(l.empty, name)
		}
	}
	if wrong != nil {
		return l, errors.New(some(wrong))
	}
	if divided && !slices.Contains(l.part, datasets.Test) {
		return l, errors.New("has train but no test: " + wantLayout)
	}
	if divided && !slices.Contains(l.part, datasets.Train) {
		return l, errors.New("has test but no train: " + wantLayout)
	}
	l.number(class)
	return l, l.check()
}

// wrapper is the folder, with a slash, that all images are in, if it is neither
// a class nor a part.
func wrapper(images []string) string {
	around, _, _ := strings.Cut(images[0], "/")
	if around == "train" || around == "test" || around == "val" {
		return ""
	}
	for _, name := range images {
		if !strings.HasPrefix(name, around+"/") || strings.Count(name, "/") < 2 {
			return ""
		}
	}
	return around + "/"
}

// partsOf says which part the images of a folder are. Without a folder test, val is
// the test part, which is what ImageNet calls the part that papers test on.
func partsOf(images []string) map[string]datasets.Split {
	parts := map[string]datasets.Split{"train": datasets.Train}
	for _, name := range images {
		part, rest, _ := strings.Cut(name, "/")
		if strings.Contains(rest, "/") && (part == "test" || part == "val") {
			parts[part] = datasets.Test
		}
	}
	if known(parts, "test") && known(parts, "val") {
		parts["val"] = datasets.Val
	}
	return parts
}

func known(parts map[string]datasets.Split, folder string) bool {
	_, ok := parts[folder]
	return ok
}

// number makes labels of the classes of the images.
func (l *layout) number(class []string) {
	l.classes = slices.Compact(slices.Sorted(slices.Values(class)))
	for _, name := range class {
		i, _ := slices.BinarySearch(l.classes, name)
		l.label = append(l.label, i)
	}
}

// check says which classes have no training images.
func (l layout) check() error {
	if l.part == nil {
		return nil
	}
	trained := make([]bool, len(l.classes))
	for i, c := range l.label {
		trained[c] = trained[c] || l.part[i] == datasets.Train
	}
	var missing []string
	for i, c := range l.label {
		if !trained[c] {
			trained[c] = true // reported once
			missing = append(missing, fmt.Sprintf("%s is in the %s part, and there is no image in train/%s", l.classes[c], l.part[i], l.classes[c]))
		}
	}
	if missing != nil {
		return errors.New(some(missing))
	}
	return nil
}

// some joins the first few lines, and says how many there are besides.
func some(lines []string) string {
	const few = 8
	if len(lines) > few+1 {
		lines = append(slices.Clone(lines[:few]), fmt.Sprintf("and %d more", len(lines)-few))
	}
	return strings.Join(lines, "\n")
}
