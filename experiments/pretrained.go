package experiments

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"zoo/datasets"
	"zoo/experiments/run"
	"zoo/internal/problem"
	"zoo/internal/strict"
	"zoo/nn"
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
		if _, err := parsePick(s); err != nil {
			ps = append(ps, problem.Problem{Key: fmt.Sprintf("only[%d]", i), Message: err.Error()})
		}
	}
	if p.From == "" && len(p.Only) > 0 {
		ps = append(ps, problem.Problem{Key: "only", Message: "there are no weights to take them from: set weights.from"})
	}
	return ps
}

// parent is the config of the experiment that the weights are from, with the seed
// and, where it names none, the data folder of c; nil if they are from elsewhere.
func (c Config) parent() (*Config, error) {
	var names []string // of the experiments so far
	var first *Config
	for at := c; ; {
		name := at.Weights.From
		if !namesExperiment(name) {
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
		p = p.trial()
		if p.Seed = c.Seed; p.Data.Root == "" {
			p.Data.Root = c.Data.Root
		}
		if first == nil {
			first = &p
		}
		at = p
	}
}

// namesExperiment tells the names and files of experiments from files of weights
// and folders of runs.
func namesExperiment(from string) bool {
	if from == "" || IsRun(from) {
		return false
	}
	return strings.HasSuffix(from, ".yaml") || strings.HasSuffix(from, ".yml") || slices.Contains(Names(), from)
}

// content is a hash of what the config starts from, as far as that is known
// without data: the experiment's config, or the bytes of the file. What cannot be
// read keeps its name: whoever wants to start from it gets the error.
func (c Config) content() string {
	if c.Weights.From == "" {
		return ""
	}
	p, err := c.parent()
	if err == nil && p != nil {
		return "config " + p.key()
	}
	if err == nil {
		var sum string
		if sum, err = fileSHA256(weightsFile(c.Weights.From)); err == nil {
			return "sha256 " + sum
		}
	}
	return c.Weights.From
}

// parentID is the id of the run that the config starts from; empty if it starts
// from no experiment. checksum opens data and returns its checksum. It is an error
// if the weights cannot be opened.
func (c Config) parentID(code string, checksum func(Config) (string, error)) (string, error) {
	p, err := c.parent()
	if err != nil {
		return "", err
	}
	if p == nil {
		if c.Weights.From == "" {
			return "", nil
		}
		w, err := c.openWeights(c.Weights.From)
		if err != nil {
			return "", err
		}
		return "", w.Close()
	}
	data, err := checksum(*p)
	if err != nil {
		return "", err
	}
	grand, err := p.parentID(code, checksum)
	if err != nil {
		return "", err
	}
	return p.id(data, code, grand), nil
}

func (c Config) openWeights(from string) (*Weights, error) {
	w, err := OpenWeights(from, c.Weights.Only...)
	if errors.Is(err, os.ErrNotExist) {
		hint := ""
		if n := strict.Nearest(from, Names()); n != "" {
			hint = "; did you mean the experiment " + n + "?"
		}
		err = fmt.Errorf("weights.from: no experiment, run directory or file %s%s", from, hint)
	} else if err != nil {
		err = fmt.Errorf("weights.from: %w", err)
	}
	return w, err
}

// checkWeights says whether the weights that the config starts from fit a network.
// Those of an experiment, which may not be trained yet, are not looked at.
func (c Config) checkWeights(p *nn.Params, spec datasets.Spec) error {
	if c.Weights.From == "" || namesExperiment(c.Weights.From) {
		return nil
	}
	w, err := c.openWeights(c.Weights.From)
	if err != nil {
		return err
	}
	partial := len(c.Weights.Only) > 0
	return errors.Join(w.misfit(p.Fits(w.tensors, partial), c.Model, spec, partial), w.Close())
}

// load puts the weights that the config starts from in place. train returns the
// directory of a complete run of an experiment.
func (t *Trial) load(train func(Config) (dir string, err error)) error {
	c := t.Config
	from := c.Weights.From
	if from == "" {
		return nil
	}
	p, err := c.parent()
	if err == nil && p != nil {
		from, err = train(*p)
	}
	if err != nil {
		return err
	}
	w, err := c.openWeights(from)
	if err != nil {
		return err
	}
	defer w.Close()
	partial := len(c.Weights.Only) > 0
	return w.misfit(w.Load(t.Params, partial), c.Model, t.Data.Spec(), partial)
}

// train completes the run of an experiment that another one starts from.
func (o Options) train(ctx context.Context, c Config) (dir string, err error) {
	o.Name, o.Fresh = "", false
	for {
		out, err := Execute(ctx, c, o)
		switch {
		case errors.As(err, new(*run.HeldError)):
			err = sleep(ctx)
		case err == nil && out.State != run.Complete:
			return "", fmt.Errorf("weights.from: the run %s of %s is %s", out.Dir, c.Name, out.State)
		case err == nil:
			return out.Dir, nil
		}
		if err != nil {
			return "", err
		}
	}
}

// hashed are the SHA-256 of files, by what tells their versions apart.
var hashed sync.Map

// fileSHA256 is the SHA-256 of a file, which is read once in the life of the
// program unless it changes.
func fileSHA256(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	version := struct {
		name string
		size int64
		time time.Time
	}{name, info.Size(), info.ModTime()}
	if sum, ok := hashed.Load(version); ok {
		return sum.(string), nil
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	sum := hex.EncodeToString(h.Sum(nil))
	hashed.Store(version, sum)
	return sum, nil
}
