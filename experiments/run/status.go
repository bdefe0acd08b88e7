package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"zoo/internal/atomicfile"
)

// The states of a run.
const (
	Running     = "running"
	Interrupted = "interrupted" // may be resumed
	Complete    = "complete"
	Diverged    = "diverged" // the loss became NaN or infinite: an outcome, not an accident
	Failed      = "failed"   // by the error in the status; may be resumed
	Removed     = "removed"  // of a trial of a sweep: there is no run any more
)

// Done tells whether a run in this state has an outcome.
func Done(state string) bool { return state == Complete || state == Diverged }

// A Status says how far a run is.
type Status struct {
	State   string    `json:"state"`
	Step    int       `json:"step"`  // training steps done
	Epoch   int       `json:"epoch"` // epochs done
	Error   string    `json:"error,omitempty"`
	Started time.Time `json:"started"` // by the first process
	Updated time.Time `json:"updated"`
	Config  string    `json:"config"` // the hash of the config, without its words
	Data    string    `json:"data"`   // the SHA-256 of the data
	Code    string    `json:"code"`
	Host    string    `json:"host"`
	PID     int       `json:"pid"`
}

// SetStatus writes status.json. Only State, Step, Epoch and Error are taken
// from s; the run knows the rest.
func (r *Run) SetStatus(s Status) error {
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	s.Updated = r.options.Now()
	s.Started = r.status.Started
	if s.Started.IsZero() {
		s.Started = s.Updated
	}
	s.Config, s.Data, s.Code = r.options.Key, r.options.Data, r.options.Code
	s.Host, s.PID = host, os.Getpid()
	if err := writeJSON(filepath.Join(r.dir, statusFile), s); err != nil {
		return err
	}
	r.status = s
	return nil
}

// A Summary is the final numbers of a run by name, such as test.accuracy, and a
// few texts and truth values. A number that JSON does not have is written as
// the text "NaN", "+Inf" or "-Inf".
type Summary map[string]any

// Float is the number of a name; false if there is none.
func (s Summary) Float(name string) (float64, bool) {
	switch v := s[name].(type) {
	case float64:
		return v, true
	case float32:
		return float64(v), true
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case string:
		return parseSpecial(v)
	}
	return 0, false
}

// MarshalJSON is JSON with the names sorted.
func (s Summary) MarshalJSON() ([]byte, error) {
	out := make(map[string]any, len(s))
	for name, v := range s {
		switch f := v.(type) {
		case float64:
			v = jsonNumber(f)
		case float32:
			v = jsonNumber(float64(f))
		}
		out[name] = v
	}
	return json.Marshal(out)
}

// WriteSummary writes summary.json.
func (r *Run) WriteSummary(s Summary) error {
	return writeJSON(filepath.Join(r.dir, summaryFile), s)
}

func writeJSON(name string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return atomicfile.WriteFile(name, func(w io.Writer) error {
		_, err := w.Write(append(b, '\n'))
		return err
	})
}

func readJSON(name string, v any) error {
	b, err := atomicfile.ReadFile(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%s: %w", name, errors.Join(err, errors.New("start over with --rerun")))
	}
	return nil
}
