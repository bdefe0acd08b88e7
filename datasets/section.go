package datasets

import (
	"errors"
	"strings"

	"zoo/internal/problem"
)

// A Problem is a wrong value of a key, such as "resize", of a section of a config.
type Problem = problem.Problem

// A Choice is one of the words that a key takes, and what it stands for: Form, with the
// names of its numbers if it has any, such as "train(sigma)", and Doc. Options with keys of
// such words have a method
//
//	Describe() map[string][]datasets.Choice
//
// that returns them by key, for help and completion.
type Choice = problem.Choice

// Options are the keys that a dataset has in the section data, besides its name and its
// root: a pointer to a struct, whose fields are the keys. Their doc tags are their help.
// The Info that its methods are given is that of the dataset.
type Options interface {
	// Check reports all wrong values, those of sections in it too, without looking at any
	// file.
	Check(Info) []Problem
	// Preview is what is known of the dataset before any file is opened.
	Preview(Info) Preview
}

// A Preview is what the options of a dataset say of it before any file is opened.
type Preview struct {
	Spec  *Spec    // nil: only the files tell
	Train int      // examples of the training part; 0: only the files tell
	NoVal bool     // there is certainly no validation part
	Views int      // how many views of an example there can be, besides the usual one; see Viewed
	Sizes []string // keys, such as resize, whose larger values make examples larger
}

// Section is the data section of a config: a dataset, where its files are, and the keys
// that this dataset has besides. It is a strict.Chooser.
type Section struct {
	Name    string `doc:"the dataset: see zoo datasets"`
	Root    string `doc:"folder or archive with the dataset's files; empty: where zoo looks by itself"`
	options Options
}

// Named is the section of a dataset with its defaults. It panics if there is none of that
// name.
func Named(name string) Section {
	if _, err := source(name); err != nil {
		panic("datasets: " + err.Error())
	}
	var s Section
	s.Choose(name)
	return s
}

// Choices are the names of the datasets.
func (s *Section) Choices() []string { return Names() }

// Choose sets the defaults of the named dataset.
func (s *Section) Choose(name string) { s.Name, s.options = name, sources[name].Options() }

// Chosen is where the options of the dataset are: nil before one is named.
func (s *Section) Chosen() any {
	if s.options == nil {
		return nil
	}
	return s.options
}

// Options are those of the dataset, a pointer to a struct: nil before one is named, by
// [Named] or Choose. A copy of the section shares them.
func (s Section) Options() Options { return s.options }

// Preview is what is known of the dataset before any file is opened: nothing if none is
// named.
func (s Section) Preview() Preview {
	source, err := source(s.Name)
	if err != nil {
		return Preview{}
	}
	info := source.Info()
	if s.Root != "" {
		info.Where = s.Root
	}
	return s.orDefaults(source).Preview(info)
}

// Validate says what is wrong with the section without looking at any file.
func (s Section) Validate() []Problem {
	source, err := source(s.Name)
	if err != nil {
		return []Problem{{Key: "name", Message: err.Error()}}
	}
	info := source.Info()
	var ps []Problem
	if wrong := s.wrongRoot(info); wrong != "" {
		ps = append(ps, Problem{Key: "root", Message: wrong})
	}
	return append(ps, s.orDefaults(source).Check(info)...)
}

// orDefaults are the options, or the source's defaults if only Name was set.
func (s Section) orDefaults(of Source) Options {
	if s.options == nil {
		return of.Options()
	}
	return s.options
}

// wrongRoot says why root cannot be what it is, or nothing.
func (s Section) wrongRoot(i Info) string {
	switch {
	case i.Embedded && s.Root != "":
		return i.Name + " is in the program itself: leave it empty, or set data.name to a dataset that reads your files"
	case i.NeedsRoot && s.Root == "":
		return i.Name + " reads your own files: say which folder or archive"
	}
	return ""
}

// error returns the problems of s as one error, nil if there are none.
func (s Section) error() error {
	var lines []string
	for _, p := range s.Validate() {
		lines = append(lines, "data."+p.Key+": "+p.Message)
	}
	if lines == nil {
		return nil
	}
	return errors.New(strings.Join(lines, "\n"))
}
