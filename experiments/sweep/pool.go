package sweep

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"zoo/experiments/run"
)

// Options say how the trials of a plan are carried out; none has an
// influence on a result.
type Options struct {
	Root    string
	Jobs    int      // trials at once
	Program []string // the command to which the arguments of a trial are added: this program's zoo trial
	Monitor Monitor  // nil: nobody watches
}

// A Monitor is told how a sweep is going on, by one goroutine at a time.
type Monitor interface {
	// Progress is told of a step of a trial.
	Progress(t PlannedTrial, p TrialProgress)
	// Trial is told of the end of a trial.
	Trial(t PlannedTrial, o TrialOutcome)
}

// noMonitor is the Monitor of a sweep that nobody watches.
type noMonitor struct{}

func (noMonitor) Progress(PlannedTrial, TrialProgress) {}
func (noMonitor) Trial(PlannedTrial, TrialOutcome)     {}

// TrialProgress is a line that zoo trial prints about a step.
type TrialProgress struct {
	Step int        `json:"step"`
	Of   int        `json:"of"`
	Loss run.Number `json:"loss"`
}

// A TrialOutcome is how a trial of a sweep ended.
type TrialOutcome struct {
	State   string // run.Complete, run.Diverged, run.Interrupted or run.Failed
	Error   string // of a trial that failed or was killed
	Notices string // what else its process said, in lines
	Dir     string
	Summary run.Summary
}

// Run trains what is not done, each trial in a process of its own, so that none
// takes others with it. Trials that are one (the same config, seed and data in two
// arms) run once. When ctx ends, the trials under way are saved and Run returns
// the error of ctx. Another process that carries out the same sweep is an error.
func (p *Plan) Run(ctx context.Context, o Options) (outcomes []TrialOutcome, err error) {
	if o.Monitor == nil {
		o.Monitor = noMonitor{}
	}
	dir := filepath.Join(o.Root, p.Folder)
	lock, err := run.Hold(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if err := p.Write(filepath.Join(dir, planFile)); err != nil {
		return nil, err
	}
	failures, err := readFailures(dir)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var fault error
	end := func(t PlannedTrial, out TrialOutcome) {
		mu.Lock()
		defer mu.Unlock()
		outcomes = append(outcomes, out)
		_, before := failures[t.Key]
		delete(failures, t.Key)
		if out.State == run.Failed {
			failures[t.Key] = out.Error
		}
		if before || out.State == run.Failed {
			fault = errors.Join(fault, writeFailures(dir, failures))
		}
		o.Monitor.Trial(t, out)
	}
	todo := make(chan PlannedTrial)
	go func() {
		defer close(todo)
		begun := map[string]bool{}
		for _, t := range p.Trials {
			if t.Done() || begun[t.ID] {
				continue
			}
			begun[t.ID] = true
			select {
			case todo <- t:
			case <-ctx.Done():
				return
			}
		}
	}()
	var workers sync.WaitGroup
	for range o.Jobs {
		workers.Go(func() {
			for t := range todo {
				if ctx.Err() != nil {
					return
				}
				end(t, o.process(ctx, filepath.Join(dir, planFile), t, func(s TrialProgress) {
					mu.Lock()
					defer mu.Unlock()
					o.Monitor.Progress(t, s)
				}))
			}
		})
	}
	workers.Wait()
	return outcomes, errors.Join(ctx.Err(), fault)
}

// process trains a trial in a process of its own, which saves and ends when its standard
// input is closed: at the latest when this process ends, however it ends.
func (o Options) process(ctx context.Context, plan string, t PlannedTrial, progress func(TrialProgress)) TrialOutcome {
	args := append(o.Program[1:len(o.Program):len(o.Program)], "--plan", plan, "--index", strconv.Itoa(t.Index), "--out", o.Root, "--attached")
	c := exec.Command(o.Program[0], args...)
	c.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", max(1, runtime.GOMAXPROCS(0)/o.Jobs)))
	var stderr bytes.Buffer
	c.Stderr = &stderr
	in, err := c.StdinPipe()
	if err != nil {
		return failed(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return failed(err)
	}
	if err := c.Start(); err != nil {
		return failed(err)
	}
	stop := context.AfterFunc(ctx, func() { in.Close() })
	defer stop()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var s TrialProgress
		if json.Unmarshal(lines.Bytes(), &s) == nil && s.Of > 0 {
			progress(s)
		}
	}
	err = errors.Join(lines.Err(), c.Wait())
	in.Close()
	return o.outcome(t, err, stderr.String())
}

func failed(err error) TrialOutcome { return TrialOutcome{State: run.Failed, Error: err.Error()} }

// outcome is what the trial's process left on disk, or why it left nothing.
func (o Options) outcome(t PlannedTrial, err error, stderr string) TrialOutcome {
	if e := t.find(o.Root); e != nil {
		return failed(e)
	}
	out := TrialOutcome{State: t.State, Dir: t.Dir}
	for line := range strings.Lines(stderr) {
		if notice, ok := strings.CutPrefix(line, "notice: "); ok {
			out.Notices += notice
		}
	}
	var exit *exec.ExitError
	switch {
	case t.Done():
		r, err := run.Read(t.Dir)
		if err != nil {
			return failed(err)
		}
		out.Summary = r.Summary
	case errors.As(err, &exit) && exit.ExitCode() == 130:
		out.State = run.Interrupted
	case errors.As(err, &exit) && !exit.Exited():
		out.State, out.Error = run.Failed, "its process was killed: "+exit.String()
	default:
		out.State, out.Error = run.Failed, lastLine(stderr)
		if out.Error == "" {
			out.Error = fmt.Sprintf("its process ended without an outcome: %v", err)
		}
	}
	return out
}

// lastLine is the last line of what a process said, where its error is; empty if it
// said nothing but notices.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	last := strings.TrimSpace(lines[len(lines)-1])
	if strings.HasPrefix(last, "notice: ") {
		return ""
	}
	return strings.TrimPrefix(last, "error: ")
}
