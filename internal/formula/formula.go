// Package formula evaluates the expressions of configs: the claims over the arms
// of a sweep, such as
//
//	train.loss[plain, 56] >= 3 * train.loss[plain, 20]
//
// and values that follow from others, such as 0.1 * train.batch / 32. The grammar
// is that of Go's expressions, read by go/parser: numbers, dotted names with or
// without labels in square brackets, + - * /, comparisons, && || !, and calls. A
// label is a word, a number, or any text in quotes; _ stands for every label.
package formula

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"strings"
)

// A Formula is an expression that was read.
type Formula struct {
	Text string
	root ast.Expr
}

// A Name is a dotted name with the labels that stand behind it in brackets.
type Name struct {
	Path   string
	Labels []string // nil without brackets
	Column int      // in the text, from 1
}

// Any is the label that stands for all.
const Any = "_"

// An Env says what names mean. A name with [Any] among its labels may stand for
// many values, one for each.
type Env interface {
	Values(Name) ([]float64, error)
	// Series calls a function whose first argument is a name and no value, such as
	// at(train.loss[plain], 300); known is false for other functions.
	Series(function string, of Name, args []float64) (v []float64, known bool, err error)
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

// maxText is far above any claim, and low enough that nesting is no danger.
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
		if errors.As(err, &list) {
			message := list[0].Msg
			if strings.Contains(message, "before newline") {
				message = "a bracket is not closed"
			}
			return nil, &Error{list[0].Pos.Column, message}
		}
		return nil, &Error{1, err.Error()}
	}
	return &Formula{text, root}, nil
}

// round makes square brackets round, but for those in quotes: Go wants types in
// the one where a call takes anything. What stood there is seen from the text.
func round(text string) string {
	b := []byte(text)
	quoted := false
	for i, c := range b {
		switch {
		case c == '"' && (i == 0 || b[i-1] != '\\'):
			quoted = !quoted
		case c == '[' && !quoted:
			b[i] = '('
		case c == ']' && !quoted:
			b[i] = ')'
		}
	}
	return string(b)
}
