package strict

import (
	"reflect"
	"slices"
)

// settle calls Settle on every section that has it, inner ones first.
func (d *decoder) settle(path string, section reflect.Value) {
	for _, f := range ownFields(section) {
		if f.value.Kind() == reflect.Struct && f.value.Type() != valueType {
			d.settle(join(path, f.key), f.value)
		}
	}
	s := as[Settler](section)
	if s == nil {
		return
	}
	gaveWay := s.Settle(func(key, other string) bool {
		key, other = join(path, key), join(path, other)
		return !d.bad[key] && !d.bad[other] && d.turn(d.origins[key]) > d.turn(d.origins[other])
	})
	for key, to := range gaveWay {
		d.origins[join(path, key)] = d.origins[join(path, to)]
	}
}

// turn orders places by when their sources apply.
func (d *decoder) turn(p Place) int {
	switch {
	case p.Source == "":
		return -1
	case p.setting:
		return commandRank + 2
	case p.rank > commandRank: // the overrides are one command line
		return commandRank + 1
	case p.rank == commandRank:
		return commandRank
	}
	return slices.Index(d.merged, p.rank)
}
