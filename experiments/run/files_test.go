package run

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// whole is a complete run under root, with a further file.
func whole(t *testing.T, root, id string, loss float64) *Run {
	t.Helper()
	r, err := Open(root, "x-s1", id, Options{Config: []byte("name: " + id + "\n"), Now: clock()})
	must(t, err)
	resume(t, r)
	train(t, r, 0, 20)
	must(t, r.WriteFile("weights.bin", func(w io.Writer) error {
		_, err := io.WriteString(w, "weights of "+id)
		return err
	}))
	must(t, r.WriteSummary(Summary{"test.loss": loss}))
	must(t, r.SetStatus(Status{State: Complete, Step: 20, Epoch: 2}))
	must(t, r.Close())
	return r
}

// TestDamagedFiles: whatever happens to a file of a run, its readers report it, and the run
// continues from its checkpoints to the same end.
func TestDamagedFiles(t *testing.T) {
	cut := func(b, _ []byte) []byte { return b[:len(b)-1] }
	half := func(b, _ []byte) []byte { return b[:len(b)/2] }
	empty := func(b, _ []byte) []byte { return nil }
	more := func(b, _ []byte) []byte { return append(b, "x\n"...) }
	flip := func(b, _ []byte) []byte { b[len(b)/2] ^= 1; return b }
	other := func(_, o []byte) []byte { return o }
	for _, c := range []struct {
		name   string
		file   string
		damage func(b, other []byte) []byte // nil: deleted
		read   bool                         // whether Read, and not only Verify, finds it
	}{
		{"config cut", "config.yaml", cut, true},
		{"config empty", "config.yaml", empty, true},
		{"config edited", "config.yaml", flip, true},
		{"config of another run", "config.yaml", other, true},
		{"config deleted", "config.yaml", nil, true},
		{"status cut", "status.json", half, true},
		{"status empty", "status.json", empty, true},
		{
			name:   "status edited",
			file:   "status.json",
			damage: func(b, _ []byte) []byte { return []byte(strings.Replace(string(b), `"step": 20`, `"step": 21`, 1)) },
			read:   true,
		},
		{"status of another run", "status.json", other, true},
		{"summary cut", "summary.json", cut, true},
		{
			name:   "summary edited",
			file:   "summary.json",
			damage: func(b, _ []byte) []byte { return []byte(strings.Replace(string(b), "0.5", "0.6", 1)) },
			read:   true,
		},
		{"summary of another run", "summary.json", other, true},
		{"summary deleted", "summary.json", nil, true},
		{"metrics without their last line's end", "metrics.jsonl", cut, true},
		{"metrics halved", "metrics.jsonl", half, true},
		{"metrics empty", "metrics.jsonl", empty, true},
		{"metrics with more", "metrics.jsonl", more, true},
		{"metrics deleted", "metrics.jsonl", nil, true},
		{"weights edited", "weights.bin", flip, false},
		{"weights of another run", "weights.bin", other, false},
		{"weights deleted", "weights.bin", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			r, o := whole(t, root, "abc", 0.5), whole(t, root, "other", 0.25)
			name := filepath.Join(r.Dir(), c.file)
			if c.damage == nil {
				must(t, os.Remove(name))
			} else {
				must(t, os.WriteFile(name, c.damage([]byte(read(t, name)), []byte(read(t, o.Dir(), c.file))), 0o666))
			}
			var damaged *DamagedError
			if _, err := Read(r.Dir()); c.read != errors.As(err, &damaged) {
				t.Errorf("Read: have error %v", err)
			} else if c.read && !strings.HasPrefix(damaged.File, r.Dir()) {
				t.Errorf("the error names %s", damaged.File)
			}
			if _, err := Read(o.Dir()); err != nil {
				t.Errorf("the other run: %v", err)
			}
			again := open(t, root, Options{Config: []byte("name: abc\n")})
			if again.Status().State == Complete {
				notice, err := again.Verify()
				if ok := err == nil && strings.Contains(notice, "config.yaml is not as the run left it"); ok != strings.HasPrefix(c.name, "config") {
					t.Errorf("Verify: have notice %q, error %v", notice, err)
				} else if !ok && !errors.As(err, new(*DamagedError)) {
					t.Errorf("Verify: have error %v", err)
				}
			} else if c.file != "status.json" {
				t.Errorf("have status %+v", again.Status())
			}
			from, notice := resume(t, again)
			if from == nil || from.Step != 20 {
				t.Fatalf("it goes on from %+v", from)
			}
			if c.file == "status.json" && !strings.Contains(notice, "status.json is not as the run left it") {
				t.Errorf("have notice %q", notice)
			}
			must(t, again.WriteFile("weights.bin", func(w io.Writer) error { _, err := io.WriteString(w, "weights of abc"); return err }))
			must(t, again.WriteSummary(Summary{"test.loss": 0.5}))
			must(t, again.SetStatus(Status{State: Complete, Step: 20, Epoch: 2}))
			if notice, err := again.Verify(); notice != "" || err != nil {
				t.Errorf("after it went on: %q, %v", notice, err)
			}
			if _, err := Read(again.Dir()); err != nil {
				t.Errorf("after it went on: %v", err)
			}
		})
	}
}

