package task

import (
	"math"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/experiments/run"
)

// tokensOf are logits (2, 3, 4) and targets (2, 3).
func tokensOf(targets ...int) (logits *tensor.Dense, b datasets.Batch) {
	v := []float32{
		0, 0, 9, 0 /**/, 5, 0, 0, 0 /**/, 0, 0, 0, 7,
		1, 0, 0, 0 /**/, 0, 1, 0, 0 /**/, 0, 0, 1, 0,
	}
	y := tensor.New(tensor.WithShape(2, 3), tensor.WithBacking(targets))
	return tensor.New(tensor.WithShape(2, 3, 4), tensor.WithBacking(v)), datasets.Batch{Y: []*tensor.Dense{y}}
}

func TestSequences(t *testing.T) {
	spec := datasets.Tokens(3, 4)
	for _, c := range []struct {
		name    string
		task    Task
		targets []int
		n       int
		want    run.Values
	}{
		{"all right", Labelling{}, []int{2, 0, 3, 0, 1, 2}, 6, run.Values{"loss": 0.5, "accuracy": 1, "exact": 1}},
		{"one wrong", Labelling{}, []int{2, 0, 3, 0, 1, 1}, 6, run.Values{"loss": 0.5, "accuracy": 5. / 6, "exact": 0.5}},
		{"one that does not count", Labelling{}, []int{2, 0, -1, 0, 1, 1}, 5, run.Values{"loss": 0.5, "accuracy": 0.8, "exact": 0.5}},
		{"a row of padding", Labelling{}, []int{2, 1, 3, -1, -1, -1}, 3, run.Values{"loss": 0.5, "accuracy": 2. / 3, "exact": 0}},
		{"text", Language{}, []int{2, 0, 3, -1, -1, 1}, 4, run.Values{"loss": 0.5, "perplexity": math.Exp(0.5), "bits": 0.5 / math.Ln2, "accuracy": 0.75}},
	} {
		logits, b := tokensOf(c.targets...)
		sum := c.task.Count(0.5, logits, b)
		if sum.N != c.n {
			t.Errorf("%s: have %d targets, want %d", c.name, sum.N, c.n)
		}
		same(t, c.name, c.task.Values(sum, spec), c.want)
		var twice Sums
		twice.Add(sum)
		twice.Add(sum)
		same(t, c.name+", twice", c.task.Values(twice, spec), c.want)
	}
}

// Bits are those of a character where the batches say how many there are.
func TestBitsOfCharacters(t *testing.T) {
	logits, b := tokensOf(2, 0, 3, -1, -1, 1)
	b.Characters = 10
	sum := Language{}.Count(0.5, logits, b)
	sum.Add(Language{}.Count(0.5, logits, b))
	same(t, "text", Language{}.Values(sum, datasets.Tokens(3, 4)), run.Values{"loss": 0.5, "perplexity": math.Exp(0.5), "bits": 0.5 / math.Ln2 * 4 / 10, "accuracy": 0.75})
}

func TestRegression(t *testing.T) {
	y := tensor.New(tensor.WithShape(3, 1), tensor.WithBacking([]float32{1, float32(math.NaN()), 4}))
	out := tensor.New(tensor.WithShape(3, 1), tensor.WithBacking([]float32{2, 7, 1}))
	sum := Regression{}.Count(5, out, datasets.Batch{Y: []*tensor.Dense{y}})
	if sum.N != 2 {
		t.Errorf("have %d targets, want the 2 that are numbers", sum.N)
	}
	same(t, "numbers", Regression{}.Values(sum, datasets.Spec{}), run.Values{"loss": 5, "mae": 2})
}

func same(t *testing.T, name string, have, want run.Values) {
	t.Helper()
	if len(have) != len(want) {
		t.Errorf("%s: have %v, want %v", name, have, want)
	}
	for k, v := range want {
		if h, ok := have[k]; !ok || math.Abs(h-v) > 1e-12 {
			t.Errorf("%s: have %s %v, want %v", name, k, h, v)
		}
	}
}

// Each metric of a task has a value, and the one that selects is among them.
func TestMetrics(t *testing.T) {
	pictures, tokens := datasets.Images(2, 2, 1, 12), datasets.Tokens(3, 4)
	labels := datasets.Spec{Inputs: []datasets.Field{{Name: "signal", Dtype: tensor.Float32, Shape: []int{3, 2}}}, Targets: tokens.Targets}
	numbers := datasets.Spec{Inputs: labels.Inputs, Targets: []datasets.Field{{Name: "sum", Dtype: tensor.Float32, Shape: []int{1}}}}
	fits := map[string][]datasets.Spec{
		"classification": {pictures}, "labelling": {tokens, labels}, "language": {tokens}, "regression": {numbers},
	}
	for _, name := range Names() {
		s := Named(name)
		for i, spec := range []datasets.Spec{pictures, tokens, labels, numbers} {
			want := false
			for _, f := range fits[name] {
				want = want || len(f.Targets[0].Shape) == len(spec.Targets[0].Shape) && f.Targets[0].Dtype == spec.Targets[0].Dtype && f.Inputs[0].Dtype == spec.Inputs[0].Dtype
			}
			if err := s.Fits(spec); (err == nil) != want {
				t.Errorf("%s on data %d: have error %v, want one: %v", name, i, err, !want)
			}
		}
		spec := fits[name][0]
		v := s.Values(Sums{N: 1, More: []float64{1, 1, 1}}, spec)
		selects := false
		for i, m := range s.Metrics(spec) {
			if _, ok := v[m.Name]; !ok || i == 0 && m.Name != "loss" {
				t.Errorf("%s: metric %d is %s, of values %v", name, i, m.Name, v)
			}
			selects = selects || m.Name == s.Selects().Name
		}
		if !selects || len(v) != len(s.Metrics(spec)) {
			t.Errorf("%s selects by %s and has %v", name, s.Selects().Name, v)
		}
	}
	err := Named("language").Fits(pictures)
	if want := "language requires tokens, and for each the one that comes next: have images (2, 2, 1) with targets class of 12; tasks that fit: classification"; err == nil || err.Error() != want {
		t.Errorf("have %v\nwant %s", err, want)
	}
	if h := Named("classification").Headline().Name + " " + Named("language").Headline().Name; h != "error loss" {
		t.Errorf("have headlines %s, want error and loss", h)
	}
}

// Besides tokens, language takes classes of the whole, and nothing else.
func TestConditions(t *testing.T) {
	spec := datasets.Tokens(3, 4)
	spec.Inputs = append(spec.Inputs, datasets.Label(5))
	if err := Named("language").Fits(spec); err != nil {
		t.Errorf("have %v for a class", err)
	}
	spec.Inputs = append(spec.Inputs, datasets.Field{Name: "pitch", Dtype: tensor.Float32, Shape: []int{3, 1}})
	err := Named("language").Fits(spec)
	if want := "language requires tokens, and besides them only classes of the whole: have tokens (3) of 4, class of 5, pitch (3, 1) with targets next tokens (3) of 4"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("have %v\nwant %s", err, want)
	}
}

func TestOptions(t *testing.T) {
	var all []string
	for _, p := range (Classification{LabelSmoothing: 1, Mixup: -1, Cutmix: 1e6}).Validate() {
		all = append(all, p.Key)
	}
	if have := strings.Join(all, " "); have != "label_smoothing mixup cutmix crops" {
		t.Errorf("have problems of %s", have)
	}
}
