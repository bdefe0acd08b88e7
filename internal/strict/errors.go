package strict

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A Place is where a value was given. The zero Place is a default.
type Place struct {
	Source       string // a file, "override train.epochs=3" or "environment ZOO_SEED"
	Line, Column int    // in a file, from 1; 0 where there is none

	rank    int  // the order of the sources in a list of problems
	setting bool // given by a Setting
}

// commandRank is the rank of the first source that is not a file.
const commandRank = 1 << 20

func (p Place) inFile() bool { return p.Source != "" && p.rank < commandRank }

// String is file:line:column, or as much of it as there is, or "default".
func (p Place) String() string {
	switch {
	case p.Source == "":
		return "default"
	case p.Line == 0:
		return p.Source
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.Source, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.Source, p.Line, p.Column)
}

// A Problem is one thing wrong with a config.
type Problem struct {
	Place   Place
	Key     string // the full key, such as "train.epochs"; empty for the file as a whole
	Message string
}

// String is one line: place, key, message.
func (p Problem) String() string {
	switch {
	case p.Key != "":
		return p.Place.String() + ": " + p.Key + ": " + p.Message
	case p.Place.Source != "":
		return p.Place.String() + ": " + p.Message
	}
	return p.Message
}

// An Error is everything wrong with a config: the problems of the file, of its
// parents, of the environment and of the overrides, each by position.
type Error struct{ Problems []Problem }

// Error is one problem a line.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// maxProblems is how many are reported: a longer list helps nobody.
const maxProblems = 100

// asError sorts problems and drops repeated ones; none is nil.
func asError(problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(a.Place.rank, b.Place.rank),
			cmp.Compare(a.Place.Line, b.Place.Line),
			cmp.Compare(a.Place.Column, b.Place.Column),
			cmp.Compare(a.Key, b.Key),
			cmp.Compare(a.Message, b.Message),
		)
	})
	problems = slices.Compact(problems)
	if n := len(problems) - maxProblems; n > 0 {
		problems = append(problems[:maxProblems:maxProblems], Problem{Message: fmt.Sprintf("and %d more", n)})
	}
	return &Error{problems}
}

// join is the full key of a key in the section at path. A key that would not
// read as one word between dots is quoted.
func join(path, key string) string {
	plain := key != "" && !strings.ContainsFunc(key, func(r rune) bool {
		return r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	if !plain {
		key = strconv.Quote(key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// clip is foreign text for a message: at most n letters, on one line.
func clip(text string, n int) string {
	text = cut(text, n)
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		text = strconv.Quote(text)
	}
	return text
}

// clipArg is clip for an argument or a variable, in quotes if it has spaces.
func clipArg(arg string) string {
	if strings.Contains(arg, " ") {
		return quoted(arg)
	}
	return clip(arg, 60)
}

// quoted is foreign text in quotes, at most 60 letters of it.
func quoted(text string) string { return strconv.Quote(cut(text, 60)) }

func cut(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n]) + "..."
	}
	return text
}

// list joins at most twelve words.
func list(words []string) string {
	if n := len(words); n > 12 {
		return strings.Join(words[:12], ", ") + fmt.Sprintf(" and %d more", n-12)
	}
	return strings.Join(words, ", ")
}
