package formula

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// table is an Env of fixed values.
type table map[string][]float64

func (t table) key(n Name) string {
	if n.Labels == nil {
		return n.Path
	}
	return n.Path + "[" + strings.Join(n.Labels, "|") + "]"
}

// Expand gives the values of a name with Any the labels 1, 2, ...
func (t table) Expand(n Name) (all []Name, err error) {
	if !slices.Contains(n.Labels, Any) {
		return []Name{n}, nil
	}
	v, ok := t[t.key(n)]
	if !ok {
		return nil, fmt.Errorf("no name %s", t.key(n))
	}
	for i := range v {
		one := Name{Path: n.Path}
		for _, l := range n.Labels {
			if l == Any {
				l = fmt.Sprint("#", i+1)
			}
			one.Labels = append(one.Labels, l)
		}
		all = append(all, one)
	}
	return all, nil
}

func (t table) Value(n Name) (float64, error) {
	if v, ok := t[t.key(n)]; ok {
		return v[0], nil
	}
	for i := range 9 {
		any := Name{Path: n.Path}
		for _, l := range n.Labels {
			if l == fmt.Sprint("#", i+1) {
				l = Any
			}
			any.Labels = append(any.Labels, l)
		}
		if v, ok := t[t.key(any)]; ok && i < len(v) && slices.Contains(any.Labels, Any) {
			return v[i], nil
		}
	}
	return 0, fmt.Errorf("no name %s", t.key(n))
}

func (t table) Series(function string, n Name, args []float64) (float64, bool, error) {
	if function != "at" {
		return 0, false, nil
	}
	v, err := t.Value(n)
	return v + args[0], true, err
}

func (t table) Share(path string) bool { return path == "error" }

func mean(v []float64) float64 { return folds["mean"](v) }

var names = table{
	"train.batch": {64}, "loss[plain|56]": {2}, "loss[plain|_]": {1, 2, 4}, "loss[one-cycle]": {3}, "loss[N(0, .01)]": {5},
	"loss[0.5]": {6}, "loss[-6]": {7}, "loss[a]b]": {8}, "loss[08|3x3]": {9}, "loss[group(4)|as it is]": {10}, "loss[10%]": {11}, "error[relu]": {0.1}, "train.optimizer.lr": {0.1},
}

func TestNumber(t *testing.T) {
	for text, want := range map[string]float64{
		"0.1 * train.batch / 32":               0.2,
		"-(1 + 2) * +3":                        -9,
		"1e-3":                                 1e-3,
		"loss[plain, 56]":                      2,
		"loss[ plain ,56 ]":                    2,
		"loss[one-cycle]":                      3,
		`loss["N(0, .01)"]`:                    5,
		"loss[0.5]":                            6,
		"loss[-6]":                             7,
		"loss[08, 3x3]":                        9,
		`loss["08", 3x3]`:                      9,
		"loss[group(4), as it is]":             10,
		"loss[10%] * 10%":                      1.1,
		`loss["a]b"]`:                          8,
		"max(loss[plain, _])":                  4,
		"min(loss[plain, _], 0.5)":             0.5,
		"mean(loss[plain, _])":                 7.0 / 3,
		"gap(3, 1) + ratio(1, 4)":              2.25,
		"abs(-2) + sqrt(4) + exp(0) + log(1)":  5,
		"at(loss[plain, 56], 300)":             302,
		"at(train.batch, 2 * 3) / (1 - 1 + 2)": 35,
		"10%":                                  0.1,
		"12.5 % + 1%":                          0.135,
		"median(loss[plain, 56])":              2,
		"1 / 0":                                math.Inf(1),
	} {
		f, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		have, err := f.Number(names)
		if err != nil || !(have == want || math.Abs(have-want) < 1e-12) {
			t.Errorf("%s: have %v, %v, want %v", text, have, err, want)
		}
	}
}

