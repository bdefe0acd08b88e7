package command

import (
	"io"

	"github.com/spf13/cobra"

	"zoo/experiments/config"
	"zoo/experiments/weights"
)

// notice shows notices on standard error, except empty ones.
func notice(c *cobra.Command, texts ...string) {
	screen := newScreen(io.Discard, c.ErrOrStderr())
	for _, text := range texts {
		if text != "" {
			screen.Notice(text)
		}
	}
}

// noticeRun shows the notice about a run, if the name is that of a run.
func noticeRun(c *cobra.Command, name string) {
	if config.IsRun(name) {
		notice(c, weights.RunNotice(name))
	}
}
