package command

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"zoo/experiments/config"
	"zoo/experiments/run"
	"zoo/experiments/sweep"
)

// storedRun is a run in the output of zoo runs --json.
type storedRun struct {
	Dir        string      `json:"dir"`
	Experiment string      `json:"experiment"`
	State      string      `json:"state"`
	Held       bool        `json:"held"` // by a process
	Seed       uint64      `json:"seed"`
	Step       int         `json:"step"`
	Model      string      `json:"model"`
	Dataset    string      `json:"dataset"`
	Updated    time.Time   `json:"updated"`
	Bytes      int64       `json:"bytes"`
	Tags       []string    `json:"tags"`
	Sweeps     []string    `json:"sweeps"` // the folders of the sweeps that it belongs to
	Summary    run.Summary `json:"summary"`
	Error      string      `json:"error,omitempty"` // what cannot be read, and why
}

// chosenRuns are the flags with which a verb chooses runs.
type chosenRuns struct {
	root   string
	filter sweep.RunFilter
	all    []sweep.StoredRun // under root
}

func (o *chosenRuns) flags(c *cobra.Command) {
	c.Flags().StringVarP(&o.root, "out", "o", "runs", "folder of run directories")
	c.Flags().StringSliceVar(&o.filter.States, "state", nil, "runs in one of these states: "+strings.Join(sweep.RunStates, ", "))
	c.Flags().StringSliceVar(&o.filter.Tags, "tag", nil, "runs with all of these tags")
	c.RegisterFlagCompletionFunc("state", cobra.FixedCompletions(sweep.RunStates, cobra.ShellCompDirectiveNoFileComp))
}

// choose finds the runs that match the arguments and flags.
func (o *chosenRuns) choose(args []string) (found []sweep.StoredRun, err error) {
	for _, s := range o.filter.States {
		if !slices.Contains(sweep.RunStates, s) {
			return nil, unknown("state", s, sweep.RunStates)
		}
	}
	if o.all, err = sweep.StoredRuns(o.root); err != nil {
		return nil, err
	}
	f := o.filter
	for _, a := range args {
		switch {
		case strings.ContainsAny(a, "<>=!&|(") && !config.IsRun(a):
			f.Conditions = append(f.Conditions, a)
		case filepath.Dir(filepath.Clean(a)) == filepath.Clean(o.root):
			f.Names = append(f.Names, filepath.Base(a))
		case strings.ContainsAny(a, `/`+string(filepath.Separator)):
			return nil, fmt.Errorf("%s is not a run in %s: say where it is with --out", a, o.root)
		default:
			f.Names = append(f.Names, a)
		}
	}
	return f.Select(o.all)
}

func newRuns() *cobra.Command {
	var o chosenRuns
	var by string
	var metrics []string
	var asJSON bool
	c := &cobra.Command{
		Use:   "runs [NAME | PATTERN | CONDITION ...]",
		Short: "The runs on this machine: find, sort, tag and remove them",
		Long: `The runs in a folder, with their numbers, age and size.

A run is listed if it matches one of the names and patterns, if there are any, and if all
conditions are true. A condition is written as in a claim, but without arms:
'test.accuracy > 90%', 'diverged == 1', 'model.depth >= 20 && seed == 1',
'age > 30' (days since the last change), 'size > 100' (MB). It is false for a run without
that number.`,
		Example: `  zoo runs
  zoo runs 'test.accuracy > 0.9' --sort -test.accuracy
  zoo runs 'lenet5-*' --state interrupted,failed
  zoo runs tag paper 'plain-vs-res-*'
  zoo runs rm --state failed 'age > 7'`,
		Args:              between(0, -1),
		ValidArgsFunction: others(runNames),
		RunE: func(c *cobra.Command, args []string) error {
			found, err := o.choose(args)
			if err == nil && by != "" {
				err = sweep.SortRuns(found, by)
			}
			if err != nil {
				return err
			}
			for _, m := range metrics {
				if err := sweep.CheckNumber(o.all, m); err != nil {
					return seeHelp(c, fmt.Errorf("--metric: %w", err))
				}
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), storedRuns(found))
			}
			printRuns(c.OutOrStdout(), found, metrics)
			fmt.Fprintf(c.OutOrStdout(), "%s in %s, %s\n", count(len(found), "run"), o.root, size(int(total(found))))
			return nil
		},
	}
	o.flags(c)
	c.Flags().StringVar(&by, "sort", "", "sort by name, state, age, size, a metric or a key of the config; with a minus before it, the largest first (default: the last changed first)")
	c.Flags().StringSliceVarP(&metrics, "metric", "m", []string{"test.accuracy", "test.loss"}, "numbers to show: metrics and keys of the config")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.AddCommand(newRunsTag(), newRunsUntag(), newRunsRemove())
	return c
}

