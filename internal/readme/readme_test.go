package readme

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// block returns the n-th block of README.md in a language, from 0.
func block(t *testing.T, root, language string, n int) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	all := regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllSubmatch(text, -1)
	if len(all) <= n {
		t.Fatalf("README.md has %d blocks of %s, want more than %d", len(all), language, n)
	}
	return string(all[n][1])
}

// TestNetwork puts README's network into the program, as its one new file, and
// trains it.
func TestNetwork(t *testing.T) {
	if testing.Short() {
		t.Skip("links the program")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	network := block(t, root, "go", 0)
	if n := strings.Count(network, "\n"); n > 40 {
		t.Errorf("the network has %d lines", n)
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return name
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {
		filepath.Join(root, "architectures", "allconv.go"): write("allconv.go", network)}})
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "zoo")
	build := exec.Command("go", "build", "-overlay", write("overlay.json", string(overlay)), "-o", program, "./cmd/zoo")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	config := write("config.yaml", "name: readme\nmodel: {name: allconv, width: 8}\ndata: {name: digits}\n"+
		"train: {epochs: 6, batch: 50, optimizer: {name: adam, lr: 0.01}}\n")
	out, err := exec.Command(program, "run", config, "--json", "--out", dir).Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var result struct {
		Summary map[string]any `json:"summary"`
	}
	if err := json.Unmarshal(out, &result); err != nil {
		t.Fatal(err)
	}
	if accuracy, _ := result.Summary["test.accuracy"].(float64); accuracy < 0.85 {
		t.Errorf("README's network has test accuracy %v on the digits, want at least 0.85: %v", accuracy, result.Summary)
	}
}

