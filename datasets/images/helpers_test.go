package images

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"zoo/datasets"
)

// fake is a set of n training and m test images of 6 × 6 pixels and c channels,
// in three classes, of which no two images are equal.
func fake(n, m, c int) decodedSet {
	p := decodedSet{h: 6, w: 6, c: c, max: 255, classes: []string{"a", "b", "c"}}
	for i := range n + m {
		part := &p.train
		if i >= n {
			part = &p.test
		}
		part.add(noise(36*c, uint64(i)), i%3)
	}
	return p
}

func newFake(t testing.TB, o Options, p decodedSet) *imageSet {
	t.Helper()
	if o.Normalize == "" {
		o.Normalize = "none"
	}
	d, err := newImageSet("fake", o, p)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// copied is a batch that outlives its iteration.
type copied struct {
	x     []float32
	y     []int
	n     int
	index int
}

func copies(t testing.TB, d datasets.Dataset, p datasets.Plan) []copied {
	t.Helper()
	var all []copied
	for b, err := range d.Batches(t.Context(), p) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, copied{slices.Clone(b.X[0].Data().([]float32)), slices.Clone(b.Y[0].Data().([]int)), b.N, b.Index})
	}
	return all
}

func (c copied) equal(d copied) bool {
	return c.n == d.n && c.index == d.index && slices.Equal(c.x, d.x) && slices.Equal(c.y, d.y)
}

// rows are the inputs of the rows that count, one after the other, with their targets.
func rows(bs []copied) (x [][]float32, y []int) {
	for _, b := range bs {
		size := len(b.x) / len(b.y)
		for i := range b.n {
			x, y = append(x, b.x[i*size:(i+1)*size]), append(y, b.y[i])
		}
	}
	return x, y
}

// nowhere makes sure that no dataset is found on this machine by itself, and
// returns the folder that zoo would fetch into.
func nowhere(t *testing.T) string {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("ZOO_DATA", filepath.Join(dir, "zoo"))
	for _, home := range []string{"HOME", "USERPROFILE"} {
		t.Setenv(home, dir)
	}
	for _, cache := range []string{"XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(cache, filepath.Join(dir, "cache"))
	}
	t.Setenv("GOMODCACHE", filepath.Join(dir, "mod"))
	t.Setenv("PATH", dir)
	return filepath.Join(dir, "zoo")
}

func write(t testing.TB, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// noSuchFile is what the system says of a file that is not there.
var noSuchFile = syscall.ENOENT.Error()

// wantError checks that an error says all of this.
func wantError(t *testing.T, err error, want ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want %q", want)
		return
	}
	for _, w := range want {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error\n%v\ndoes not say %q", err, w)
		}
	}
}
