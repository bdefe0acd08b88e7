package command

import (
	"fmt"
	"io"
	"math"
	"strings"

	"zoo/experiments/results"
	"zoo/experiments/run"
)

// probeSummary is a line of the probe's numbers in a run's summary.
func probeSummary(s run.Summary) string {
	line := "probe"
	for _, name := range []string{"loss", "activation_ratio", "gradient_ratio", "dead", "singular_max", "singular_median", "singular_min", "lag_gradient"} {
		text := ""
		if v, ok := s.Float("probe." + name); ok && name == "dead" {
			text = percent(v, 1)
		} else if ok {
			text = fourDigits(v)
		} else if v, ok := s.Float("probe." + name + "_below"); ok {
			text = "< " + fourDigits(v)
		} else {
			continue
		}
		line += "  " + strings.ReplaceAll(name, "_", " ") + " " + text
	}
	return line
}

// showSignals prints the signals of a probe, one row per layer: those with weights, or
// every one.
func showSignals(w io.Writer, p results.Probe, every bool) {
	t := sheet{header: []string{"LAYER", "OP", ">INIT STD", ">GAIN", ">MEAN", ">STD", ">THEORY", ">GRAD. MEAN", ">GRAD. STD", ">THEORY", ">DEAD"}}
	for i, s := range p.Signals {
		if !every && !s.Weighted {
			continue
		}
		dead := s.Dead
		for _, after := range p.Signals[i+1:] { // up to the next layer with weights
			if every || after.Weighted {
				break
			}
			if after.Dead != nil {
				dead = after.Dead
			}
		}
		t.add(s.Path, s.Op, ifKnown(s.InitialStd, threeDigits), ifKnown(s.InitialGain, threeDigits),
			threeDigits(float64(s.Mean)), deviation(s.Mean, s.Std), ifKnown(s.PredictedStd, threeDigits),
			threeDigits(float64(s.GradMean)), deviation(s.GradMean, s.GradStd), ifKnown(s.PredictedGradStd, threeDigits),
			ifKnown(dead, func(v float64) string { return percent(v, 1) }))
	}
	t.print(w)
}

// showLags prints the gradients by lag of some probes that have them, one row for each, and
// one for what is predicted.
func showLags(w io.Writer, names []string, probes []results.Probe) {
	positions := 0
	for _, p := range probes {
		positions = max(positions, len(p.LagGradient))
	}
	if positions == 0 {
		return
	}
	lags := results.ShownLags(positions)
	t := sheet{header: []string{"GRADIENT AT LAG"}}
	for _, lag := range lags {
		t.header = append(t.header, fmt.Sprint(">", lag))
	}
	row := func(name string, values []run.Number) {
		if values == nil {
			return
		}
		cells := []string{name}
		for _, lag := range lags {
			text := "-"
			if lag < len(values) {
				text = threeDigits(float64(values[lag]))
			}
			cells = append(cells, text)
		}
		t.add(cells...)
	}
	for i, p := range probes {
		row(names[i], p.LagGradient)
		row(names[i]+", predicted", p.PredictedLagGradient)
	}
	t.print(w)
}

// singular writes the mean of the i-th and the k-th singular value, k ≥ i, whatever its
// size, or its upper bound.
func singular(p results.Probe, i, k int) string {
	larger, smaller := float64(p.SingularLog10[i]), float64(p.SingularLog10[k])
	if math.IsInf(larger, -1) {
		return "0"
	}
	text := fmt.Sprintf("%.3g", float64(p.Singular[i]+p.Singular[k])/2)
	if log := larger + math.Log10((1+math.Pow(10, smaller-larger))/2); log < -300 { // float64 ends at 1e-308, and before that loses digits
		exponent := math.Floor(log)
		text = fmt.Sprintf("%.2fe%.0f", math.Pow(10, log-exponent), exponent)
	}
	if k >= p.Resolved {
		text = "< " + text
	}
	return text
}

// deviation writes a standard deviation around a mean, or the bound below which float32
// cannot tell it from rounding.
func deviation(mean, std run.Number) string {
	if r := results.Resolution(mean); std > 0 && float64(std) < r {
		return fmt.Sprintf("< %.2g", r)
	}
	return threeDigits(float64(std))
}
