package experiments

import (
	"fmt"
	"slices"
	"strings"
)

// Notices say what the trial's config asks for and does not get, or not as it
// seems: nothing that is wrong, but what would mislead whoever reads the numbers.
func (t *Trial) Notices() []string {
	return t.Config.notices(t.perEpoch, t.total)
}

// notices are those of a training of so many steps.
func (c Config) notices(perEpoch, total int) (all []string) {
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if e, s := c.Train.Epochs, c.Train.Steps; e > 0 && s > 0 && total == s {
		say("train.steps: %d ends the training before train.epochs: %d, which would take %d steps", s, e, e*perEpoch)
	} else if e > 0 && s > 0 {
		say("train.epochs: %d ends the training after %d steps, before train.steps: %d", e, total, s)
	}
	return all
}

// A Notice is one of a plan, with the arms that it is about.
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
