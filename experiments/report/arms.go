package report

import (
	"slices"

	"zoo/experiments/results"
)

// Differences is the table of the keys whose values are not the same in all arms.
func Differences(s *Study) Table {
	t := Table{Title: "What differs between the arms", Header: []string{"arm"}}
	values := func(key string) (all []string) {
		for _, a := range s.Arms {
			all = append(all, a.Setting(key))
		}
		return all
	}
	var keys []string
	columns := map[string][]string{}
	for _, a := range s.Arms {
		for _, c := range a.Changes {
			if _, seen := columns[c.Key]; seen {
				continue
			}
			v := values(c.Key)
			columns[c.Key] = v
			if slices.ContainsFunc(v, func(x string) bool { return x != v[0] }) {
				keys = append(keys, c.Key)
			}
		}
	}
	t.Header = append(t.Header, plains(keys)...)
	params := slices.ContainsFunc(s.Arms, func(a results.Arm) bool { return a.Params > 0 })
	if params {
		t.Header = append(t.Header, ">parameters", ">multiply-adds")
	}
	for i := range s.Arms {
		a := &s.Arms[i]
		cells := []string{armName(s, a)}
		for _, k := range keys {
			cells = append(cells, plain(columns[k][i]))
		}
		if params {
			cells = append(cells, thousands(a.Params), thousands(a.MACs))
		}
		t.add(cells...)
	}
	return t
}