func storedRuns(found []sweep.StoredRun) []storedRun {
	all := []storedRun{}
	for _, r := range found {
		s := r.Trial.Status
		j := storedRun{
			Dir: r.Dir, Experiment: r.Config.Name, State: r.Trial.State, Held: r.Held, Seed: r.Config.Seed, Step: s.Step, Model: r.Config.Model.Name,
			Dataset: r.Config.Data.Name, Updated: s.Updated, Bytes: r.Bytes, Tags: r.Tags, Sweeps: r.Sweeps, Summary: r.Trial.Summary,
		}
		if r.Error != nil {
			j.Error = r.Error.Error()
		}
		all = append(all, j)
	}
	return all
}

// printRuns prints one line per run, with a note below it if it cannot be read.
func printRuns(w io.Writer, found []sweep.StoredRun, metrics []string) {
	t := sheet{header: []string{"RUN", "STATE", ">SEED", ">STEP"}, snip: true}
	for _, m := range metrics {
		t.header = append(t.header, ">"+strings.ToUpper(m))
	}
	t.header = append(t.header, ">AGE", ">SIZE", "TAGS")
	bad := false
	for _, r := range found {
		s := r.Trial.Status
		cells := []string{r.Name(), r.Trial.State, fmt.Sprint(r.Config.Seed), thousands(s.Step)}
		for _, m := range metrics {
			v, ok := r.Number(m)
			cells = append(cells, metricText(m, v, ok))
		}
		t.add(append(cells, ago(s.Updated), size(int(r.Bytes)), orDash(strings.Join(r.Tags, " ")))...)
		note := ""
		if r.Error != nil {
			note, bad = oneLine(r.Error.Error()), true
		}
		t.notes = append(t.notes, note)
	}
	if !bad {
		t.notes = nil
	}
	if found != nil {
		t.print(w)
	}
}

func total(runs []sweep.StoredRun) (n int64) {
	for _, r := range runs {
		n += r.Bytes
	}
	return n
}

// tagPattern is the form of a tag.
var tagPattern = regexp.MustCompile(`^[\pL\pN][\pL\pN._-]*$`)

func newRunsTag() *cobra.Command {
	return tagging("tag", "Put a tag on runs", func(tags []string, tag string) []string {
		if !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
		slices.Sort(tags)
		return tags
	})
}

func newRunsUntag() *cobra.Command {
	return tagging("untag", "Take a tag off runs", func(tags []string, tag string) []string {
		return slices.DeleteFunc(tags, func(t string) bool { return t == tag })
	})
}

// tagging is a verb that changes the tags of runs.
func tagging(verb, short string, change func(tags []string, tag string) []string) *cobra.Command {
	var o chosenRuns
	c := &cobra.Command{
		Use:   verb + " TAG {NAME | PATTERN | CONDITION} ...",
		Short: short,
		Long: short + `, which are chosen as in zoo runs. Tags are lines of the file tags in a run's
folder, and change nothing else.`,
		Example:           "  zoo runs " + verb + " paper 'plain-vs-res-*' 'test.accuracy > 0.9'",
		Args:              between(1, -1),
		ValidArgsFunction: others(runNames),
		RunE: func(c *cobra.Command, args []string) error {
			if !tagPattern.MatchString(args[0]) {
				return seeHelp(c, fmt.Errorf("have the tag %q, want letters, digits, full stops, - and _", args[0]))
			}
			if err := o.someChoice(c, args[1:]); err != nil {
				return err
			}
			found, err := o.choose(args[1:])
			if err != nil {
				return err
			}
			for _, r := range found {
				if err := run.SetTags(r.Dir, change(r.Tags, args[0])); err != nil {
					return failure{err}
				}
			}
			fmt.Fprintf(c.OutOrStdout(), "%s %sged %s\n", count(len(found), "run"), verb, args[0])
			return nil
		},
	}
	o.flags(c)
	return c
}

// someChoice is an error where nothing says which runs are meant.
func (o *chosenRuns) someChoice(c *cobra.Command, args []string) error {
	if len(args) == 0 && o.filter.States == nil && o.filter.Tags == nil {
		return seeHelp(c, errors.New("have nothing that says which runs, want names, patterns or conditions; '*' is all"))
	}
	return nil
}

