package run

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"zoo/internal/atomicfile"
)

// The states of a run.
const (
	Running     = "running"
	Interrupted = "interrupted" // may be resumed
	Complete    = "complete"
	Diverged    = "diverged" // the loss became NaN or infinite, which is an outcome
	Failed      = "failed"   // with the error in the status; may be resumed
	Removed     = "removed"  // of a trial of a sweep whose run was removed
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
	Config  string    `json:"config"` // the hash of the config, without name, claim and the like
	Data    string    `json:"data"`   // the SHA-256 of the data
	Code    string    `json:"code"`
	Host    string    `json:"host"`
	PID     int       `json:"pid"`

	ID     string          `json:"id,omitempty"`     // of the run, with which its folder's name ends; empty in old runs, which recorded no files
	Files  map[string]File `json:"files,omitempty"`  // that the run has written, except those being written now
	SHA256 string          `json:"sha256,omitempty"` // of the status without this field
}

// signature is the SHA-256 of the status without that field.
func (s Status) signature() string {
	s.SHA256 = ""
	b, err := json.Marshal(s)
	if err != nil {
		return "" // a time that JSON cannot hold
	}
	return fileOf(b).SHA256
}

// SetStatus writes status.json. It takes State, Step, Epoch and Error from s; the run knows
// the rest.
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
	s.Error = strings.ToValidUTF8(s.Error, "\uFFFD") // as JSON stores it, so that the signature holds for what is read
	if r.metrics != nil {                            // the status may not promise more than the disk holds
		if err := r.metrics.Sync(); err != nil {
			return err
		}
	}
	s.ID, s.Files = r.id, r.recorded()
	return r.writeStatus(s)
}

func (r *Run) writeStatus(s Status) error {
	s.SHA256 = s.signature()
	if err := writeJSON(filepath.Join(r.dir, statusFile), s); err != nil {
		return err
	}
	r.status = s
	return nil
}

// A Summary is the final numbers of a run by name, such as test.accuracy, with a few texts
// and booleans. Numbers that JSON does not have are written as "NaN", "+Inf" and "-Inf".
type Summary map[string]any

// Float is the number of that name; ok is false if there is none.
func (s Summary) Float(name string) (v float64, ok bool) {
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
	return r.WriteFile(summaryFile, func(w io.Writer) error { return encode(w, s) })
}

func writeJSON(name string, v any) error {
	return atomicfile.WriteFile(name, func(w io.Writer) error { return encode(w, v) })
}

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// readStatus reads a status as it was written. If it is not JSON or does not match its
// SHA-256, the error is a [*DamagedError].
func readStatus(dir string) (s Status, err error) {
	name := filepath.Join(dir, statusFile)
	b, err := atomicfile.ReadFile(name)
	if err != nil {
		return Status{}, err
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return Status{}, &DamagedError{File: name, Why: err.Error()}
	}
	if s.ID+s.SHA256 != "" && s.SHA256 != s.signature() {
		return Status{}, &DamagedError{File: name, Why: "it does not have the SHA-256 that it carries"}
	}
	return s, nil
}
