package formula

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// A Comparison is a part of a claim with its two sides.
type Comparison struct {
	Text          string // as it is written
	Op            string
	Left, Right   float64   // the means over the replicates
	Lefts, Rights []float64 // by replicate
	Holds         bool      // for the means
	LeftOf        string    // the path of the left side's name, if it is a name and nothing else
	RightOf       string    // and of the right side's
	Percent       bool      // both sides are shares, or a share and a number
	// Aggregate is set where one side is share(...) or median(...) and nothing else, and
	// the other a number: Left or Right is then one value of all replicates.
	Aggregate *Aggregate
	// Aggregated tells that a side contains share(...) or median(...).
	Aggregated bool
}

// An Aggregate is a number made of all replicates.
type Aggregate struct {
	Function string    // share or median
	Values   []float64 // by replicate; of a share 1 where the condition holds, else 0
	Left     bool      // which side it is
	node     ast.Expr
}

// Number evaluates a formula that is a number.
func (f *Formula) Number(env Env) (v float64, err error) {
	defer catch(&err)
	e := evaluator{Formula: f, env: env, envs: []Env{env}}
	return e.number(f.root), nil
}

// Truth evaluates a formula that is true or false in each replicate, and all
// comparisons in it, from left to right: mean makes one number of a side's values.
func (f *Formula) Truth(mean func([]float64) float64, replicates ...Env) (holds bool, parts []Comparison, err error) {
	defer catch(&err)
	e := evaluator{Formula: f, mean: mean, envs: replicates}
	holds = e.truth(f.root)
	return holds, e.parts, nil
}

type evaluator struct {
	*Formula
	mean       func([]float64) float64
	envs       []Env // all replicates
	env        Env   // the one whose numbers are evaluated
	parts      []Comparison
	aggregates []Aggregate // of the comparison that is evaluated
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
		if _, ok := comparisons[x.Op]; ok {
			return e.compare(x)
		}
	case *ast.CallExpr:
		if order, ok := orders[e.text(x.Fun)]; ok && !e.labelled(x) {
			return e.order(x, order)
		}
	}
	fail(n, "have %s, want a comparison such as a < b, or increasing(...)", e.text(n))
	panic("unreachable")
}

// compare evaluates both sides in every replicate.
func (e *evaluator) compare(x *ast.BinaryExpr) bool {
	c := Comparison{Text: strings.TrimSpace(e.text(x)), Op: x.Op.String()}
	e.aggregates = nil
	for _, e.env = range e.envs {
		e.aggregates = e.aggregates[:0]
		c.Lefts, c.Rights = append(c.Lefts, e.number(x.X)), append(c.Rights, e.number(x.Y))
	}
	c.LeftOf, c.RightOf = e.only(x.X), e.only(x.Y)
	left, right := e.unit(x.X), e.unit(x.Y)
	c.Percent = left.percent && (right.percent || right.number) || right.percent && left.number
	e.bounded(x.X, left, x.Y, right, c.Rights[0])
	e.bounded(x.Y, right, x.X, left, c.Lefts[0])
	if c.Aggregated = len(e.aggregates) > 0; len(e.aggregates) == 1 {
		a := e.aggregates[0]
		a.Left = a.node == ast.Unparen(x.X)
		if a.Left && right.number || a.node == ast.Unparen(x.Y) && left.number {
			c.Aggregate = &a
		}
	}
	return e.add(c, x.Op)
}

// only is the path of a name, and empty for every other expression.
func (e *evaluator) only(n ast.Expr) string {
	if n = ast.Unparen(n); e.isName(n) {
		return e.name(n).Path
	}
	return ""
}

// order evaluates a list in every replicate, and compares neighbours.
func (e *evaluator) order(x *ast.CallExpr, o order) bool {
	var lists [][]float64 // by replicate
	var texts []string
	percent := true
	e.aggregates = nil
	for _, e.env = range e.envs {
		var v []float64
		v, texts = e.list(x.Args)
		lists = append(lists, v)
	}
	for _, a := range x.Args {
		percent = percent && e.unit(a).percent
	}
	if len(texts) < 2 {
		fail(x, "%s: have %d values, want at least 2", e.text(x.Fun), len(texts))
	}
	holds := true
	for i := range texts[1:] {
		c := Comparison{Text: texts[i] + " " + o.op + " " + texts[i+1], Op: o.op, Percent: percent, Aggregated: len(e.aggregates) > 0}
		for _, v := range lists {
			c.Lefts, c.Rights = append(c.Lefts, v[i]), append(c.Rights, v[i+1])
		}
		holds = e.add(c, o.token) && holds
	}
	return holds
}

