package formula

import (
	"go/ast"
	"go/token"
	"math"
	"strconv"
)

// A unit says what kind of number an expression is.
type unit struct {
	number  bool // made only of numbers
	share   bool // from 0 to 1, or a difference of such: from −1 to 1
	percent bool // read as percent: a share, or a multiple of one
}

func (e *evaluator) unit(n ast.Expr) unit {
	switch x := n.(type) {
	case *ast.ParenExpr:
		return e.unit(x.X)
	case *ast.UnaryExpr:
		return e.unit(x.X)
	case *ast.BasicLit:
		return unit{number: true}
	case *ast.BinaryExpr:
		l, r := e.unit(x.X), e.unit(x.Y)
		switch x.Op {
		case token.ADD, token.SUB:
			percent := l.percent && (r.percent || r.number) || r.percent && l.number
			return unit{number: l.number && r.number, percent: percent, share: x.Op == token.SUB && l.share && r.share}
		case token.MUL:
			return unit{number: l.number && r.number, percent: l.percent && r.number || r.percent && l.number}
		case token.QUO:
			return unit{number: l.number && r.number, percent: l.percent && r.number}
		}
		return unit{}
	case *ast.CallExpr:
		if !e.labelled(x) {
			return e.callUnit(x)
		}
	}
	share := e.isName(n) && e.env.Share(e.name(n).Path)
	return unit{share: share, percent: share}
}

// callUnit is that of a function of shares that gives shares.
func (e *evaluator) callUnit(x *ast.CallExpr) unit {
	args := x.Args
	switch e.text(x.Fun) {
	case "share":
		return unit{share: true, percent: true}
	case "at", "median", "abs":
		args = args[:1]
	case "min", "max", "mean", "gap":
	default:
		u := unit{number: true}
		for _, a := range args {
			u.number = u.number && e.unit(a).number
		}
		return u
	}
	u := unit{number: true, share: true, percent: true}
	for _, a := range args {
		v := e.unit(a)
		u.number, u.share, u.percent = u.number && v.number, u.share && v.share, u.percent && v.percent
	}
	return u
}

// bounded refuses a share that is compared with a number it cannot reach: what was
// meant is percent.
func (e *evaluator) bounded(side ast.Expr, u unit, other ast.Expr, o unit, v float64) {
	if !u.share || !o.number || math.Abs(v) <= 1 {
		return
	}
	fail(other, "%s is a share from 0 to 1: have %s, want at most 1; %s%% is %s", e.text(side), e.text(other),
		strconv.FormatFloat(v, 'g', -1, 64), strconv.FormatFloat(v/100, 'g', -1, 64))
}
