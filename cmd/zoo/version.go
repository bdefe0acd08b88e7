package main

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
)

// code identifies the program: the revision that it was built from, if that is
// known and nothing was changed since, else the hash of the executable.
var code = sync.OnceValue(func() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		set := map[string]string{}
		for _, s := range info.Settings {
			set[s.Key] = s.Value
		}
		if r := set["vcs.revision"]; r != "" && set["vcs.modified"] == "false" {
			return r[:min(12, len(r))]
		}
	}
	name, err := os.Executable()
	if err != nil {
		return "unknown"
	}
	f, err := os.Open(name)
	if err != nil {
		return "unknown"
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "unknown"
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))[:12]
})

// program is what to type to run this program: go run, if that is how it runs now.
func program() string {
	name, err := os.Executable()
	if err == nil && strings.Contains(filepath.ToSlash(name), "/go-build") {
		return "go run ./cmd/zoo"
	}
	return "zoo"
}