// add keeps a comparison with its means.
func (e *evaluator) add(c Comparison, op token.Token) bool {
	c.Left, c.Right = e.mean(c.Lefts), e.mean(c.Rights)
	c.Holds = comparisons[op](c.Left, c.Right)
	e.parts = append(e.parts, c)
	return c.Holds
}

var comparisons = map[token.Token]func(l, r float64) bool{
	token.LSS: func(l, r float64) bool { return l < r },
	token.LEQ: func(l, r float64) bool { return l <= r },
	token.GTR: func(l, r float64) bool { return l > r },
	token.GEQ: func(l, r float64) bool { return l >= r },
	token.EQL: func(l, r float64) bool { return l == r },
	token.NEQ: func(l, r float64) bool { return l != r },
}

// An order says how a list of values runs.
type order struct {
	op    string
	token token.Token
}

var orders = map[string]order{"increasing": {"<", token.LSS}, "decreasing": {">", token.GTR}}

// number evaluates what is one value.
func (e *evaluator) number(n ast.Expr) float64 {
	v, _ := e.values(n)
	if len(v) != 1 {
		fail(n, "%s stands for %d values, want one: take min(...), max(...) or mean(...) of them", e.text(n), len(v))
	}
	return v[0]
}

// list evaluates arguments, each of which may stand for many values, and pairs
// each value with its text.
func (e *evaluator) list(args []ast.Expr) (v []float64, texts []string) {
	for _, a := range args {
		values, names := e.values(a)
		v, texts = append(v, values...), append(texts, names...)
	}
	return v, texts
}

// one is a single value with the text that it has in the formula.
func (e *evaluator) one(n ast.Expr, v float64) ([]float64, []string) {
	return []float64{v}, []string{e.text(n)}
}

func (e *evaluator) values(n ast.Expr) (v []float64, texts []string) {
	switch x := n.(type) {
	case *ast.ParenExpr:
		return e.values(x.X)
	case *ast.BasicLit:
		return e.one(n, e.literal(x))
	case *ast.UnaryExpr:
		switch x.Op {
		case token.SUB:
			return e.one(n, -e.number(x.X))
		case token.ADD:
			return e.one(n, e.number(x.X))
		}
		fail(n, "%s is not arithmetic", x.Op)
	case *ast.BinaryExpr:
		switch x.Op {
		case token.ADD:
			return e.one(n, e.number(x.X)+e.number(x.Y))
		case token.SUB:
			return e.one(n, e.number(x.X)-e.number(x.Y))
		case token.MUL:
			return e.one(n, e.number(x.X)*e.number(x.Y))
		case token.QUO:
			return e.one(n, e.number(x.X)/e.number(x.Y))
		}
		fail(n, "%s is not arithmetic: have %s, want a number", x.Op, e.text(n))
	case *ast.CallExpr:
		if !e.labelled(x) {
			return e.call(x)
		}
	}
	for _, name := range e.names(n) {
		value, err := e.env.Value(name)
		if err != nil {
			fail(n, "%v", err)
		}
		v, texts = append(v, value), append(texts, name.String())
	}
	return v, texts
}

// names are those that a name with or without Any stands for.
func (e *evaluator) names(n ast.Expr) []Name {
	names, err := e.env.Expand(e.name(n))
	if err != nil {
		fail(n, "%v", err)
	}
	return names
}

// literal is a number, or one in percent, whose sign round has replaced by an i.
func (e *evaluator) literal(x *ast.BasicLit) float64 {
	digits, percent := x.Value, false
	if x.Kind == token.IMAG && e.Text[x.End()-2] != 'i' {
		digits, percent = strings.TrimSuffix(digits, "i"), true
	}
	v, err := strconv.ParseFloat(digits, 64)
	if err != nil || !slices.Contains([]token.Token{token.INT, token.FLOAT, token.IMAG}, x.Kind) {
		fail(x, "have %s, want a number", e.text(x))
	}
	if percent {
		v /= 100
	}
	return v
}
