package command_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// outside makes the module of testdata/outside, which replaces zoo by this one, in a folder
// of its own.
func outside(t *testing.T) (dir string) {
	t.Helper()
	top, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/outside")); err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile(filepath.Join(top, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(top, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	mine := strings.Replace(string(mod), "module zoo\n", "module mine\n", 1) + "\nrequire zoo v0.0.0\nreplace zoo => " + filepath.ToSlash(top) + "\n"
	for name, text := range map[string]string{"go.mod": mine, "go.sum": string(sum)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestOutside: a module of its own adds a network, an op with its gradient, and a data set,
// and has the whole command line for them. It names no internal package, and needs no more
// than the modules of this one.
func TestOutside(t *testing.T) {
	if testing.Short() {
		t.Skip("links two programs")
	}
	dir := outside(t)
	command := func(name string, args ...string) (string, error) {
		c := exec.Command(name, args...)
		c.Dir = dir
		c.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=-mod=readonly", "GOWORK=off", "COLUMNS=200")
		out, err := c.CombinedOutput()
		return string(out), err
	}
	for _, args := range [][]string{{"vet", "./..."}, {"test", "./..."}, {"build", "-o", dir, "."}} {
		if out, err := command("go", args...); err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	const config = "name: few\nmodel: {name: maxout, units: 16, pieces: 3, dropout: 0}\ndata: {name: bars, train: 800}\n" +
		"train: {steps: 60, batch: 40, optimizer: {name: adam, lr: 0.01}}\n"
	if err := os.WriteFile(filepath.Join(dir, "few.yaml"), []byte(config), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		code int
		want []string
	}{
		{"models maxout", 0, []string{"Goodfellow et al. 2013", "linear pieces of each unit"}},
		{"datasets bars", 0, []string{`bars +classification +2,000 +500 +8×8×1 +2 `}},
		{"summary maxout pieces=2 units=10", 0, []string{`fc1 +linear`, `maxout +maxout +10 `}},
		{"config explain model.pieces", 0, []string{"model.pieces", "linear pieces of each unit, of which the largest counts", "5"}},
		{"config explain data.bars", 0, []string{"data.bars", "how many bars an image has"}},
		{"run few.yaml --out runs", 0, []string{`test +loss 0\.\d+ +accuracy (9\d|100)\.`, "mine run few.yaml seed=2"}},
		{"probe few.yaml --all", 0, []string{`maxout`}},
		{"sweep few.yaml seed=1,2 train.steps=10", 0, []string{"few: 2/2"}}, // its trials are processes of this program
		{"config show few.yaml model.pieces=1 data.bars=9 data.flip=true", 2, []string{
			"model.pieces: have 1, want at least 2 pieces", "data.bars: have 9, want at least 1, and fewer than the 8 lines of an image", "data.flip",
		}},
	} {
		out, err := command(filepath.Join(dir, "mine"), strings.Fields(c.args)...)
		code := 0
		if e, ok := err.(*exec.ExitError); ok {
			code = e.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		if code != c.code {
			t.Errorf("mine %s: have exit code %d, want %d\n%s", c.args, code, c.code, out)
		}
		for _, want := range c.want {
			if !regexp.MustCompile(want).MatchString(out) {
				t.Errorf("mine %s: want %q in\n%s", c.args, want, out)
			}
		}
	}
}
