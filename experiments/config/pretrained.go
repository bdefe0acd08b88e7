package config

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"zoo/internal/problem"
)

// Pretrained is the section weights: what training starts from, besides initial
// values.
type Pretrained struct {
	From string   `doc:"weights to start from: an experiment, whose run with the same seed is trained first if it is not there yet, a run directory, or a file (safetensors, .pth); empty: none"`
	Only []string `doc:"names of the tensors to take, in which * stands for any text, such as features.*; old=new renames them, such as features.3.*=features.5.*; all other parameters start as the model says. None: all tensors, which must be exactly the network's"`
}

// Validate reports patterns that cannot be read, or without weights.
func (p Pretrained) Validate() (ps []problem.Problem) {
	for i, s := range p.Only {
		if _, err := ParsePick(s); err != nil {
			ps = append(ps, problem.Problem{Key: fmt.Sprintf("only[%d]", i), Message: err.Error()})
		}
	}
	if p.From == "" && len(p.Only) > 0 {
		ps = append(ps, problem.Problem{Key: "only", Message: "there are no weights to take them from: set weights.from"})
	}
	return ps
}

// Parent is the config of the experiment that the weights are from, with the seed
// and, where it names none, the data folder of c; nil if they are from elsewhere.
func (c Config) Parent() (*Config, error) {
	var names []string // of the experiments so far
	var first *Config
	for at := c; ; {
		name := at.Weights.From
		if !at.Weights.IsExperiment() {
			return first, nil
		}
		if slices.Contains(names, name) {
			return nil, fmt.Errorf("weights.from: %s start from each other", strings.Join(names, ", "))
		}
		names = append(names, name)
		p, _, err := Load(name)
		if err != nil {
			return nil, fmt.Errorf("weights.from: %w", err)
		}
		p = p.Single()
		if p.Seed = c.Seed; p.Data.Root == "" {
			p.Data.Root = c.Data.Root
		}
		if first == nil {
			first = &p
		}
		at = p
	}
}

// IsExperiment tells whether the weights are those of an experiment, by name or file,
// and not a file of weights, the folder of a run, or none.
func (p Pretrained) IsExperiment() bool {
	if p.From == "" || IsRun(p.From) {
		return false
	}
	return strings.HasSuffix(p.From, ".yaml") || strings.HasSuffix(p.From, ".yml") || slices.Contains(Names(), p.From)
}

// A Pick is a pattern of tensors' names, and what the network calls them.
type Pick struct {
	from *regexp.Regexp
	to   string // a template of from's groups
}

// ParsePick reads PATTERN or PATTERN=NAME.
func ParsePick(s string) (Pick, error) {
	pattern, name, renamed := strings.Cut(s, "=")
	if !renamed {
		name = pattern
	}
	stars := strings.Count(pattern, "*")
	if pattern == "" || name == "" || strings.Count(name, "*") != stars {
		return Pick{}, fmt.Errorf("have %q, want a name in which * stands for any text, or old=new with as many * on both sides", s)
	}
	var to bytes.Buffer
	for i, text := range strings.Split(name, "*") {
		if i > 0 {
			fmt.Fprintf(&to, "${%d}", i)
		}
		to.WriteString(strings.ReplaceAll(text, "$", "$$"))
	}
	from := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, "(.*)")
	return Pick{regexp.MustCompile("^" + from + "$"), to.String()}, nil
}

// Name is what the network calls a tensor of that name; ok is false where the pattern does
// not fit.
func (p Pick) Name(tensor string) (name string, ok bool) {
	m := p.from.FindStringSubmatchIndex(tensor)
	if m == nil {
		return "", false
	}
	return string(p.from.ExpandString(nil, p.to, tensor, m)), true
}
