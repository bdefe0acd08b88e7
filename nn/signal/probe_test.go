package signal_test

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/nn"
	"zoo/nn/signal"
)

func probe(t testing.TB, p *nn.Params, net nn.Network, set nn.Settings) ([]signal.Signal, float64) {
	t.Helper()
	x, y := batchOf(set, p.Dtype())
	signals, loss, err := signal.Probe(p, net, set, x, y)
	if err != nil {
		t.Fatal(err)
	}
	return signals, loss
}

// at returns the signal of a path.
func at(t testing.TB, signals []signal.Signal, path string) signal.Signal {
	t.Helper()
	for _, s := range signals {
		if s.Path == path {
			return s
		}
	}
	t.Fatalf("there is no signal of %s", path)
	return signal.Signal{}
}

func wantNear(t testing.TB, what string, have, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(have-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s: have %.9g, want %.9g ± %.2g of it", what, have, want, tolerance)
	}
}

// matrix64 returns a float64 parameter as rows.
func matrix64(t testing.TB, p *nn.Params, path string) [][]float64 {
	t.Helper()
	for _, q := range p.All() {
		if q.Path == path {
			d, cols := q.Value.Data().([]float64), q.Value.Shape()[1]
			var rows [][]float64
			for ; len(d) > 0; d = d[cols:] {
				rows = append(rows, d[:cols])
			}
			return rows
		}
	}
	t.Fatalf("there is no parameter %s", path)
	return nil
}

func times(a, b [][]float64) [][]float64 {
	out := make([][]float64, len(a))
	for i := range a {
		out[i] = make([]float64, len(b[0]))
		for k, x := range a[i] {
			for j, y := range b[k] {
				out[i][j] += x * y
			}
		}
	}
	return out
}

func transposed(a [][]float64) [][]float64 {
	out := make([][]float64, len(a[0]))
	for j := range out {
		for i := range a {
			out[j] = append(out[j], a[i][j])
		}
	}
	return out
}

func mapped(a [][]float64, f func(i, j int, x float64) float64) [][]float64 {
	out := make([][]float64, len(a))
	for i := range a {
		for j, x := range a[i] {
			out[i] = append(out[i], f(i, j, x))
		}
	}
	return out
}

// TestProbeOracle compares with loops of plain Go: a ReLU network, its
// cross-entropy and the gradients with respect to what lies between the layers.
func TestProbeOracle(t *testing.T) {
	const depth, batch, classes = 4, 6, 3
	p := nn.NewParams(5, tensor.Float64)
	set := settings(options(), batch, classes, 7)
	x, y := batchOf(set, tensor.Float64)
	signals, loss, err := signal.Probe(p, stack(depth, 9), set, x, y)
	if err != nil {
		t.Fatal(err)
	}

	var h [][]float64
	for i := range batch {
		h = append(h, x[0].Data().([]float64)[i*7:(i+1)*7])
	}
	values := map[string][][]float64{}
	for i := 1; i <= depth; i++ {
		h = times(h, matrix64(t, p, fmt.Sprintf("fc%d.weight", i)))
		values[fmt.Sprintf("fc%d", i)] = h
		if i < depth {
			h = mapped(h, func(_, _ int, x float64) float64 { return max(0, x) })
			values[fmt.Sprintf("act%d", i)] = h
		}
	}
	want := 0.0
	g := mapped(h, func(i, j int, x float64) float64 {
		var sum float64
		for _, v := range h[i] {
			sum += math.Exp(v - x)
		}
		if j == i%classes {
			want += math.Log(sum) / batch
			return (1/sum - 1) / batch
		}
		return 1 / sum / batch
	})
	wantNear(t, "loss", loss, want, 1e-9)
	grads := map[string][][]float64{}
	for i := depth; i >= 1; i-- {
		fc, act := fmt.Sprintf("fc%d", i), fmt.Sprintf("act%d", i)
		if i < depth {
			grads[act] = g
			g = mapped(g, func(r, c int, v float64) float64 {
				if values[fc][r][c] > 0 {
					return v
				}
				return 0
			})
		}
		grads[fc] = g
		g = times(g, transposed(matrix64(t, p, fc+".weight")))
	}

	if len(signals) != 2*depth-1 {
		t.Fatalf("have %d signals, want %d", len(signals), 2*depth-1)
	}
	for _, s := range signals {
		mean, std := flatMoments(values[s.Path])
		wantNear(t, s.Path+" mean", s.Mean, mean, 1e-9)
		wantNear(t, s.Path+" std", s.Std, std, 1e-9)
		mean, std = flatMoments(grads[s.Path])
		if math.Abs(s.GradMean-mean) > 1e-12 {
			t.Errorf("%s: have mean gradient %v, want %v", s.Path, s.GradMean, mean)
		}
		wantNear(t, s.Path+" gradient's std", s.GradStd, std, 1e-9)
		if (s.Dead != nil) != (s.Op == "relu") {
			t.Errorf("%s: have dead units %v", s.Path, s.Dead)
		}
	}
}

