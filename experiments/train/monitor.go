package train

import (
	"zoo/datasets"
	"zoo/experiments/metric"
	"zoo/experiments/run"
)

// A Monitor is told how a trial is going on, for people to see. What it does
// has no influence on the trial.
type Monitor interface {
	// Data is told how far a slow part of opening the data has come.
	Data(datasets.Step)
	// Begin is told of a trial that is about to train in a folder; step is where
	// it stands, 0 unless it is continued.
	Begin(t *Trial, dir string, step int)
	// Step is told of each training step.
	Step(Step)
	// Epoch is told of each epoch, and of each evaluation within one.
	Epoch(Epoch)
	// Notice is told of what went wrong, or would mislead, and does not stop the trial.
	Notice(message string)
}

// noMonitor is the Monitor of a trial that nobody watches.
type noMonitor struct{}

func (noMonitor) Data(datasets.Step)        {}
func (noMonitor) Begin(*Trial, string, int) {}
func (noMonitor) Step(Step)                 {}
func (noMonitor) Epoch(Epoch)               {}
func (noMonitor) Notice(string)             {}

// A Step is a training step that was taken.
type Step struct {
	Step, Of int // counted from 1
	Epoch    int // counted from 1
	Loss     float64
	LR       float64
}

// An Epoch is an epoch that ended, or within one an evaluation after train.eval_steps.
type Epoch struct {
	Epoch, Of   int  // counted from 1
	Step, Steps int  // steps done, and those of the whole training
	Within      bool // the epoch has not ended
	Metrics     []metric.Metric
	Train       run.Values // of the epoch; within one, of the last log_steps steps
	Val         run.Values // nil without a validation part
	Best        bool       // of the evaluations so far, by the task's metric
	LR          float64
	Seconds     float64 // since training began
}
