package origin

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

// GoModule is a Go module that carries a dataset's files. The zero value stands for no module.
type GoModule struct {
	Path, Version string // as go.mod has them
	Folder        string // of the files, within the module
}

// places are where the module cache may have the module, as far as can be said
// without the go command.
func (m GoModule) places(dataset string) []Place {
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
	return []Place{m.in(filepath.Join(dir, filepath.FromSlash(escape(m.Path))+"@"+m.Version), dataset)}
}

// in is the place of the files in the module's folder.
func (m GoModule) in(dir, dataset string) Place {
	return Place{
		filepath.Join(dir, m.Folder),
		fmt.Sprintf("empty the module cache with `go clean -modcache` and run `zoo data get %s`", dataset),
	}
}

// download asks the go command for the module, which it fetches through the
// user's module proxy if the module cache does not have it.
func (m GoModule) download(ctx context.Context, dataset string) (Place, error) {
	// Run outside of any module, so that nothing depends on the working folder.
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", m.Path+"@"+m.Version)
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
		return Place{}, fmt.Errorf("go mod download %s@%s: %w", m.Path, m.Version, err)
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
