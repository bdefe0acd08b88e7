// Command stats describes samples with zoo/experiments/stats, so that scripts/stats.py can
// compare the numbers with those of SciPy and statsmodels. For each JSON object in the input,
// {"x": [...], "y": [...], "family": [[...], ...], "k": 1, "n": 3, "effect": 0.5}, it writes
// one with all statistics.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"

	"zoo/experiments/run"
	"zoo/experiments/stats"
)

func main() {
	if err := describe(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A question is a line of the input.
type question struct {
	X, Y   []run.Number
	Family [][]run.Number // of arms, each compared with X
	K, N   int
	Effect float64
}

func describe(in io.Reader, out io.Writer) error {
	decoder, encoder := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var q question
		if err := decoder.Decode(&q); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		x, y := floats(q.X), floats(q.Y)
		answer := map[string]any{
			"linear":   sample(stats.Linear.Describe(x)),
			"positive": sample(stats.Positive.Describe(x)),
			"share":    sample(stats.Share.Describe(x)),
			"median":   sample(stats.Median(x)),
			"wilson":   sample(stats.ShareOf(q.K, q.N)),
			"power":    run.Number(stats.Power(q.Effect, q.N)),
		}
		answer["threshold"] = run.Number(stats.Threshold(q.N, q.K))
		if len(y) == len(x) {
			d := stats.Paired(x, y)
			answer["paired"], answer["p"] = sample(d.Sample), run.Number(d.P)
			margin := math.Abs(d.Mean) * 1.5
			answer["margin"], answer["equivalent"] = run.Number(margin), d.Equivalent(margin)
		}
		var family []*stats.Difference
		for _, arm := range q.Family {
			d := stats.Paired(floats(arm), x)
			family = append(family, &d)
		}
		stats.Holm(family)
		p, holm := []run.Number{}, []run.Number{}
		for _, d := range family {
			p, holm = append(p, run.Number(d.P)), append(holm, run.Number(d.Holm))
		}
		answer["family"], answer["holm"] = p, holm
		if err := encoder.Encode(answer); err != nil {
			return err
		}
	}
}

func floats(v []run.Number) []float64 {
	x := make([]float64, len(v))
	for i := range v {
		x[i] = float64(v[i])
	}
	return x
}

// sample is mean, deviation, and the ends of the interval.
func sample(s stats.Sample) []run.Number {
	return []run.Number{run.Number(s.Mean), run.Number(s.SD), run.Number(s.Lo), run.Number(s.Hi)}
}
