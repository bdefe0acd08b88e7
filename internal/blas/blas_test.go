package blas_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	gblas "gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/blas"
)

func random(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

func close(have, want []float32) bool {
	return slices.EqualFunc(have, want, func(h, w float32) bool { return math.Abs(float64(h-w)) <= 2e-4 })
}

// TestSgemm compares every kind of product with Gonum's.
func TestSgemm(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		for _, tA := range []gblas.Transpose{gblas.NoTrans, gblas.Trans, gblas.ConjTrans} {
			for _, tB := range []gblas.Transpose{gblas.NoTrans, gblas.Trans, gblas.ConjTrans} {
				for _, alpha := range []float32{0, 1, -1.5} {
					for _, beta := range []float32{0, 1, 0.5} {
						m, n, k := r.IntN(70), r.IntN(70), r.IntN(70)
						ma, na, mb, nb := m, k, k, n
						if tA != gblas.NoTrans {
							ma, na = na, ma
						}
						if tB != gblas.NoTrans {
							mb, nb = nb, mb
						}
						lda, ldb, ldc := max(1, na+r.IntN(3)), max(1, nb+r.IntN(3)), max(1, n+r.IntN(3))
						a, b, c := random(r, ma*lda), random(r, mb*ldb), random(r, m*ldc)
						want := slices.Clone(c)
						if beta == 0 && m > 0 && n > 0 {
							c[0] = float32(math.NaN()) // must be overwritten, not scaled
						}
						gonum.Implementation{}.Sgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, want, ldc)
						blas.Implementation{}.Sgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
						if !close(c, want) {
							t.Fatalf("%c%c m %d n %d k %d alpha %v beta %v: differs from Gonum's", tA, tB, m, n, k, alpha, beta)
						}
					}
				}
			}
		}
	}
}

// TestSgemmChecks: wrong arguments panic as Gonum's do.
func TestSgemmChecks(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a leading dimension that is too small was accepted")
		}
	}()
	x := make([]float32, 16)
	blas.Implementation{}.Sgemm(gblas.NoTrans, gblas.NoTrans, 4, 4, 4, 1, x, 3, x, 4, 0, x, 4)
}

// product runs Gorgonia's built-in x·w and its gradients by x and w.
func product(t testing.TB, x, w []float32, n, i, o int) (y, dx, dw []float32) {
	t.Helper()
	g := G.NewGraph()
	node := func(name string, v []float32, shape ...int) *G.Node {
		return G.NewMatrix(g, G.Float32, G.WithName(name), G.WithShape(shape...), G.WithValue(tensor.New(tensor.WithShape(shape...), tensor.WithBacking(slices.Clone(v)))))
	}
	xn, wn := node("x", x, n, i), node("w", w, i, o)
	yn := G.Must(G.Mul(xn, wn))
	grads, err := G.Grad(G.Must(G.Sum(G.Must(G.Square(yn)))), xn, wn)
	if err != nil {
		t.Fatal(err)
	}
	var values [3]G.Value
	G.Read(yn, &values[0])
	G.Read(grads[0], &values[1])
	G.Read(grads[1], &values[2])
	vm := G.NewTapeMachine(g)
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	return values[0].Data().([]float32), values[1].Data().([]float32), values[2].Data().([]float32)
}

// with runs f with an implementation in the place of the one that is in use.
func with(i G.BLAS, f func()) {
	defer G.Use(G.WhichBLAS())
	G.Use(i)
	f()
}

// TestBuiltInProduct: Gorgonia's own product and its gradients stay what they are.
func TestBuiltInProduct(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const n, i, o = 33, 70, 51
	x, w := random(r, n*i), random(r, i*o)
	var have, want [3][]float32
	with(gonum.Implementation{}, func() { want[0], want[1], want[2] = product(t, x, w, n, i, o) })
	with(blas.Implementation{}, func() { have[0], have[1], have[2] = product(t, x, w, n, i, o) })
	for k := range have {
		if len(have[k]) == 0 || !slices.EqualFunc(have[k], want[k], func(h, w float32) bool {
			return math.Abs(float64(h-w)) <= 1e-5*(100+math.Abs(float64(w)))
		}) {
			t.Errorf("result %d differs from Gonum's", k)
		}
	}
}

func BenchmarkBuiltInProduct(b *testing.B) {
	const n = 512
	r := rand.New(rand.NewPCG(5, 6))
	x := tensor.New(tensor.WithShape(n, n), tensor.WithBacking(random(r, n*n)))
	y := tensor.New(tensor.WithShape(n, n), tensor.WithBacking(random(r, n*n)))
	z := tensor.New(tensor.WithShape(n, n), tensor.Of(tensor.Float32))
	for _, i := range []G.BLAS{gonum.Implementation{}, blas.Implementation{}} {
		b.Run(fmt.Sprintf("%T", i), func(b *testing.B) {
			with(i, func() {
				for b.Loop() {
					if _, err := tensor.MatMul(x, y, tensor.WithReuse(z)); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.ReportMetric(2*float64(n*n*n)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
