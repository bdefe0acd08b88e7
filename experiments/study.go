package experiments

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"zoo/experiments/claims"
	"zoo/experiments/results"
	"zoo/experiments/run"
)

// StudyOptions say where the runs of a study are.
type StudyOptions struct {
	Root string // the folder of run directories
	Code string // the version of this program
	Only string // take runs of this version alone, or of one that begins so; empty: there must be one

	Quote func(args []string) []string // arguments as a shell takes them; nil: as they are
}

// OpenStudy finds the runs of a sweep and gives the verdicts on its claims. No
// data are read and nothing is trained. An error is about the config, or about
// runs that do not belong together.
func OpenStudy(o StudyOptions, name string, overrides ...string) (*results.Study, []claims.Verdict, error) {
	d, err := LoadDesign(name, overrides...)
	if err != nil {
		return nil, nil, err
	}
	s := d.study()
	s.Dir = filepath.Join(o.Root, d.folder())
	args := append([]string{name}, overrides...)
	if o.Quote != nil {
		args = o.Quote(args)
	}
	words := strings.Join(args, " ")
	s.Commands = []string{"zoo sweep " + words, "zoo report " + words, "zoo check " + words}
	if err := d.collect(s, o); err != nil {
		return nil, nil, err
	}
	var verdicts []claims.Verdict
	for _, text := range d.Config.Check {
		verdicts = append(verdicts, claims.Evaluate(text, s))
	}
	return s, verdicts, nil
}

// Sweeping tells whether a process carries out the sweep of that folder now.
func Sweeping(dir string) bool { return run.Held(dir) }

// Difference is a key that is not the same in two or more configs.
type Difference struct {
	Key    string   `json:"key"`
	Values []string `json:"values"` // empty where a config has no such key
}

// Compare lists the keys that differ between configs, their words left out.
func Compare(configs ...Config) (differences []Difference) {
	var flats []map[string]string
	for _, c := range configs {
		flats = append(flats, c.trial().Flat())
	}
	for _, key := range Differing(flats) {
		switch key {
		case "name", "paper", "figure", "claim", "cost":
			continue
		}
		d := Difference{Key: key}
		for _, f := range flats {
			d.Values = append(d.Values, f[key])
		}
		differences = append(differences, d)
	}
	return differences
}

// IsRun tells whether a path is the folder of a run.
func IsRun(path string) bool {
	_, err := os.Stat(filepath.Join(path, runConfig))
	return err == nil
}

// ConfigOf is the config of the folder of a run, or of an experiment by name or
// file.
func ConfigOf(name string) (Config, error) {
	if IsRun(name) {
		return loadRun(name)
	}
	c, _, err := Load(name)
	return c, err
}

// StudyOfRuns puts runs side by side. Those that differ in nothing but the seed
// are one arm; the first is the baseline of the others.
func StudyOfRuns(dirs []string) (*results.Study, error) {
	s := &results.Study{Name: "runs", Axes: []results.Axis{{}}}
	s.Display, _ = (*Report)(nil).view(nil)
	var arms []string // their configs' hashes, whatever the seed
	var configs []Config
	seeds := map[string]map[uint64]results.Trial{}
	for _, dir := range dirs {
		dir = filepath.Clean(dir)
		if !IsRun(dir) {
			return nil, noRun(dir)
		}
		record, err := run.Read(dir)
		if err != nil {
			return nil, err
		}
		c, err := loadRun(dir)
		if err != nil {
			return nil, err
		}
		seed := c.Seed
		c.Seed = 0
		key := digest(c.key(), record.Status.Data)
		if seeds[key] == nil {
			seeds[key] = map[uint64]results.Trial{}
			arms, configs = append(arms, key), append(configs, c)
			s.Axes[0].Labels = append(s.Axes[0].Labels, record.Name)
		}
		if other, ok := seeds[key][seed]; ok {
			return nil, fmt.Errorf("%s and %s are runs of one config and one seed", other.Dir, dir)
		}
		if !slices.Contains(s.Seeds, seed) {
			s.Seeds = append(s.Seeds, seed)
		}
		seeds[key][seed] = results.Trial{Seed: seed, State: record.Status.State, Record: record}
	}
	defer s.NoteUnchecked()
	slices.Sort(s.Seeds)
	s.Baseline = s.Axes[0].Labels[0]
	differences := Compare(configs...)
	for i, key := range arms {
		a := results.Arm{Labels: []string{s.Axes[0].Labels[i]}}
		for _, d := range differences {
			a.Changes = append(a.Changes, results.Change{Key: d.Key, Value: d.Values[i]})
		}
		for _, seed := range s.Seeds {
			t, ok := seeds[key][seed]
			if !ok {
				t = results.Trial{Seed: seed}
			}
			a.Trials = append(a.Trials, t)
		}
		s.Arms = append(s.Arms, a)
	}
	return s, nil
}
