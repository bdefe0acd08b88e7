package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zoo/internal/safetensors"
)

func TestDamagedCheckpoints(t *testing.T) {
	keep := func([]byte) []byte { panic("not called") }
	cut := func(b []byte) []byte { return b[:len(b)/2] }
	flip := func(b []byte) []byte { b[len(b)-3] ^= 4; return b }
	unsign := func(b []byte) []byte { return []byte(strings.Replace(string(b), "zoo.sha256", "zoo.sha255", 1)) }
	empty := func(b []byte) []byte { return nil }
	for _, c := range []struct {
		name       string
		last, prev func([]byte) []byte
		step       int // of the checkpoint used, 0 for an error
	}{
		{"neither", nil, nil, 20},
		{"last truncated", cut, nil, 10},
		{"last altered", flip, nil, 10},
		{"last without digest", unsign, nil, 10},
		{"last empty", empty, nil, 10},
		{"last deleted", keep, nil, 10},
		{"prev altered", nil, flip, 20},
		{"both altered", flip, flip, 0},
		{"last cut, prev deleted", cut, keep, 0},
		{"last deleted, prev cut", keep, cut, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			r := open(t, root, Options{})
			resume(t, r)
			train(t, r, 0, 20)
			must(t, r.Close())
			last := filepath.Join(r.Dir(), "checkpoints", "last.safetensors")
			for name, damage := range map[string]func([]byte) []byte{last: c.last, last + ".prev": c.prev} {
				if damage == nil {
					continue
				}
				b := []byte(read(t, name))
				if strings.Contains(c.name, filepath.Ext(name)[1:]+" deleted") || name == last && strings.HasPrefix(c.name, "last deleted") {
					must(t, os.Remove(name))
				} else {
					must(t, os.WriteFile(name, damage(b), 0o666))
				}
			}
			r = open(t, root, Options{})
			got, notice, err := r.Resume()
			if c.step == 0 {
				if err == nil || !strings.Contains(err.Error(), last+":") || !strings.Contains(err.Error(), last+".prev") ||
					!strings.Contains(err.Error(), "--rerun") {
					t.Errorf("have %+v, error %v", got, err)
				}
				return
			}
			must(t, err)
			if got.Step != c.step || (notice != "") != (c.step == 10) {
				t.Errorf("have step %d, notice %q, want step %d", got.Step, notice, c.step)
			}
			if notice != "" && (!strings.Contains(notice, last) || !strings.Contains(notice, "of step 10")) {
				t.Errorf("notice %q", notice)
			}
			// And it goes on to the same end.
			train(t, r, got.Step, 30)
			if end, _, err := r.Checkpoint(Last); err != nil || end.Step != 30 {
				t.Errorf("the end: %+v, %v", end, err)
			}
			if n := strings.Count(read(t, r.Dir(), "metrics.jsonl"), "\n"); n != 30 {
				t.Errorf("have %d records, want 30", n)
			}
		})
	}
}

func TestBestCheckpoint(t *testing.T) {
	r := open(t, t.TempDir(), Options{})
	resume(t, r)
	if c, notice, err := r.Checkpoint(Best); c != nil || notice != "" || err != nil {
		t.Errorf("have %v, %q, %v", c, notice, err)
	}
	must(t, r.SaveBest(checkpoint(5)))
	must(t, r.SaveBest(checkpoint(9)))
	if c, _, err := r.Checkpoint(Best); err != nil || c.Step != 9 {
		t.Errorf("have %v, %v", c, err)
	}
	// An earlier best is another result: a damaged one is not replaced by it.
	name := filepath.Join(r.Dir(), "checkpoints", "best.safetensors")
	must(t, os.Truncate(name, 100))
	if _, _, err := r.Checkpoint(Best); err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "--rerun") {
		t.Errorf("have error %v", err)
	}
}

func TestForeignFileIsNoCheckpoint(t *testing.T) {
	r := open(t, t.TempDir(), Options{})
	resume(t, r)
	name := filepath.Join(r.Dir(), "checkpoints", "best.safetensors")
	must(t, safetensors.WriteFile(name, map[string]string{"step": "-1", "epoch": "one"}))
	_, _, err := r.Checkpoint(Best)
	for _, want := range []string{`step is "-1"`, `epoch is "one"`, `batch is ""`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in: %v", want, err)
		}
	}
}