// TestMovedRun: a run that was copied or renamed reads as before.
func TestMovedRun(t *testing.T) {
	root := t.TempDir()
	r := whole(t, root, "abc", 0.5)
	to := filepath.Join(root, "the best of all")
	must(t, os.CopyFS(to, os.DirFS(r.Dir())))
	if got, err := Read(to); err != nil || got.Status.State != Complete || got.Unchecked() {
		t.Errorf("have %+v, %v", got, err)
	}
}

// TestUnrecorded: a run that recorded nothing about its files can be read, and is recognised.
func TestUnrecorded(t *testing.T) {
	r := whole(t, t.TempDir(), "abc", 0.5)
	s := r.Status()
	s.ID, s.Files, s.SHA256 = "", nil, ""
	must(t, writeJSON(filepath.Join(r.Dir(), "status.json"), s))
	if got, err := Read(r.Dir()); err != nil || !got.Unchecked() || got.Status.State != Complete {
		t.Errorf("have %+v, %v", got, err)
	}
}

// TestForeignCheckpoint: a checkpoint of another run is an error.
func TestForeignCheckpoint(t *testing.T) {
	root := t.TempDir()
	r, o := whole(t, root, "abc", 0.5), whole(t, root, "other", 0.25)
	swap := func(name string) {
		must(t, os.WriteFile(filepath.Join(r.Dir(), "checkpoints", name), []byte(read(t, o.Dir(), "checkpoints", "last.safetensors")), 0o666))
	}
	swap("last.safetensors")
	again := open(t, root, Options{})
	c, notice, err := again.Checkpoint(Last)
	if err != nil || c.Step != 10 || !strings.Contains(notice, "this is a checkpoint of the run other, want abc; continuing from the previous one") {
		t.Errorf("have %+v, %q, %v", c, notice, err)
	}
	swap("last.safetensors.prev")
	if _, _, err := again.Checkpoint(Last); err == nil || !strings.Contains(err.Error(), "start over with --rerun") {
		t.Errorf("have error %v", err)
	}
	swap("best.safetensors")
	if _, _, err := again.Checkpoint(Best); err == nil || !strings.Contains(err.Error(), "train again with --rerun") {
		t.Errorf("have error %v", err)
	}
}

// TestAlteredMetrics: a change of records after the checkpoint is noticed.
func TestAlteredMetrics(t *testing.T) {
	root := t.TempDir()
	r := open(t, root, Options{})
	resume(t, r)
	train(t, r, 0, 10)
	must(t, r.Close())
	file := filepath.Join(r.Dir(), "metrics.jsonl")
	must(t, os.WriteFile(file, []byte(strings.Replace(read(t, file), "0.5", "0.4", 1)), 0o666))
	if _, notice := resume(t, open(t, root, Options{})); !strings.Contains(notice, "has other records than the checkpoint knows of") {
		t.Errorf("have notice %q", notice)
	}
}

// TestStatusOfAnyText: a status is read as it was written, whatever bytes its error has.
func TestStatusOfAnyText(t *testing.T) {
	root := t.TempDir()
	r := open(t, root, Options{})
	resume(t, r)
	must(t, r.SetStatus(Status{State: Failed, Error: "open \xff<a>&\u2028: no such file"}))
	must(t, r.Close())
	if s, err := ReadStatus(r.Dir()); err != nil || s.State != Failed || s.Error != "open \uFFFD<a>&\u2028: no such file" {
		t.Errorf("have %+v, %v", s, err)
	}
}
