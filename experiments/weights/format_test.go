package weights

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNotWeights: a file that cannot hold weights is told by what it is.
func TestNotWeights(t *testing.T) {
	dir := t.TempDir()
	for content, want := range map[string]string{
		"":                                  "an empty file",
		"<!DOCTYPE html><title>404</title>": "an HTML page",
		"\xef\xbb\xbf\n<html>":              "an HTML page",
		"version https://git-lfs.github.com/spec/v1\noid ...": "git lfs pull",
		"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03data":        "a gzip file: unpack it first",
		"\x93NUMPY\x01\x00v\x00{'descr'":                      "a NumPy array",
		"{\"weights\": 1}":                                    "JSON text",
		"\x1f\x8b\x00\x00\x00\x00\x00\x00{\"w\": 1":           "header", // safetensors with a long header
	} {
		name := filepath.Join(dir, "w.pth")
		if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := Open(name)
		if err == nil || !strings.HasPrefix(err.Error(), name+": ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: have error %v, want %q", content, err, want)
		}
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "a folder that holds no run") {
		t.Errorf("have error %v of a folder", err)
	}
	name := filepath.Join(dir, "a#b.pth") // the name of a file may have a #
	if err := os.WriteFile(name, []byte("<html>"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(name); err == nil || !strings.Contains(err.Error(), "HTML") {
		t.Errorf("have error %v", err)
	}
}
