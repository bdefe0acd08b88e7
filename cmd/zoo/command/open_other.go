//go:build !windows

package command

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
)

// openFile opens a file in the desktop's program for it.
func openFile(ctx context.Context, file string) error {
	command := "xdg-open"
	if runtime.GOOS == "darwin" {
		command = "open"
	}
	if err := exec.CommandContext(ctx, command, file).Run(); err != nil {
		return fmt.Errorf("%s: %w", command, err)
	}
	return nil
}