func flatMoments(rows [][]float64) (mean, std float64) {
	n := float64(len(rows) * len(rows[0]))
	var squares float64
	for _, r := range rows {
		for _, x := range r {
			mean += x / n
			squares += x * x / n
		}
	}
	return mean, math.Sqrt(squares - mean*mean)
}

func wantPaths(t testing.TB, what string, have, want []string) {
	t.Helper()
	if !slices.Equal(have, want) {
		t.Errorf("%s: have %v, want %v", what, have, want)
	}
}

// TestProbeChangesNothing: neither weights nor running statistics, and it says
// what Run says.
func TestProbeChangesNothing(t *testing.T) {
	net := architectures.CIFARResNet{Depth: 8, Width: 8, Shortcut: "B"}
	set := settings(options(func(o *nn.Options) { o.Norm = "batch" }), 6, 10, 8, 8, 3)
	p := nn.NewParams(4, tensor.Float32)
	signals, loss := probe(t, p, net, set)
	before := p.SHA256()
	again, _ := probe(t, p, net, set)
	set.Unfused = true
	unfused, _ := probe(t, p, net, set)
	if after := p.SHA256(); after != before {
		t.Error("the parameters have changed")
	}
	if !reflect.DeepEqual(again, signals) || !reflect.DeepEqual(unfused, signals) {
		t.Error("the same network has other signals the second time, or without fusion")
	}
	fresh := nn.NewParams(4, tensor.Float32)
	x, y := batchOf(set, tensor.Float32)
	pr := build(t, fresh, nn.Train, net, set)
	if want := run(t, pr, x, y); loss != want || fresh.SHA256() != before {
		t.Errorf("have the loss %v and other parameters than Build makes, want %v", loss, want)
	}
	mean, variance := moments(pr.Logits().Data().([]float32))
	wantNear(t, "logits' mean", at(t, signals, "linear").Mean, mean, 1e-5)
	wantNear(t, "logits' std", at(t, signals, "linear").Std, math.Sqrt(variance), 1e-5)
}

// TestDeadUnits: a unit is dead whose bias no input overcomes.
func TestDeadUnits(t *testing.T) {
	net := network(func(s *nn.Scope, x *G.Node) *G.Node {
		x = nn.Act(s.In("act1"), nn.Conv(s.In("conv"), x, 8, 3, 1, 1))
		return nn.Logits(s.In("fc2"), nn.Act(s.In("act2"), nn.Linear(s.In("fc1"), x, 5)))
	})
	set := settings(options(), 16, 3, 4, 4, 2)
	p := nn.NewParams(1, tensor.Float32)
	build(t, p, nn.Infer, net, set)
	for path, dead := range map[string]int{"conv.bias": 3, "fc1.bias": 5} {
		for i := range dead {
			values(t, p, path)[i] = -1000
		}
	}
	signals, _ := probe(t, p, net, set)
	for path, want := range map[string]float64{"act1": 3. / 8, "act2": 1} {
		if s := at(t, signals, path); s.Dead == nil || *s.Dead != want {
			t.Errorf("%s: have the dead share %s, want %v", path, show(s.Dead), want)
		}
	}
	if s := at(t, signals, "conv"); s.Dead != nil || s.GradStd != 0 {
		t.Errorf("conv: have the dead share %s and the gradient %v, want none and 0 before dead units", show(s.Dead), s.GradStd)
	}
}

