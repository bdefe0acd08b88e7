// Package run keeps one trial on disk, as a folder:
//
//	config.yaml       the resolved config
//	status.json       how far it is, which run it is, and the SHA-256 of the other files
//	metrics.jsonl     one line per record
//	summary.json      the final numbers, by name
//	checkpoints/      last.safetensors, the previous one (.prev), best.safetensors
//	tensorboard/      event files with the same records
//	lock              held by the process that trains
//	holder.json       which process that is
//	tags              words that a user has put on it
//
// Files are replaced atomically, and metrics.jsonl only grows, so that a kill at any
// instant leaves a run that [Run.Resume] continues. A resumed run leaves the same files as
// an uninterrupted one, except for times and the number of event files.
//
// What a run consists of on disk, and how it stays whole, belongs here; what training does
// and what the numbers mean does not.
package run

import (
	"errors"
	"fmt"
	"hash"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"zoo/internal/atomicfile"
	"zoo/internal/tensorboard"
)

const (
	configFile     = "config.yaml"
	statusFile     = "status.json"
	metricsFile    = "metrics.jsonl"
	summaryFile    = "summary.json"
	lockFile       = "lock"
	holderFile     = "holder.json"
	checkpointsDir = "checkpoints"
	eventsDir      = "tensorboard"
)

// A Run is a folder that this process holds. It is for one goroutine.
type Run struct {
	dir     string
	id      string
	options Options
	lock    *flock.Flock
	status  Status
	notice  string          // what was wrong with the status on disk
	files   map[string]File // that the run has written

	metrics *os.File  // nil before Resume
	size    int64     // of metrics.jsonl, in whole lines
	sum     hash.Hash // of these lines
	events  *tensorboard.Writer
}

// Options is what Open needs to know about a trial.
type Options struct {
	Config []byte           // the resolved config, for config.yaml
	Key    string           // the hash of the config, for status.json
	Data   string           // the checksum of the data, for status.json
	Code   string           // the version of the program, for status.json
	Fresh  bool             // discard what an earlier process left in the folder
	Now    func() time.Time // the clock of status.json and of the events; nil is time.Now
}

