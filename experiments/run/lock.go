package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"zoo/internal/atomicfile"
)

// A HeldError says that another process trains in a run's folder.
type HeldError struct {
	Dir    string
	Holder Holder
}

// A Holder is what holder.json says about the process that holds the lock. It is zero if
// the file could not be read.
type Holder struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

// Error says who holds the folder, if that is known.
func (e *HeldError) Error() string {
	who := "another process"
	if e.Holder.PID != 0 {
		who = fmt.Sprintf("process %d on %s, since %s", e.Holder.PID, e.Holder.Host, e.Holder.Since.Format(time.DateTime))
	}
	return fmt.Sprintf("%s is held by %s: wait until it ends, or end it", e.Dir, who)
}

// patience is how long to wait for a lock: readers have it for a moment (see Held).
const patience = 300 * time.Millisecond

// acquire takes the lock of a run's folder. It writes into another file who holds it, as a
// locked file cannot be read on Windows. The system releases the lock when the process ends,
// however it ends; the files stay, because removing them would be a race.
func acquire(dir string, now time.Time) (*flock.Flock, error) {
	name := filepath.Join(dir, lockFile)
	lock := flock.New(name, flock.SetPermissions(0o666))
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ok, err := lock.TryLockContext(ctx, 10*time.Millisecond)
	if errors.Is(err, context.DeadlineExceeded) {
		held := &HeldError{Dir: dir}
		if b, err := atomicfile.ReadFile(filepath.Join(dir, holderFile)); err != nil || json.Unmarshal(b, &held.Holder) != nil {
			held.Holder = Holder{}
		}
		return nil, held
	}
	if err != nil || !ok {
		return nil, fmt.Errorf("locking %s: %w", name, err)
	}
	host, err := os.Hostname()
	if err == nil {
		err = writeJSON(filepath.Join(dir, holderFile), Holder{os.Getpid(), host, now})
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

// Hold locks a folder that is not a run's, such as a sweep's, until the result is closed.
// If another process holds it, the error is a [*HeldError].
func Hold(dir string) (io.Closer, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	return acquire(dir, time.Now())
}

// Held tells whether a process holds the folder.
func Held(dir string) bool {
	lock := flock.New(filepath.Join(dir, lockFile), flock.SetFlag(os.O_RDONLY))
	defer lock.Close()
	ok, err := lock.TryRLock()
	return err == nil && !ok
}
