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
	"go/token"
	"math"
	"strconv"
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

// labelled tells whether what was read as a call is a name with labels.
func (e *evaluator) labelled(x *ast.CallExpr) bool {
	open, end := e.Text[x.Lparen-1], e.Text[x.Rparen-1]
	if (open == '[') != (end == ']') {
		fail(x, "%s: the brackets do not match", e.text(x))
	}
	return open == '['
}

// A Comparison is a part of a claim with its two sides.
type Comparison struct {
	Text        string // as it is written
	Op          string
	Left, Right float64
	Holds       bool
}

// Number evaluates a formula that is a number.
func (f *Formula) Number(env Env) (v float64, err error) {
	defer catch(&err)
	e := evaluator{Formula: f, env: env}
	return e.number(f.root), nil
}

// Truth evaluates a formula that is true or false, and all comparisons in it,
// from left to right.
func (f *Formula) Truth(env Env) (holds bool, parts []Comparison, err error) {
	defer catch(&err)
	e := evaluator{Formula: f, env: env}
	holds = e.truth(f.root)
	return holds, e.parts, nil
}

type evaluator struct {
	*Formula
	env   Env
	parts []Comparison
}

func (e *evaluator) text(n ast.Node) string {
	return e.Text[n.Pos()-1 : min(int(n.End())-1, len(e.Text))]
}

func (e *evaluator) truth(n ast.Expr) bool {
	switch x := n.(type) {
	case *ast.ParenExpr:
		return e.truth(x.X)
	case *ast.UnaryExpr:
		if x.Op == token.NOT {
			return !e.truth(x.X)
		}
	case *ast.BinaryExpr:
		switch x.Op {
		case token.LAND:
			l, r := e.truth(x.X), e.truth(x.Y) // both, for all comparisons are shown
			return l && r
		case token.LOR:
			l, r := e.truth(x.X), e.truth(x.Y)
			return l || r
		}
		if compare, ok := comparisons[x.Op]; ok {
			c := Comparison{Text: e.text(x), Op: x.Op.String(), Left: e.number(x.X), Right: e.number(x.Y)}
			c.Holds = compare(c.Left, c.Right)
			e.parts = append(e.parts, c)
			return c.Holds
		}
	case *ast.CallExpr:
		if order, ok := orders[e.text(x.Fun)]; ok && !e.labelled(x) {
			v, texts := e.list(x.Args)
			if len(v) < 2 {
				fail(x, "%s: have %d values, want at least 2", e.text(x.Fun), len(v))
			}
			holds := true
			for i := range v[1:] {
				c := Comparison{Text: texts[i] + " " + order.op + " " + texts[i+1], Op: order.op, Left: v[i], Right: v[i+1]}
				c.Holds = comparisons[order.token](v[i], v[i+1])
				holds = holds && c.Holds
				e.parts = append(e.parts, c)
			}
			return holds
		}
	}
	fail(n, "have %s, want a comparison such as a < b, or increasing(...)", e.text(n))
	panic("unreachable")
}

var comparisons = map[token.Token]func(l, r float64) bool{
	token.LSS: func(l, r float64) bool { return l < r },
	token.LEQ: func(l, r float64) bool { return l <= r },
	token.GTR: func(l, r float64) bool { return l > r },
	token.GEQ: func(l, r float64) bool { return l >= r },
	token.EQL: func(l, r float64) bool { return l == r },
	token.NEQ: func(l, r float64) bool { return l != r },
}

// orders are the functions that say how a list of values runs.
var orders = map[string]struct {
	op    string
	token token.Token
}{"increasing": {"<", token.LSS}, "decreasing": {">", token.GTR}}

// number evaluates what is one value.
func (e *evaluator) number(n ast.Expr) float64 {
	v := e.values(n)
	if len(v) != 1 {
		fail(n, "%s stands for %d values, want one: take min(...), max(...) or mean(...) of them", e.text(n), len(v))
	}
	return v[0]
}

// list evaluates arguments, each of which may stand for many values, and gives
// each value its text: of the many, also which one it is.
func (e *evaluator) list(args []ast.Expr) (v []float64, texts []string) {
	for _, a := range args {
		values := e.values(a)
		for i := range values {
			text := e.text(a)
			if len(values) > 1 {
				text = fmt.Sprintf("%s(%d)", text, i+1)
			}
			texts = append(texts, text)
		}
		v = append(v, values...)
	}
	return v, texts
}