func TestTruth(t *testing.T) {
	for _, c := range []struct {
		text  string
		holds bool
		parts int
	}{
		{"loss[plain, 56] >= 2", true, 1},
		{"loss[plain, 56] > 2", false, 1},
		{"1 < 2 && 3 < 2", false, 2},
		{"3 < 2 || 1 < 2", true, 2},
		{"!(3 <= 2)", true, 1},
		{"1 == 1 && 1 != 2", true, 2},
		{"increasing(loss[plain, _])", true, 2},
		{"decreasing(loss[plain, _], 0)", false, 3},
		{"increasing(1, 1)", false, 1},
		{"(2 >= 1)", true, 1},
		{"error[relu] < 20%", true, 1},
		{"share(error[relu] < 20%) >= 1", true, 1},
	} {
		f, err := Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		holds, parts, err := f.Truth(mean, names)
		if err != nil || holds != c.holds || len(parts) != c.parts {
			t.Errorf("%s: have %v with parts %v, %v, want %v with %d", c.text, holds, parts, err, c.holds, c.parts)
		}
	}
	f, _ := Parse("ratio(4, 2) < loss[plain, 56] + 1")
	_, parts, _ := f.Truth(mean, names)
	if p := parts[0]; p.Text != f.Text || p.Op != "<" || p.Left != 2 || p.Right != 3 || !p.Holds {
		t.Errorf("have %+v", p)
	}
}

// TestErrors: each mistake has its column and what was expected.
func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "column 1: it ends where a number or a name should follow",
		"1 +":                       "column 4: it ends where a number or a name should follow",
		"loss[plain, 56":            "column 15: a bracket is not closed",
		"loss[plain":                "a bracket is not closed",
		"loss(plain] > 1":           "brackets do not match",
		"nothing > 1":               "column 1: no name nothing",
		"1 > loss[x]":               "column 5: no name loss[x]",
		"loss[plain, _] > 1":        "stands for 3 values, want one",
		"1 + 2":                     "want a comparison",
		"1 < 2 < 3":                 "is not arithmetic",
		"(1 < 2) + 1 > 0":           "is not arithmetic",
		`"x" > 1`:                   "want a number",
		"f(1) > 1":                  "no function f",
		"f(train.batch) > 1":        "no function f",
		"abs(1, 2) > 1":             "abs: have 2 arguments, want 1",
		"gap(1) > 1":                "gap: have 1 argument, want 2",
		"min() > 1":                 "min: have no values",
		"increasing(1)":             "increasing: have 1 values, want at least 2",
		"func() int { return 1 }()": "",
		"*x > 1":                    "want a number or a name",
		"x.(int) > 1":               "want a number or a name",
		"1 > 2\n":                   "more than one line",
		"error[relu] < 20":          "column 15: error[relu] is a share from 0 to 1: have 20, want at most 1; 20% is 0.2",
		"10i > 1":                   "have 10i, want a number",
		"1 % 2 > 1":                 "have 2",
		"1 > 2 3":                   "column 7: have 3, want",
		"share(median(1) > 0) > 0":  "stands in another",
		"1 ^ 2 > 1":                 "is not arithmetic",
		"^2 > 1":                    "is not arithmetic",
		strings.Repeat("(", 3000):   "at most 2000",
	} {
		f, err := Parse(text)
		if err == nil {
			_, _, err = f.Truth(mean, names)
		}
		if !errors.As(err, new(*Error)) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: have error %v, want %q", text, err, want)
		}
	}
}

func FuzzTruth(f *testing.F) {
	for _, text := range []string{"loss[plain, 56] >= 3 * loss[plain, _]", `a["b"] < at(c.d[e], 1)`, "!(x != 1) || y", "increasing(a, b)[c]", "a[", `"[`, "f()()[x](y)"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err == nil {
			_, _, err = p.Truth(mean, names)
		}
		if err != nil && !errors.As(err, new(*Error)) {
			t.Errorf("%q: have error %v of another kind", text, err)
		}
	})
}
