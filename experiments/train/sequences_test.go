package train_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"zoo/experiments/run"
	"zoo/experiments/train"
)

// buckets has sequences of three lengths, each with programs of its own.
const buckets = `
name: buckets
model: {name: gpt, dim: 16, depth: 1, heads: 2, context: 24, dropout: 0.1}
data: {name: reverse, vocabulary: 5, length: 12, least: 2, buckets: [4, 8, 12], train: 200, val: 50, test: 50}
train: {epochs: 2, batch: 8, eval_batch: 16, accumulate: 3, eval_steps: 5, clip_norm: 1, optimizer: {name: adam, lr: 0.003}, log_steps: 4, select: best}
`

// streams carries the state of a network from batch to batch.
const streams = `
name: streams
model: {name: rnn, units: 8}
data: {name: tinyshakespeare, length: 40, stream: true, val: 0.01, test: 0.01}
train: {steps: 30, batch: 16, eval_batch: 8, eval_steps: 11, clip_norm: 1, optimizer: {name: adam, lr: 0.003}, log_steps: 4}
`

// Sequences of several lengths, and those that go on from batch to batch, train to the same
// bytes wherever they are interrupted.
func TestSequencesResume(t *testing.T) {
	for name, text := range map[string]string{"buckets": buckets, "streams": streams} {
		t.Run(name, func(t *testing.T) {
			c := load(t, text)
			want := execute(t, c, t.TempDir())
			for _, stop := range []int{1, 7, 11} {
				root := t.TempDir()
				ctx, cancel := context.WithCancel(context.Background())
				w := &watcher{step: func(s train.Step) {
					if s.Step == stop {
						cancel()
					}
				}}
				if out, err := train.Execute(ctx, c, train.RunOptions{Root: root, Every: time.Hour, Monitor: w}); !errors.Is(err, context.Canceled) || out.State != run.Interrupted {
					t.Fatalf("stopped at step %d: have state %q and error %v", stop, out.State, err)
				}
				have := execute(t, c, root)
				if have.Summary["weights_sha256"] != want.Summary["weights_sha256"] || have.Summary["test.loss"] != want.Summary["test.loss"] {
					t.Errorf("stopped at step %d: have %v, want %v", stop, have.Summary, want.Summary)
				}
				if h, w := metrics(t, have.Dir), metrics(t, want.Dir); h != w {
					t.Errorf("stopped at step %d: have metrics\n%s\nwant\n%s", stop, h, w)
				}
			}
		})
	}
}

// A state that is carried changes the training. Of a network without one, a notice says
// that a stream is but an order.
func TestStreams(t *testing.T) {
	with := execute(t, load(t, streams), t.TempDir())
	without := execute(t, load(t, streams, "data.stream=false"), t.TempDir())
	if with.Summary["weights_sha256"] == without.Summary["weights_sha256"] {
		t.Error("a stream trains as windows do")
	}
	trial, err := train.NewTrial(t.Context(), load(t, strings.Replace(streams, "rnn, units: 8", "gpt, dim: 8, heads: 1, depth: 1", 1)), nil)
	if err != nil {
		t.Fatal(err)
	}
	if have := strings.Join(trial.Notices(), "\n"); !strings.Contains(have, "data.stream: true changes only the order of the batches") {
		t.Errorf("have notices %q", have)
	}
}

// What is measured of a sequence is what its task says.
func TestSequenceMetrics(t *testing.T) {
	for _, c := range []struct {
		text, part string
		want       []string
	}{
		{buckets, "test", []string{"accuracy", "exact", "loss"}},
		{streams, "val", []string{"accuracy", "bits", "loss", "perplexity"}},
	} {
		out := execute(t, load(t, c.text), t.TempDir())
		var have []string
		for name := range out.Summary {
			if metric, ok := strings.CutPrefix(name, c.part+"."); ok {
				have = append(have, metric)
			}
		}
		if slices.Sort(have); !slices.Equal(have, c.want) {
			t.Errorf("%s has %v, want %v", out.Dir, have, c.want)
		}
	}
}

// A probe of lags is kept with the run: of numbers, of pictures that are read as sequences,
// of tokens, and of a network that carries its state from batch to batch.
func TestLagsAreKept(t *testing.T) {
	for _, c := range []struct {
		text      string
		lags      int
		predicted bool
	}{
		{"name: numbers\nmodel: {name: rnn, units: 4}\ndata: {name: adding, length: 9}\ntrain: {epochs: 0, optimizer: {lr: 1}}\nprobe: {batch: 3, lags: true}\n", 9, true},
		{"name: pixels\nmodel: {name: lstm, units: 4}\ndata: {name: digits, resize: 4, sequence: permuted}\ntrain: {epochs: 0, optimizer: {lr: 1}}\nprobe: {batch: 3, lags: true}\n", 16, false},
		{streams + "probe: {batch: 3, lags: true}\n", 40, true},
	} {
		cfg := load(t, c.text)
		out := execute(t, cfg, t.TempDir())
		p, err := train.ReadProbe(out.Dir)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(p.LagGradient); n != c.lags || p.LagGradient[0] != 1 || (p.PredictedLagGradient != nil) != c.predicted {
			t.Errorf("%s: have %+v, want %d lags", cfg.Name, p, c.lags)
			continue
		}
		if have, ok := out.Summary.Float("probe.lag_gradient"); !ok || have != float64(p.LagGradient[c.lags-1]) {
			t.Errorf("%s: the summary has %v, the probe %v", cfg.Name, have, p.LagGradient[c.lags-1])
		}
		without := execute(t, load(t, strings.Replace(c.text, ", lags: true", "", 1)), t.TempDir())
		if without.Summary["weights_sha256"] != out.Summary["weights_sha256"] {
			t.Errorf("%s: a probe changes the weights", cfg.Name)
		}
	}
}

// A probe knows the layers with weights, whatever they are called.
func TestProbeOfSequencesHasWeights(t *testing.T) {
	for _, c := range []struct{ model, want string }{
		{"{name: tcn, channels: 4, depth: 1}", "network.0.conv1 network.0.conv2 fc"},
		{"{name: gpt, dim: 4, depth: 1, heads: 1, context: 8}", "h.0.attn h.0.attn.out_proj h.0.mlp.c_fc h.0.mlp.c_proj"},
	} {
		cfg := load(t, "name: weights\nmodel: "+c.model+"\ndata: {name: periodic, length: 8}\ntrain: {epochs: 0, optimizer: {lr: 1}}\nprobe: {batch: 3}\n")
		p, err := train.ReadProbe(execute(t, cfg, t.TempDir()).Dir)
		if err != nil {
			t.Fatal(err)
		}
		var have []string
		for _, s := range p.Signals {
			if s.Weighted {
				have = append(have, s.Path)
			}
		}
		if got := strings.Join(have, " "); got != c.want {
			t.Errorf("have %s, want %s", got, c.want)
		}
	}
}
