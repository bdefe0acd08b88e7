package sweep

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"zoo/internal/atomicfile"
)

// failuresFile holds the errors of the trials that failed when they were last
// tried, by the hashes of their configs: the folder of such a trial may not even exist.
// For a trial whose run was removed it holds run.Removed.
const failuresFile = "failures.json"

func readFailures(dir string) (map[string]string, error) {
	failures := map[string]string{}
	name := filepath.Join(dir, failuresFile)
	b, err := atomicfile.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return failures, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &failures)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w; remove it", name, err)
	}
	return failures, nil
}

func writeFailures(dir string, failures map[string]string) error {
	return atomicfile.WriteFile(filepath.Join(dir, failuresFile), func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", " ")
		return e.Encode(failures)
	})
}