func (e *evaluator) values(n ast.Expr) []float64 {
	switch x := n.(type) {
	case *ast.ParenExpr:
		return e.values(x.X)
	case *ast.BasicLit:
		if v, err := strconv.ParseFloat(x.Value, 64); err == nil && x.Kind != token.STRING && x.Kind != token.CHAR {
			return []float64{v}
		}
		fail(n, "have %s, want a number", x.Value)
	case *ast.UnaryExpr:
		switch x.Op {
		case token.SUB:
			return []float64{-e.number(x.X)}
		case token.ADD:
			return []float64{e.number(x.X)}
		}
		fail(n, "%s is no arithmetic", x.Op)
	case *ast.BinaryExpr:
		switch x.Op {
		case token.ADD:
			return []float64{e.number(x.X) + e.number(x.Y)}
		case token.SUB:
			return []float64{e.number(x.X) - e.number(x.Y)}
		case token.MUL:
			return []float64{e.number(x.X) * e.number(x.Y)}
		case token.QUO:
			return []float64{e.number(x.X) / e.number(x.Y)}
		}
		fail(n, "%s is no arithmetic: have %s, want a number", x.Op, e.text(n))
	case *ast.CallExpr:
		if !e.labelled(x) {
			return e.call(x)
		}
	}
	v, err := e.env.Values(e.name(n))
	if err != nil {
		fail(n, "%v", err)
	}
	return v
}

// functions take one number, folds a list of at least one.
var (
	functions = map[string]func(float64) float64{"abs": math.Abs, "log": math.Log, "sqrt": math.Sqrt, "exp": math.Exp}
	folds     = map[string]func([]float64) float64{
		"min": func(v []float64) float64 { return fold(v, math.Min) },
		"max": func(v []float64) float64 { return fold(v, math.Max) },
		"mean": func(v []float64) float64 {
			return fold(v, func(a, b float64) float64 { return a + b }) / float64(len(v))
		},
	}
)

func fold(v []float64, f func(a, b float64) float64) float64 {
	x := v[0]
	for _, y := range v[1:] {
		x = f(x, y)
	}
	return x
}

func (e *evaluator) call(x *ast.CallExpr) []float64 {
	function := e.text(x.Fun)
	one := func() float64 {
		if len(x.Args) != 1 {
			fail(x, "%s: have %d arguments, want 1", function, len(x.Args))
		}
		return e.number(x.Args[0])
	}
	two := func() (a, b float64) {
		if len(x.Args) != 2 {
			fail(x, "%s: have %d arguments, want 2", function, len(x.Args))
		}
		return e.number(x.Args[0]), e.number(x.Args[1])
	}
	switch function {
	case "gap":
		a, b := two()
		return []float64{a - b}
	case "ratio":
		a, b := two()
		return []float64{a / b}
	}
	if f, ok := functions[function]; ok {
		return []float64{f(one())}
	}
	if f, ok := folds[function]; ok {
		v, _ := e.list(x.Args)
		if len(v) == 0 {
			fail(x, "%s: have no values", function)
		}
		return []float64{f(v)}
	}
	if len(x.Args) > 0 && e.isName(x.Args[0]) {
		var args []float64
		for _, a := range x.Args[1:] {
			args = append(args, e.number(a))
		}
		v, known, err := e.env.Series(function, e.name(x.Args[0]), args)
		if err != nil {
			fail(x, "%s: %v", function, err)
		}
		if known {
			return v
		}
	}
	fail(x, "no function %s: have abs, exp, log, sqrt, gap, ratio, min, max, mean, at, steps_to, increasing and decreasing", function)
	panic("unreachable")
}

func (e *evaluator) isName(n ast.Expr) bool {
	switch x := n.(type) {
	case *ast.Ident, *ast.SelectorExpr:
		return true
	case *ast.CallExpr:
		return e.labelled(x)
	}
	return false
}

// name reads a dotted name with its labels.
func (e *evaluator) name(n ast.Expr) Name {
	name := Name{Column: int(n.Pos())}
	if x, ok := n.(*ast.CallExpr); ok {
		n = x.Fun
		for _, l := range x.Args {
			name.Labels = append(name.Labels, e.label(l))
		}
	}
	name.Path = e.path(n)
	return name
}

func (e *evaluator) path(n ast.Expr) string {
	switch x := n.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return e.path(x.X) + "." + x.Sel.Name
	}
	fail(n, "have %s, want a number or a name such as test.error[arm]", e.text(n))
	panic("unreachable")
}

// label is a label's text: what stands between the commas, less the quotes.
func (e *evaluator) label(n ast.Expr) string {
	if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		text, err := strconv.Unquote(lit.Value)
		if err != nil {
			fail(n, "have %s, want a text in quotes", lit.Value)
		}
		return text
	}
	return strings.TrimSpace(e.text(n))
}
