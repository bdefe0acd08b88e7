package task

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/experiments/metric"
	"zoo/experiments/run"
	"zoo/internal/problem"
	"zoo/nn"
)

func init() { Register("classification", func() Task { return &Classification{Crops: 1} }) }

// Classification is to tell which of several classes an example is of.
type Classification struct {
	LabelSmoothing float64 `doc:"share of the target's probability that is spread over all classes"`
	Mixup          float64 `doc:"alpha of mixup: examples of a batch are mixed two by two, with a share of the first that is drawn from Beta(alpha, alpha) for each batch; 0: none"`
	Cutmix         float64 `doc:"alpha of cutmix: a rectangle of one image is pasted into another, of an area drawn from Beta(alpha, alpha); with mixup too, each batch takes one of the two at random; 0: none"`
	Crops          int     `doc:"parts of each test image whose probabilities are averaged: 1, or 10 (the corners and the middle, and the same mirrored), which requires data.cut"`
}

// maxAlpha is the largest parameter of a Beta distribution that makes sense: all
// shares are near one half then.
const maxAlpha = 100

// Validate reports values that are out of range.
func (c Classification) Validate() []problem.Problem {
	ps := badShare("label_smoothing", c.LabelSmoothing)
	add := func(wrong bool, key, format string, args ...any) {
		if wrong {
			ps = append(ps, problem.Problem{Key: key, Message: fmt.Sprintf(format, args...)})
		}
	}
	add(!(c.Mixup >= 0 && c.Mixup <= maxAlpha), "mixup", "have %v, want a value in [0, %v]", c.Mixup, maxAlpha)
	add(!(c.Cutmix >= 0 && c.Cutmix <= maxAlpha), "cutmix", "have %v, want a value in [0, %v]", c.Cutmix, maxAlpha)
	add(c.Crops < 1, "crops", "have %d, want at least 1", c.Crops)
	return ps
}

// Accepts implements Task: the target is one class.
func (Classification) Accepts(s datasets.Spec) error {
	return target(s, "one class for each example", isLabel)
}

// isLabel tells whether a field is one class.
func isLabel(f datasets.Field) bool { return f.Dtype == tensor.Int && len(f.Shape) == 0 }

// leastForTop5 is the least number of classes for which top-5 accuracy means something:
// of ten classes, five hold the right one half of the time by chance.
const leastForTop5 = 11

// Metrics implements Task.
func (Classification) Metrics(s datasets.Spec) []metric.Metric {
	all := []metric.Metric{metric.Loss, metric.Accuracy}
	if s.Classes() >= leastForTop5 {
		all = append(all, metric.Top5)
	}
	return all
}

// Selects implements Task.
func (Classification) Selects() metric.Metric { return metric.Accuracy }

// Chance implements Task.
func (Classification) Chance(s datasets.Spec) map[string]float64 {
	chance := map[string]float64{"accuracy": 1 / float64(s.Classes())}
	if s.Classes() >= leastForTop5 {
		chance["top5"] = 5 / float64(s.Classes())
	}
	return chance
}

// Count implements Task: More are the hits, and those among the five likeliest.
func (Classification) Count(loss float64, out *tensor.Dense, b datasets.Batch) Sums {
	h := hitsOf(out, b.Y[0])
	return h.sums(loss * float64(h.n))
}

// Values implements Task.
func (Classification) Values(sum Sums, s datasets.Spec) run.Values {
	v := run.Values{"loss": sum.mean(sum.Loss), "accuracy": sum.mean(sum.More[0])}
	if s.Classes() >= leastForTop5 {
		v["top5"] = sum.mean(sum.More[1])
	}
	return v
}

// Settings implements Setter.
func (c Classification) Settings(set *nn.Settings) {
	set.LabelSmoothing, set.Mixing = c.LabelSmoothing, c.mixes()
}

// mixes reports whether training is on mixtures of examples.
func (c Classification) mixes() bool { return c.Mixup > 0 || c.Cutmix > 0 }

// Mixer implements Mixing.
func (c Classification) Mixer(spec datasets.Spec, batch int, seed uint64) (*Mixer, error) {
	if !c.mixes() {
		return nil, nil
	}
	return newMixer(c.Mixup, c.Cutmix, spec, batch, seed)
}

// Views implements Viewing.
func (c Classification) Views() int { return c.Crops }

// Average implements Viewing: the probabilities of an example's views are averaged
// (Krizhevsky et al. 2012).
func (Classification) Average(views int, spec datasets.Spec) func(sum *Sums, out *tensor.Dense, b datasets.Batch) {
	a := viewAverage{views: views, sum: make([]float64, spec.Classes())}
	return func(sum *Sums, out *tensor.Dense, b datasets.Batch) {
		a.add(sum, out.Data().([]float32), b.Y[0].Data().([]int))
	}
}

// A viewAverage averages the probabilities of the views of an example.
type viewAverage struct {
	views int       // of each example
	seen  int       // views of the current example
	sum   []float64 // of their probabilities, by class
}

// add adds the rows of a batch, and counts the examples that they complete.
func (a *viewAverage) add(all *Sums, logits []float32, targets []int) {
	classes := len(a.sum)
	for i, target := range targets {
		if target < 0 {
			return // padding
		}
		for k, p := range Softmax(logits[i*classes : (i+1)*classes]) {
			a.sum[k] += p
		}
		if a.seen++; a.seen < a.views {
			continue
		}
		var h hits
		count(&h, a.sum, target)
		all.Add(h.sums(-math.Log(a.sum[target] / float64(a.views))))
		a.seen = 0
		clear(a.sum)
	}
}

// Softmax returns the probabilities of logits.
func Softmax(logits []float32) []float64 {
	top := float64(slices.Max(logits))
	p := make([]float64, len(logits))
	sum := 0.0
	for k, v := range logits {
		p[k] = math.Exp(float64(v) - top)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

// hits are a number of targets, those that are the likeliest, and those that are among
// the five likeliest.
type hits struct{ n, correct, top5 int }

// sums are the hits with the sum of their losses.
func (h hits) sums(loss float64) Sums {
	return Sums{N: h.n, Loss: loss, More: []float64{float64(h.correct), float64(h.top5)}}
}

// hitsOf counts the logits (..., classes) whose target (...) is not −1.
func hitsOf(logits, targets *tensor.Dense) (h hits) {
	v, y := logits.Data().([]float32), targets.Data().([]int)
	classes := len(v) / len(y)
	for i, target := range y {
		if target >= 0 {
			count(&h, v[i*classes:(i+1)*classes], target)
		}
	}
	return h
}

// count counts a row of scores. Of equal scores the first is the highest.
func count[F float32 | float64](h *hits, scores []F, target int) {
	h.n++
	above := 0
	mine := scores[target]
	for k, x := range scores {
		// NaN compares as above everything, so a NaN row is never a hit.
		if !(x < mine || x == mine && k >= target) {
			above++
		}
	}
	if above == 0 {
		h.correct++
	}
	if above < 5 {
		h.top5++
	}
}
