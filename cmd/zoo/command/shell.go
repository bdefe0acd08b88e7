package command

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
)

// quoted are arguments as they are typed in a shell; on Windows in either of its shells.
func quoted(args []string) (words []string) {
	for _, a := range args {
		words = append(words, quote(a, runtime.GOOS == "windows"))
	}
	return words
}

// beforeQuote are backslashes that would escape a quotation mark.
var beforeQuote = regexp.MustCompile(`(\\*)("|$)`)

// quote is one argument of quoted.
func quote(arg string, windows bool) string {
	marks := "-_./=,:+@%"
	if windows {
		marks = `-_./=:+\` // PowerShell splits arguments at commas
	}
	plain := arg != "" && !strings.ContainsFunc(arg, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(marks, r)
	})
	switch {
	case plain:
		return arg
	case windows:
		return `"` + strings.ReplaceAll(beforeQuote.ReplaceAllString(arg, "$1$1$2"), `"`, `\"`) + `"`
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}

// expanding makes a command expand patterns of files, such as runs/lenet5-*, on Windows,
// whose shells leave that to the program.
func expanding(c *cobra.Command) {
	if runtime.GOOS != "windows" {
		return
	}
	check, do := c.Args, c.RunE
	c.Args = func(c *cobra.Command, args []string) error { return check(c, expanded(args)) }
	c.RunE = func(c *cobra.Command, args []string) error { return do(c, expanded(args)) }
}

// expanded are arguments in which patterns that match files are replaced by these.
func expanded(args []string) (words []string) {
	for _, a := range args {
		_, err := os.Lstat(a)
		found, _ := filepath.Glob(a) // a malformed pattern is left to the verb
		if err == nil || found == nil || !strings.ContainsAny(a, "*?") {
			found = []string{a}
		}
		words = append(words, found...)
	}
	return words
}