func show(v *float64) string {
	if v == nil {
		return "none"
	}
	return fmt.Sprint(*v)
}

// TestProbeAside: a layer before all parameters has a gradient, and one that leads
// nowhere has the gradient 0. The linear activation is not a layer.
func TestProbeAside(t *testing.T) {
	net := network(func(s *nn.Scope, x *G.Node) *G.Node {
		x = nn.AvgPool(s.In("pool"), x, 2, 2, 0)
		nn.MaxPool(s.In("aside"), x, 2, 2, 0)
		x = nn.Act(s.In("act"), nn.Conv(s.In("conv"), x, 4, 1, 1, 0))
		return nn.Logits(s.In("fc"), x)
	})
	signals, _ := probe(t, nn.NewParams(1, tensor.Float32), net, settings(options(func(o *nn.Options) { o.Activation = "linear" }), 4, 3, 8, 8, 2))
	var paths, moving []string
	for _, s := range signals {
		paths = append(paths, s.Path)
		if s.GradStd > 0 {
			moving = append(moving, s.Path)
		}
		if !(s.Std > 0) {
			t.Errorf("%s: have std %v", s.Path, s.Std)
		}
	}
	wantPaths(t, "layers", paths, []string{"pool", "aside", "conv", "fc"})
	wantPaths(t, "layers with a gradient", moving, []string{"pool", "conv", "fc"})
}

func TestProbeErrors(t *testing.T) {
	set := settings(options(), 4, 3, 8)
	x, y := batchOf(set, tensor.Float32)
	set.Batch = 5
	p := nn.NewParams(1, tensor.Float32)
	if _, _, err := signal.Probe(p, stack(3, 4), set, x, y); err == nil || err.Error() != "input x: have float32 (4, 8), want float32 (5, 8)" {
		t.Errorf("have error %v", err)
	}
	set.Options.Init = "henormal"
	if _, _, err := signal.Probe(p, stack(3, 4), set, x, y); err == nil || !strings.Contains(err.Error(), `init: have "henormal"`) {
		t.Errorf("have error %v", err)
	}
}

// TestProbeOfAuxiliary: the probe sees the gradient of both classifiers, and theory,
// which knows nothing of the second one, predicts none for what both share.
func TestProbeOfAuxiliary(t *testing.T) {
	headed := network(func(s *nn.Scope, x *G.Node) *G.Node {
		x = nn.Act(s.In("act1"), nn.Linear(s.In("fc1"), x, 6))
		aux := nn.Act(s.In("aux.act"), nn.Linear(s.In("aux.fc1"), x, 5))
		s.In("aux").Auxiliary(0.3, nn.Logits(s.In("aux.fc2"), aux))
		x = nn.Act(s.In("act2"), nn.Linear(s.In("fc2"), x, 4))
		return nn.Logits(s.In("fc3"), x)
	})
	signals, _ := probe(t, nn.NewParams(1, tensor.Float32), headed, settings(options(), 64, 3, 5))
	for _, s := range signals {
		if s.GradStd == 0 {
			t.Errorf("%s has no gradient", s.Path)
		}
		if predicted := s.PredictedGradStd != nil; predicted != (s.Path == "fc2" || s.Path == "act2" || s.Path == "fc3") {
			t.Errorf("%s: have a predicted gradient: %v", s.Path, predicted)
		}
	}
}

// Networks of sequences are probed, too: all their layers have signals, and before training
// all tokens are about equally likely.
func TestProbeOfSequences(t *testing.T) {
	for _, name := range []string{"gpt", "rnn"} {
		m, _ := architectures.Lookup(name)
		signals, loss := probe(t, nn.NewParams(1, tensor.Float32), m.Network, nn.Settings{Options: m.Options, Spec: m.Data, Batch: 4})
		wantNear(t, name+": loss", loss, math.Log(65), 0.1)
		for _, s := range signals {
			if !(s.Std > 0 && s.GradStd > 0) {
				t.Errorf("%s: have %+v", name, s)
			}
		}
	}
}
