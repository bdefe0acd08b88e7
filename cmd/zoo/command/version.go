package command

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"zoo/internal/f32"
)

// code identifies the build: the revision that it was built from, if that is known and the
// source had no changes, else the hash of the executable.
var code = sync.OnceValue(func() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		set := map[string]string{}
		for _, s := range info.Settings {
			set[s.Key] = s.Value
		}
		if r := set["vcs.revision"]; r != "" && set["vcs.modified"] == "false" {
			return r[:min(12, len(r))]
		}
	}
	name, err := os.Executable()
	if err != nil {
		return "unknown"
	}
	f, err := os.Open(name)
	if err != nil {
		return "unknown"
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "unknown"
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))[:12]
})

// knownCode is code for the processes of a sweep, with a stamp of the executable, so that
// they need not hash it if it is still the same.
func knownCode() string {
	of := stamp() // before it is hashed: if it is replaced meanwhile, the stamp differs
	return of + code()
}

// codeIf is code, taken from known if that is of this executable.
func codeIf(known string) string {
	if of := stamp(); of != "" {
		if code, same := strings.CutPrefix(known, of); same {
			return code
		}
	}
	return code()
}

// stamp is the size of the executable and the time of its last change; empty if they are
// unknown.
func stamp() string {
	name, err := os.Executable()
	if err != nil {
		return ""
	}
	info, err := os.Stat(name)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%d,%d,", info.Size(), info.ModTime().UnixNano())
}

// program is the word to type for this program: zoo, or go run if that is how it was
// started.
func program() string {
	name, err := os.Executable()
	if err != nil {
		return "zoo"
	}
	name = filepath.ToSlash(name)
	if info, ok := debug.ReadBuildInfo(); ok && strings.Contains(name, "/go-build") {
		return "go run ." + strings.TrimPrefix(info.Path, info.Main.Path)
	}
	return strings.TrimSuffix(path.Base(name), ".exe")
}

// versions is what the program was built from and for, in the output of zoo version --json.
type versions struct {
	Version  string `json:"version"` // of the module; (devel) in its own repository
	Code     string `json:"code"`    // the revision, or the hash of the executable
	Go       string `json:"go"`
	Platform string `json:"platform"`
	Gorgonia string `json:"gorgonia"`

	// The instruction sets that this processor has and this build has kernels for, and the
	// one in use.
	Found []string `json:"isas"`
	ISA   string   `json:"isa"`
}

func newVersion() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "version",
		Short: "What this program was built from, and which instructions it uses",
		Long: `What this program was built from, and which instructions it uses. There are kernels for
avx512, avx2 (with FMA) and neon; plain is loops in Go. It uses the fastest set that the
processor has, unless the environment variable ZOO_ISA names another, whose results differ
in the last bits.`,
		Args: between(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			v := versions{"unknown", code(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, "unknown", f32.ISAs(), f32.ISA()}
			if info, ok := debug.ReadBuildInfo(); ok {
				v.Version = info.Main.Version
				for _, d := range info.Deps {
					if d.Path == "gorgonia.org/gorgonia" {
						v.Gorgonia = d.Version
					}
				}
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), v)
			}
			fmt.Fprintf(c.OutOrStdout(), "zoo %s (%s)\n%s %s\nGorgonia %s\ninstructions %s (found: %s)\n",
				v.Version, v.Code, v.Go, v.Platform, v.Gorgonia, v.ISA, strings.Join(v.Found, ", "))
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}
