package sweep

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"zoo/experiments/claims"
	"zoo/experiments/config"
	"zoo/experiments/results"
	"zoo/experiments/run"
)

// StudyOptions say where the runs of a study are.
type StudyOptions struct {
	Root string // the folder of run directories
	Code string // the version of this program
	Only string // take only runs of this version, or of the one that begins so; empty: there must be only one

	Quote func(args []string) []string // arguments as a shell takes them; nil: as they are
}

// OpenStudy finds the runs of a sweep and gives the verdicts on its claims. No
// data are read and nothing is trained. An error is about the config, or about
// runs that do not belong together.
func OpenStudy(o StudyOptions, name string, overrides ...string) (*results.Study, []claims.Verdict, error) {
	d, err := config.LoadDesign(name, overrides...)
	if err != nil {
		return nil, nil, err
	}
	s := d.Study()
	s.Dir = filepath.Join(o.Root, d.Folder())
	args := append([]string{name}, overrides...)
	if o.Quote != nil {
		args = o.Quote(args)
	}
	words := strings.Join(args, " ")
	s.Commands = []string{"zoo sweep " + words, "zoo report " + words, "zoo check " + words}
	if err := collect(d, s, o); err != nil {
		return nil, nil, err
	}
	var verdicts []claims.Verdict
	for _, text := range d.Config.Check {
		verdicts = append(verdicts, claims.Evaluate(text, s))
	}
	return s, verdicts, nil
}

// Sweeping reports whether a process carries out the sweep of that folder now.
func Sweeping(dir string) bool { return run.Held(dir) }

// StudyOfRuns puts runs side by side. Those that differ in nothing but the seed
// are one arm; the first is the baseline of the others.
func StudyOfRuns(dirs []string) (*results.Study, error) {
	s := &results.Study{Name: "runs", Axes: []results.Axis{{}}}
	var arms []string // their configs' hashes, whatever the seed
	var configs []config.Config
	seeds := map[string]map[uint64]results.Trial{}
	for _, dir := range dirs {
		dir = filepath.Clean(dir)
		if !config.IsRun(dir) {
			return nil, config.NotARun(dir)
		}
		record, err := run.Read(dir)
		if err != nil {
			return nil, err
		}
		c, err := config.LoadRun(dir)
		if err != nil {
			return nil, err
		}
		seed := c.Seed
		c.Seed = 0
		key := c.Key() + " " + record.Status.Data
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
	differences := config.Compare(configs...)
	if len(configs) > 0 {
		s.Display, _ = (*config.Report)(nil).View(nil, configs[0].Task)
	}
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
