package formula

import (
	"fmt"
	"go/ast"
	"math"
	"slices"
)

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

func (e *evaluator) call(x *ast.CallExpr) ([]float64, []string) {
	function := e.text(x.Fun)
	args := func(n int) {
		if len(x.Args) != n {
			fail(x, "%s: have %s, want %d", function, count(len(x.Args)), n)
		}
	}
	switch function {
	case "gap":
		args(2)
		return e.one(x, e.number(x.Args[0])-e.number(x.Args[1]))
	case "ratio":
		args(2)
		return e.one(x, e.number(x.Args[0])/e.number(x.Args[1]))
	case "share", "median":
		args(1)
		return e.one(x, e.aggregate(x, function))
	}
	if f, ok := functions[function]; ok {
		args(1)
		return e.one(x, f(e.number(x.Args[0])))
	}
	if f, ok := folds[function]; ok {
		v, _ := e.list(x.Args)
		if len(v) == 0 {
			fail(x, "%s: have no values", function)
		}
		return e.one(x, f(v))
	}
	if len(x.Args) == 0 || !e.isName(x.Args[0]) {
		e.unknown(x, function)
	}
	var more []float64
	text := ""
	for _, a := range x.Args[1:] {
		more = append(more, e.number(a))
		text += ", " + e.text(a)
	}
	var v []float64
	var texts []string
	for _, name := range e.names(x.Args[0]) {
		value, known, err := e.env.Series(function, name, more)
		if err != nil {
			fail(x, "%s: %v", function, err)
		}
		if !known {
			e.unknown(x, function)
		}
		v, texts = append(v, value), append(texts, function+"("+name.String()+text+")")
	}
	return v, texts
}

func (e *evaluator) unknown(x *ast.CallExpr, function string) {
	fail(x, "no function %s: have abs, exp, log, sqrt, gap, ratio, min, max, mean, at, steps_to, share, median, increasing and decreasing", function)
}

func count(args int) string {
	if args == 1 {
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", args)
}

// aggregate is share(condition) or median(number): one value of all replicates.
func (e *evaluator) aggregate(x *ast.CallExpr, function string) float64 {
	a := Aggregate{Function: function, node: x}
	for _, env := range e.envs {
		single := evaluator{Formula: e.Formula, mean: e.mean, envs: []Env{env}, env: env}
		switch {
		case function == "median":
			a.Values = append(a.Values, single.number(x.Args[0]))
		case single.truth(x.Args[0]):
			a.Values = append(a.Values, 1)
		default:
			a.Values = append(a.Values, 0)
		}
		if single.aggregates != nil {
			fail(x, "%s: it stands in another share or median", function)
		}
	}
	e.aggregates = append(e.aggregates, a)
	if function == "share" {
		return folds["mean"](a.Values)
	}
	return median(a.Values)
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	n := len(v)
	if n%2 == 1 || v[n/2-1] == v[n/2] {
		return v[n/2]
	}
	return (v[n/2-1] + v[n/2]) / 2
}
