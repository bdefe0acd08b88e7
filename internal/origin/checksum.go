package origin

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
)

// A Checksum is a published checksum, "sha256:hex" or "md5:hex". An md5 guards
// against damage, not against malice: it is used where no other is published.
type Checksum string

// Hash is a new hash of the kind of s.
func (s Checksum) Hash() hash.Hash {
	if strings.HasPrefix(string(s), "md5:") {
		return md5.New()
	}
	return sha256.New()
}

// Check compares s with what h has seen.
func (s Checksum) Check(h hash.Hash) error {
	kind, want, _ := strings.Cut(string(s), ":")
	if have := hex.EncodeToString(h.Sum(nil)); have != want {
		return fmt.Errorf("the content is altered: have %s %s, want %s", kind, have, want)
	}
	return nil
}
