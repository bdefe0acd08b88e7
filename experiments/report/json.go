package report

import (
	"encoding/json"
	"io"

	"zoo/experiments/claims"
	"zoo/experiments/run"
	"zoo/experiments/stats"
)

// The types below are the JSON form of a study.
type studyJSON struct {
	Name     string      `json:"name"`
	Claim    string      `json:"claim,omitempty"`
	Paper    string      `json:"paper,omitempty"`
	Figure   string      `json:"figure,omitempty"`
	Dir      string      `json:"dir,omitempty"`
	Code     string      `json:"code,omitempty"`
	Data     string      `json:"data,omitempty"`
	Axes     []axisJSON  `json:"axes"`
	Seeds    []uint64    `json:"seeds"`
	Baseline string      `json:"baseline,omitempty"`
	Arms     []armJSON   `json:"arms"`
	Claims   []claimJSON `json:"claims"`
}

type axisJSON struct {
	Param  string   `json:"param,omitempty"`
	Labels []string `json:"labels"`
}

type armJSON struct {
	Labels  []string              `json:"labels"`
	Params  int                   `json:"params,omitempty"`
	MACs    int                   `json:"macs,omitempty"`
	Metrics map[string]sampleJSON `json:"metrics"`
	Trials  []trialJSON           `json:"trials"`
}

type trialJSON struct {
	Seed    uint64      `json:"seed"`
	State   string      `json:"state,omitempty"`
	Dir     string      `json:"dir,omitempty"`
	Summary run.Summary `json:"summary,omitempty"`
}

// sampleJSON has the difference from the baseline only where there is one.
type sampleJSON struct {
	N      int             `json:"n"`
	Mean   run.Number      `json:"mean"`
	SD     *run.Number     `json:"sd,omitempty"`
	Lo     *run.Number     `json:"lo,omitempty"`
	Hi     *run.Number     `json:"hi,omitempty"`
	Versus *differenceJSON `json:"difference,omitempty"`
}

type differenceJSON struct {
	sampleJSON
	P    *run.Number `json:"p,omitempty"`
	Holm *run.Number `json:"p_holm,omitempty"`
	// Remark is shown, not shown, ... as in the tables.
	Remark string `json:"remark,omitempty"`
}

type claimJSON struct {
	Text  string     `json:"text"`
	State string     `json:"state"`
	Lacks string     `json:"lacks,omitempty"`
	Parts []partJSON `json:"parts,omitempty"`
}

type partJSON struct {
	Text   string      `json:"text"`
	Left   run.Number  `json:"left"`
	Op     string      `json:"op"`
	Right  run.Number  `json:"right"`
	Holds  bool        `json:"holds"`
	Margin *sampleJSON `json:"margin,omitempty"`
	Unsure bool        `json:"unsure"`
}

// JSON writes the numbers that the tables show.
func JSON(w io.Writer, s *Study, verdicts []claims.Verdict) error {
	out := studyJSON{
		Name: s.Name, Claim: s.Claim, Paper: s.Paper, Figure: s.Figure, Dir: s.Dir, Code: s.Code, Data: s.Data,
		Axes: []axisJSON{}, Seeds: s.Seeds, Baseline: s.Baseline, Arms: []armJSON{},
	}
	for _, a := range s.Axes {
		out.Axes = append(out.Axes, axisJSON{a.Param, a.Labels})
	}
	versus := map[string][]*stats.Difference{}
	for _, m := range s.Display.Metrics {
		versus[m], _ = differences(s, m)
	}
	for i, a := range s.Arms {
		arm := armJSON{Labels: a.Labels, Params: a.Params, MACs: a.MACs, Metrics: map[string]sampleJSON{}, Trials: []trialJSON{}}
		for _, m := range s.Display.Metrics {
			sample := quantityIn(s, m).describe(a.Values(m))
			if sample.N == 0 {
				continue
			}
			j := jsonSample(sample)
			if d := versus[m][i]; d != nil && d.N > 0 {
				j.Versus = &differenceJSON{jsonSample(d.Sample), number(d.P), number(d.Holm), remarkOf(s, m, *d)}
			}
			arm.Metrics[m] = j
		}
		for _, t := range a.Trials {
			arm.Trials = append(arm.Trials, trialJSON{t.Seed, t.State, t.Dir, t.Summary})
		}
		out.Arms = append(out.Arms, arm)
	}
	out.Claims = claimsJSON(verdicts)
	return write(w, out)
}

func remarkOf(s *Study, metric string, d stats.Difference) string {
	cells := differenceCells(quantityIn(s, metric), &d, s.Display.Margin[metric])
	return cells[len(cells)-1]
}

// ClaimsJSON writes only the verdicts.
func ClaimsJSON(w io.Writer, verdicts []claims.Verdict) error { return write(w, claimsJSON(verdicts)) }

func claimsJSON(verdicts []claims.Verdict) []claimJSON {
	all := []claimJSON{}
	for _, v := range verdicts {
		c := claimJSON{Text: v.Text, State: v.State, Lacks: v.Lacks}
		for _, p := range v.Parts {
			part := partJSON{Text: p.Text, Left: run.Number(p.Left), Op: p.Op, Right: run.Number(p.Right), Holds: p.Holds, Unsure: p.Unsure()}
			if p.Margin.N > 0 {
				m := jsonSample(p.Margin)
				part.Margin = &m
			}
			c.Parts = append(c.Parts, part)
		}
		all = append(all, c)
	}
	return all
}

func write(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func jsonSample(s stats.Sample) sampleJSON {
	return sampleJSON{N: s.N, Mean: run.Number(s.Mean), SD: number(s.SD), Lo: number(s.Lo), Hi: number(s.Hi)}
}

// number is nil for NaN, which stands for unknown.
func number(v float64) *run.Number {
	if v != v {
		return nil
	}
	n := run.Number(v)
	return &n
}
