// Package datasetstest tests datasets, as testing/fstest tests file systems.
package datasetstest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gorgonia.org/tensor"

	"zoo/datasets"
)

// A Row is a row of a batch, written down, so that it outlives the batch.
type Row struct {
	X, Y          string // all inputs, all targets
	Batch, Bucket int
}

// Rows reads the batches of a plan, and returns the rows that count. It reports batches that
// are not as the dataset's specs, or as the plan has them.
func Rows(t testing.TB, d datasets.Dataset, p datasets.Plan) (all []Row) {
	t.Helper()
	specs, next := datasets.Specs(d), p.First
	for b, err := range d.Batches(t.Context(), p) {
		switch {
		case err != nil:
			t.Fatalf("%+v: batch %d: %v", p, next, err)
		case b.Index != next:
			t.Errorf("%+v: have batch %d, want %d", p, b.Index, next)
		case b.N < 1 || b.N > p.Size || p.Training && b.N < p.Size:
			t.Errorf("%+v: batch %d has %d examples", p, b.Index, b.N)
		case b.Bucket < 0 || b.Bucket >= len(specs):
			t.Fatalf("%+v: batch %d is of bucket %d, want one of %d", p, b.Index, b.Bucket, len(specs))
		}
		next++
		x := written(t, b.X, specs[b.Bucket].Inputs, p.Size, b.N, "0")
		y := written(t, b.Y, specs[b.Bucket].Targets, p.Size, b.N, "-1", "NaN")
		for i := range b.N {
			if strings.Contains(x[i], "NaN") {
				t.Errorf("%+v: batch %d has NaN in its inputs", p, b.Index)
			}
			all = append(all, Row{x[i], y[i], b.Index, b.Bucket})
		}
	}
	return all
}

// written writes down the first n rows of the fields of a batch. Those from n on must be
// padding.
func written(t testing.TB, have []*tensor.Dense, fields []datasets.Field, size, n int, padding ...string) []string {
	t.Helper()
	if len(have) != len(fields) {
		t.Fatalf("have %d tensors, want one for each of %v", len(have), fields)
	}
	rows := make([]string, n)
	for k, f := range fields {
		want := append(tensor.Shape{size}, f.Shape...)
		if !have[k].Shape().Eq(want) || have[k].Dtype() != f.Dtype {
			t.Fatalf("%s: have %v of %v, want %v of %v", f.Name, have[k].Shape(), have[k].Dtype(), want, f.Dtype)
		}
		for i := range size {
			values := row(t, have[k], f, i)
			if i < n {
				rows[i] += fmt.Sprint(values)
			} else if v := slices.Compact(values); len(v) > 1 || len(v) == 1 && !slices.Contains(padding, v[0]) {
				t.Errorf("%s: have %v in row %d, where padding begins with row %d", f.Name, v, i, n)
			}
		}
	}
	return rows
}

// row is row i of a field, whose values must be possible ones.
func row(t testing.TB, have *tensor.Dense, f datasets.Field, i int) (values []string) {
	t.Helper()
	if f.Dtype == tensor.Int {
		for _, v := range datasets.Row[int](have, i) {
			if v < -1 || v >= f.Size {
				t.Errorf("%s: have %d in row %d, want -1 to %d", f.Name, v, i, f.Size-1)
			}
			values = append(values, strconv.Itoa(v))
		}
		return values
	}
	for _, v := range datasets.Row[float32](have, i) {
		if math.IsInf(float64(v), 0) {
			t.Errorf("%s: have %v in row %d, want a finite number", f.Name, v, i)
		}
		values = append(values, strconv.FormatFloat(float64(v), 'g', -1, 32))
	}
	return values
}

// Check reports where a dataset does not do what [datasets.Dataset] promises:
//
//   - batches have the shapes, the types and the values of its specs, and their last rows
//     are padding where examples are lacking;
//   - an evaluation has all examples of a part, the same at any batch size, seed and epoch;
//   - the batches of a training are full; the same plan gives the same ones, also from a
//     later batch on, and another seed or epoch gives others, unless the data are Streamed;
//   - a plan that makes no sense is an error, and the only thing yielded;
//   - however a loop over batches ends, nothing is left running.
//
// It reads the parts many times: give the dataset few examples, at least five in training.
// It counts goroutines: no other test should run at the same time.
func Check(t testing.TB, d datasets.Dataset) {
	t.Helper()
	if n := d.Len(datasets.Train); n < 5 {
		t.Fatalf("have %d training examples, want at least 5 to check with", n)
	}
	if sum := d.Checksum(); !regexp.MustCompile("^[0-9a-f]{64}$").MatchString(sum) || d.Checksum() != sum {
		t.Errorf("have checksum %q, want a SHA-256 in hexadecimal, always the same", sum)
	}
	for s := datasets.Train; s <= datasets.Test; s++ {
		checkEvaluation(t, d, s)
	}
	checkTraining(t, d)
	checkErrors(t, d)
	checkEnds(t, d)
}

