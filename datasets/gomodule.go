package datasets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"unicode"
)

// goModule is a Go module that carries a dataset's files. The zero value stands for no module.
type goModule struct {
	path, version string
	folder        string // of the files, within the module
}

// places are where the module cache may have the module, as far as can be said
// without the go command.
func (m goModule) places(dataset string) []place {
	dir := os.Getenv("GOMODCACHE")
	if dir == "" {
		gopath := filepath.SplitList(os.Getenv("GOPATH"))
		if home, err := os.UserHomeDir(); err == nil && len(gopath) == 0 {
			gopath = []string{filepath.Join(home, "go")}
		}
		if len(gopath) == 0 {
			return nil
		}
		dir = filepath.Join(gopath[0], "pkg", "mod")
	}
	return []place{m.in(filepath.Join(dir, filepath.FromSlash(escape(m.path))+"@"+m.version), dataset)}
}

// in is the place of the files in the module's folder.
func (m goModule) in(dir, dataset string) place {
	return place{
		filepath.Join(dir, m.folder),
		fmt.Sprintf("empty the module cache with `go clean -modcache` and run `zoo data get %s`", dataset),
	}
}

// download asks the go command for the module, which it fetches through the
// user's module proxy if the module cache does not have it.
func (m goModule) download(ctx context.Context, dataset string) (place, error) {
	// Run outside of any module, so that nothing depends on the working folder.
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", m.path+"@"+m.version)
	cmd.Dir = os.TempDir()
	cmd.Env = append(cmd.Environ(), "GOWORK=off")
	out, err := cmd.Output()
	var answer struct{ Dir, Error string }
	if errJSON := json.Unmarshal(out, &answer); errJSON == nil && answer.Error != "" {
		err = errors.New(answer.Error)
	}
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && len(exit.Stderr) > 0 {
		err = errors.New(strings.TrimSpace(string(exit.Stderr)))
	}
	if err == nil && answer.Dir == "" {
		err = errors.New("it does not say where the module is")
	}
	if err != nil {
		return place{}, fmt.Errorf("go mod download %s@%s: %w", m.path, m.version, err)
	}
	return m.in(answer.Dir, dataset), nil
}

// escape is a module's path as the module cache spells it: an exclamation mark
// and the small letter for each capital.
func escape(path string) string {
	var b strings.Builder
	for _, r := range path {
		if unicode.IsUpper(r) {
			b.WriteByte('!')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}
