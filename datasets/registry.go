package datasets

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Info describes a dataset.
type Info struct {
	Name      string `json:"name"`
	Title     string `json:"title"`
	Task      string `json:"task"`    // what is learned from it unless a config says otherwise; empty: classification
	Train     int    `json:"train"`   // examples in the files, before any option; of sequences, those of the default options; 0: depends on the files
	Test      int    `json:"test"`    // likewise
	Shape     []int  `json:"shape"`   // (H, W, C) of an image, (T) or (T, C) of a sequence, with the default options; nil: depends on the files
	Classes   int    `json:"classes"` // of a label, or of each label of a sequence; 0: depends on the files, or there are none
	From      string `json:"from"`    // where the bytes come from
	Licence   string `json:"licence"`
	Cite      string `json:"cite"`
	Download  int64  `json:"download"`   // bytes to fetch; 0: nothing is fetched
	NeedsRoot bool   `json:"needs_root"` // the files are the user's own: root must be set
	Embedded  bool   `json:"embedded"`   // the bytes are in the program, or made by it: root must not be set
	Where     string `json:"where"`      // where it is on this machine; empty: nowhere
}

// Source is a dataset that can be opened by name. The options that its methods are given
// are what its Options returned, with other values; progress is never nil.
type Source interface {
	// Info describes the dataset, and looks for it without the network.
	Info() Info
	// Options returns a new pointer to the options of the dataset, with their defaults.
	Options() Options
	// Open reads the dataset, and fetches it first if it is nowhere and root is empty.
	Open(ctx context.Context, root string, o Options, progress Progress) (Dataset, error)
	// Get does what Open does except for applying the options, and says where the files are.
	Get(ctx context.Context, root string, o Options, progress Progress) (where string, err error)
	// Verify is Get without fetching.
	Verify(ctx context.Context, root string, o Options, progress Progress) (where string, err error)
}

var sources = map[string]Source{}

// Register adds a dataset under a name. It is called from the init function
// beside the dataset's definition, and panics if the name is taken.
func Register(name string, s Source) {
	if _, taken := sources[name]; taken {
		panic("datasets: " + name + " is registered twice")
	}
	sources[name] = s
}

// Names are the names of all datasets, sorted.
func Names() []string { return slices.Sorted(maps.Keys(sources)) }

// Lookup describes the dataset of that name, and says where it is.
func Lookup(name string) (Info, error) {
	s, err := source(name)
	if err != nil {
		return Info{}, err
	}
	info := s.Info()
	info.Task = cmp.Or(info.Task, "classification")
	return info, nil
}

func source(name string) (Source, error) {
	s, ok := sources[name]
	switch {
	case ok:
		return s, nil
	case name == "":
		return nil, fmt.Errorf("no dataset is named: want one of %s", strings.Join(Names(), ", "))
	}
	return nil, fmt.Errorf("unknown dataset %q: want one of %s", name, strings.Join(Names(), ", "))
}

// Open reads the dataset that a section names; see the package comment for where from.
// Wrong options are reported all at once. progress may be nil.
func Open(ctx context.Context, s Section, progress Progress) (Dataset, error) {
	if err := s.error(); err != nil {
		return nil, err
	}
	source := sources[s.Name]
	d, err := source.Open(ctx, s.Root, s.orDefaults(source), orSilent(progress))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	return d, nil
}

// Get makes sure that a dataset is on this machine, whole and unaltered, and
// returns where: what Open would fetch is fetched, and everything is read and
// checked. Of the options only those matter that say how files are read.
// progress may be nil.
func Get(ctx context.Context, s Section, progress Progress) (where string, err error) {
	return s.locate(Source.Get, ctx, progress)
}

// Verify is Get for a dataset that is there already: it fetches nothing.
func Verify(ctx context.Context, s Section, progress Progress) (where string, err error) {
	return s.locate(Source.Verify, ctx, progress)
}

// locate gets or verifies the dataset, as how says.
func (s Section) locate(how func(Source, context.Context, string, Options, Progress) (string, error), ctx context.Context, progress Progress) (string, error) {
	source, err := source(s.Name)
	if err != nil {
		return "", err
	}
	if wrong := s.wrongRoot(source.Info()); wrong != "" {
		return "", fmt.Errorf("data.root: %s", wrong)
	}
	where, err := how(source, ctx, s.Root, s.orDefaults(source), orSilent(progress))
	if err != nil {
		return "", fmt.Errorf("%s: %w", s.Name, err)
	}
	return where, nil
}

func orSilent(p Progress) Progress {
	if p == nil {
		return func(Step) {}
	}
	return p
}
