package f32

import (
	"sync"
	"time"
)

//go:generate go run -C gen ./peak -arch amd64 -to ../fma
//go:generate go run -C gen ./peak -arch arm64 -to ../fma

// PeakFlops is the number of floating-point operations a second, a multiply-add
// counted as two, that the threads reach together in the fastest loop of the
// set of instructions that runs. It measures for a fifth of a second, by a clock of
// short steps, and returns the best of many short spells.
func PeakFlops(threads int, now func() time.Duration) float64 {
	const rounds = 1 << 20 // 1 to 4 ms
	loop := running.fma
	best := 0.0
	for end := now() + 200*time.Millisecond; now() < end; {
		var all sync.WaitGroup
		start := now()
		for range threads {
			all.Go(func() { loop.run(rounds, make([]float32, loop.sums)) })
		}
		all.Wait()
		best = max(best, 2*float64(threads*rounds*loop.sums)/(now()-start).Seconds())
	}
	return best
}

// An fmaLoop does nothing but multiply-adds: n times it adds 1 to each of its sums.
type fmaLoop struct {
	name string
	sums int
	run  func(n int, sums []float32)
}

// fmaPlain is the loop that every machine can run. Without a variable factor the
// compiler would compute its products once.
var fmaPlain = fmaLoop{"plain", 12, func(n int, sums []float32) {
	x := one
	var a, b, c, d, e, f, g, h, i, j, k, l float32
	for range n {
		a = a*x + x
		b = b*x + x
		c = c*x + x
		d = d*x + x
		e = e*x + x
		f = f*x + x
		g = g*x + x
		h = h*x + x
		i = i*x + x
		j = j*x + x
		k = k*x + x
		l = l*x + x
	}
	copy(sums, []float32{a, b, c, d, e, f, g, h, i, j, k, l})
}}

// one is a variable, so that the compiler does not know the products.
var one float32 = 1
