package nn_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/nn"
)

// everyLayout has a parameter of each layout.
func everyLayout(s *nn.Scope, x *G.Node) *G.Node {
	x = nn.Conv(s.In("conv"), x, 3, 2, 1, 0) // (N, 4, 5, 3)
	x = nn.FullyConnected(s.In("flat"), x, 4)
	return nn.Linear(s.In("fc"), x, 2)
}

var everySettings = settings(options(), 1, 2, 5, 6, 2)

// TestLayouts compares Export with the index arithmetic written out.
func TestLayouts(t *testing.T) {
	p := nn.NewParams(1, tensor.Float32)
	build(t, p, nn.Infer, network(everyLayout), everySettings)
	conv, flat, fc := values(t, p, "conv.weight"), values(t, p, "flat.weight"), values(t, p, "fc.weight")
	var wantConv, wantFlat, wantFC []float32
	for o := range 3 { // (O, I, KH, KW) of (KH, KW, I, O)
		for i := range 2 {
			for k := range 4 {
				wantConv = append(wantConv, conv[(k*2+i)*3+o])
			}
		}
	}
	for o := range 4 { // (O, C·H·W) of (H·W·C, O)
		for c := range 3 {
			for pixel := range 20 {
				wantFlat = append(wantFlat, flat[(pixel*3+c)*4+o])
			}
		}
	}
	for o := range 2 { // (O, I) of (I, O)
		for i := range 4 {
			wantFC = append(wantFC, fc[i*2+o])
		}
	}
	want := []nn.Published{
		{"conv.weight", []int{3, 2, 2, 2}, wantConv}, {"conv.bias", []int{3}, values(t, p, "conv.bias")},
		{"flat.weight", []int{4, 60}, wantFlat}, {"flat.bias", []int{4}, values(t, p, "flat.bias")},
		{"fc.weight", []int{2, 4}, wantFC}, {"fc.bias", []int{2}, values(t, p, "fc.bias")},
	}
	have := p.Export()
	if len(have) != len(want) {
		t.Fatalf("have %d tensors, want %d", len(have), len(want))
	}
	for i, w := range want {
		if have[i].Name != w.Name || !slices.Equal(have[i].Shape, w.Shape) {
			t.Errorf("have %s %v, want %s %v", have[i].Name, have[i].Shape, w.Name, w.Shape)
			continue
		}
		wantBits(t, w.Name, have[i].Data, w.Data)
	}
}

// TestImportInvertsExport on every kind of parameter that there is.
func TestImportInvertsExport(t *testing.T) {
	o := options(func(o *nn.Options) { o.ResidualInit = "fixup" })
	for _, c := range []struct {
		net nn.Network
		o   nn.Options
	}{
		{network(everyLayout), options()},
		{architectures.CIFARResNet{Depth: 8, Width: 4, Shortcut: "B"}, o},
		{architectures.LeNet1989{}, options()},
	} {
		net, set := c.net, settings(c.o, 1, 2, 16, 16, 2)
		from, to := nn.NewParams(1, tensor.Float32), nn.NewParams(2, tensor.Float32)
		build(t, from, nn.Infer, net, set)
		build(t, to, nn.Infer, net, set)
		for _, q := range from.All() { // biases too
			v := q.Value.Data().([]float32)
			for i := range v {
				v[i] += float32(i+1) / 1024
			}
		}
		if from.SHA256() == to.SHA256() {
			t.Fatal("two seeds give the same weights")
		}
		if err := to.Import(from.Export()); err != nil {
			t.Fatal(err)
		}
		for i, q := range to.All() {
			wantBits(t, q.Path, q.Value.Data().([]float32), from.All()[i].Value.Data().([]float32))
		}
		if from.SHA256() != to.SHA256() {
			t.Error("equal weights have different hashes")
		}
		exported := from.Export()
		exported[0].Data[0]++
		wantBits(t, "after a change of what was exported", from.Export()[0].Data, to.Export()[0].Data)
	}
}

func TestImportIgnoresBatchCounts(t *testing.T) {
	p := nn.NewParams(1, tensor.Float32)
	build(t, p, nn.Infer, network(everyLayout), everySettings)
	tensors := append(p.Export(), nn.Published{Name: "layer1.0.bn1.num_batches_tracked", Shape: []int{}})
	if err := p.Import(tensors); err != nil {
		t.Error(err)
	}
}

// TestImportErrors: every fault is named at once, and nothing is changed.
func TestImportErrors(t *testing.T) {
	p := nn.NewParams(1, tensor.Float32)
	build(t, p, nn.Infer, network(everyLayout), everySettings)
	before := p.SHA256()
	tensors := p.Export()
	for i := range tensors { // good values, that must not get in
		for j := range tensors[i].Data {
			tensors[i].Data[j] = 7
		}
	}
	tensors[0].Shape = []int{3, 2, 4, 1}
	tensors[2].Data = nil
	tensors[3].Name = "flat.bais"
	tensors = append(tensors, tensors[5], nn.Published{Name: "xnum_batches_tracked", Shape: []int{1}, Data: []float32{1}})
	err := p.Import(tensors)
	if err == nil {
		t.Fatal("have no error")
	}
	want := []string{
		"tensor conv.weight: have shape [3 2 4 1], want [3 2 2 2]",
		"tensor flat.weight: have values of another type",
		"tensor flat.bais [4]: the network has no parameter of that name",
		"tensor fc.bias is given twice",
		"tensor xnum_batches_tracked [1]: the network has no parameter of that name",
		"tensor flat.bias [4] is missing",
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != len(want) {
		t.Errorf("have %d errors, want %d:\n%v", len(lines), len(want), err)
	}
	for _, w := range want {
		if !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, w) }) {
			t.Errorf("no error says %q:\n%v", w, err)
		}
	}
	if p.SHA256() != before {
		t.Error("a failed import changed the weights")
	}
}

