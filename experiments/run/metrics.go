package run

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"

	"zoo/internal/atomicfile"
)

// A Metric is one record of metrics.jsonl, such as
//
//	{"step":938,"epoch":1,"split":"val","values":{"accuracy":0.981,"loss":0.061},"seconds":21.4}
type Metric struct {
	Step    int     `json:"step"`
	Epoch   int     `json:"epoch"`
	Split   string  `json:"split"` // train, val or test
	Values  Values  `json:"values"`
	Seconds float64 `json:"seconds"` // of training so far
}

// Values are numbers by name. JSON has no NaN and no infinity: they are written
// as the texts "NaN", "+Inf" and "-Inf", which Python's float() reads too.
type Values map[string]float64

// MarshalJSON is JSON with the names sorted.
func (v Values) MarshalJSON() ([]byte, error) {
	out := make(map[string]any, len(v))
	for name, f := range v {
		out[name] = jsonNumber(f)
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (v *Values) UnmarshalJSON(b []byte) error {
	var in map[string]any
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	*v = make(Values, len(in))
	for name, x := range in {
		f, ok := x.(float64)
		if s, text := x.(string); text {
			f, ok = parseSpecial(s)
		}
		if !ok {
			return fmt.Errorf("value %q: have %v, want a number, \"NaN\", \"+Inf\" or \"-Inf\"", name, x)
		}
		(*v)[name] = f
	}
	return nil
}

// A Number is written in JSON as one of the [Values].
type Number float64

// MarshalJSON is a JSON number, or one of the three texts.
func (n Number) MarshalJSON() ([]byte, error) { return json.Marshal(jsonNumber(float64(n))) }

// UnmarshalJSON reads what MarshalJSON writes.
func (n *Number) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		v, ok := parseSpecial(text)
		if !ok {
			return fmt.Errorf("have %q, want a number, \"NaN\", \"+Inf\" or \"-Inf\"", text)
		}
		*n = Number(v)
		return nil
	}
	return json.Unmarshal(b, (*float64)(n))
}

func jsonNumber(f float64) any {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "+Inf"
	case math.IsInf(f, -1):
		return "-Inf"
	}
	return f
}

func parseSpecial(s string) (float64, bool) {
	switch s {
	case "NaN":
		return math.NaN(), true
	case "+Inf":
		return math.Inf(1), true
	case "-Inf":
		return math.Inf(-1), true
	}
	return 0, false
}

// ReadMetrics reads metrics.jsonl. It leaves out a last line that a kill has cut short;
// any other line that is not a record is an error with its number.
func ReadMetrics(r io.Reader) ([]Metric, error) {
	var ms []Metric
	var bad error // of the previous line, which does not matter if it is the last one
	lines := bufio.NewReader(r)
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return ms, nil // a line without a newline was cut short
		}
		if err != nil {
			return nil, err
		}
		if bad != nil {
			return nil, bad
		}
		var m Metric
		if err := json.Unmarshal(line, &m); err != nil {
			bad = fmt.Errorf("line %d: %w", number, err)
			continue
		}
		ms = append(ms, m)
	}
}

// Log appends a record to metrics.jsonl and to the events, where the curves are named
// split/name. Log the records of a step before saving its checkpoint.
func (r *Run) Log(m Metric) error {
	if r.metrics == nil {
		return errors.New("run: Log before Resume")
	}
	line, err := json.Marshal(m)
	if err != nil {
		return err
	}
	n, err := r.metrics.WriteAt(append(line, '\n'), r.size)
	if err != nil { // such as a full disk: leave no part of a line behind
		return errors.Join(err, r.metrics.Truncate(r.size))
	}
	r.size += int64(n)
	r.sum.Write(append(line, '\n'))
	for _, name := range slices.Sorted(maps.Keys(m.Values)) {
		r.events.Scalar(m.Split+"/"+name, int64(m.Step), m.Values[name], r.options.Now())
	}
	return r.events.Flush()
}

// openMetrics cuts metrics.jsonl to the size that the checkpoint knows, and opens it for
// more. If the file is shorter, or is cut within a line, it keeps the whole lines, and the
// notice says so.
func (r *Run) openMetrics(known File) (notice string, err error) {
	name := filepath.Join(r.dir, metricsFile)
	b, err := os.ReadFile(name)
	absent := errors.Is(err, os.ErrNotExist)
	if err != nil && !absent {
		return "", err
	}
	kept := b[:min(known.Bytes, int64(len(b)))]
	kept = kept[:bytes.LastIndexByte(kept, '\n')+1]
	r.size, r.sum = int64(len(kept)), sha256.New()
	r.sum.Write(kept)
	switch {
	case r.size < known.Bytes:
		notice = fmt.Sprintf("%s has lost records: have %d bytes, want the %d that the checkpoint knows of; continuing without them",
			name, r.size, known.Bytes)
	case known.SHA256 != "" && fileOf(kept) != known:
		notice = fmt.Sprintf("%s has other records than the checkpoint knows of; continuing with them (--rerun trains the run again)", name)
	}
	if absent || len(kept) < len(b) {
		err := atomicfile.WriteFile(name, func(w io.Writer) error {
			_, err := w.Write(kept)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	r.metrics, err = os.OpenFile(name, os.O_WRONLY, 0) // O_APPEND would not allow Truncate on Windows
	return notice, err
}
