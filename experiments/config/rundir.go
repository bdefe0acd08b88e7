package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"zoo/experiments/run"
	"zoo/internal/strict"
)

// Files of a run directory.
const (
	RunFile     = "config.yaml"         // its config
	WeightsFile = "weights.safetensors" // the weights that the test saw, as PyTorch has them
)

// LoadRun resolves the config of a run, which must be as the run left it. The
// environment does not count.
func LoadRun(dir string, overrides ...string) (Config, error) {
	c := Defaults()
	if _, err := run.ReadFile(dir, RunFile); err != nil {
		return c, err
	}
	_, err := new(strict.Loader).Load(&c, filepath.Join(dir, RunFile), overrides)
	var unread *strict.Error
	if len(overrides) == 0 && errors.As(err, &unread) { // this build writes none that it cannot read
		more := ""
		if n := len(unread.Problems) - 1; n > 0 {
			more = fmt.Sprintf(" (and %d more)", n)
		}
		s, _ := run.ReadStatus(dir) // for its code only
		err = fmt.Errorf("%s is a run of another build of zoo (%.12s), whose config this one cannot read: %s: %s%s; use it with that build, or train it again with this one",
			dir, s.Code, unread.Problems[0].Key, unread.Problems[0].Message, more)
	}
	return c, err
}

// IsRun tells whether a path is the folder of a run.
func IsRun(path string) bool {
	_, err := os.Stat(filepath.Join(path, RunFile))
	return err == nil
}

// Of is the config of the folder of a run, or of an experiment by name or
// file.
func Of(name string) (Config, error) {
	if IsRun(name) {
		return LoadRun(name)
	}
	c, _, err := Load(name)
	return c, err
}

// NotARun says that a folder is not a run, and which one may have been meant.
func NotARun(dir string) error {
	if _, err := os.Stat(dir); err != nil {
		there, _ := run.List(filepath.Dir(dir)) // only for the hint
		if n := strict.Nearest(dir, there); n != "" {
			return fmt.Errorf("no run directory %s; did you mean %s?", dir, n)
		}
		return fmt.Errorf("no run directory %s; zoo run makes them, in the folder runs", dir)
	}
	return fmt.Errorf("%s is not a run directory: it has no %s", dir, RunFile)
}

// WeightsOf is the file of the weights that a name stands for: the folder of a
// run, or a file itself.
func WeightsOf(name string) string {
	if IsRun(name) {
		return filepath.Join(name, WeightsFile)
	}
	return name
}
