package run

import (
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
	Last = "last" // to resume from; the one before it is kept
	Best = "best" // by the validation split
)

// A Checkpoint is all that training depends on, between two steps.
type Checkpoint struct {
	Step    int // training steps done
	Epoch   int // epochs done
	Batch   int // batches done of the next epoch
	Tensors []safetensors.Tensor
	Meta    map[string]string

	metrics int64 // the size of metrics.jsonl then
}

// The keys under which a checkpoint's numbers stand beside its Meta.
const (
	stepKey    = "step"
	epochKey   = "epoch"
	batchKey   = "batch"
	metricsKey = "metrics_bytes"
)

func checkpointFile(dir, which string) string {
	return filepath.Join(dir, checkpointsDir, which+".safetensors")
}

// SaveCheckpoint writes the checkpoint Last, after all that was logged before
// it is safe on the disk. On an error the former checkpoints stand.
func (r *Run) SaveCheckpoint(c Checkpoint) error {
	return r.save(Last, c, atomicfile.WriteFileKeeping)
}

// SaveBest writes the checkpoint Best. Save it before Last: a run resumed from
// Last then has the Best that it had, or a later one that it will write again.
func (r *Run) SaveBest(c Checkpoint) error {
	return r.save(Best, c, atomicfile.WriteFile)
}

func (r *Run) save(which string, c Checkpoint, writeFile func(string, func(io.Writer) error) error) error {
	if r.metrics == nil {
		return errors.New("run: a checkpoint before Resume")
	}
	meta := map[string]string{}
	maps.Copy(meta, c.Meta)
	for key, n := range map[string]int64{
		stepKey: int64(c.Step), epochKey: int64(c.Epoch), batchKey: int64(c.Batch), metricsKey: r.size,
	} {
		if _, taken := meta[key]; taken {
			return fmt.Errorf("run: the checkpoint's metadata may not have the key %q", key)
		}
		meta[key] = strconv.FormatInt(n, 10)
	}
	err := r.metrics.Sync()
	if err == nil {
		err = writeFile(checkpointFile(r.dir, which), func(w io.Writer) error {
			return safetensors.Write(w, meta, c.Tensors...)
		})
	}
	if err != nil {
		return fmt.Errorf("the checkpoint %s of step %d could not be written, earlier ones stand: %w; "+
			"see to it and run the same command again to go on", which, c.Step, err)
	}
	return nil
}

// LoadCheckpoint reads a checkpoint of a run's folder, Last or Best; nil if
// there is none. If Last is missing or damaged (every byte is under a SHA-256)
// the one before it is returned, with a notice that says so. If that cannot be
// read either, the error names both.
func LoadCheckpoint(dir, which string) (c *Checkpoint, notice string, err error) {
	name := checkpointFile(dir, which)
	c, err = readCheckpoint(name)
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
	c, err2 := readCheckpoint(previous)
	if err2 == nil {
		return c, fmt.Sprintf("%v; going on from the checkpoint before it, %s, of step %d", err, previous, c.Step), nil
	}
	if errors.Is(err, os.ErrNotExist) && errors.Is(err2, os.ErrNotExist) {
		return nil, "", nil
	}
	return nil, "", fmt.Errorf("%s has no checkpoint that can be read; start over with --rerun:\n%w", dir, errors.Join(err, err2))
}

func readCheckpoint(name string) (*Checkpoint, error) {
	f, err := safetensors.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if !f.Verified {
		return nil, fmt.Errorf("%s: damaged, or no checkpoint: it does not carry its SHA-256", name)
	}
	c := &Checkpoint{Tensors: f.Tensors, Meta: f.Meta}
	var errs []error
	number := func(key string) int {
		n, err := strconv.Atoi(f.Meta[key])
		if err != nil || n < 0 {
			errs = append(errs, fmt.Errorf("%s: no checkpoint: %s is %q, want a number", name, key, f.Meta[key]))
		}
		delete(f.Meta, key)
		return n
	}
	c.Step, c.Epoch, c.Batch = number(stepKey), number(epochKey), number(batchKey)
	c.metrics = int64(number(metricsKey))
	return c, errors.Join(errs...)
}
