package run

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"zoo/internal/safetensors"
)

// walk is a training of 60 steps, each of which depends on the previous one.
func walk(t *testing.T, root string, sync func(step int)) {
	r := open(t, root, Options{})
	c, _ := resume(t, r)
	w, from := []float32{1}, 0
	if c != nil {
		var err error
		w, err = c.Tensors[0].Float32()
		must(t, err)
		from = c.Step
	}
	for step := from + 1; step <= 60; step++ {
		w[0] = 3.7 * w[0] / 4 * (2 - w[0]) // chaotic: a step lost or repeated shows
		must(t, r.Log(Metric{step, 0, "train", Values{"w": float64(w[0])}, 0}))
		if step%3 == 0 {
			must(t, r.SaveCheckpoint(Checkpoint{Step: step, Tensors: []safetensors.Tensor{{Name: "w", Shape: []int{1}, Data: w}}}))
		}
		sync(step)
	}
	must(t, r.WriteSummary(Summary{"w": w[0]}))
	must(t, r.SetStatus(Status{State: Complete, Step: 60}))
	must(t, r.Close())
}

// A process that is killed by SIGKILL at random moments, and started again each time, ends
// with the same bytes as one that was not killed.
func TestSIGKILL(t *testing.T) {
	if root := os.Getenv("RUN_TEST_KILL"); root != "" {
		walk(t, root, func(int) { time.Sleep(time.Millisecond) })
		return
	}
	alone := t.TempDir()
	walk(t, alone, func(int) {})
	want, err := Read(alone + "/x-s1-abc")
	must(t, err)

	root := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	kills := 0
	for ; ; kills++ {
		if kills == 100 {
			t.Fatal("no progress in 100 starts")
		}
		child := exec.Command(os.Args[0], "-test.run=^TestSIGKILL$")
		child.Env = append(os.Environ(), "RUN_TEST_KILL="+root)
		must(t, child.Start())
		timer := time.AfterFunc(time.Duration(20+random.IntN(40+20*kills))*time.Millisecond, func() { child.Process.Kill() })
		err := child.Wait()
		alone := timer.Stop()
		if err == nil {
			break
		}
		if alone { // it was not killed
			t.Fatalf("start %d: %v", kills, err)
		}
	}
	if kills == 0 {
		t.Error("the first start was not killed: nothing was tested")
	}
	got, err := Read(root + "/x-s1-abc")
	must(t, err)
	if fmt.Sprint(got.Metrics) != fmt.Sprint(want.Metrics) || got.Status.State != Complete {
		t.Errorf("after %d kills: %d records in state %s, want the %d of a run left alone",
			kills, len(got.Metrics), got.Status.State, len(want.Metrics))
	}
	for _, file := range []string{"metrics.jsonl", "checkpoints/last.safetensors"} {
		if read(t, got.Dir, file) != read(t, want.Dir, file) {
			t.Errorf("after %d kills %s differs", kills, file)
		}
	}
	// After a kill between the two renames of a checkpoint the previous one is an earlier one.
	previous, err := readCheckpoint(got.Dir + "/checkpoints/last.safetensors.prev")
	if must(t, err); previous.Step >= 60 {
		t.Errorf("after %d kills the checkpoint before the last is of step %d", kills, previous.Step)
	}
	t.Logf("%d kills", kills)
}
