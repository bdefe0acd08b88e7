package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"zoo/experiments/claims"
	"zoo/experiments/results"
	"zoo/experiments/run"
)

// The studies here are made up: no network has been trained for them.

// madeUp gives a trial a loss curve that falls to an end, and a summary.
func madeUp(seed uint64, state string, end, err float64) results.Trial {
	random := rand.New(rand.NewPCG(seed, math.Float64bits(end+err)))
	t := results.Trial{Seed: seed, State: state}
	t.Dir = fmt.Sprintf("runs/made-up-s%d", seed)
	if state == "" {
		return t
	}
	steps := 400
	if state != run.Complete {
		steps = 150
	}
	for step := 10; step <= steps; step += 10 {
		loss := end + (2.3-end)*math.Exp(-float64(step)/90) + 0.02*random.NormFloat64()
		t.Metrics = append(t.Metrics, run.Metric{Step: step, Split: "train", Values: run.Values{"loss": loss}})
	}
	if state == run.Diverged {
		t.Metrics = append(t.Metrics, run.Metric{Step: steps + 10, Split: "train", Values: run.Values{"loss": math.NaN()}})
	}
	if t.Done() {
		t.Summary = run.Summary{"classes": 10.0, "chance.accuracy": 0.1, "metrics": "loss accuracy", "seconds": 61.5, "machine": "made-up CPU", "threads": 2.0, "diverged": state == run.Diverged}
	}
	if state == run.Complete {
		t.Summary["train.loss"], t.Summary["test.loss"] = end+0.005*random.NormFloat64(), end+0.1+0.01*random.NormFloat64()
		t.Summary["test.accuracy"] = 1 - err - 0.004*random.NormFloat64()
	}
	return t
}

// depths is a study with an x axis and two series. A seed of the deepest plain
// network diverged, all of [plain, 110] did.
func depths() *Study {
	s := &Study{
		Name: "depth-made-up", Paper: "He et al. 2015, Deep residual learning for image recognition", Figure: "figure 6",
		Claim: "Plain networks get worse with depth, residual ones do not.", Config: "name: depth-made-up\nseed: 1\n",
		Commands: []string{"zoo sweep depth-made-up", "zoo report depth-made-up"},
		Axes: []results.Axis{
			{Param: "model.residual", Labels: []string{"plain", "residual"}},
			{
				Param:  "model.depth",
				Labels: []string{"8", "14", "20", "32", "44", "56", "110"},
				Values: []float64{8, 14, 20, 32, 44, 56, 110},
			},
		},
		Seeds: []uint64{1, 2, 3}, Baseline: "plain", Code: "v0.1.0-made-up", Data: "mnist14 3f7a91c2",
		Display: results.Display{X: "model.depth", Metrics: []string{"test.error", "train.loss"}, Log: []string{"x"},
			Reference: []results.Reference{{Label: "He et al. 2015, CIFAR-10 (paper)", Metric: "test.error",
				X: []float64{20, 32, 44, 56, 110, 1202}, Y: []float64{.0875, .0751, .0717, .0697, .0643, .0793}}}},
	}
	for i, kind := range s.Axes[0].Labels {
		for k, depth := range s.Axes[1].Labels {
			a := results.Arm{Labels: []string{kind, depth}, Params: 4000 * (k + 1), MACs: 1_200_000 * (k + 1),
				Changes: []results.Change{{Key: "model.residual", Value: strconv.FormatBool(i == 1)}, {Key: "model.depth", Value: depth}, {Key: "train.epochs", Value: "20"}}}
			for _, seed := range s.Seeds {
				state, err, end := run.Complete, 0.06-0.002*float64(k), 0.2-0.02*float64(k)
				if i == 0 {
					err, end = 0.055+0.006*float64(k*k), 0.18+0.04*float64(k*k)
				}
				if kind == "plain" && (depth == "110" || depth == "56" && seed == 3) {
					state = run.Diverged
				}
				a.Trials = append(a.Trials, madeUp(seed, state, end, err))
			}
			s.Arms = append(s.Arms, a)
		}
	}
	return s
}