// Open locks the run's folder under root until Close. The folder is the one whose name
// ends in the id, whatever precedes it; if there is none, Open makes name-id. So two
// experiments with the same run share a folder. If another process holds it, the error is
// a [*HeldError]. Open changes nothing in the folder, unless Options.Fresh is set; look at
// Status, and call Resume before training.
func Open(root, name, id string, o Options) (*Run, error) {
	if name == "" || id == "" || strings.ContainsAny(name+id, `/\`) {
		return nil, fmt.Errorf("run name %q, id %q: want parts of a folder's name, without a path", name, id)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if err := os.MkdirAll(root, 0o777); err != nil {
		return nil, err
	}
	r := &Run{id: id, options: o, files: map[string]File{}}
	if err := r.lockFolder(root, name, id); err != nil {
		return nil, err
	}
	var err error
	if o.Fresh {
		err = r.discard()
	} else {
		err = r.readStatus()
	}
	if err != nil {
		return nil, errors.Join(err, r.lock.Close())
	}
	return r, nil
}

// readStatus reads the status that an earlier process left. It ignores one that is damaged
// or of another run: the folder's name says which run it is, and the checkpoints how far.
func (r *Run) readStatus() error {
	s, err := readStatus(r.dir)
	if err == nil && s.ID != "" && s.ID != r.id {
		err = &DamagedError{File: filepath.Join(r.dir, statusFile), Why: fmt.Sprintf("it is the status of run %s", s.ID)}
	}
	var damaged *DamagedError
	switch {
	case err == nil:
		r.status = s
	case errors.As(err, &damaged):
		r.notice = damaged.What() + "; continuing from the checkpoints"
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	return nil
}

// Find is the folder under root of the run with this id, or empty if there is none.
func Find(root, id string) (string, error) {
	entries, err := os.ReadDir(root)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), "-"+id) {
			return filepath.Join(root, e.Name()), nil
		}
	}
	return "", err
}

// lockFolder finds or makes the folder and locks it. Processes do this one after the other, as
// two that look for one id at the same time must not make two folders.
func (r *Run) lockFolder(root, name, id string) (err error) {
	queue := flock.New(filepath.Join(root, "."+lockFile), flock.SetPermissions(0o666))
	if err := queue.Lock(); err != nil {
		return fmt.Errorf("locking %s: %w", queue.Path(), err)
	}
	defer func() { err = errors.Join(err, queue.Close()) }()
	if r.dir, err = Find(root, id); err != nil {
		return err
	}
	if r.dir == "" {
		r.dir = filepath.Join(root, name+"-"+id)
	}
	if err := os.MkdirAll(r.dir, 0o777); err != nil {
		return err
	}
	r.lock, err = acquire(r.dir, r.options.Now())
	return err
}

// discard removes the files of a run, and nothing else. The status goes first, so that a
// run that is half removed cannot pass for complete.
func (r *Run) discard() error {
	for _, name := range []string{statusFile, checkpointsDir, metricsFile, eventsDir, summaryFile, configFile} {
		if err := atomicfile.RemoveAll(filepath.Join(r.dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// Dir is the run's folder.
func (r *Run) Dir() string { return r.dir }

// Status is the status as last written, by an earlier process or by this one. Its State is
// empty if the run has never begun.
func (r *Run) Status() Status { return r.status }

// Resume begins training, or continues it from the checkpoint that it returns, which is
// nil if there is none. It drops metrics later than the checkpoint, as they will be logged
// again. The notice, if not empty, tells the user what was damaged and what is used
// instead. If there are checkpoints but none can be read, the error names them.
func (r *Run) Resume() (from *Checkpoint, notice string, err error) {
	checkpoints := filepath.Join(r.dir, checkpointsDir)
	if err := os.MkdirAll(checkpoints, 0o777); err != nil {
		return nil, "", err
	}
	if err := errors.Join(atomicfile.RemoveTemporaries(r.dir), atomicfile.RemoveTemporaries(checkpoints)); err != nil {
		return nil, "", err
	}
	if from, notice, err = r.Checkpoint(Last); err != nil {
		return nil, "", err
	}
	if r.status.State != "" { // or readers would take what is dropped now for damage
		if err := r.SetStatus(Status{State: Running, Step: r.status.Step, Epoch: r.status.Epoch}); err != nil {
			return nil, "", err
		}
	}
	step, epoch := 0, 0
	var known File
	if from != nil {
		step, epoch, known = from.Step, from.Epoch, from.files[metricsFile]
		maps.Copy(r.files, from.files)
		delete(r.files, metricsFile)
	}
	lost, err := r.openMetrics(known)
	if err != nil {
		return nil, "", err
	}
	said := slices.DeleteFunc([]string{r.notice, notice, lost}, func(s string) bool { return s == "" })
	notice = strings.Join(said, "\n")
	if err := r.openEvents(from); err != nil {
		return nil, "", err
	}
	if err := atomicfile.RemoveAll(filepath.Join(r.dir, summaryFile)); err != nil {
		return nil, "", err
	}
	if err := r.writeConfig(); err != nil {
		return nil, "", err
	}
	return from, notice, r.SetStatus(Status{State: Running, Step: step, Epoch: epoch})
}

// openEvents begins an event file. TensorBoard drops from earlier ones the steps that will
// be logged again.
func (r *Run) openEvents(from *Checkpoint) error {
	dir := filepath.Join(r.dir, eventsDir)
	earlier, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	now := r.options.Now()
	if r.events, err = tensorboard.Create(dir, now); err != nil {
		return err
	}
	if len(earlier) > 0 {
		next := 0
		if from != nil {
			next = from.Step + 1
		}
		r.events.Resume(int64(next), now)
	}
	return r.events.Flush()
}

// Close releases the folder. It leaves the status as it is.
func (r *Run) Close() error {
	var errs []error
	if r.metrics != nil {
		errs = append(errs, r.metrics.Sync(), r.metrics.Close())
		r.metrics = nil
	}
	if r.events != nil {
		errs = append(errs, r.events.Close())
		r.events = nil
	}
	return errors.Join(append(errs, r.lock.Close())...)
}
