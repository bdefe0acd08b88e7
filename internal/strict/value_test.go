package strict

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type swept struct {
	Rate   float64 `doc:"a number"`
	Word   string  `doc:"a word"`
	Inner  inner   `doc:"a section"`
	Values []Value `doc:"anything"`
}

type inner struct {
	Sizes []int `doc:"whole numbers"`
	Flag  bool  `doc:"yes or no"`
}

const sweptFile = `rate: 1
word: first
inner: {sizes: [1, 2]}
values: [3, 0.5, 'a b', true, [1, 2], {sizes: [4], flag: true}, "7"]
`

func loadSwept(t *testing.T, text string, settings ...Setting) (swept, Origins, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.yaml")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	var c swept
	origins, err := new(Loader).Load(&c, file, nil, settings...)
	return c, origins, err
}

func TestValue(t *testing.T) {
	c, origins, err := loadSwept(t, sweptFile)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, v := range c.Values {
		texts = append(texts, v.String())
	}
	if want := []string{"3", "0.5", "a b", "true", "[1, 2]", "{flag: true, sizes: [4]}", "7"}; !slices.Equal(texts, want) {
		t.Errorf("have %q, want %q", texts, want)
	}
	if p := c.Values[2].Place(); p.Line != 4 || p.Column != 18 || origins["values[2]"] != p {
		t.Errorf("the place of a value is %v, its origin %v", p, origins["values[2]"])
	}
	if keys := c.Values[5].Keys(); !slices.Equal(keys, []string{"flag", "sizes"}) || !c.Values[5].IsMapping() || c.Values[0].IsMapping() {
		t.Errorf("have keys %q", keys)
	}
	again, _, err := loadSwept(t, string(Render(&c, nil)))
	if err != nil || !slices.EqualFunc(c.Values, again.Values, func(a, b Value) bool { return a.String() == b.String() && a.tree.tag == b.tree.tag }) {
		t.Errorf("what was rendered is %v, %v", again.Values, err)
	}
}

// TestSettings: values go where a setting says, as often as it is said, and what
// is wrong with them is reported where they are written.
func TestSettings(t *testing.T) {
	c, _, err := loadSwept(t, sweptFile)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		d, _, err := loadSwept(t, sweptFile, Setting{Key: "rate", Value: c.Values[1]}, Setting{Key: "word", Value: c.Values[6]}, Setting{Key: "inner", Value: c.Values[5]})
		if err != nil {
			t.Fatal(err)
		}
		if d.Rate != 0.5 || d.Word != "7" || !d.Inner.Flag || !slices.Equal(d.Inner.Sizes, []int{4}) {
			t.Errorf("have %+v", d)
		}
	}
	if d, _, err := loadSwept(t, sweptFile, Setting{Value: Value{newMapping(Place{})}}, Setting{Key: "rate", Value: Scalar("2.5", Place{Source: "here"})}); err != nil || d.Rate != 2.5 {
		t.Errorf("have %+v, %v", d, err)
	}
	at := c.Values[3].Place()
	for want, s := range map[string]Setting{
		"x.yaml:4:25: rate: have true (a boolean), want a finite number": {Key: "rate", Value: c.Values[3]},
		"x.yaml:4:10: word: have 3 (a number), want a string":            {Key: "word", Value: c.Values[0]},
		"x.yaml:4:25: raet: unknown key; did you mean rate?":             {Key: "raet", At: at, Value: c.Values[0]},
		"inner.x: unknown key": {Key: "inner.x", At: at, Value: c.Values[0]},
		"x.yaml:4:25: have \"a..b\", want a key such as train.batch": {Key: "a..b", At: at, Value: c.Values[0]},
		"x.yaml:4:10: have 3 (a number), want keys and values":       {Value: c.Values[0]},
		"here: rate: have \"x\" (a string), want a finite number":    {Key: "rate", Value: Scalar("x", Place{Source: "here"})},
	} {
		_, _, err := loadSwept(t, sweptFile, s)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("have error %v, want %q", err, want)
		}
	}
}

func TestJoin(t *testing.T) {
	_, _, a := loadSwept(t, "rate: x\n")
	if err := Join(nil, nil); err != nil {
		t.Errorf("have %v of nothing", err)
	}
	if err := Join(a, nil, a, os.ErrNotExist); strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("have %v, want each problem once", err)
	}
}