// inits is a study with arms side by side, and probes.
func inits() *Study {
	s := &Study{
		Name: "init-made-up", Claim: "Kaiming trains, Xavier stalls.", Config: "name: init-made-up\n",
		Commands: []string{"zoo sweep init-made-up"},
		Axes:     []results.Axis{{Param: "model.init", Labels: []string{"kaiming_normal", "xavier_normal", "lecun_normal", "gaussian(0.01)", "orthogonal"}}},
		Seeds:    []uint64{1, 2, 3}, Baseline: "kaiming_normal",
		Display: results.Display{Metrics: []string{"test.accuracy", "train.loss"}, Log: []string{"train.loss"}},
	}
	for i, init := range s.Axes[0].Labels {
		a := results.Arm{Labels: []string{init}, Changes: []results.Change{{Key: "model.init", Value: init}}, Params: 51234}
		for _, seed := range s.Seeds {
			t := madeUp(seed, run.Complete, []float64{0.05, 2.28, 1.9, 2.3, 0.06}[i], []float64{0.03, 0.87, 0.6, 0.9, 0.032}[i])
			t.Probe = probed(seed, []float64{1, 0.71, 0.71, 0.2, 1.01}[i])
			a.Trials = append(a.Trials, t)
		}
		s.Arms = append(s.Arms, a)
	}
	return s
}

func probed(seed uint64, factor float64) *results.Probe {
	random := rand.New(rand.NewPCG(seed, 7))
	p := &results.Probe{Loss: 2.3}
	for l := range 30 {
		std := run.Number(math.Pow(factor, float64(l)) * (1 + 0.05*random.NormFloat64()))
		grad := run.Number(math.Pow(factor, float64(29-l)) * 0.01 * (1 + 0.05*random.NormFloat64()))
		predicted, predictedGrad, dead := run.Number(math.Pow(factor, float64(l))), run.Number(math.Pow(factor, float64(29-l))*0.01), run.Number(0.02)
		p.Signals = append(p.Signals,
			results.Signal{Path: fmt.Sprintf("conv%d", l+1), Op: "conv 3x3", Weighted: true, Std: std, GradStd: grad, PredictedStd: &predicted, PredictedGradStd: &predictedGrad},
			results.Signal{Path: fmt.Sprintf("act%d", l+1), Op: "relu", Std: std * 0.7, GradStd: grad, Dead: &dead})
		p.Singular = append(p.Singular, run.Number(math.Exp(-float64(l)/4)*factor))
		p.Resolved = len(p.Singular)
	}
	for lag := range 41 {
		p.LagGradient = append(p.LagGradient, run.Number(math.Pow(0.5, float64(lag)/2)*math.Pow(2, (float64(seed)-2)*float64(lag)/2)))
		if factor != 1 {
			p.PredictedLagGradient = append(p.PredictedLagGradient, run.Number(math.Pow(factor, float64(lag))))
		}
	}
	return p
}

// many is a study of 20 arms without an x axis, of one seed, with long labels.
func many() *Study {
	s := &Study{
		Name:    "many-made-up",
		Axes:    []results.Axis{{Param: "", Labels: nil}},
		Seeds:   []uint64{1},
		Display: results.Display{Metrics: []string{"test.error", "train.loss"}, Log: []string{"test.error"}},
	}
	for i := range 20 {
		label := fmt.Sprintf("arm number %d, with a long name that says all that it sets", i+1)
		s.Axes[0].Labels = append(s.Axes[0].Labels, label)
		s.Arms = append(s.Arms, results.Arm{Labels: []string{label}, Trials: []results.Trial{madeUp(1, run.Complete, 0.1*float64(i), 0.01*float64(i)+0.002)}})
	}
	return s
}

// begun is depths in the middle of a sweep: seeds that run, failed, or are still
// to come.
func begun() *Study {
	s := depths()
	for i := range s.Arms {
		for k := range s.Arms[i].Trials {
			t := &s.Arms[i].Trials[k]
			switch n := 3*i + k; {
			case n == 20:
				*t = madeUp(t.Seed, run.Failed, 1, 1)
			case n == 21, n == 22:
				*t = madeUp(t.Seed, run.Running, 1, 1)
			case n > 22:
				*t = madeUp(t.Seed, "", 1, 1)
			}
		}
	}
	return s
}

func verdicts(s *Study, texts ...string) (all []claims.Verdict) {
	for _, t := range texts {
		all = append(all, claims.Evaluate(t, s))
	}
	return all
}

func depthVerdicts(s *Study) []claims.Verdict {
	return verdicts(s,
		"test.error[plain, 44] > test.error[plain, 20]",
		"test.error[residual, 110] <= test.error[residual, 20] && train.loss[plain, 110] > 3 * train.loss[plain, 20]",
		"test.error[residual, 20] < 0.5 * test.error[plain, 20]")
}