// TestPairedNetworks: ablations start from equal weights. Where two networks
// have parameters of one name and shape, they are equal to the bit.
func TestPairedNetworks(t *testing.T) {
	weights := func(seed uint64, net nn.Network, o nn.Options, shape ...int) map[string][]float32 {
		p := nn.NewParams(seed, tensor.Float32)
		build(t, p, nn.Infer, net, settings(o, 1, 10, shape...))
		m := map[string][]float32{}
		for _, q := range p.All() {
			m[fmt.Sprint(q.Path, q.Value.Shape())] = q.Value.Data().([]float32)
		}
		return m
	}
	bn := options(func(o *nn.Options) { o.Norm = "batch" })
	resnet := func(depth int, shortcut string) nn.Network {
		return architectures.CIFARResNet{Depth: depth, Width: 4, Shortcut: shortcut}
	}
	res20 := weights(1, resnet(20, "A"), bn, 8, 8, 3)
	for name, c := range map[string]struct {
		have map[string][]float32
		same int // how many parameters agree; −1 for all
	}{
		"again":            {weights(1, resnet(20, "A"), bn, 8, 8, 3), -1},
		"plain":            {weights(1, resnet(20, "none"), bn, 8, 8, 3), -1},
		"with projections": {weights(1, resnet(20, "B"), bn, 8, 8, 3), -1},
		"deeper":           {weights(1, resnet(32, "A"), bn, 8, 8, 3), -1},
		"without norm":     {weights(1, resnet(20, "A"), options(), 8, 8, 3), 20},
	} {
		same := 0
		for path, w := range res20 {
			if v, ok := c.have[path]; ok {
				wantBits(t, name+": "+path, v, w)
				same++
			}
		}
		if c.same < 0 {
			c.same = len(res20)
		}
		if same < c.same {
			t.Errorf("%s: %d parameters agree by name, want %d", name, same, c.same)
		}
	}
	other := weights(2, resnet(20, "A"), bn, 8, 8, 3)
	for path, w := range res20 {
		if strings.Contains(path, "conv") && slices.Equal(other[path], w) {
			t.Errorf("%s is the same for seeds 1 and 2", path)
		}
	}

	plain := weights(1, architectures.MLP{Depth: 6, Width: 16}, options(), 20)
	residual := weights(1, architectures.MLP{Depth: 6, Width: 16, Residual: true}, options(), 20)
	for i := range 6 {
		found := false
		for path, w := range plain {
			if strings.HasPrefix(path, fmt.Sprintf("fc%d.weight", i+1)) {
				wantBits(t, path, residual[path], w)
				found = true
			}
		}
		if !found {
			t.Errorf("the plain network has no fc%d.weight", i+1)
		}
	}
}

// TestProgramsShareParameters: the graphs of all modes and batch sizes bind the
// same tensors.
func TestProgramsShareParameters(t *testing.T) {
	p := nn.NewParams(1, tensor.Float32)
	set := everySettings
	build(t, p, nn.Train, network(everyLayout), set)
	first := slices.Clone(p.All())
	set.Batch = 3
	pr := build(t, p, nn.Infer, network(everyLayout), set)
	if !slices.Equal(first, p.All()) {
		t.Error("the second build made parameters of its own")
	}
	x, _ := batchOf(set, tensor.Float32)
	before := logits(t, pr, x, nil)
	values(t, p, "fc.bias")[1] += 2
	for i, v := range logits(t, pr, x, nil) {
		if want := before[i] + 2*float32(i%2); v != want {
			t.Errorf("logit %d is %v, want %v", i, v, want)
		}
	}
	if kinds := fmt.Sprint(p.All()[0].Kind, p.All()[1].Kind, nn.State); kinds != "weight no-decay state" {
		t.Errorf("have the kinds %s", kinds)
	}
}

// TestBlankAndOutline: blank parameters are zero, those of an outline have no
// values, and their programs count like any other.
func TestBlankAndOutline(t *testing.T) {
	net := architectures.CIFARResNet{Depth: 8, Width: 4, Shortcut: "B"}
	set := settings(options(func(o *nn.Options) { o.Norm = "batch" }), 2, 10, 8, 8, 3)
	full := nn.NewParams(1, tensor.Float32)
	want := build(t, full, nn.Train, net, set)
	for name, p := range map[string]*nn.Params{"blank": nn.BlankParams(tensor.Float32), "outline": nn.OutlineParams(tensor.Float32)} {
		pr := build(t, p, nn.Train, net, set)
		if p.Count() != full.Count() || pr.MACs() != want.MACs() || pr.Memory() != want.Memory() || !reflect.DeepEqual(pr.Layers, want.Layers) {
			t.Errorf("%s: have another network", name)
		}
		for i, q := range p.All() {
			if !q.Shape.Eq(full.All()[i].Value.Shape()) {
				t.Errorf("%s: %s has shape %v", name, q.Path, q.Shape)
			}
			if q.Value != nil && slices.ContainsFunc(q.Value.Data().([]float32), func(v float32) bool { return v != 0 }) {
				t.Errorf("%s: %s is not zero", name, q.Path)
			}
		}
		x, y := batchOf(set, tensor.Float32)
		if _, err := pr.Run(x, y); (err != nil) != (name == "outline") {
			t.Errorf("%s: a run gives %v", name, err)
		}
	}
}
