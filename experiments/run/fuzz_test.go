package run

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

// FuzzStatus: a status is read, or is an error; what is read is written as the same.
func FuzzStatus(f *testing.F) {
	s := Status{State: Complete, Step: 3, Started: time.Unix(1, 2).UTC(), ID: "abc", Files: map[string]File{"config.yaml": fileOf([]byte("x"))}}
	s.SHA256 = s.signature()
	whole, err := json.Marshal(s)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"", "{", "null", "[]", `{"state":"complete"}`, `{"started":"9999-12-31T23:59:59+23:59"}`, `{"files":{"metrics.jsonl":{"bytes":-1}}}`, string(whole), string(whole[:len(whole)/2])} {
		f.Add([]byte(seed), []byte("name: x\n"))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, status, config []byte) {
		for name, b := range map[string][]byte{"status.json": status, "config.yaml": config, "metrics.jsonl": config, "summary.json": config} {
			if err := os.WriteFile(filepath.Join(dir, name), b, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		Read(dir)
		s, err := readStatus(dir)
		if err != nil {
			return
		}
		if err := writeJSON(filepath.Join(dir, "status.json"), s); err != nil {
			t.Fatal(err)
		}
		if again, err := readStatus(dir); err != nil || !reflect.DeepEqual(again, s) && again.signature() != s.signature() {
			t.Errorf("have %+v, %v, want %+v", again, err, s)
		}
	})
}

// FuzzMetrics: records are read or are an error, and what is read is written as lines
// that read as the same.
func FuzzMetrics(f *testing.F) {
	for _, seed := range []string{
		"", "\n", "{}\n", "{", "null\n{}\n", `{"step":938,"epoch":1,"split":"val","values":{"accuracy":0.981,"loss":"NaN"},"seconds":21.4}` + "\n",
		`{"values":{"x":"+Inf","y":1e400}}` + "\n", `{"step":1}` + "\n" + `{"step":2`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		ms, err := ReadMetrics(bytes.NewReader(b))
		if err != nil {
			return
		}
		var out bytes.Buffer
		for _, m := range ms {
			line, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			out.Write(append(line, '\n'))
		}
		again, err := ReadMetrics(&out)
		if err != nil || len(again) != len(ms) {
			t.Errorf("have %d records, %v, want %d", len(again), err, len(ms))
		}
	})
}
