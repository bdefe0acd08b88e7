package datasets_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"

	"zoo/datasets"
	"zoo/internal/strict"
)

// counting is the options of a dataset of numbers, and turning those of another one.
type (
	counting struct {
		Length int `doc:"how many numbers there are"`
	}
	turning struct {
		counting
		Flip bool `doc:"numbers are turned around"`
	}
)

func (c *counting) Check(i datasets.Info) (ps []datasets.Problem) {
	if c.Length < 1 {
		ps = append(ps, datasets.Problem{Key: "length", Message: i.Name + " requires at least 1"})
	}
	return ps
}

func (c *counting) Preview(datasets.Info) datasets.Preview {
	spec := datasets.Tokens(c.Length, 10)
	return datasets.Preview{Spec: &spec, Train: c.Length}
}

// numbers is a source whose dataset has no batches.
type numbers struct {
	info    datasets.Info
	options func() datasets.Options
}

func (n numbers) Info() datasets.Info       { return n.info }
func (n numbers) Options() datasets.Options { return n.options() }

func (n numbers) Open(_ context.Context, root string, o datasets.Options, progress datasets.Progress) (datasets.Dataset, error) {
	progress(datasets.Step{What: "counting"}) // which is never nil
	if root == "nowhere" {
		return nil, errors.New("no numbers there")
	}
	return opened{o.Preview(n.info)}, nil
}

func (n numbers) Get(_ context.Context, root string, _ datasets.Options, progress datasets.Progress) (string, error) {
	progress(datasets.Step{What: "counting"})
	return "got " + root, nil
}

func (n numbers) Verify(_ context.Context, root string, _ datasets.Options, progress datasets.Progress) (string, error) {
	progress(datasets.Step{What: "counting"})
	return "", errors.New("they do not add up")
}

type opened struct{ of datasets.Preview }

func (o opened) Spec() datasets.Spec    { return *o.of.Spec }
func (o opened) Len(datasets.Split) int { return o.of.Train }
func (o opened) Checksum() string       { return "" }
func (o opened) Batches(context.Context, datasets.Plan) iter.Seq2[datasets.Batch, error] {
	return func(func(datasets.Batch, error) bool) {}
}

func init() {
	datasets.Register("counting", numbers{datasets.Info{Name: "counting"}, func() datasets.Options { return &counting{Length: 5} }})
	datasets.Register("turning", numbers{datasets.Info{Name: "turning", NeedsRoot: true}, func() datasets.Options { return &turning{counting: counting{Length: 7}} }})
	datasets.Register("within", numbers{datasets.Info{Name: "within", Embedded: true}, func() datasets.Options { return &counting{Length: 5} }})
}

func with(name, root string, length int) datasets.Section {
	s := datasets.Named(name)
	s.Root = root
	if c, ok := s.Options().(*counting); ok {
		c.Length = length
	}
	return s
}

func TestSection(t *testing.T) {
	for _, c := range []struct {
		s    datasets.Section
		want string // the problems; empty: it is valid
	}{
		{with("counting", "", 5), ""},
		{with("counting", "x", 5), ""},
		{datasets.Section{Name: "counting"}, ""},
		{with("turning", "x", 7), ""},
		{datasets.Section{}, "data.name: no dataset is named: want one of counting, turning, within"},
		{datasets.Section{Name: "countin"}, `data.name: unknown dataset "countin": want one of counting, turning, within`},
		{with("turning", "", 7), "data.root: turning reads your own files: say which folder or archive"},
		{with("within", "x", 0), "data.root: within is in the program itself: leave it empty, or set data.name to a dataset that reads your files\ndata.length: within requires at least 1"},
	} {
		var have []string
		for _, p := range c.s.Validate() {
			have = append(have, "data."+p.Key+": "+p.Message)
		}
		if strings.Join(have, "\n") != c.want {
			t.Errorf("have %q, want %q", have, c.want)
		}
		d, err := datasets.Open(t.Context(), c.s, nil)
		if c.want == "" && (err != nil || d.Len(datasets.Train) != c.s.Preview().Train) || c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("Open says %v, want %q", err, c.want)
		}
	}
	if _, err := datasets.Open(t.Context(), with("counting", "nowhere", 5), nil); err == nil || err.Error() != "counting: no numbers there" {
		t.Errorf("have %v", err)
	}
	if p := (datasets.Section{}).Preview(); p.Spec != nil || p.Train != 0 {
		t.Errorf("of no dataset %+v is known", p)
	}
}

func TestGetAndVerify(t *testing.T) {
	if where, err := datasets.Get(t.Context(), with("counting", "x", 0), nil); err != nil || where != "got x" {
		t.Errorf("have %q, %v", where, err)
	}
	for _, c := range []struct {
		s    datasets.Section
		want string
	}{
		{with("counting", "", 5), "counting: they do not add up"},
		{with("turning", "", 5), "data.root: turning reads your own files: say which folder or archive"},
		{with("within", "x", 5), "data.root: within is in the program itself: leave it empty, or set data.name to a dataset that reads your files"},
		{datasets.Section{Name: "imagenet"}, `unknown dataset "imagenet": want one of counting, turning, within`},
	} {
		if _, err := datasets.Verify(t.Context(), c.s, nil); err == nil || err.Error() != c.want {
			t.Errorf("have %v, want %s", err, c.want)
		}
	}
}

func TestNamesAreTakenOnce(t *testing.T) {
	for what, do := range map[string]func(){
		"a name is taken twice":             func() { datasets.Register("counting", numbers{}) },
		"there is a section for no dataset": func() { datasets.Named("imagenet") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error(what)
				}
			}()
			do()
		}()
	}
}

// Each dataset has its own keys, and those of another one are unknown.
func TestKeys(t *testing.T) {
	var c struct {
		Data datasets.Section `doc:"the data"`
	}
	load := func(settings ...string) error {
		c.Data = datasets.Section{}
		_, err := new(strict.Loader).Load(&c, "", settings)
		return err
	}
	if err := load("data.name=turning", "data.root=x", "data.flip=true", "data.length=3"); err != nil {
		t.Fatal(err)
	}
	if o := c.Data.Options().(*turning); !o.Flip || o.Length != 3 {
		t.Errorf("have %+v", o)
	}
	if defaults := datasets.Named("turning").Options().(*turning); defaults.Flip || defaults.Length != 7 {
		t.Errorf("the defaults are now %+v", defaults)
	}
	var names []string
	for _, k := range strict.Keys(&c) {
		names = append(names, k.Name)
	}
	if want := []string{"data", "data.name", "data.root", "data.length", "data.flip"}; !slices.Equal(names, want) {
		t.Errorf("have keys %v, want %v", names, want)
	}
	for _, c := range []struct {
		settings []string
		want     string
	}{
		{[]string{"data.name=counting", "data.flip=true"}, "data.flip: unknown key for counting (data.name is from override data.name=counting); it is a key of turning"},
		{[]string{"data.name=counting", "data.lenght=3"}, "data.lenght: unknown key for counting (data.name is from override data.name=counting); did you mean data.length?"},
		{[]string{"data.name=counting", "data.length=0"}, "data.length: counting requires at least 1"},
		{[]string{"data.length=3"}, "data.name: not given, want one of counting, turning, within"},
	} {
		if err := load(c.settings...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: have %v, want %s", c.settings, err, c.want)
		}
	}
}
