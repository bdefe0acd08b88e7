package atomicfile

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// patience is how long a file may be in use by another program before that is an
// error. A scanner needs milliseconds; a spreadsheet keeps it until it is closed.
const patience = 5 * time.Second

// patiently repeats what fails while another program has the file open, until it
// succeeds, fails for another reason, or patience has passed.
func patiently(do func() error) error {
	for wait, end := time.Millisecond, time.Now().Add(patience); ; wait += rand.N(wait) {
		err := do()
		if err == nil || !inUse(err) {
			return err
		}
		if time.Now().Add(wait).After(end) {
			return fmt.Errorf("%w: another program may have it open: close it there, and try again", err)
		}
		time.Sleep(wait)
	}
}
