package nn_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/nn"
)

// TestLargeLayouts compares what is read and written in parts, whose edges lie
// anywhere, with the index arithmetic written out.
func TestLargeLayouts(t *testing.T) {
	const kh, in, out, units = 3, 70, 130, 2100
	net := network(func(s *nn.Scope, x *G.Node) *G.Node {
		x = nn.Conv(s.In("conv"), x, out, kh, 1, 1) // (N, 2, 3, 130)
		x = nn.FullyConnected(s.In("flat"), x, units)
		return nn.Linear(s.In("fc"), x, 17)
	})
	from, to := nn.NewParams(1, tensor.Float32), nn.BlankParams(tensor.Float32)
	set := settings(options(), 1, 17, 2, 3, in)
	build(t, from, nn.Infer, net, set)
	build(t, to, nn.Infer, net, set)
	ours := func(path string) []float32 { return values(t, from, path) }
	for name, at := range map[string]struct {
		n     int
		place func(theirs int) int
	}{
		"conv.weight": {out * in * kh * kh, func(j int) int {
			o, i, k := j/(in*kh*kh), j/(kh*kh)%in, j%(kh*kh)
			return (k*in+i)*out + o
		}},
		"flat.weight": {units * out * 6, func(j int) int {
			o, c, p := j/(out*6), j/6%out, j%6
			return (p*out+c)*units + o
		}},
		"fc.weight": {17 * units, func(j int) int { return j%units*17 + j/units }},
	} {
		for _, e := range from.Export() {
			if e.Name != name {
				continue
			}
			if len(e.Data) != at.n {
				t.Fatalf("%s: have %d values, want %d", name, len(e.Data), at.n)
			}
			for j, v := range e.Data {
				if v != ours(name)[at.place(j)] {
					t.Fatalf("%s: value %d is not the one here at %d", name, j, at.place(j))
				}
			}
		}
	}
	if err := to.Import(from.Export()); err != nil {
		t.Fatal(err)
	}
	for i, q := range to.All() {
		wantBits(t, q.Path, q.Value.Data().([]float32), from.All()[i].Value.Data().([]float32))
	}
}

// sources are the parameters as a file would have them.
func sources(p *nn.Params) (all []nn.Source) {
	for _, e := range p.Export() {
		all = append(all, nn.Source{Name: e.Name, Shape: e.Shape, Read: func(dst []float32, at int) error {
			copy(dst, e.Data[at:])
			return nil
		}})
	}
	return all
}

// TestLoadPart: what is not given stays, if that is asked for; what is given must
// fit all the same.
func TestLoadPart(t *testing.T) {
	from, to, fresh := nn.NewParams(1, tensor.Float32), nn.NewParams(2, tensor.Float32), nn.NewParams(2, tensor.Float32)
	for _, p := range []*nn.Params{from, to, fresh} {
		build(t, p, nn.Infer, network(everyLayout), everySettings)
	}
	part := sources(from)[:2]
	if err := to.Load(part, false); err == nil || !strings.Contains(err.Error(), "fc.weight [2 4] is missing") {
		t.Errorf("a strict load of a part: %v", err)
	}
	if err := to.Load(part, true); err != nil {
		t.Fatal(err)
	}
	for i, q := range to.All() {
		want := fresh
		if i < 2 {
			want = from
		}
		wantBits(t, q.Path, q.Value.Data().([]float32), want.All()[i].Value.Data().([]float32))
	}
	part[0].Name = "none"
	if err := to.Load(part, true); err == nil || !strings.Contains(err.Error(), "tensor none") {
		t.Errorf("a part that does not fit: %v", err)
	}
	broken := errors.New("broken")
	part[1].Read = func([]float32, int) error { return broken }
	if err := to.Load(part[1:], true); !errors.Is(err, broken) || !strings.Contains(err.Error(), "conv.bias") {
		t.Errorf("a tensor that cannot be read: %v", err)
	}
}

// TestMismatch: long lists are cut, and what the weights seem to be is said.
func TestMismatch(t *testing.T) {
	var depth int
	net := network(func(s *nn.Scope, x *G.Node) *G.Node {
		for i := range depth {
			x = nn.Linear(s.In("features.%d", i), x, 3)
		}
		return nn.Logits(s.In("head"), x)
	})
	set := settings(options(), 1, 2, 3)
	p := nn.NewParams(1, tensor.Float32)
	depth = 8
	build(t, p, nn.Infer, net, set)
	rename := func(f func(string) string) []nn.Source {
		all := sources(p)
		for i := range all {
			all[i].Name = f(all[i].Name)
		}
		return all
	}
	for name, c := range map[string]struct {
		tensors []nn.Source
		want    []string
		lines   int
	}{
		"another network": {rename(func(n string) string { return strings.ReplaceAll(n, "features", "conv") }), []string{
			"these look like the weights of another network: the file's tensors begin with conv.0.weight, conv.0.bias, conv.1.weight, the network's with features.0.weight, ",
			"tensor conv.4.bias [3]: the network has no parameter of that name", "and 6 more tensors that the network has no parameter for",
			"tensor features.4.bias [3] is missing", "and 6 more that are missing"}, 23},
		"a prefix": {rename(func(n string) string { return "module." + n }), []string{
			`the names fit but for "module." before them: take them by the pattern 'module.*=*'`}, 23},
		"no prefix": {rename(func(n string) string { return strings.TrimPrefix(n, "features.") }), []string{
			`the names fit but for "features.", which they lack`}, 23},
		"one name": {rename(func(n string) string { return strings.ReplaceAll(n, "head", "fc") }), []string{
			"tensor fc.weight [2 3]: the network has no parameter of that name", "tensor head.bias [2] is missing"}, 4},
		"all of eleven": {sources(p)[:7], []string{"tensor head.bias [2] is missing"}, 11},
	} {
		err := p.Load(c.tensors, false)
		var m *nn.Mismatch
		if !errors.As(err, &m) {
			t.Errorf("%s: have %v", name, err)
			continue
		}
		lines := strings.Split(err.Error(), "\n")
		if len(lines) != c.lines {
			t.Errorf("%s: have %d lines, want %d:\n%v", name, len(lines), c.lines, err)
		}
		for _, w := range c.want {
			if !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, w) }) {
				t.Errorf("%s: no line says %q:\n%v", name, w, err)
			}
		}
	}
	if fmt.Sprint(&nn.Mismatch{Wrong: []string{"a is wrong"}}) != "tensor a is wrong" {
		t.Error("a single error has more than its line")
	}
}
