package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"zoo/datasets"
	"zoo/internal/strict"
)

// Single is the config without what only its sweep needs: that of one run.
func (c Config) Single() Config {
	c.Seeds, c.Sweep, c.Check, c.Report = nil, nil, nil, nil
	return c
}

// Key is a hash of all that the config says about the result of a run: of the config
// without its words.
func (c Config) Key() string {
	c = c.Single()
	c.Name, c.Paper, c.Figure, c.Claim, c.Cost = "", "", "", "", ""
	c.Weights.From = c.content()
	c.Data.Root = "" // the data are known by their checksum, wherever they are stored
	return digest(string(c.YAML(nil)))
}

// ID is a hash of what determines the result of a run: the config without its
// words, the data that it names, the program, and the run that it starts from, if
// it does, whose id is parent (empty without one).
func (c Config) ID(dataChecksum, code, parent string) string {
	if parent == "" {
		return digest(c.Key(), dataChecksum, code)
	}
	return digest(c.Key(), dataChecksum, code, parent)
}

// digest is a hash of texts, short enough for the name of a folder.
func digest(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		fmt.Fprintf(h, "%d %s\n", len(t), t)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// content is a hash of what the config starts from, as far as that is known
// without data: the experiment's config, or the bytes of the file. What cannot be
// read keeps its name: the error comes when a training starts from it.
func (c Config) content() string {
	if c.Weights.From == "" {
		return ""
	}
	p, err := c.Parent()
	if err == nil && p != nil {
		return "config " + p.Key()
	}
	if err == nil {
		var sum string
		if sum, err = fileSHA256(WeightsOf(c.Weights.From)); err == nil {
			return "sha256 " + sum
		}
	}
	return c.Weights.From
}

// hashed holds the SHA-256 of files by name, size and time.
var hashed sync.Map

// fileSHA256 is the SHA-256 of a file, which is read only once by a process unless it
// changes.
func fileSHA256(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	version := struct {
		name string
		size int64
		time time.Time
	}{name, info.Size(), info.ModTime()}
	if sum, ok := hashed.Load(version); ok {
		return sum.(string), nil
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	sum := hex.EncodeToString(h.Sum(nil))
	hashed.Store(version, sum)
	return sum, nil
}

// DataKey is the section data as text: equal texts name the same data.
func DataKey(s datasets.Section) string { return string(strict.Render(&s, nil)) }
