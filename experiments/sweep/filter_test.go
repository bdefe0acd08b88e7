package sweep_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"zoo/experiments/results"
	"zoo/experiments/run"
	"zoo/experiments/sweep"
)

// stored are runs without folders.
func stored() []sweep.StoredRun {
	all := []sweep.StoredRun{}
	add := func(name, state string, days int, s run.Summary, tags ...string) {
		record := run.Record{Name: name, Summary: s, Status: run.Status{State: state, Updated: time.Now().AddDate(0, 0, -days)}}
		all = append(all, sweep.StoredRun{Dir: "runs/" + name, Tags: tags, Bytes: int64(len(name)) * 1e6, Trial: results.Trial{State: state, Record: record}})
	}
	add("good-s1-0a", run.Complete, 1, run.Summary{"test.accuracy": 0.95, "test.loss": 0.2}, "paper", "fig1")
	add("bad-s1-0b", run.Complete, 40, run.Summary{"test.accuracy": 0.5, "test.loss": 2.}, "paper")
	add("half-s1-0c", run.Interrupted, 2, nil)
	add("far-s1-0d", run.Diverged, 3, run.Summary{"chance.accuracy": 0.1, "metrics": "loss accuracy"})
	add("odd-s1-0e", run.Complete, 4, run.Summary{"test.accuracy": 0.9, "test.loss": math.NaN()})
	return all
}

func names(runs []sweep.StoredRun) string {
	var all []string
	for _, r := range runs {
		name, _, _ := strings.Cut(r.Name(), "-")
		all = append(all, name)
	}
	return strings.Join(all, " ")
}

func TestRunFilter(t *testing.T) {
	type list = []string
	for _, c := range []struct {
		filter sweep.RunFilter
		want   string
	}{
		{sweep.RunFilter{}, "good bad half far odd"},
		{sweep.RunFilter{Names: list{"bad-*", "[gh]*"}}, "good bad half"},
		{sweep.RunFilter{States: list{run.Diverged, run.Interrupted}}, "half far"},
		{sweep.RunFilter{Tags: list{"paper"}}, "good bad"},
		{sweep.RunFilter{Tags: list{"paper", "fig1"}}, "good"},
		{sweep.RunFilter{Names: list{"b*", "h*"}, States: list{run.Complete}}, "bad"},
		{sweep.RunFilter{Conditions: list{"test.accuracy > 90%"}}, "good"},
		{sweep.RunFilter{Conditions: list{"test.error <= 10%", "test.loss < 1"}}, "good"},
		{sweep.RunFilter{Conditions: list{"test.accuracy < 0.2"}}, "far"}, // that of chance
		{sweep.RunFilter{Conditions: list{"diverged == 1"}}, "far"},
		{sweep.RunFilter{Conditions: list{"age > 30"}}, "bad"},
		{sweep.RunFilter{Conditions: list{"size >= 10 && age < 3"}}, "good half"},
		// What lacks a number is not meant, whatever is said of it.
		{sweep.RunFilter{Conditions: list{"!(test.accuracy > 0.99)"}}, "good bad far odd"},
		{sweep.RunFilter{Conditions: list{"test.accuracy != 0.5"}}, "good far odd"},
	} {
		found, err := c.filter.Select(stored())
		if err != nil || names(found) != c.want {
			t.Errorf("%+v: have %s, %v; want %s", c.filter, names(found), err, c.want)
		}
	}
	for text, want := range map[string]string{
		"test.acuracy > 1":   "no run has a number test.acuracy; did you mean test.accuracy?",
		"test.accuracy":      "want a comparison",
		"test.accuracy = 1":  "; == compares",
		"test.accuracy > 95": "95% is 0.95",
		"loss[a] > 1":        "a run has no arms",
		"model.name == mlp":  "no run has a number model.name",
	} {
		if _, err := (sweep.RunFilter{Conditions: list{text}}).Select(stored()); !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: have %v, want %q", text, err, want)
		}
	}
	if _, err := (sweep.RunFilter{Names: list{"good-s1-0b", "["}}).Select(stored()); err == nil {
		t.Error("a broken pattern is taken")
	}
	if _, err := (sweep.RunFilter{Names: list{"good-s1-0a", "goood-s1-0a"}}).Select(stored()); !strings.Contains(fmt.Sprint(err), `no run "goood-s1-0a"; did you mean good-s1-0a?`) {
		t.Errorf("have %v", err)
	}
}

func TestSortRuns(t *testing.T) {
	for by, want := range map[string]string{
		"name": "bad far good half odd", "-name": "odd half good far bad", "age": "good half far odd bad", "-size": "good half bad far odd",
		"test.accuracy": "far bad odd good half", "-test.accuracy": "good odd bad far half", // those without one last
	} {
		runs := stored()
		if err := sweep.SortRuns(runs, by); err != nil || names(runs) != want {
			t.Errorf("%s: have %s, %v; want %s", by, names(runs), err, want)
		}
	}
	if err := sweep.SortRuns(stored(), "widht"); err == nil {
		t.Error("an unknown number sorts")
	}
}
