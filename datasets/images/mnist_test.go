package images

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zoo/datasets"
	"zoo/internal/origin"
)

// small is a family of 5 training and 4 test images, whose files are returned by name.
func small(mirrors ...string) (mnistFamily, map[string][]byte) {
	m := mnistFamily{side: 6, classes: []string{"a", "b", "c"}, mirrors: mirrors}
	files := map[string][]byte{}
	for i, data := range [][]byte{
		idx(noise(5*36, 1), 5, 6, 6), idx([]byte{0, 1, 2, 0, 1}, 5),
		idx(noise(4*36, 2), 4, 6, 6), idx([]byte{2, 1, 0, 2}, 4),
	} {
		m.files[i] = mnist4[i]
		m.files[i].sum, m.files[i].size = sumOf(data), int64(len(gzipped(data)))
		files[m.files[i].name] = data
	}
	return m, files
}

var mnist4 = [4]idxFile{
	{name: "train-images-idx3-ubyte", shape: []int{5, 6, 6}}, {name: "train-labels-idx1-ubyte", shape: []int{5}},
	{name: "t10k-images-idx3-ubyte", shape: []int{4, 6, 6}}, {name: "t10k-labels-idx1-ubyte", shape: []int{4}},
}

func smallSource(m mnistFamily) imageSource {
	return imageSource{info: m.info(datasets.Info{Name: "small"}), origin: m.origin("small"), read: m.read}
}

var plain = Options{Normalize: "none"}

func TestMNIST(t *testing.T) {
	d, err := datasets.Open(t.Context(), datasets.Named("mnist"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if d.Len(datasets.Train) != 60000 || d.Len(datasets.Val) != 0 || d.Len(datasets.Test) != 10000 || len(datasets.Classes(d)) != 10 {
		t.Fatalf("have %d, %d and %d examples of %v", d.Len(datasets.Train), d.Len(datasets.Val), d.Len(datasets.Test), datasets.Classes(d))
	}
	// The known numbers of images of each digit.
	for split, want := range map[datasets.Split][]int{
		datasets.Train: {5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949},
		datasets.Test:  {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009},
	} {
		have := make([]int, 10)
		for b, err := range d.Batches(t.Context(), datasets.Plan{Split: split, Size: 1000}) {
			if err != nil {
				t.Fatal(err)
			}
			for _, y := range b.Y[0].Data().([]int) {
				have[y]++
			}
		}
		if !slices.Equal(have, want) {
			t.Errorf("%s: have %v, want %v", split, have, want)
		}
	}
	// The known mean and standard deviation.
	a := d.(*imageSet).affine
	if mean, std := -a.bias[0]/a.gain[0]/255, 1/a.gain[0]/255; fmt.Sprintf("%.4f %.4f", mean, std) != "0.1307 0.3081" {
		t.Errorf("have mean %.4f and deviation %.4f, want 0.1307 and 0.3081", mean, std)
	}
	// The first image is a five, whose ink begins in row 5.
	s := d.(*imageSet).store.(*fixedImages[uint8])
	if p := s.parts[datasets.Train].pix[0]; s.parts[datasets.Train].label[0] != 5 || p[5*28+12] != 3 || p[5*28+18] != 175 || p[0] != 0 {
		t.Errorf("the first image is not the five: %v", p[5*28:6*28])
	}
}

// What is pinned here must be what go.mod pins, or the module cache has another.
func TestModuleVersion(t *testing.T) {
	m := mnist().origin.Module
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", m.Path).Output()
	if err != nil {
		t.Skip("no go command: ", err)
	}
	if version := strings.TrimSpace(string(out)); version != m.Version {
		t.Errorf("have %s, and go.mod has %s", m.Version, version)
	}
}

// zoo looks where it says, in the order that it says.
func TestPlaces(t *testing.T) {
	zoo := nowhere(t)
	m, files := small()
	s := smallSource(m)
	s.origin.System = func() []origin.Place { return []origin.Place{{Path: "system", Remedy: "reinstall it"}} }
	s.origin.Module = origin.GoModule{Path: "example.com/m", Version: "v1.0.0"}
	check := func(want string) {
		t.Helper()
		if have := s.Info().Where; have != want {
			t.Errorf("it is in %q, want %q", have, want)
		}
	}
	check("")
	for _, dir := range []string{filepath.Join(os.Getenv("GOMODCACHE"), "example.com", "m@v1.0.0"), "system", filepath.Join(zoo, "small")} {
		for name, data := range files {
			check(s.Info().Where) // a place with some of the files does not count
			write(t, filepath.Join(dir, name), data)
		}
		check(dir)
	}
	t.Setenv("ZOO_DATA", "")
	check("system")
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{filepath.Join(cache, "zoo", "small"), filepath.Join("data", "small")} {
		for name, data := range files {
			write(t, filepath.Join(dir, name+".gz"), gzipped(data))
		}
		check(dir)
	}
}

func TestAbsent(t *testing.T) {
	zoo := nowhere(t)
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	m, files := small(server.URL + "/one/")
	s := smallSource(m)
	s.origin.Module = origin.GoModule{Path: "example.com/m", Version: "v1.0.0"}
	s.origin.Hint = "or buy it"
	write(t, filepath.Join(zoo, "small", "t10k-labels-idx1-ubyte"), files["t10k-labels-idx1-ubyte"])
	_, err := s.Open(t.Context(), "", &plain, silent)
	wantError(t, err,
		"not found; tried:\n  "+filepath.Join(zoo, "small")+": lacks train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte\n",
		"\n  "+filepath.Join(os.Getenv("GOMODCACHE"), "example.com", "m@v1.0.0")+": no such folder\n",
		"\n  go mod download example.com/m@v1.0.0: exec: \"go\": "+exec.ErrNotFound.Error()+"\n",
		"\n  "+server.URL+"/one/train-images-idx3-ubyte.gz: 404 Not Found\n",
		"\nfetch it with `zoo data get small`, or set data.root to a place with train-images-idx3-ubyte, ",
		"; or buy it")

	_, err = s.Verify(t.Context(), "", &plain, silent)
	wantError(t, err, "not found; tried:\n  ", "fetch it with `zoo data get small`")
	if strings.Contains(err.Error(), server.URL) {
		t.Error("Verify asks a server")
	}

	root := filepath.Join(t.TempDir(), "x")
	_, err = s.Open(t.Context(), root, &plain, silent)
	wantError(t, err, "data.root: "+root+": no such folder: want train-images", "or leave it empty and run `zoo data get small`")
	write(t, root, nil)
	_, err = s.Open(t.Context(), root, &plain, silent)
	wantError(t, err, "data.root: "+root+": not a folder")
}

// It is fetched once, with progress, to where zoo looks, and what is damaged on
// the way is not kept.
func TestFetched(t *testing.T) {
	zoo := nowhere(t)
	asked := 0
	_, files := small()
	spoil := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		name := strings.TrimSuffix(filepath.Base(r.URL.Path), ".gz")
		data := gzipped(files[name])
		if name == spoil {
			data[len(data)-10] ^= 1
		}
		w.Write(data)
	}))
	defer server.Close()
	m, _ := small(server.URL + "/")
	s := smallSource(m)

	spoil = "t10k-labels-idx1-ubyte"
	_, err := s.Get(t.Context(), "", &plain, silent)
	wantError(t, err, server.URL+"/t10k-labels-idx1-ubyte.gz: ", "not found; tried:")
	if entries, _ := filepath.Glob(filepath.Join(zoo, "small", spoil+"*")); entries != nil {
		t.Errorf("%v is left", entries)
	}

	spoil, asked = "", 0
	var steps []datasets.Step
	where, err := s.Get(t.Context(), "", &plain, func(s datasets.Step) { steps = append(steps, s) })
	if err != nil || where != filepath.Join(zoo, "small") || asked != 1 {
		t.Fatalf("have %s, %v after %d requests, want %s and one", where, err, asked, zoo)
	}
	if last := steps[len(steps)-1]; last.Done != last.Total || last.Unit != "B" || last.What != "fetching t10k-labels-idx1-ubyte.gz" {
		t.Errorf("the last step is %+v", last)
	}
	d, err := s.Open(t.Context(), "", &plain, silent)
	if err != nil || asked != 1 {
		t.Fatalf("%v, after %d requests", err, asked)
	}
	if d.Len(datasets.Train) != 5 || d.Len(datasets.Test) != 4 {
		t.Errorf("have %d and %d examples", d.Len(datasets.Train), d.Len(datasets.Test))
	}
	if again, err := s.Verify(t.Context(), "", &plain, silent); err != nil || again != where {
		t.Errorf("Verify: %s, %v", again, err)
	}
}

