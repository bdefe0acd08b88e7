// Package formula evaluates the expressions of configs: the claims over the arms
// of a sweep, such as
//
//	train.loss[plain, 56] >= 3 * train.loss[plain, 20]
//
// and values that follow from others, such as 0.1 * train.batch / 32. The grammar
// is that of Go's expressions, read by go/parser: numbers, of which 10% is 0.1, dotted
// names with or without labels in square brackets, + - * /, comparisons, && || !, and
// calls. A label is a text without commas, or any text in quotes; _ stands for every
// label.
//
// A claim is evaluated once for each replicate, such as a seed, and its sides are the
// means over them: max(a, b) is the mean of the greater ones, seed by seed, which is
// never below the greater of the means.
package formula

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Formula is an expression that was read.
type Formula struct {
	Text string
	root ast.Expr
}

// A Name is a dotted name with the labels that follow it in brackets.
type Name struct {
	Path   string
	Labels []string // nil without brackets
	Column int      // in the text, from 1
}

// Any is the label that stands for all.
const Any = "_"

// String is the name as it is written in a formula.
func (n Name) String() string {
	if n.Labels == nil {
		return n.Path
	}
	labels := make([]string, len(n.Labels))
	for i, l := range n.Labels {
		labels[i] = l
		if strings.ContainsAny(l, "()[],\"") {
			labels[i] = strconv.Quote(l)
		}
	}
	return n.Path + "[" + strings.Join(labels, ", ") + "]"
}

// An Env says what names mean in one replicate.
type Env interface {
	// Expand lists the names that one with [Any] among its labels stands for; of
	// others it is the name itself.
	Expand(Name) ([]Name, error)
	// Value is that of a name without [Any].
	Value(Name) (float64, error)
	// Series calls a function whose first argument is a name and not a value, such as
	// at(train.loss[plain], 300); known is false for other functions.
	Series(function string, of Name, args []float64) (v float64, known bool, err error)
	// Share tells whether the values of a path are shares, from 0 to 1.
	Share(path string) bool
}

// An Error is a mistake in a formula, at a column of its text.
type Error struct {
	Column  int // from 1
	Message string
}

func (e *Error) Error() string { return fmt.Sprintf("column %d: %s", e.Column, e.Message) }

func fail(n ast.Node, format string, args ...any) {
	panic(&Error{int(n.Pos()), fmt.Sprintf(format, args...)})
}

func catch(err *error) {
	switch r := recover().(type) {
	case nil:
	case *Error:
		*err = r
	default:
		panic(r)
	}
}

// maxText is far above any claim, and low enough that nesting is not a danger.
const maxText = 2000

// Parse reads an expression. Its error is an [*Error].
func Parse(text string) (*Formula, error) {
	if len(text) > maxText {
		return nil, &Error{1, fmt.Sprintf("have %d bytes, want at most %d", len(text), maxText)}
	}
	if strings.ContainsAny(text, "\n\r") {
		return nil, &Error{1, "have more than one line, want one"}
	}
	root, err := parser.ParseExpr(round(text))
	if err != nil {
		var list scanner.ErrorList
		if !errors.As(err, &list) {
			return nil, &Error{1, "cannot be read as a formula"}
		}
		return nil, unreadable(text, list[0])
	}
	return &Formula{text, root}, nil
}

// unreadable says in the words of a config what the parser could not read.
func unreadable(text string, at *scanner.Error) *Error {
	column := max(1, min(at.Pos.Column, len(text)+1))
	rest := strings.TrimSpace(text[column-1:])
	switch {
	case strings.Count(round(text), "(") > strings.Count(round(text), ")"):
		return &Error{column, "a bracket is not closed"}
	case rest == "":
		return &Error{column, "it ends where a number or a name should follow"}
	}
	if len(rest) > 12 {
		rest = strings.ToValidUTF8(rest[:12], "") + "…"
	}
	return &Error{column, fmt.Sprintf("have %s, want a number, a name, an operator or a bracket that fits here", rest)}
}

// round makes square brackets round, except for those in quotes: in Go square brackets
// take types, and a call takes anything. It replaces the labels in them by words, as not
// every label is an expression in Go: 08, 3x3. And it makes the % of 10% the i of an
// imaginary number. What was there before is read from the text.
func round(text string) string {
	b := []byte(text)
	quoted := false
	for i, c := range b {
		switch {
		case c == '"' && (i == 0 || b[i-1] != '\\'):
			quoted = !quoted
		case quoted:
		case c == '[':
			b[i] = '('
			if named(text[:i]) {
				words(b[i+1:])
			}
		case c == ']':
			b[i] = ')'
		case c == '%' && i > 0 && digit(b[i-1]):
			b[i] = 'i'
		case c == '%' && i > 1 && b[i-1] == ' ' && digit(b[i-2]):
			b[i-1], b[i] = 'i', ' '
		}
	}
	return string(b)
}

// named tells whether a text ends in a name.
func named(text string) bool {
	text = strings.TrimRight(text, " ")
	last, _ := utf8.DecodeLastRuneInString(text)
	return text != "" && (last == '_' || unicode.IsLetter(last) || unicode.IsDigit(last))
}

// words replaces the labels that b begins with by underscores, except for those in
// quotes.
func words(b []byte) {
	for n := label(b); n >= 0; n = label(b) {
		if l := bytes.TrimSpace(b[:n]); len(l) > 0 && l[0] != '"' {
			copy(b, bytes.Repeat([]byte("_"), n))
		}
		if b[n] == ']' {
			return
		}
		b = b[n+1:]
	}
}

// label is the length of the label that b begins with, up to a comma or the bracket
// that ends the labels; −1 if neither is there.
func label(b []byte) int {
	depth, quoted := 0, false
	for i, c := range b {
		switch {
		case c == '"' && (i == 0 || b[i-1] != '\\'):
			quoted = !quoted
		case quoted:
		case depth == 0 && (c == ',' || c == ']'):
			return i
		case c == '[' || c == '(':
			depth++
		case c == ']' || c == ')':
			depth--
		}
	}
	return -1
}

func digit(c byte) bool { return c >= '0' && c <= '9' || c == '.' }
