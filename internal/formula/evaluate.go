package formula

import (
	"fmt"
	"go/ast"
	"go/token"
	"strconv"
)

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