func newRunsRemove() *cobra.Command {
	var o chosenRuns
	var yes bool
	c := &cobra.Command{
		Use:   "rm {NAME | PATTERN | CONDITION} ...",
		Short: "Remove runs, after showing what that frees",
		Long: `Remove runs, which are chosen as in zoo runs. It first shows which runs these are and what
their removal frees; then it asks on a terminal, and requires --yes elsewhere. Runs that a
process holds, or whose sweep is in progress, stay. The reports of sweeps say which of
their runs were removed; zoo sweep trains them again.`,
		Example: `  zoo runs rm --state failed
  zoo runs rm 'lenet5-*' 'test.accuracy < 95%' --yes`,
		Args:              between(0, -1),
		ValidArgsFunction: others(runNames),
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.someChoice(c, args); err != nil {
				return err
			}
			found, err := o.choose(args)
			if err != nil {
				return err
			}
			free, held := o.removable(found)
			out := c.OutOrStdout()
			showRemoval(out, free, o.all)
			for _, h := range held {
				fmt.Fprintln(out, "stays: "+h)
			}
			if len(free) == 0 {
				fmt.Fprintln(out, "no run to remove")
				return stay(held)
			}
			fmt.Fprintf(out, "%s to remove, %s to free\n", count(len(free), "run"), size(int(total(free))))
			if !yes {
				sure, err := ask(c, "Remove them? [y/N] ")
				if err != nil || !sure {
					return err
				}
			}
			for i, r := range free {
				if err := r.Remove(); err != nil {
					return failure{fmt.Errorf("%d of %d removed: %w", i, len(free), err)}
				}
			}
			fmt.Fprintf(out, "removed %s, %s\n", count(len(free), "run"), size(int(total(free))))
			return stay(held)
		},
	}
	o.flags(c)
	c.Flags().BoolVar(&yes, "yes", false, "remove them without asking")
	return c
}

// stay is an error if some of the runs are held and were not removed.
func stay(held []string) error {
	if len(held) > 0 {
		return failure{fmt.Errorf("%s held by processes and not removed", count(len(held), "run"))}
	}
	return nil
}

// removable divides runs into those that can be removed and those that are held, with the
// reasons.
func (o *chosenRuns) removable(found []sweep.StoredRun) (free []sweep.StoredRun, held []string) {
	for _, r := range found {
		i := slices.IndexFunc(r.Sweeps, sweep.Sweeping)
		switch {
		case r.Held:
			held = append(held, r.Dir+" is held by a process")
		case i >= 0:
			held = append(held, r.Dir+" belongs to the sweep "+r.Sweeps[i]+", which is in progress")
		default:
			free = append(free, r)
		}
	}
	return free, held
}

// showRemoval prints the runs to be removed, with the sweeps and runs that need them.
func showRemoval(w io.Writer, free, all []sweep.StoredRun) {
	t := sheet{header: []string{"RUN", "STATE", ">AGE", ">SIZE", "TAGS"}, snip: true}
	missed := false
	for _, r := range free {
		t.add(r.Name(), r.Trial.State, ago(r.Trial.Status.Updated), size(int(r.Bytes)), orDash(strings.Join(r.Tags, " ")))
		var notes []string
		for _, s := range r.Sweeps {
			notes = append(notes, "the sweep "+filepath.Base(s)+" has it")
		}
		for _, d := range r.Dependents(all) {
			notes = append(notes, d+" starts from it")
		}
		missed = missed || notes != nil
		t.notes = append(t.notes, strings.Join(notes, "; "))
	}
	if !missed {
		t.notes = nil
	}
	if free != nil {
		t.print(w)
	}
}

// ask asks a yes-or-no question on a terminal. Without one the error names --yes.
func ask(c *cobra.Command, question string) (yes bool, err error) {
	in, ok := c.InOrStdin().(interface{ Fd() uintptr })
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return false, errors.New("nothing is removed: there is no terminal to ask, want --yes")
	}
	fmt.Fprint(c.OutOrStdout(), question)
	line, err := bufio.NewReader(c.InOrStdin()).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	if answer := strings.ToLower(strings.TrimSpace(line)); answer == "y" || answer == "yes" {
		return true, nil
	}
	fmt.Fprintln(c.OutOrStdout(), "nothing is removed")
	return false, nil
}
