package nn_test

import (
	"fmt"
	"math"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/nn"
)

// stack is depth linear layers, fc1 to the logits, with activations between.
func stack(depth, width int) network {
	return func(s *nn.Scope, x *G.Node) *G.Node {
		for i := 1; i < depth; i++ {
			x = nn.Act(s.In("act%d", i), nn.Linear(s.In("fc%d", i), x, width))
		}
		return nn.Logits(s.In("fc%d", depth), x)
	}
}

func probe(t testing.TB, p *nn.Params, net nn.Network, set nn.Settings) ([]nn.Signal, float64) {
	t.Helper()
	x, y := batchOf(set, p.Dtype())
	signals, loss, err := nn.Probe(p, net, set, x, y)
	if err != nil {
		t.Fatal(err)
	}
	return signals, loss
}

// at returns the signal of a path.
func at(t testing.TB, signals []nn.Signal, path string) nn.Signal {
	t.Helper()
	for _, s := range signals {
		if s.Path == path {
			return s
		}
	}
	t.Fatalf("there is no signal of %s", path)
	return nn.Signal{}
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
	signals, loss, err := nn.Probe(p, stack(depth, 9), set, x, y)
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
