package train_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/experiments/run"
	"zoo/experiments/train"
)

// everything is a config with a bit of all that a checkpoint must hold: batch
// norm, dropout, momentum and averages of the gradient, an average of the
// weights, crops and mixtures, two batches a step, and the best evaluation so far,
// of which there are some within the epochs.
const everything = `
name: everything
model: {name: mlp, depth: 4, width: 24, residual: true, norm: batch, dropout: 0.2}
data: {name: digits, val: 200, crop: 1, jitter: {contrast: 0.2}}
task: {label_smoothing: 0.1, mixup: 0.4, cutmix: 1}
train:
  epochs: 4
  batch: 25
  accumulate: 2
  eval_steps: 10
  ema: 0.9
  clip_norm: 1
  optimizer: {name: adam, lr: 0.003}
  schedule: {name: cosine, warmup: 1}
  select: best
  log_steps: 7
`

func load(t testing.TB, text string, overrides ...string) config.Config {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	c, _, err := config.Load(file, overrides...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// watcher is a Monitor that keeps the epochs and calls step after each step.
type watcher struct {
	step    func(train.Step)
	epochs  []train.Epoch
	notices []string
	from    int
}

func (*watcher) Data(datasets.Step)                         {}
func (w *watcher) Begin(_ *train.Trial, _ string, step int) { w.from = step }
func (w *watcher) Epoch(e train.Epoch)                      { w.epochs = append(w.epochs, e) }
func (w *watcher) Notice(message string)                    { w.notices = append(w.notices, message) }
func (w *watcher) Step(s train.Step) {
	if w.step != nil {
		w.step(s)
	}
}

func execute(t testing.TB, c config.Config, root string) train.Outcome {
	t.Helper()
	out, err := train.Execute(context.Background(), c, train.RunOptions{Root: root, Every: time.Hour, Monitor: &watcher{}})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// watch trains a config with a Monitor.
func watch(t testing.TB, c config.Config, m train.Monitor) train.Outcome {
	t.Helper()
	out, err := train.Execute(context.Background(), c, train.RunOptions{Root: t.TempDir(), Every: time.Hour, Monitor: m})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// metrics are the records of a run, without the time they took.
func metrics(t testing.TB, dir string) string {
	t.Helper()
	r, err := run.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, m := range r.Metrics {
		m.Seconds = 0
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(b))
	}
	return strings.Join(lines, "\n")
}

// TestNobodyWatches runs a trial without a Monitor.
func TestNobodyWatches(t *testing.T) {
	out, err := train.Execute(context.Background(), load(t, everything), train.RunOptions{Root: t.TempDir(), Every: time.Hour})
	if err != nil || out.State != run.Complete {
		t.Errorf("have state %q and error %v", out.State, err)
	}
}

func TestInterruptedRunEndsWithTheSameBytes(t *testing.T) {
	c := load(t, everything)
	want := execute(t, c, t.TempDir())
	for _, stops := range [][]int{{1}, {25, 26, 27}, {52}, {104}, {3, 40, 77, 103}} { // 26 steps an epoch
		t.Run(fmt.Sprint(stops), func(t *testing.T) {
			root := t.TempDir()
			for _, stop := range stops {
				ctx, cancel := context.WithCancel(context.Background())
				w := &watcher{step: func(s train.Step) {
					if s.Step == stop {
						cancel()
					}
				}}
				out, err := train.Execute(ctx, c, train.RunOptions{Root: root, Every: time.Hour, Monitor: w})
				if !errors.Is(err, context.Canceled) || out.State != run.Interrupted {
					t.Fatalf("stopped at step %d: have state %q and error %v", stop, out.State, err)
				}
			}
			have := execute(t, c, root)
			if have.Summary["weights_sha256"] != want.Summary["weights_sha256"] || have.Summary["test.loss"] != want.Summary["test.loss"] {
				t.Errorf("have %v, want %v", have.Summary, want.Summary)
			}
			if h, w := metrics(t, have.Dir), metrics(t, want.Dir); h != w {
				t.Errorf("have metrics\n%s\nwant\n%s", h, w)
			}
		})
	}
}

// TestKilledRun is the same for SIGKILL, and for another number of threads: a
// process of its own trains, with a checkpoint at every step, is killed at
// random moments and started again.
func TestKilledRun(t *testing.T) {
	if root := os.Getenv("ZOO_TEST_ROOT"); root != "" {
		t.Setenv("ZOO_TEST_ROOT", "") // not a setting
		os.Unsetenv("ZOO_TEST_ROOT")
		c := load(t, everything)
		out, err := train.Execute(context.Background(), c, train.RunOptions{Root: root, Every: 0, Monitor: &watcher{step: func(train.Step) { time.Sleep(5 * time.Millisecond) }}})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("weights", out.Summary["weights_sha256"])
		return
	}
	want := execute(t, load(t, everything), t.TempDir()).Summary["weights_sha256"]
	r := rand.New(rand.NewPCG(1, 1))
	for _, threads := range []string{"1", "2"} {
		root := t.TempDir()
		kills := 0
		for {
			cmd := exec.Command(os.Args[0], "-test.run=^TestKilledRun$", "-test.v")
			cmd.Env = append(os.Environ(), "ZOO_TEST_ROOT="+root, "GOMAXPROCS="+threads)
			var out strings.Builder
			cmd.Stdout, cmd.Stderr = &out, &out
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if kills < 4 {
				timer := time.AfterFunc(time.Duration(100+r.IntN(400))*time.Millisecond, func() { cmd.Process.Kill() })
				if cmd.Wait() != nil {
					kills++
				}
				timer.Stop()
				if !strings.Contains(out.String(), "weights") {
					continue
				}
			} else if err := cmd.Wait(); err != nil {
				t.Fatalf("%v\n%s", err, out.String())
			}
			if !strings.Contains(out.String(), fmt.Sprintf("weights %v\n", want)) {
				t.Fatalf("GOMAXPROCS=%s, after %d kills: want weights %v, have\n%s", threads, kills, want, out.String())
			}
			t.Logf("GOMAXPROCS=%s: the same weights after %d kills", threads, kills)
			break
		}
	}
}

func TestCompleteRunIsNotRepeated(t *testing.T) {
	c, root := load(t, everything), t.TempDir()
	first := execute(t, c, root)
	again := execute(t, c, root)
	if first.Before || !again.Before || again.Dir != first.Dir || again.Summary["weights_sha256"] != first.Summary["weights_sha256"] {
		t.Errorf("first %+v, then %+v", first, again)
	}
	c.Claim, c.Data.Root = "in other words", ""
	if other := execute(t, c, root); other.Dir != first.Dir {
		t.Error("the words of a config change its run")
	}
	c.Seed++
	if other := execute(t, c, root); other.Before || other.Dir == first.Dir {
		t.Error("another seed is taken for the same run")
	}
}

func TestDamagedCheckpoint(t *testing.T) {
	c := load(t, everything)
	want := execute(t, c, t.TempDir()).Summary["weights_sha256"]
	root := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	w := &watcher{step: func(s train.Step) {
		if s.Step == 60 {
			cancel()
		}
	}}
	out, err := train.Execute(ctx, c, train.RunOptions{Root: root, Every: time.Hour, Monitor: w})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(out.Dir, "checkpoints", "last.safetensors"), 1000); err != nil {
		t.Fatal(err)
	}
	w = &watcher{}
	have, err := train.Execute(context.Background(), c, train.RunOptions{Root: root, Every: time.Hour, Monitor: w})
	if err != nil {
		t.Fatal(err)
	}
	if len(w.notices) != 1 || !strings.Contains(w.notices[0], "last.safetensors") || w.from != 52 {
		t.Errorf("continued from step %d with notices %q, want step 52 and a notice", w.from, w.notices)
	}
	if have.Summary["weights_sha256"] != want {
		t.Errorf("have weights %v, want %v", have.Summary["weights_sha256"], want)
	}
}

func TestDivergenceIsAnOutcome(t *testing.T) {
	c := load(t, everything, "train.optimizer.name=sgd", "train.optimizer.lr=1e6", "model.norm=none", "train.clip_norm=0", "train.schedule.name=constant")
	out := execute(t, c, t.TempDir())
	if out.State != run.Diverged || out.Summary["diverged"] != true {
		t.Fatalf("have %+v", out)
	}
	because, _ := out.Summary["diverged_because"].(string)
	if !strings.Contains(because, "fc") {
		t.Errorf("the cause %q names no layer", because)
	}
	r, err := run.Read(out.Dir)
	if err != nil || r.Status.State != run.Diverged {
		t.Errorf("have status %+v, error %v", r.Status, err)
	}
}

// TestDivergedAbove: a config says from which loss on a run is lost.
func TestDivergedAbove(t *testing.T) {
	out := execute(t, load(t, everything, "train.diverged_above=1.5"), t.TempDir())
	because, _ := out.Summary["diverged_because"].(string)
	if out.State != run.Diverged || !strings.Contains(because, "above train.diverged_above, 1.5") || out.Summary["diverged_above"] != 1.5 {
		t.Errorf("have %+v", out)
	}
	if out := execute(t, load(t, everything, "train.diverged_above=1000"), t.TempDir()); out.State != run.Complete {
		t.Errorf("have state %s, want %s", out.State, run.Complete)
	}
}

func TestEarlyStop(t *testing.T) {
	c := load(t, everything, "train.epochs=50", "train.eval_steps=0", "train.early_stop.patience=2", "train.early_stop.min_delta=0.5")
	w := &watcher{}
	out, err := train.Execute(context.Background(), c, train.RunOptions{Root: t.TempDir(), Every: time.Hour, Monitor: w})
	if err != nil {
		t.Fatal(err)
	}
	// The first epoch is better than nothing; none is better by a half after that.
	if len(w.epochs) != 3 || out.Summary["epochs"] != 3 {
		t.Errorf("have %d epochs, want 3", len(w.epochs))
	}
}

// TestSelectBest: the numbers of the test are those of the best epoch's weights.
func TestSelectBest(t *testing.T) {
	out := execute(t, load(t, everything), t.TempDir())
	last := execute(t, load(t, everything, "train.select=last"), t.TempDir())
	best := int(out.Summary["best_epoch"].(int))
	if out.Summary["selected_epoch"] != best || last.Summary["selected_epoch"] != 4 {
		t.Errorf("have epochs %v and %v", out.Summary["selected_epoch"], last.Summary["selected_epoch"])
	}
	if out.Summary["best_step"] == 104 && out.Summary["weights_sha256"] != last.Summary["weights_sha256"] {
		t.Error("the best epoch is the last, but the weights differ")
	}
}

// TestLastStepDiverges: the weights of the last step are judged by the losses on
// val and test, as no training loss comes after it.
func TestLastStepDiverges(t *testing.T) {
	blowUp := []string{"train.steps=1", "train.optimizer.name=sgd", "train.optimizer.lr=1e38", "model.norm=none", "train.clip_norm=0", "train.ema=0", "train.schedule.name=constant", "train.schedule.warmup=0", "train.eval_steps=0"}
	for _, c := range []struct{ part, val, selection string }{{"val", "200", "best"}, {"test", "0", "last"}} {
		out := execute(t, load(t, everything, append(blowUp, "data.val="+c.val, "train.select="+c.selection)...), t.TempDir())
		because, _ := out.Summary["diverged_because"].(string)
		if out.State != run.Diverged || !strings.Contains(because, "loss on "+c.part) {
			t.Errorf("have state %s because %q, want diverged by the loss on %s", out.State, because, c.part)
		}
	}
}

// TestInterruptedAndNotSaved: an interruption whose checkpoint cannot be written
// is a failure, and is not called saved.
func TestInterruptedAndNotSaved(t *testing.T) {
	root := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	w := &watcher{step: func(s train.Step) {
		if s.Step == 3 {
			dirs, err := run.List(root)
			if err != nil || len(dirs) != 1 {
				t.Fatalf("have runs %v, error %v", dirs, err)
			}
			checkpoints := filepath.Join(dirs[0], "checkpoints")
			if err := os.RemoveAll(checkpoints); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(checkpoints, nil, 0o666); err != nil { // no folder: nothing can be written there
				t.Fatal(err)
			}
			cancel()
		}
	}}
	out, err := train.Execute(ctx, load(t, everything), train.RunOptions{Root: root, Every: time.Hour, Monitor: w})
	if err == nil || errors.Is(err, context.Canceled) || out.State != run.Failed {
		t.Errorf("have state %q and error %v, want a failure to save", out.State, err)
	}
}
