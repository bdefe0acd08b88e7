package datasets

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
)

// A checksum is a published checksum, "sha256:hex" or "md5:hex". An md5 guards
// against damage, not against malice: it is used where no other is published.
type checksum string

func (s checksum) hash() hash.Hash {
	if strings.HasPrefix(string(s), "md5:") {
		return md5.New()
	}
	return sha256.New()
}

// check compares s with what h has seen.
func (s checksum) check(h hash.Hash) error {
	kind, want, _ := strings.Cut(string(s), ":")
	if have := hex.EncodeToString(h.Sum(nil)); have != want {
		return fmt.Errorf("the content is altered: have %s %s, want %s", kind, have, want)
	}
	return nil
}
