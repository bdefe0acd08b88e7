package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"zoo/internal/atomicfile"
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
	var err error
	if r.Status, err = ReadStatus(dir); err != nil {
		return Record{}, err
	}
	if r.Config, err = atomicfile.ReadFile(filepath.Join(dir, configFile)); err != nil {
		return Record{}, partly(dir, err)
	}
	err = readJSON(filepath.Join(dir, summaryFile), &r.Summary)
	if err != nil && (Done(r.Status.State) || !errors.Is(err, os.ErrNotExist)) {
		return Record{}, partly(dir, err)
	}
	name := filepath.Join(dir, metricsFile)
	f, err := atomicfile.Open(name)
	if err != nil {
		return Record{}, partly(dir, err)
	}
	defer f.Close()
	if r.Metrics, err = ReadMetrics(f); err != nil {
		return Record{}, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

// ReadStatus reads a run's status alone, as [Read] does.
func ReadStatus(dir string) (s Status, err error) {
	if err := readJSON(filepath.Join(dir, statusFile), &s); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			err = fmt.Errorf("%s is not a run: %w", dir, err)
		}
		return Status{}, err
	}
	if s.State == Running && !Held(dir) {
		s.State = Interrupted
	}
	return s, nil
}

// partly says what to do about a run that has lost a file.
func partly(dir string, err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s is half deleted: %w; remove the folder, and train it again", dir, err)
	}
	return err
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
