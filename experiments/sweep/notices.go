package sweep

import (
	"fmt"
	"slices"
	"strings"
)

// A Notice is something that readers of a plan's numbers should know, with the arms that
// it is about.
type Notice struct {
	Arms [][]string `json:"arms,omitempty"` // their labels; none: all arms
	Text string     `json:"text"`
}

// String is the notice in a line.
func (n Notice) String() string {
	var line string
	for _, labels := range n.Arms {
		line += "[" + strings.Join(labels, ", ") + "] "
	}
	return line + n.Text
}

// notices gathers the notices of a number of arms: what is said of several is
// said once.
type notices struct {
	arms int
	all  []Notice
}

func (n *notices) add(labels []string, texts []string) {
	for _, text := range texts {
		i := slices.IndexFunc(n.all, func(x Notice) bool { return x.Text == text })
		if i < 0 {
			i = len(n.all)
			n.all = append(n.all, Notice{Text: text})
		}
		n.all[i].Arms = append(n.all[i].Arms, labels)
	}
}

// list are the notices; what is said of all arms names none.
func (n *notices) list() []Notice {
	for i := range n.all {
		if len(n.all[i].Arms) == n.arms {
			n.all[i].Arms = nil
		}
	}
	return n.all
}

// equalTrainings says which arms are one training: their configs are equal, or differ
// only in keys that have no effect.
func (p *Plan) equalTrainings() (all []Notice) {
	var keys []string
	groups := map[string][]PlannedTrial{}
	for _, t := range p.Trials {
		if t.Seed != p.Trials[0].Seed {
			continue
		}
		c := t.config
		c.Model = c.Model.AsRegistered(t.unasked)
		_, c.Train.Optimizer = c.Train.Optimizer.Idle()
		_, c.Train.Schedule = c.Train.Schedule.Idle()
		key := c.Key()
		if groups[key] == nil {
			keys = append(keys, key)
		}
		groups[key] = append(groups[key], t)
	}
	for _, key := range keys {
		group := groups[key]
		if len(group) < 2 {
			continue
		}
		n := Notice{Text: "are one training: their configs are equal"}
		for _, t := range group {
			n.Arms = append(n.Arms, t.Labels)
			if t.ID != group[0].ID {
				n.Text = "are one training: they differ in nothing that has an effect"
			}
		}
		all = append(all, n)
	}
	return all
}

// unequalLosses says which arms have training losses that are means over unequal numbers
// of examples.
func (p *Plan) unequalLosses() []Notice {
	var least, most PlannedTrial
	examples := func(t PlannedTrial) int {
		return t.Batch * t.config.Train.Accumulate * min(t.Steps, t.config.Train.LogSteps)
	}
	for _, t := range p.Trials {
		if n := examples(t); n > 0 && (least.Batch == 0 || n < examples(least)) {
			least = t
		}
		if examples(t) > examples(most) {
			most = t
		}
	}
	if examples(least) == examples(most) {
		return nil
	}
	return []Notice{{Text: fmt.Sprintf("train.loss and the other metrics of train are means over the last train.log_steps steps, which are %d examples in [%s] and %d in [%s]: "+
		"the sweep can derive train.log_steps from train.batch, as %d / train.batch",
		examples(least), strings.Join(least.Labels, ", "), examples(most), strings.Join(most.Labels, ", "), examples(most))}}
}
