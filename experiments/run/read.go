package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// A Record is what a run's folder says, for those who only read it.
type Record struct {
	Dir, Name string // the folder and the last part of its path
	Config    []byte // config.yaml
	Status    Status
	Summary   Summary // nil before the run has one
	Metrics   []Metric
}

// Read reads a run's folder, whether or not it is being trained in. A run that
// calls itself running, but that no process holds, was killed: its state is
// Interrupted. An error names the file.
func Read(dir string) (Record, error) {
	r := Record{Dir: dir, Name: filepath.Base(dir)}
	if err := readJSON(filepath.Join(dir, statusFile), &r.Status); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return Record{}, fmt.Errorf("%s is not a run: %w", dir, err)
		}
		return Record{}, err
	}
	if r.Status.State == Running && !held(dir) {
		r.Status.State = Interrupted
	}
	var err error
	if r.Config, err = os.ReadFile(filepath.Join(dir, configFile)); err != nil {
		return Record{}, err
	}
	if err := readJSON(filepath.Join(dir, summaryFile), &r.Summary); err != nil && !errors.Is(err, os.ErrNotExist) {
		return Record{}, err
	}
	name := filepath.Join(dir, metricsFile)
	f, err := os.Open(name)
	if err != nil {
		return Record{}, err
	}
	defer f.Close()
	if r.Metrics, err = ReadMetrics(f); err != nil {
		return Record{}, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

// List finds the folders of the runs under root, sorted by name. A root that
// does not exist has none.
func List(root string) ([]string, error) {
	entries, err := os.ReadDir(root)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var dirs []string
	for _, e := range entries {
		dir := filepath.Join(root, e.Name())
		if _, err := os.Stat(filepath.Join(dir, statusFile)); err == nil {
			dirs = append(dirs, dir)
		}
	}
	return dirs, err
}
