package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"zoo/experiments/run"
)

// A program whose output nobody reads ends without a message.
func TestNobodyReads(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r.Close()
	c := exec.Command("zoo", "list") // TestMain has put it there
	var stderr bytes.Buffer
	c.Stdout, c.Stderr = w, &stderr
	if err := c.Run(); err == nil {
		t.Error("it succeeded although nobody reads its output")
	}
	if stderr.Len() > 0 {
		t.Errorf("it says %q", stderr.String())
	}
}

// A trial whose sweep has died saves itself, although nobody reads its output.
func TestTrialWithoutItsSweep(t *testing.T) {
	t.Chdir(t.TempDir())
	const text = "name: long\nmodel: {name: mlp, depth: 2, width: 16}\ndata: {name: digits, val: 200}\n" +
		"train: {epochs: 1000000, batch: 50, log_steps: 1, optimizer: {name: adam, lr: 0.001}}\n"
	if err := os.WriteFile("long.yaml", []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("zoo", "sweep", "long.yaml", "--plan-out", "plan.json").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r.Close()
	c := exec.Command("zoo", "trial", "--plan", "plan.json", "--index", "0", "--attached")
	c.Stdout = w
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for range 300 { // until it has told of steps
		time.Sleep(100 * time.Millisecond)
		names, _ := filepath.Glob("runs/long-*/metrics.jsonl")
		if len(names) == 1 {
			if b, _ := os.ReadFile(names[0]); bytes.Count(b, []byte("\n")) > 10 {
				break
			}
		}
	}
	in.Close()
	c.Wait()
	if code := c.ProcessState.ExitCode(); code != 130 {
		t.Errorf("have exit code %d (%v), want 130", code, c.ProcessState)
	}
	dirs, err := run.List("runs")
	if err != nil || len(dirs) != 1 {
		t.Fatalf("have the runs %v, %v, want one", dirs, err)
	}
	if s, err := run.ReadStatus(dirs[0]); err != nil || s.State != run.Interrupted || s.Step == 0 {
		t.Errorf("have %+v, %v, want an interrupted run", s, err)
	}
	if _, err := os.Stat(filepath.Join(dirs[0], "checkpoints", "last.safetensors")); err != nil {
		t.Errorf("it has not saved itself: %v", err)
	}
}