// TestOutside makes README's program of a module that is not zoo's, with README's
// network in it.
func TestOutside(t *testing.T) {
	if testing.Short() {
		t.Skip("links a program")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	dir := t.TempDir()
	write := func(name, text string) {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	network := strings.NewReplacer("package architectures", "package networks", `"zoo/nn"`, "\"zoo/architectures\"\n\"zoo/nn\"",
		"Register(Model{", "architectures.Register(architectures.Model{").Replace(block(t, root, "go", 0))
	write("networks/allconv.go", network)
	write("main.go", block(t, root, "go", 1))
	write("go.sum", read("go.sum"))
	write("go.mod", strings.Replace(read("go.mod"), "module zoo\n", "module mine\n", 1)+
		"\nrequire zoo v0.0.0\nreplace zoo => "+filepath.ToSlash(root)+"\n")
	write("mine.yaml", "name: mine\nmodel: {name: allconv, width: 4}\ndata: {name: digits, train: 128, test: 64}\n"+
		"train: {epochs: 1, batch: 64, optimizer: {name: sgd, lr: 0.1}}\n"+
		"sweep: {mode: grid, axes: [{param: model.width, values: [4, 5]}]}\n")
	program := filepath.Join(dir, "mine")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir = dir
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, c := range []struct{ args, want string }{
		{"models allconv", "Springenberg"},
		{"run mine.yaml", "Next: mine run mine.yaml seed=2"},
		{"sweep mine.yaml", "mine: 2/2"}, // its trials are processes of this program
	} {
		run := exec.Command(program, strings.Fields(c.args)...)
		run.Dir = dir
		out, err := run.CombinedOutput()
		if err != nil || !strings.Contains(string(out), c.want) {
			t.Errorf("mine %s: %v, want %q\n%s", c.args, err, c.want, out)
		}
	}
}

// TestConfig resolves README's config.
func TestConfig(t *testing.T) {
	if testing.Short() {
		t.Skip("links the program")
	}
	file := filepath.Join(t.TempDir(), "my.yaml")
	if err := os.WriteFile(file, []byte(block(t, "../..", "yaml", 0)), 0o666); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("go", "run", "./cmd/zoo", "config", "show", file)
	c.Dir = "../.."
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "activation: tanh") || !strings.Contains(string(out), "name: lenet5-tanh") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestAblation sweeps README's ablation, reports on it and checks its claims.
func TestAblation(t *testing.T) {
	if testing.Short() {
		t.Skip("links the program")
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "zoo")
	build := exec.Command("go", "build", "-o", program, "./cmd/zoo")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.WriteFile(filepath.Join(dir, "width-batch.yaml"), []byte(block(t, "../..", "yaml", 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ verb, want string }{
		{"sweep", "width-batch: 18/18"},
		{"report", "test error, %: mean with its 95 % interval (n = 3 seeds)"},
		{"check", "   met"},
	} {
		run := exec.Command(program, c.verb, "width-batch.yaml")
		run.Dir = dir
		out, err := run.CombinedOutput()
		if err != nil || !strings.Contains(string(out), c.want) {
			t.Fatalf("zoo %s: %v, want %q\n%s", c.verb, err, c.want, out)
		}
	}
}

// TestPictures resolves README's config for pictures.
func TestPictures(t *testing.T) {
	if testing.Short() {
		t.Skip("links the program")
	}
	file := filepath.Join(t.TempDir(), "pictures.yaml")
	if err := os.WriteFile(file, []byte(block(t, "../..", "yaml", 2)), 0o666); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("go", "run", "./cmd/zoo", "config", "show", file)
	c.Dir = "../.."
	out, err := c.CombinedOutput()
	for _, want := range []string{"name: resnet18", "root: imagenet", "scale: 0.08", "lighting: imagenet(0.1)", "crops: 10"} {
		if err != nil || !strings.Contains(string(out), want) {
			t.Fatalf("%v, want %q\n%s", err, want, out)
		}
	}
}

// TestVoice resolves README's config for sounds.
func TestVoice(t *testing.T) {
	if testing.Short() {
		t.Skip("links the program")
	}
	file := filepath.Join(t.TempDir(), "voice.yaml")
	if err := os.WriteFile(file, []byte(block(t, "../..", "yaml", 3)), 0o666); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("go", "run", "./cmd/zoo", "config", "show", file)
	c.Dir = "../.."
	out, err := c.CombinedOutput()
	for _, want := range []string{"name: wavenet-small", "name: prompts", "name: language", "cycles: 2"} {
		if err != nil || !strings.Contains(string(out), want) {
			t.Fatalf("%v, want %q\n%s", err, want, out)
		}
	}
}

// TestOwnText trains on a text of one's own with README's three commands, for a few steps.
func TestOwnText(t *testing.T) {
	if testing.Short() {
		t.Skip("links the program")
	}
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "## Write a text\n\n")
	commands, _, _ := strings.Cut(section, "\n\n")
	dir := t.TempDir()
	program := filepath.Join(dir, "zoo")
	build := exec.Command("go", "build", "-o", program, "./cmd/zoo")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.WriteFile(filepath.Join(dir, "my.txt"), []byte(strings.Repeat("Once upon a time there was a cat.\n", 100)), 0o666); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(commands, "\n")
	wants := []string{" is complete", "bits ", "Once"}
	if len(lines) != len(wants) {
		t.Fatalf("have %d commands, want %d:\n%s", len(lines), len(wants), commands)
	}
	found := []string{"RUN"}
	for i, line := range lines {
		line, _, _ = strings.Cut(line, "#")
		args := strings.Fields(strings.NewReplacer("runs/RUN", found[0], `"`, "").Replace(line))
		if len(args) < 2 || args[0] != "zoo" {
			t.Fatalf("have %q, want a command of zoo", line)
		}
		if args = args[1:]; args[0] == "run" {
			args = append(args, "train.steps=3", "train.batch=4")
		}
		run := exec.Command(program, args...)
		run.Dir = dir
		out, err := run.CombinedOutput()
		if err != nil || !strings.Contains(string(out), wants[i]) {
			t.Fatalf("zoo %v: %v, want %q\n%s", args, err, wants[i], out)
		}
		if i == 0 {
			if found, err = filepath.Glob(filepath.Join(dir, "runs", "gpt-shakespeare-*")); err != nil || len(found) != 1 || !strings.Contains(string(out), "data   text, ") {
				t.Fatalf("have runs %v, %v\n%s", found, err, out)
			}
		}
	}
}
