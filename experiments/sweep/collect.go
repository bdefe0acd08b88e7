package sweep

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"zoo/experiments/config"
	"zoo/experiments/results"
	"zoo/experiments/run"
	"zoo/experiments/train"
)

// A found run is a folder, and what its status says.
type found struct {
	dir    string
	status run.Status
}

// collect puts the runs of one build, on one data set for each section data, into
// their places.
func collect(d *config.Design, s *results.Study, o StudyOptions) error {
	runs, notices, err := runsByKey(o.Root)
	if err != nil {
		return err
	}
	s.Notices = notices
	failures, err := readFailures(s.Dir)
	if err != nil {
		return err
	}
	keys := make([][]string, len(d.Arms))
	for i, a := range d.Arms {
		for _, seed := range d.Seeds {
			c := a.Config
			c.Seed = seed
			keys[i] = append(keys[i], c.Key())
		}
	}
	if s.Code, err = o.build(runs, slices.Concat(keys...)); err != nil {
		return fmt.Errorf("%s: %w", d.Config.Name, err)
	}
	checksums := map[string]string{} // of the data, by the section
	for i := range s.Arms {
		arm, cfg := &s.Arms[i], d.Arms[i].Config
		cfg.Data.Root = ""
		section := config.DataKey(cfg.Data)
		for k := range arm.Trials {
			t, key := &arm.Trials[k], keys[i][k]
			for _, r := range runs[key] {
				if r.status.Code != s.Code {
					continue
				}
				if other := cmp.Or(checksums[section], r.status.Data); other != r.status.Data {
					return fmt.Errorf("%s: its runs are on several data, which do not go together: %.12s, and in %s %.12s; move the folders of the ones or the others away",
						d.Config.Name, other, r.dir, r.status.Data)
				}
				checksums[section] = r.status.Data
				if err := readTrial(t, r.dir, cfg.Probe.Batch > 0); err != nil {
					return err
				}
			}
			switch text, bad := failures[key]; {
			case bad && text == run.Removed && t.State == "":
				t.State = run.Removed
			case bad && text != run.Removed && !t.Done():
				t.State, t.Status.Error = run.Failed, text
			}
			if n, ok := t.Summary.Float("params"); ok && t.Done() {
				arm.Params = int(n)
				macs, _ := t.Summary.Float("macs")
				arm.MACs = int(macs)
			}
		}
	}
	if n := otherBuilds(s, runs); n != "" {
		s.Notices = append(s.Notices, n)
	}
	s.Data = dataOf(d, checksums)
	s.NoteUnchecked()
	return nil
}

// otherBuilds says that there are runs with the name of a study of which there is none, as
// those of a build of zoo whose configs have other keys.
func otherBuilds(s *results.Study, runs map[string][]found) string {
	for _, a := range s.Arms {
		if slices.ContainsFunc(a.Trials, func(t results.Trial) bool { return t.State != "" }) {
			return ""
		}
	}
	var named []found
	for _, all := range runs {
		for _, r := range all {
			if strings.HasPrefix(filepath.Base(r.dir), s.Name+"-") {
				named = append(named, r)
			}
		}
	}
	if named == nil {
		return ""
	}
	first := slices.MinFunc(named, func(a, b found) int { return strings.Compare(a.dir, b.dir) })
	return fmt.Sprintf("none of its trials has a run, but %d runs, such as %s, have its name: they are of another config, or of another build of zoo (%.12s); show them with that, or train them again with zoo sweep",
		len(named), first.dir, first.status.Code)
}

// readTrial fills a trial from the folder of its run.
func readTrial(t *results.Trial, dir string, probed bool) (err error) {
	if t.Record, err = run.Read(dir); err != nil {
		return err
	}
	t.State = t.Status.State
	if t.Done() && probed {
		p, err := train.ReadProbe(dir)
		if err != nil {
			return err
		}
		t.Probe = &p
	}
	return nil
}

// dataOf names the data of a study with the first digits of their checksums.
func dataOf(d *config.Design, checksums map[string]string) string {
	var all []string
	for _, sum := range slices.Sorted(maps.Values(checksums)) {
		all = append(all, fmt.Sprintf("%.12s", sum))
	}
	if all == nil {
		return ""
	}
	return d.Config.Data.Name + ", SHA-256 " + strings.Join(slices.Compact(all), ", ")
}

// runsByKey are the runs under root by the hash of their config, and what is to be said of
// those whose status is damaged.
func runsByKey(root string) (runs map[string][]found, notices []string, err error) {
	dirs, err := run.List(root)
	if err != nil {
		return nil, nil, err
	}
	runs = map[string][]found{}
	for _, dir := range dirs {
		s, err := run.ReadStatus(dir)
		if errors.As(err, new(*run.DamagedError)) { // whose run this is cannot be known
			notices = append(notices, err.Error())
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		runs[s.Config] = append(runs[s.Config], found{dir, s})
	}
	return runs, notices, nil
}

// build finds the one build of zoo whose runs make the study: the only one, or
// this program if it has all trials. Runs of two builds are never mixed.
func (o StudyOptions) build(runs map[string][]found, keys []string) (string, error) {
	all := map[string]bool{}
	have := map[string]map[string]bool{} // the trials that each build has
	for _, key := range keys {
		all[key] = true
		for _, r := range runs[key] {
			code := r.status.Code
			if !strings.HasPrefix(code, o.Only) {
				continue
			}
			if have[code] == nil {
				have[code] = map[string]bool{}
			}
			have[code][key] = true
		}
	}
	builds := slices.SortedFunc(maps.Keys(have), func(a, b string) int {
		return cmp.Or(len(have[b])-len(have[a]), cmp.Compare(a, b))
	})
	switch {
	case len(builds) == 0 && o.Only != "":
		return "", fmt.Errorf("no runs by a build of zoo that begins with %s", o.Only)
	case len(builds) == 0:
		return "", nil
	case len(builds) == 1:
		return builds[0], nil
	case len(have[o.Code]) == len(all):
		return o.Code, nil
	}
	var lines []string
	for _, b := range builds {
		lines = append(lines, fmt.Sprintf("  %s: %d of %d trials", b, len(have[b]), len(all)))
	}
	return "", fmt.Errorf("its runs are of several builds of zoo, which do not go together:\n%s\nthis is build %s; complete it with zoo sweep, or take one with --code",
		strings.Join(lines, "\n"), o.Code)
}
