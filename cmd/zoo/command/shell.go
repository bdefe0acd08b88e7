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

// quoted are arguments as a shell takes them: on Windows both of its shells.
func quoted(args []string) (words []string) {
	for _, a := range args {
		words = append(words, quote(a, runtime.GOOS == "windows"))
	}
	return words
}

// beforeQuote are backslashes that would be read as a part of a quotation mark.
var beforeQuote = regexp.MustCompile(`(\\*)("|$)`)

func quote(arg string, windows bool) string {
	marks := "-_./=,:+@%"
	if windows {
		marks = `-_./=:+\` // PowerShell makes several arguments of one with commas
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

// expanding makes a command take patterns of files, as runs/lenet5-*, for which the
// shells of Windows leave it to the program to find the files.
func expanding(c *cobra.Command) {
	if runtime.GOOS != "windows" {
		return
	}
	check, do := c.Args, c.RunE
	c.Args = func(c *cobra.Command, args []string) error { return check(c, expanded(args)) }
	c.RunE = func(c *cobra.Command, args []string) error { return do(c, expanded(args)) }
}

// expanded are arguments with the names of files in the place of patterns that
// match any.
func expanded(args []string) (words []string) {
	for _, a := range args {
		_, err := os.Lstat(a)
		found, _ := filepath.Glob(a) // what is no pattern is left to the verb
		if err == nil || found == nil || !strings.ContainsAny(a, "*?") {
			found = []string{a}
		}
		words = append(words, found...)
	}
	return words
}
