package formula

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"
)

// labelled tells whether what was read as a call is a name with labels.
func (e *evaluator) labelled(x *ast.CallExpr) bool {
	open, end := e.Text[x.Lparen-1], e.Text[x.Rparen-1]
	if (open == '[') != (end == ']') {
		fail(x, "%s: the brackets do not match", e.text(x))
	}
	return open == '['
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

// label is a label's text: what is between the commas, without the quotes.
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
