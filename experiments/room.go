package experiments

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"zoo/experiments/config"
	"zoo/internal/memory"
	"zoo/nn"
)

// A room is the memory for a program, and what to say where it is not enough.
type room struct {
	config config.Config // of its sections model and data
	key    string        // what says how many examples go through the program at once; empty: nothing that can be changed
	batch  int
	mode   nn.Mode
	arrays int // of the length of what is trained, besides the gradient: the solver's
	copies int // of all parameters: their average
	held   int // bytes that are taken already
}

// spare is the part of the memory that is for what nobody counts: data, batches, the
// working memory of ops, the graph, the system.
const spare = 16

// settings are those of a build for which there must be room, and which the end of
// ctx ends.
func (r room) settings(ctx context.Context, set nn.Settings) nn.Settings {
	set.Options, set.Batch, set.Context, set.Admit = r.config.Model.Options, r.batch, ctx, r.admit
	return set
}

// admit says what a program of the size takes, if that is more than there is.
func (r room) admit(s nn.Size) error {
	limit := float64(memory.Limit())
	limit -= limit / spare
	values := float64(s.Values)
	fixed := float64(r.held) + float64(1+r.copies)*float64(s.Parameters) + float64(r.arrays)*float64(s.Trained) // however few examples there are
	if r.mode == nn.Train {
		fixed += float64(s.Trained) // the gradient, which is among the values
		values = max(0, values-float64(s.Trained))
	}
	text := func(bytes float64) string { return memory.Text(int(min(bytes, math.MaxInt64/2))) }
	if fixed+values <= limit {
		return nil
	}
	if one := values / float64(r.batch); r.key != "" && r.batch > 1 && fixed+one <= limit {
		return fmt.Errorf("%d examples at once take %s of memory, and %s can be had: lower %s, of which about %.0f fit",
			r.batch, text(fixed+values), text(limit), r.key, math.Floor((limit-fixed)/one))
	}
	return fmt.Errorf("it takes at least %s of memory, and %s can be had: %s", text(fixed+values), text(limit), r.smaller())
}

// smaller says which keys make the network, or its images, larger than they would be
// by themselves.
func (r room) smaller() string {
	var registered config.Model
	registered.Choose(r.config.Model.Name)
	own, usual := config.Config{Model: r.config.Model}.Flat(), config.Config{Model: registered}.Flat()
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(own)) {
		if strings.HasPrefix(key, "model.") && largest(own[key]) > largest(usual[key]) {
			keys = append(keys, key+": "+own[key])
		}
	}
	d := r.config.Data
	for _, image := range []struct {
		key  string
		size int
	}{{"data.resize", d.Resize}, {"data.cut", d.Cut}, {"data.pad", d.Pad}} {
		if image.size > 0 {
			keys = append(keys, fmt.Sprintf("%s: %d", image.key, image.size))
		}
	}
	if keys == nil {
		return "take a smaller network"
	}
	return "lower " + strings.Join(keys, ", or ")
}

// largest is the largest whole number of a value, which may be a list; −1 where there
// is none.
func largest(value string) int {
	most := -1
	for _, word := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune("[], -\n", r) }) {
		if n, err := strconv.Atoi(word); err == nil {
			most = max(most, n)
		}
	}
	return most
}
