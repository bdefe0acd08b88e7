package optim

import (
	"math"
	"strings"
	"testing"
)

func schedules(change func(*ScheduleOptions)) ScheduleOptions {
	o := ScheduleDefaults()
	change(&o)
	return o
}

// The run of testdata/make.py: 10 steps an epoch, 60 in all, lr 0.4.
var scheduleCases = map[string]ScheduleOptions{
	"constant":   schedules(func(o *ScheduleOptions) {}),
	"step":       schedules(func(o *ScheduleOptions) { o.Name, o.StepEpochs, o.Gamma = "step", 2.5, .5 }),
	"multistep":  schedules(func(o *ScheduleOptions) { o.Name, o.Milestones = "multistep", []float64{1.2, 3, 4.5} }),
	"cosine":     schedules(func(o *ScheduleOptions) { o.Name, o.MinLR = "cosine", .01 }),
	"polynomial": schedules(func(o *ScheduleOptions) { o.Name, o.Power = "polynomial", 2 }),
	"one-cycle":  schedules(func(o *ScheduleOptions) { o.Name = "one-cycle" }),
}

func TestSchedulesArePyTorchs(t *testing.T) {
	g := readGoldens(t)
	if len(g.Schedules) != 2*len(scheduleCases) {
		t.Errorf("have %d cases, want %d", 2*len(scheduleCases), len(g.Schedules))
	}
	for name, o := range scheduleCases {
		for suffix, warmup := range map[string]float64{"": 0, " warm-up": 1.5} {
			o.Warmup = warmup
			s, err := NewSchedule(o, 0.4, 10, 60)
			if err != nil {
				t.Fatal(err)
			}
			for step, want := range g.Schedules[name+suffix] {
				if have := s(step); math.Abs(have-want) > 1e-9 {
					t.Errorf("%s step %d: have %v, want %v", name+suffix, step, have, want)
				}
			}
		}
	}
}

// Runs shorter than their warm-up, of one step, and steps beyond the end have
// learning rates too.
func TestScheduleEdges(t *testing.T) {
	for name, o := range scheduleCases {
		for _, warmup := range []float64{0, 0.1, 3} {
			for _, total := range []int{1, 2, 3, 4, 100} {
				o.Warmup = warmup
				s, err := NewSchedule(o, 0.4, 10, total)
				if err != nil {
					t.Fatal(err)
				}
				for step := range total + 10 {
					if lr := s(step); !(lr >= 0 && lr <= 0.4) {
						t.Errorf("%s, warm-up %v, %d steps: step %d has %v", name, warmup, total, step, lr)
					}
				}
				if (name == "cosine" || name == "one-cycle") && total == 100 && s(total) != s(total+9) {
					t.Errorf("%s moves beyond the end", name)
				}
			}
		}
	}
	o := schedules(func(o *ScheduleOptions) { o.Name = "polynomial" })
	s, _ := NewSchedule(o, 1, 1, 8)
	for step, want := range []float64{1, .875, .75, .625, .5, .375, .25, .125, 0, 0} {
		if have := s(step); math.Abs(have-want) > 1e-15 {
			t.Errorf("a straight line at step %d: have %v, want %v", step, have, want)
		}
	}
}

func TestScheduleErrors(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		o    ScheduleOptions
		want string
	}{
		{ScheduleOptions{Name: "cyclic", Warmup: -1, WarmupFactor: 2, StepEpochs: nan, Milestones: []float64{2, 1}, Gamma: 0, MinLR: -1, Power: nan},
			"name warmup warmup_factor step_epochs milestones gamma min_lr power"},
		{schedules(func(o *ScheduleOptions) { o.Name = "step" }), "step_epochs"},
		{schedules(func(o *ScheduleOptions) { o.Name = "multistep" }), "milestones"},
		{schedules(func(o *ScheduleOptions) { o.Milestones = []float64{nan} }), "milestones"},
		{schedules(func(o *ScheduleOptions) { o.Name, o.MinLR = "cosine", 1 }), "min_lr"},
	} {
		_, err := NewSchedule(c.o, 0.1, 10, 60)
		for _, key := range strings.Fields(c.want) {
			if err == nil || !strings.Contains(err.Error(), "schedule."+key+":") {
				t.Errorf("%+v: no %q in: %v", c.o, key, err)
			}
		}
	}
	if _, err := NewSchedule(ScheduleDefaults(), 0.1, 0, 60); err == nil {
		t.Error("no steps an epoch: no error")
	}
}
