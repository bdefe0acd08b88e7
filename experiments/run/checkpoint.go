package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strconv"

	"zoo/internal/atomicfile"
	"zoo/internal/safetensors"
)

// The checkpoints of a run.
const (
	Last = "last" // to resume from; the previous one is kept, too
	Best = "best" // with the best result on the validation split
)

// A Checkpoint is everything that training depends on, between two steps.
type Checkpoint struct {
	Step    int // training steps done
	Epoch   int // epochs done
	Batch   int // batches of the next epoch done
	Tensors []safetensors.Tensor
	Meta    map[string]string

	run   string          // the id of the run
	files map[string]File // the run's files when it was saved
}

// The keys of a checkpoint's numbers in the file's metadata, beside those of Meta.
const (
	stepKey  = "step"
	epochKey = "epoch"
	batchKey = "batch"
	runKey   = "run"
	filesKey = "files"
)

func checkpointFile(dir, which string) string {
	return filepath.Join(dir, checkpointsDir, which+".safetensors")
}

// SaveCheckpoint writes the checkpoint Last, once everything logged before it is safely on
// the disk. If that fails, earlier checkpoints remain.
func (r *Run) SaveCheckpoint(c Checkpoint) error {
	return r.save(Last, c, atomicfile.WriteFileKeeping)
}

// SaveBest writes the checkpoint Best. Call it before SaveCheckpoint, so that a run that
// resumes from Last has the Best of that time, or a later one that it will write again.
func (r *Run) SaveBest(c Checkpoint) error {
	return r.save(Best, c, atomicfile.WriteFile)
}

func (r *Run) save(which string, c Checkpoint, writeFile func(string, func(io.Writer) error) error) error {
	if r.metrics == nil {
		return errors.New("run: a checkpoint before Resume")
	}
	meta := map[string]string{}
	maps.Copy(meta, c.Meta)
	files, err := json.Marshal(r.recorded())
	if err != nil {
		return err
	}
	for key, text := range map[string]string{
		stepKey: strconv.Itoa(c.Step), epochKey: strconv.Itoa(c.Epoch), batchKey: strconv.Itoa(c.Batch), runKey: r.id, filesKey: string(files),
	} {
		if _, taken := meta[key]; taken {
			return fmt.Errorf("run: the checkpoint's metadata may not have the key %q", key)
		}
		meta[key] = text
	}
	err = r.metrics.Sync()
	if err == nil {
		err = writeFile(checkpointFile(r.dir, which), func(w io.Writer) error {
			return safetensors.Write(w, meta, c.Tensors...)
		})
	}
	if err != nil {
		return fmt.Errorf("the checkpoint %s of step %d could not be written, but earlier ones are intact: %w; "+
			"solve this and run the same command again to continue", which, c.Step, err)
	}
	return nil
}

// Checkpoint reads a checkpoint of the run, Last or Best. It is nil if there is none. If
// Last is missing, damaged (a SHA-256 covers every byte) or of another run, the result is
// the previous one, with a notice that says so. If that cannot be read either, the error
// names both.
func (r *Run) Checkpoint(which string) (c *Checkpoint, notice string, err error) {
	name := checkpointFile(r.dir, which)
	c, err = r.readCheckpoint(name)
	if err == nil {
		return c, "", nil
	}
	if which != Last {
		if errors.Is(err, os.ErrNotExist) {
			return nil, "", nil
		}
		return nil, "", fmt.Errorf("%w; train again with --rerun", err)
	}
	previous := atomicfile.Previous(name)
	c, err2 := r.readCheckpoint(previous)
	if err2 == nil {
		return c, fmt.Sprintf("%v; continuing from the previous one, %s, of step %d", err, previous, c.Step), nil
	}
	if errors.Is(err, os.ErrNotExist) && errors.Is(err2, os.ErrNotExist) {
		return nil, "", nil
	}
	return nil, "", fmt.Errorf("%s has no checkpoint that can be read; start over with --rerun:\n%w", r.dir, errors.Join(err, err2))
}

func (r *Run) readCheckpoint(name string) (*Checkpoint, error) {
	c, err := readCheckpoint(name)
	if err == nil && c.run != r.id {
		return nil, fmt.Errorf("%s: this is a checkpoint of the run %s, want %s", name, c.run, r.id)
	}
	return c, err
}

func readCheckpoint(name string) (*Checkpoint, error) {
	f, err := safetensors.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if !f.Verified {
		return nil, fmt.Errorf("%s: damaged, or not a checkpoint: it does not carry its SHA-256", name)
	}
	c := &Checkpoint{Tensors: f.Tensors, Meta: f.Meta, run: f.Meta[runKey]}
	var errs []error
	number := func(key string) int {
		n, err := strconv.Atoi(f.Meta[key])
		if err != nil || n < 0 {
			errs = append(errs, fmt.Errorf("%s: not a checkpoint: %s is %q, want a number", name, key, f.Meta[key]))
		}
		delete(f.Meta, key)
		return n
	}
	c.Step, c.Epoch, c.Batch = number(stepKey), number(epochKey), number(batchKey)
	if err := json.Unmarshal([]byte(f.Meta[filesKey]), &c.files); err != nil {
		errs = append(errs, fmt.Errorf("%s: not a checkpoint: %s: %w", name, filesKey, err))
	}
	for _, file := range c.files {
		if file.Bytes < 0 {
			errs = append(errs, fmt.Errorf("%s: not a checkpoint: a file of %d bytes", name, file.Bytes))
		}
	}
	delete(f.Meta, runKey)
	delete(f.Meta, filesKey)
	return c, errors.Join(errs...)
}