// A damaged file is an error, though another place may have a good one.
func TestDamagedIsNotReplaced(t *testing.T) {
	zoo := nowhere(t)
	m, files := small()
	s := smallSource(m)
	s.origin.System = func() []origin.Place { return []origin.Place{{Path: "system", Remedy: "reinstall it"}} }
	for name, data := range files {
		write(t, filepath.Join("system", name), data)
		write(t, filepath.Join(zoo, "small", name), data)
		write(t, filepath.Join("root", name), data)
	}
	bad := idx([]byte{0, 1, 2, 1, 1}, 5)
	for dir, way := range map[string]string{
		filepath.Join(zoo, "small"): "delete it and run `zoo data get small`",
		"root":                      "replace it, or leave data.root empty and run `zoo data get small`",
		"system":                    "reinstall it",
	} {
		root := ""
		if dir == "root" {
			root = dir
		}
		if dir == "system" {
			t.Setenv("ZOO_DATA", "/nonexistent")
		} else {
			t.Setenv("ZOO_DATA", zoo)
		}
		path := filepath.Join(dir, "train-labels-idx1-ubyte")
		write(t, path, bad)
		_, err := s.Open(t.Context(), root, &plain, silent)
		wantError(t, err, path+": the content is altered: have sha256 ", ", want ", way)
		write(t, path, bad[:11])
		_, err = s.Verify(t.Context(), root, &plain, silent)
		wantError(t, err, path+": content truncated: have 11 bytes, want 13: "+way)
		_, err = s.Get(t.Context(), root, &plain, silent)
		wantError(t, err, path+": content truncated")
	}
}

func TestLabelOutOfRange(t *testing.T) {
	m, files := small()
	m.classes = m.classes[:2]
	dir := t.TempDir()
	for name, data := range files {
		write(t, filepath.Join(dir, name), data)
	}
	_, err := m.read(t.Context(), origin.Place{Path: dir}, &plain, silent)
	wantError(t, err, "example 2: have label 2, want at most 1")
}

func TestFashionMNISTMentionsItsPackage(t *testing.T) {
	nowhere(t)
	s := fashionMNIST()
	if _, err := os.Stat("/usr/share/datasets/fashion-mnist"); err == nil {
		t.Skip("the package is installed")
	}
	_, err := s.Verify(t.Context(), "", &plain, silent)
	wantError(t, err, "/usr/share/datasets/fashion-mnist: no such folder", "`apt-get install dataset-fashion-mnist` brings it", "`zoo data get fashion-mnist`")
}
