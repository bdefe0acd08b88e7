package text

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// isArchive says whether a file has the name of an archive that origin.Visit reads.
func isArchive(name string) bool {
	return slices.ContainsFunc([]string{".zip", ".tar", ".tar.gz", ".tgz"}, func(end string) bool {
		return strings.HasSuffix(strings.ToLower(name), end)
	})
}

// maxInArchive is the largest file of an archive that is read.
const maxInArchive = 1 << 26

// readAll reads a file of an archive.
func readAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxInArchive+1))
	if err == nil && len(data) > maxInArchive {
		err = fmt.Errorf("have more than %d bytes, want fewer", maxInArchive)
	}
	return data, err
}