// checkEvaluation reads a part in batches of several sizes.
func checkEvaluation(t testing.TB, d datasets.Dataset, s datasets.Split) {
	t.Helper()
	n := d.Len(s)
	var base []string
	for _, size := range []int{1, max(1, n/3), n + 1} {
		rows := Rows(t, d, datasets.Plan{Split: s, Size: size})
		if !slices.Equal(Rows(t, d, datasets.Plan{Split: s, Size: size, Seed: 7, Epoch: 9}), rows) {
			t.Errorf("evaluation of %s depends on seed or epoch", s)
		}
		examples := sorted(rows)
		if base == nil {
			base = examples
		}
		if len(examples) != n || !slices.Equal(examples, base) {
			t.Errorf("evaluation of %s with %d at once has %d examples, want the %d of any size", s, size, len(examples), n)
		}
	}
}

// sorted are rows without the batch that they were in, in alphabetical order.
func sorted(rows []Row) []string {
	var all []string
	for _, r := range rows {
		all = append(all, r.X+r.Y)
	}
	slices.Sort(all)
	return all
}

// checkTraining reads an epoch from each of its batches on.
func checkTraining(t testing.TB, d datasets.Dataset) {
	t.Helper()
	plan := several(d)
	base, want := Rows(t, d, plan), d.Len(datasets.Train)/plan.Size
	if have := len(base) / plan.Size; have != want {
		t.Errorf("an epoch has %d batches of %d, want %d", have, plan.Size, want)
	}
	for first := range want + 2 {
		later := plan
		later.First = first
		rest := slices.DeleteFunc(slices.Clone(base), func(r Row) bool { return r.Batch < first })
		if !slices.Equal(Rows(t, d, later), rest) {
			t.Errorf("an epoch that is resumed with batch %d differs from there on", first)
		}
	}
	if s, ok := d.(datasets.Streamed); ok && s.Stream() {
		return
	}
	seed, epoch := plan, plan
	seed.Seed++
	epoch.Epoch++
	for what, other := range map[string]datasets.Plan{"seed": seed, "epoch": epoch} {
		if slices.Equal(Rows(t, d, other), base) {
			t.Errorf("another %s gives the same batches", what)
		}
	}
}

// several is a plan of several batches of a training, of more than one example if it can be.
func several(d datasets.Dataset) datasets.Plan {
	return datasets.Plan{Size: max(1, d.Len(datasets.Train)/8), Seed: 3, Epoch: 2, Training: true}
}

// checkErrors asks for what no dataset has.
func checkErrors(t testing.TB, d datasets.Dataset) {
	t.Helper()
	for _, p := range []datasets.Plan{
		{},
		{Size: 1, First: -1},
		{Split: datasets.Val, Size: 1, Training: true},
		{Split: datasets.Test, Size: 1, Training: true},
		{Size: d.Len(datasets.Train) + 1, Training: true},
	} {
		n := 0
		for _, err := range d.Batches(t.Context(), p) {
			if n++; err == nil {
				t.Errorf("%+v: have a batch, want an error", p)
			}
		}
		if n != 1 {
			t.Errorf("%+v: %d things are yielded, want only an error", p, n)
		}
	}
}

// checkEnds leaves loops over batches before their end.
func checkEnds(t testing.TB, d datasets.Dataset) {
	t.Helper()
	before := runtime.NumGoroutine()
	for range d.Batches(t.Context(), several(d)) {
		break
	}
	next, stop := iter.Pull2(d.Batches(t.Context(), several(d)))
	next()
	stop()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, err := range d.Batches(ctx, several(d)) {
		cancel()
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("have %v as the last error of a loop whose context is cancelled, want %v", last, context.Canceled)
	}
	// A goroutine is counted for an instant after it has said that it is done.
	for end := time.Now().Add(time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("have %d goroutines after loops that have ended, want the %d of before", runtime.NumGoroutine(), before)
		}
	}
}
