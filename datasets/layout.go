package datasets

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// layout is how the images of a folder are laid out: which class each of them
// shows, and whether they are divided into train and test.
type layout struct {
	classes []string // sorted
	label   []int    // of each image
	test    []bool   // of each image; nil: they are not divided
}

// wantExtension are the extensions of images, in words.
var wantExtension = strings.Join(extensions[:len(extensions)-1], ", ") + " or " + extensions[len(extensions)-1]

const wantLayout = "want train/CLASS/IMAGE and test/CLASS/IMAGE (or val/CLASS/IMAGE), or CLASS/IMAGE"

// layoutOf derives the layout from the paths of the images, given sorted, and
// of all other files. One folder around everything does not matter, nor do other
// files outside of the class folders; within them they are an error, because they
// may be images in a format that cannot be read.
func layoutOf(images, others []string) (layout, error) {
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
	parts := testParts(inner)
	if len(parts) > 1 {
		return l, errors.New("has both val and test: " + wantLayout)
	}
	folders := map[string]bool{}
	class := make([]string, len(inner))
	for i, name := range inner {
		at := strings.Split(name, "/")
		switch {
		case divided && len(at) == 3 && (at[0] == "train" || parts[at[0]]):
			class[i] = at[1]
			l.test = append(l.test, parts[at[0]])
		case !divided && len(at) == 2:
			class[i] = at[0]
		default:
			wrong = append(wrong, images[i]+": "+wantLayout)
		}
		folders[path.Dir(images[i])] = true
	}
	for _, name := range others {
		if folders[path.Dir(name)] {
			wrong = append(wrong, name+": not a "+wantExtension)
		}
	}
	if wrong != nil {
		return l, errors.New(some(wrong))
	}
	if divided && !slices.Contains(l.test, true) {
		return l, errors.New("has train but no test: " + wantLayout)
	}
	if divided && !slices.Contains(l.test, false) {
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

// testParts are the folders whose images are the test part: test, or val, which is
// what ImageNet calls the part that papers test on.
func testParts(images []string) map[string]bool {
	parts := map[string]bool{}
	for _, name := range images {
		if part, rest, _ := strings.Cut(name, "/"); (part == "test" || part == "val") && strings.Contains(rest, "/") {
			parts[part] = true
		}
	}
	return parts
}

// number makes labels of the classes of the images.
func (l *layout) number(class []string) {
	l.classes = slices.Compact(slices.Sorted(slices.Values(class)))
	for _, name := range class {
		i, _ := slices.BinarySearch(l.classes, name)
		l.label = append(l.label, i)
	}
}

// check says which classes are in the test part alone.
func (l layout) check() error {
	if l.test == nil {
		return nil
	}
	trained := make([]bool, len(l.classes))
	for i, c := range l.label {
		trained[c] = trained[c] || !l.test[i]
	}
	var alone []string
	for c, ok := range trained {
		if !ok {
			alone = append(alone, fmt.Sprintf("%s is in the test part, and there is no train/%s", l.classes[c], l.classes[c]))
		}
	}
	if alone != nil {
		return errors.New(some(alone))
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
