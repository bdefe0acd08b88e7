package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/experiments/results"
	"zoo/experiments/run"
	"zoo/nn"
	"zoo/nn/signal"
)

// ProbeFile is the file in a run directory that holds what the probe found.
const ProbeFile = "probe.json"

// keepProbe keeps what the config's probe finds in a file, if there is a probe.
func (t *Trial) keepProbe(ctx context.Context, r *run.Run) error {
	if t.Config.Probe.Batch == 0 {
		return nil
	}
	p, err := t.Probe(ctx)
	if err != nil {
		return err
	}
	return r.WriteFile(ProbeFile, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(p)
	})
}

// Probe sends the first examples of the first epoch through the network, cropped
// and flipped as for training.
func (t *Trial) Probe(ctx context.Context) (p results.Probe, err error) {
	c := t.Config
	plan := t.plan(0, 0)
	plan.Size = c.Probe.Batch
	a := Admission{Config: c, Key: "probe.batch", Batch: plan.Size, Mode: nn.Train, Held: t.held()}
	set := a.Settings(ctx, c.Task.Settings(nn.Settings{Spec: t.Data.Spec()}))
	set.Mixing = false
	for b, err := range t.Data.Batches(ctx, plan) {
		if err != nil {
			return p, fmt.Errorf("probe.batch: %w", err)
		}
		signals, loss, err := signal.Probe(t.Params, c.Model.Network(), set, b.X, b.Y)
		if err != nil {
			return p, fmt.Errorf("probe of model %s: %w", c.Model.Name, err)
		}
		p.Loss = run.Number(loss)
		for _, s := range signals {
			found := results.Signal{
				Path: s.Path, Op: s.Op, Weighted: s.Weighted, Mean: run.Number(s.Mean), Std: run.Number(s.Std),
				GradMean: run.Number(s.GradMean), GradStd: run.Number(s.GradStd),
				Dead: number(s.Dead), PredictedStd: number(s.PredictedStd), PredictedGradStd: number(s.PredictedGradStd),
			}
			if s.Initial != nil && c.Weights.From == "" {
				found.InitialStd, found.InitialGain = number(&s.Initial.Std), number(&s.Initial.Gain)
			}
			p.Signals = append(p.Signals, found)
		}
		if c.Probe.Jacobian {
			singular, err := signal.Jacobian(t.Params, c.Model.Network(), set, []*tensor.Dense{b.X[0]})
			if err != nil {
				return p, fmt.Errorf("probe.jacobian of model %s: %w", c.Model.Name, err)
			}
			for _, l := range singular.Logs {
				p.Singular = append(p.Singular, run.Number(math.Exp(l)))
				p.SingularLog10 = append(p.SingularLog10, run.Number(l/math.Ln10))
			}
			p.Resolved = singular.Resolved
		}
		if c.Probe.Lags {
			lags, err := signal.GradientByLag(t.Params, c.Model.Network(), set, b.X)
			if err != nil {
				return p, fmt.Errorf("probe.lags of model %s: %w", c.Model.Name, err)
			}
			p.LagGradient, p.PredictedLagGradient = numbers(lags.Gradient), numbers(lags.Predicted)
		}
		return p, nil
	}
	return p, fmt.Errorf("probe.batch: have %d, want at most the %d examples of the training part", plan.Size, t.Data.Len(datasets.Train))
}

func number(v *float64) *run.Number {
	if v == nil {
		return nil
	}
	n := run.Number(*v)
	return &n
}

func numbers(v []float64) (n []run.Number) {
	for _, x := range v {
		n = append(n, run.Number(x))
	}
	return n
}

// addProbe puts the numbers of the run's probe into its summary, as far as it has
// them:
//
//	probe.loss              before the first step
//	probe.activation_ratio  deviation of the outputs of the last hidden layer over
//	                        that of the first, where layers are those with weights
//	                        and the sums that end residual branches
//	probe.gradient_ratio    deviation of the gradients with respect to the outputs of
//	                        the first of these layers over that of the last
//	probe.dead              the largest share of dead units after an activation
//	probe.singular_max, probe.singular_min, probe.singular_median
//	probe.lag_gradient      at the greatest lag, relative to lag 0
//
// A number that has no correct digit after rounding is replaced by its bound, as
// probe.singular_min_below: see [results.Trial.Below].
func (t *Trial) addProbe(s run.Summary, dir string) error {
	if t.Config.Probe.Batch == 0 {
		return nil
	}
	p, err := ReadProbe(dir)
	if err != nil {
		return err
	}
	addReadings(s, p)
	return nil
}

// addReadings puts the numbers of a probe into a summary.
func addReadings(s run.Summary, p results.Probe) {
	set := func(name string, v run.Number, known bool) {
		if known && math.Abs(float64(v)) >= 0x1p-1022 {
			s["probe."+name] = float64(v)
		} else {
			s["probe."+name+"_below"] = max(float64(v), 0x1p-1022) // the least normal float64
		}
	}
	// One deviation over another, each around a mean; nothing where the other is rounding.
	ratio := func(name string, mean, std, overMean, over run.Number) {
		if r := results.Resolution(mean); float64(over) >= results.Resolution(overMean) {
			set(name, max(std, run.Number(r))/over, float64(std) >= r)
		}
	}
	s["probe.loss"] = float64(p.Loss)
	var hidden []results.Signal
	dead := run.Number(math.NaN())
	for _, l := range p.Signals {
		if l.Weighted || l.Op == "add" {
			hidden = append(hidden, l)
		}
		if l.Dead != nil && !(*l.Dead < dead) {
			dead = *l.Dead
		}
	}
	if n := len(hidden) - 2; n > 0 { // the last one makes the logits
		first, last := hidden[0], hidden[n]
		ratio("activation_ratio", last.Mean, last.Std, first.Mean, first.Std)
		ratio("gradient_ratio", first.GradMean, first.GradStd, last.GradMean, last.GradStd)
	}
	if !math.IsNaN(float64(dead)) {
		s["probe.dead"] = float64(dead)
	}
	if n := len(p.Singular); n > 0 {
		set("singular_max", p.Singular[0], p.Resolved > 0)
		set("singular_min", p.Singular[n-1], p.Resolved == n)
		set("singular_median", (p.Singular[(n-1)/2]+p.Singular[n/2])/2, p.Resolved > n/2)
	}
	if n := len(p.LagGradient); n > 0 {
		set("lag_gradient", p.LagGradient[n-1], true)
	}
}

// ReadProbe reads what the probe of a run found.
func ReadProbe(dir string) (p results.Probe, err error) {
	b, err := run.ReadFile(dir, ProbeFile)
	if errors.As(err, new(*run.DamagedError)) {
		return p, err
	}
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil {
		return p, fmt.Errorf("%w; remove the folder %s, and train it again", err, dir)
	}
	return p, nil
}
