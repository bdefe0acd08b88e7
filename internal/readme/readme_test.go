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

// block returns the first block of README.md in a language.
func block(t *testing.T, root, language string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?s)```" + language + "\n(.*?)```").FindSubmatch(text)
	if m == nil {
		t.Fatalf("README.md has no block of %s", language)
	}
	return string(m[1])
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
	network := block(t, root, "go")
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

// TestConfig resolves README's config.
func TestConfig(t *testing.T) {
	if testing.Short() {
		t.Skip("links the program")
	}
	file := filepath.Join(t.TempDir(), "my.yaml")
	if err := os.WriteFile(file, []byte(block(t, "../..", "yaml")), 0o666); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("go", "run", "./cmd/zoo", "config", "show", file)
	c.Dir = "../.."
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "activation: tanh") || !strings.Contains(string(out), "name: lenet5-tanh") {
		t.Errorf("%v\n%s", err, out)
	}
}
