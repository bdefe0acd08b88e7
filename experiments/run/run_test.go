package run

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"zoo/internal/safetensors"
)

// clock is a time that advances by a second with every call.
func clock() func() time.Time {
	now := time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC)
	return func() time.Time {
		now = now.Add(time.Second)
		return now
	}
}

func open(t testing.TB, root string, o Options) *Run {
	t.Helper()
	if o.Config == nil {
		o.Config = []byte("name: x\n")
	}
	if o.Now == nil {
		o.Now = clock()
	}
	r, err := Open(root, "x-s1", "abc", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func resume(t testing.TB, r *Run) (*Checkpoint, string) {
	t.Helper()
	c, notice, err := r.Resume()
	if err != nil {
		t.Fatal(err)
	}
	return c, notice
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// checkpoint is a checkpoint with the step in its tensor.
func checkpoint(step int) Checkpoint {
	return Checkpoint{Step: step, Epoch: step / 10, Batch: step % 10,
		Tensors: []safetensors.Tensor{{Name: "w", Shape: []int{2}, Data: []float32{float32(step), 1}}},
		Meta:    map[string]string{"best": "0.5"}}
}

// train logs the steps from+1 to to, with a checkpoint every ten.
func train(t testing.TB, r *Run, from, to int) {
	t.Helper()
	for step := from + 1; step <= to; step++ {
		must(t, r.Log(Metric{step, step / 10, "train", Values{"loss": 1 / float64(step)}, 0}))
		if step%10 == 0 {
			must(t, r.SaveCheckpoint(checkpoint(step)))
		}
	}
}

func read(t testing.TB, name ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(name...))
	must(t, err)
	return string(b)
}

func TestWholeRun(t *testing.T) {
	root := t.TempDir()
	r := open(t, root, Options{Config: []byte("seed: 1\n"), Code: "v1"})
	if r.Status().State != "" || r.Dir() != filepath.Join(root, "x-s1-abc") {
		t.Errorf("a new run: %+v in %s", r.Status(), r.Dir())
	}
	if c, notice := resume(t, r); c != nil || notice != "" {
		t.Errorf("a new run has checkpoint %v, notice %q", c, notice)
	}
	if s := r.Status(); s.State != Running || s.Code != "v1" || s.PID != os.Getpid() || s.Host == "" {
		t.Errorf("status %+v", s)
	}
	train(t, r, 0, 10)
	must(t, r.SaveBest(checkpoint(7)))
	must(t, r.Log(Metric{10, 1, "test", Values{"loss": math.NaN(), "up": math.Inf(1), "down": math.Inf(-1)}, 2.5}))
	must(t, r.WriteSummary(Summary{"test.loss": math.Inf(1), "test.accuracy": float32(0.5), "steps": 10, "diverged": false, "data": "sha256:1"}))
	must(t, r.SetStatus(Status{State: Complete, Step: 10, Epoch: 1}))
	must(t, r.Close())

	got, err := Read(r.Dir())
	must(t, err)
	if got.Name != "x-s1-abc" || string(got.Config) != "seed: 1\n" || got.Status.State != Complete || got.Status.Step != 10 {
		t.Errorf("record %+v", got)
	}
	if !got.Status.Started.Before(got.Status.Updated) {
		t.Errorf("started %v, updated %v", got.Status.Started, got.Status.Updated)
	}
	for name, want := range map[string]float64{"test.loss": math.Inf(1), "test.accuracy": 0.5, "steps": 10} {
		if have, ok := got.Summary.Float(name); !ok || have != want {
			t.Errorf("%s: have %v, %v, want %v", name, have, ok, want)
		}
	}
	for _, name := range []string{"data", "diverged", "nothing"} {
		if f, ok := got.Summary.Float(name); ok {
			t.Errorf("%s is the number %v", name, f)
		}
	}
	if len(got.Metrics) != 11 || !reflect.DeepEqual(got.Metrics[1], Metric{2, 0, "train", Values{"loss": 0.5}, 0}) {
		t.Errorf("metrics %+v", got.Metrics)
	}
	last := got.Metrics[10]
	if v := last.Values; !math.IsNaN(v["loss"]) || v["up"] != math.Inf(1) || v["down"] != math.Inf(-1) || last.Seconds != 2.5 {
		t.Errorf("special values came back as %v", last)
	}
	best, notice, err := r.Checkpoint(Best)
	if err != nil || notice != "" || best.Step != 7 || !reflect.DeepEqual(best.Tensors, checkpoint(7).Tensors) ||
		!reflect.DeepEqual(best.Meta, checkpoint(7).Meta) {
		t.Errorf("best: %+v, %q, %v", best, notice, err)
	}
	dirs, err := List(root)
	if err != nil || !slices.Equal(dirs, []string{r.Dir()}) {
		t.Errorf("List: %v, %v", dirs, err)
	}
	if events, _ := filepath.Glob(filepath.Join(r.Dir(), "tensorboard", "*tfevents*")); len(events) != 1 {
		t.Errorf("events: %v", events)
	}

	// Opening a complete run changes nothing.
	before := read(t, r.Dir(), "status.json") + read(t, r.Dir(), "metrics.jsonl")
	again := open(t, root, Options{Code: "v2"})
	if again.Status().State != Complete {
		t.Errorf("status %+v", again.Status())
	}
	must(t, again.Close())
	if read(t, r.Dir(), "status.json")+read(t, r.Dir(), "metrics.jsonl") != before {
		t.Error("Open changed the run")
	}
}

// The exact text, as other programs read it.
func TestMetricsFormat(t *testing.T) {
	r := open(t, t.TempDir(), Options{})
	resume(t, r)
	must(t, r.Log(Metric{938, 1, "val", Values{"loss": 0.061, "accuracy": 0.981, "z": math.NaN()}, 21.4}))
	const want = `{"step":938,"epoch":1,"split":"val","values":{"accuracy":0.981,"loss":0.061,"z":"NaN"},"seconds":21.4}` + "\n"
	if have := read(t, r.Dir(), "metrics.jsonl"); have != want {
		t.Errorf("have %s\nwant %s", have, want)
	}
}

func TestResumeDropsWhatComesAgain(t *testing.T) {
	whole := open(t, t.TempDir(), Options{})
	resume(t, whole)
	train(t, whole, 0, 40)
	must(t, whole.Log(Metric{40, 4, "test", Values{"loss": 2}, 0}))

	for name, damage := range map[string]func(dir string){
		"killed": func(string) {},
		"torn line": func(dir string) {
			f, err := os.OpenFile(filepath.Join(dir, "metrics.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
			must(t, err)
			f.WriteString(`{"step":28,"ep`)
			must(t, f.Close())
		},
		"temporaries": func(dir string) {
			must(t, os.WriteFile(filepath.Join(dir, ".status.json.00000000.tmp"), []byte("{"), 0o666))
			must(t, os.WriteFile(filepath.Join(dir, "checkpoints", ".last.safetensors.00000000.tmp"), []byte("half"), 0o666))
		},
		"between two renames": func(dir string) { // of the checkpoint of step 20
			last := filepath.Join(dir, "checkpoints", "last.safetensors")
			must(t, os.Remove(last+".prev"))
			must(t, os.Link(last, filepath.Join(dir, "checkpoints", ".last.safetensors.00000001.tmp")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			r := open(t, root, Options{})
			resume(t, r)
			train(t, r, 0, 27)
			must(t, r.WriteSummary(Summary{"stale": true}))
			must(t, r.Close())
			damage(r.Dir())

			if got, err := Read(r.Dir()); err != nil || got.Status.State != Interrupted {
				t.Errorf("a killed run reads as %q, %v", got.Status.State, err)
			}
			r = open(t, root, Options{})
			c, notice := resume(t, r)
			if c == nil || c.Step != 20 || c.Epoch != 2 || c.Batch != 0 || notice != "" {
				t.Fatalf("resumed from %+v, %q", c, notice)
			}
			if got, err := Read(r.Dir()); err != nil || got.Status.State != Running || got.Summary != nil {
				t.Errorf("a resumed run reads as %+v, %v", got, err)
			}
			train(t, r, c.Step, 40)
			must(t, r.Log(Metric{40, 4, "test", Values{"loss": 2}, 0}))
			for _, file := range []string{"metrics.jsonl", "checkpoints/last.safetensors", "checkpoints/last.safetensors.prev"} {
				if read(t, r.Dir(), file) != read(t, whole.Dir(), file) {
					t.Errorf("%s differs from the uninterrupted run's", file)
				}
			}
			hidden, _ := filepath.Glob(filepath.Join(r.Dir(), ".*"))
			more, _ := filepath.Glob(filepath.Join(r.Dir(), "*", ".*"))
			if len(hidden)+len(more) > 0 {
				t.Errorf("left behind: %v %v", hidden, more)
			}
		})
	}
}

// A record that was logged after the last checkpoint, at the same step, will be logged again,
// too: its step does not matter.
func TestResumeAfterTheTestRecord(t *testing.T) {
	root := t.TempDir()
	r := open(t, root, Options{})
	resume(t, r)
	train(t, r, 0, 10)
	before := read(t, r.Dir(), "metrics.jsonl")
	must(t, r.Log(Metric{10, 1, "test", Values{"loss": 2}, 0}))
	must(t, r.Close())
	r = open(t, root, Options{})
	resume(t, r)
	if read(t, r.Dir(), "metrics.jsonl") != before {
		t.Error("the test record would be there twice")
	}
}

func TestLostMetricsAreNoticed(t *testing.T) {
	for name, damage := range map[string]func(name, text string) error{
		"deleted":   func(name, _ string) error { return os.Remove(name) },
		"shortened": func(name, text string) error { return os.WriteFile(name, []byte(text[:len(text)-5]), 0o666) },
		"edited":    func(name, text string) error { return os.WriteFile(name, []byte("xx"+text), 0o666) },
	} {
		root := t.TempDir()
		r := open(t, root, Options{})
		resume(t, r)
		train(t, r, 0, 10)
		must(t, r.Close())
		file := filepath.Join(r.Dir(), "metrics.jsonl")
		must(t, damage(file, read(t, file)))
		r = open(t, root, Options{})
		c, notice := resume(t, r)
		if c == nil || !strings.Contains(notice, "metrics.jsonl has lost records") {
			t.Errorf("%s: %v, notice %q", name, c, notice)
		}
		must(t, r.Log(Metric{Step: 11}))
		if text := read(t, file); !strings.HasSuffix("\n"+text, "\n"+`{"step":11,"epoch":0,"split":"","values":{},"seconds":0}`+"\n") {
			t.Errorf("%s: the next record is not on a line of its own: %q", name, text)
		}
		must(t, r.Close())
	}
}

func TestFresh(t *testing.T) {
	root := t.TempDir()
	r := open(t, root, Options{})
	resume(t, r)
	train(t, r, 0, 20)
	must(t, r.SetStatus(Status{State: Complete, Step: 20}))
	mine := filepath.Join(r.Dir(), "notes.txt")
	must(t, os.WriteFile(mine, nil, 0o666))
	must(t, r.Close())
	r = open(t, root, Options{Fresh: true})
	if r.Status().State != "" {
		t.Errorf("status %+v", r.Status())
	}
	if c, notice := resume(t, r); c != nil || notice != "" {
		t.Errorf("have %v, %q", c, notice)
	}
	if read(t, r.Dir(), "metrics.jsonl") != "" {
		t.Error("metrics of the discarded run")
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error("the user's own file was discarded")
	}
}

func TestBadNames(t *testing.T) {
	for _, name := range []string{"", "a/b", "../a", "/"} {
		if _, err := Open(t.TempDir(), name, "abc", Options{}); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", name)) {
			t.Errorf("name %q: have error %v", name, err)
		}
	}
}

func TestBeforeResume(t *testing.T) {
	r := open(t, t.TempDir(), Options{})
	if r.Log(Metric{}) == nil || r.SaveCheckpoint(Checkpoint{}) == nil {
		t.Error("a run that has not begun was written to")
	}
	resume(t, r)
	if err := r.SaveCheckpoint(Checkpoint{Meta: map[string]string{"step": "1"}}); err == nil || !strings.Contains(err.Error(), `"step"`) {
		t.Errorf("a reserved key: %v", err)
	}
}

func TestReadErrors(t *testing.T) {
	root := t.TempDir()
	if _, err := Read(root); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "is not a run") {
		t.Errorf("have error %v", err)
	}
	if dirs, err := List(filepath.Join(root, "nowhere")); dirs != nil || err != nil {
		t.Errorf("have %v, %v", dirs, err)
	}
	r := open(t, root, Options{})
	resume(t, r)
	train(t, r, 0, 3)
	must(t, r.Close())
	for _, file := range []string{"status.json", "metrics.jsonl", "summary.json"} {
		name := filepath.Join(r.Dir(), file)
		good, missing := os.ReadFile(name)
		must(t, os.WriteFile(name, []byte("{\"step\": nonsense\n{}\n"), 0o666))
		if _, err := Read(r.Dir()); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: have error %v", file, err)
		}
		if missing != nil {
			must(t, os.Remove(name))
		} else {
			must(t, os.WriteFile(name, good, 0o666))
		}
	}
	if _, err := Read(r.Dir()); err != nil {
		t.Error(err)
	}
}
