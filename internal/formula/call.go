package formula

import (
	"go/ast"
	"math"
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
