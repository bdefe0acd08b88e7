package stats_test

import (
	"fmt"

	"zoo/experiments/stats"
)

// Three seeds of an arm: the mean with Student's interval.
func ExampleDescribe() {
	loss := stats.Describe([]float64{0.21, 0.19, 0.23})
	fmt.Printf("%.2f, 95 %% interval %.2f to %.2f\n", loss.Mean, loss.Lo, loss.Hi)
	// Output: 0.21, 95 % interval 0.16 to 0.26
}

// The interval of a share stays between 0 and 1.
func ExampleScale_Describe() {
	accuracies := []float64{0.95, 0.99, 1}
	for _, scale := range []stats.Scale{stats.Linear, stats.Share} {
		s := scale.Describe(accuracies)
		fmt.Printf("%.3f to %.3f\n", s.Lo, s.Hi)
	}
	// Output:
	// 0.914 to 1.046
	// 0.631 to 0.999
}

// Two arms trained with the same five seeds: their difference in each seed decides.
func ExamplePaired() {
	plain := []float64{0.52, 0.58, 0.49, 0.61, 0.55}
	residual := []float64{0.41, 0.45, 0.40, 0.50, 0.42}
	d := stats.Paired(residual, plain)
	fmt.Printf("%.3f, 95 %% interval %.3f to %.3f, p = %.4f\n", d.Mean, d.Lo, d.Hi, d.P)
	fmt.Println("shown:", d.Shown())
	// Output:
	// -0.114, 95 % interval -0.135 to -0.093, p = 0.0001
	// shown: true
}

// Three arms compared with one baseline: each p is corrected for the other two.
func ExampleHolm() {
	arms := []*stats.Difference{{P: 0.01}, {P: 0.04}, {P: 0.03}}
	n := stats.Holm(arms)
	for _, d := range arms {
		fmt.Printf("p = %.2f, corrected for %d comparisons %.2f\n", d.P, n, d.Holm)
	}
	// Output:
	// p = 0.01, corrected for 3 comparisons 0.03
	// p = 0.04, corrected for 3 comparisons 0.06
	// p = 0.03, corrected for 3 comparisons 0.06
}

// How many seeds to plan, from three that are done.
func ExampleSeeds() {
	margin := stats.Describe([]float64{0.010, 0.025, 0.040})
	n, ok := stats.Seeds(margin, 0.8)
	fmt.Println(n, ok)
	// Output: 6 true
}
