package exec

import (
	"slices"
	"strings"
	"time"

	"zoo/internal/stopwatch"
)

// Profile implements VM; the slowest op comes first.
func (m *machine[F]) Profile() (times []OpTime) {
	for _, t := range m.profile {
		times = append(times, *t)
	}
	slices.SortFunc(times, func(a, b OpTime) int {
		if a.Time != b.Time {
			return int(b.Time - a.Time)
		}
		return strings.Compare(a.Op, b.Op)
	})
	return times
}

// clock is the time, where time is counted.
func (m *machine[F]) clock() (now time.Duration) {
	if m.profile != nil {
		now = stopwatch.Now()
	}
	return now
}

// spent counts the time that a worker spent in a pass of a stage.
func (m *machine[F]) spent(t *stage[F], worker, pass int, start time.Duration) {
	if m.profile != nil {
		t.calls[worker][pass].time += stopwatch.Now() - start
	}
}

// count shares a stage's time out among its passes: by what the workers spent in each.
func (m *machine[F]) count(t *stage[F], start time.Duration) {
	if m.profile == nil {
		return
	}
	wall := stopwatch.Now() - start
	spent, all := make([]time.Duration, len(t.passes)), time.Duration(0)
	for _, calls := range t.calls {
		for i := range calls {
			spent[i] += calls[i].time
			all += calls[i].time
			calls[i].time = 0
		}
	}
	for i := 0; i < len(t.passes); {
		n := max(1, t.fused[i].n)
		var names []string
		for _, q := range t.passes[i : i+n] {
			names = append(names, m.steps[q.step].node.Op().String())
		}
		name := strings.Join(names, ", ")
		o := m.profile[name]
		if o == nil {
			o = &OpTime{Op: name}
			m.profile[name] = o
		}
		o.Calls++
		if all == 0 {
			o.Time += wall / time.Duration(len(t.passes))
		} else {
			o.Time += time.Duration(float64(wall) * float64(spent[i]) / float64(all))
		}
		i += n
	}
}
