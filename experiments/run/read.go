package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// A Record is the content of a run's folder, for readers.
type Record struct {
	Dir, Name string // the folder and the last part of its path
	Config    []byte // config.yaml
	Status    Status
	Summary   Summary // nil before the run has one
	Metrics   []Metric
}

// Read reads a run's folder, whether or not the run is in training, and compares its files
// with what the run recorded about them. If the status says running but no process holds
// the folder, the run was killed, and its state is Interrupted. An error names the file.
func Read(dir string) (Record, error) {
	r, err := readRecord(dir, true)
	if errors.As(err, new(*DamagedError)) { // or a process is writing it at this moment
		return readRecord(dir, !Held(dir))
	}
	return r, err
}

func readRecord(dir string, compare bool) (Record, error) {
	r := Record{Dir: dir, Name: filepath.Base(dir)}
	var err error
	if r.Status, err = ReadStatus(dir); err != nil {
		return Record{}, err
	}
	if !compare {
		r.Status.Files = nil
	}
	if r.Config, err = r.Status.read(dir, configFile); err != nil {
		return Record{}, halfDeleted(dir, err)
	}
	b, err := r.Status.read(dir, summaryFile)
	if err == nil {
		if err = json.Unmarshal(b, &r.Summary); err != nil {
			err = fmt.Errorf("%s: %w; start over with --rerun", filepath.Join(dir, summaryFile), err)
		}
	}
	if err != nil && (Done(r.Status.State) || !errors.Is(err, os.ErrNotExist)) {
		return Record{}, halfDeleted(dir, err)
	}
	if b, err = r.Status.read(dir, metricsFile); err != nil {
		return Record{}, halfDeleted(dir, err)
	}
	if r.Metrics, err = ReadMetrics(bytes.NewReader(b)); err != nil {
		return Record{}, fmt.Errorf("%s: %w", filepath.Join(dir, metricsFile), err)
	}
	return r, nil
}

// Unchecked tells whether the run is of a version of zoo that recorded nothing about its
// files.
func (r Record) Unchecked() bool { return r.Status.ID == "" }

// ReadStatus reads only a run's status, as [Read] does.
func ReadStatus(dir string) (s Status, err error) {
	if s, err = readStatus(dir); err != nil {
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

// halfDeleted is err, or says what to do if err is that a file is missing.
func halfDeleted(dir string, err error) error {
	if errors.Is(err, os.ErrNotExist) && !errors.As(err, new(*DamagedError)) {
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
