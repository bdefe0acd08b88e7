package claims_test

import (
	"fmt"

	"zoo/experiments/claims"
	"zoo/experiments/results"
	"zoo/experiments/run"
)

// depths is a study of two arms with three seeds each, as it is read from run directories.
func depths() *results.Study {
	s := &results.Study{
		Axes:  []results.Axis{{Param: "model.depth", Labels: []string{"20", "56"}}},
		Seeds: []uint64{1, 2, 3},
	}
	for k, losses := range [][]float64{{0.20, 0.22, 0.21}, {0.61, 0.70, 0.64}} {
		arm := results.Arm{Labels: s.Axes[0].Labels[k : k+1]}
		for i, loss := range losses {
			t := results.Trial{Seed: s.Seeds[i], State: run.Complete}
			t.Summary = run.Summary{"train.loss": loss}
			arm.Trials = append(arm.Trials, t)
		}
		s.Arms = append(s.Arms, arm)
	}
	return s
}

func ExampleEvaluate() {
	for _, claim := range []string{
		"train.loss[56] >= 2 * train.loss[20]",
		"train.loss[56] > 0.6",
		"test.error[56] < 10%",
	} {
		v := claims.Evaluate(claim, depths())
		fmt.Printf("%s: %s, unsure: %v\n", claim, v.State, v.Unsure())
		for _, p := range v.Parts {
			fmt.Printf("  %.2f %s %.2f, margin %.2f (%.2f to %.2f)\n", p.Left, p.Op, p.Right, p.Margin.Mean, p.Margin.Lo, p.Margin.Hi)
		}
	}
	// Output:
	// train.loss[56] >= 2 * train.loss[20]: met, unsure: false
	//   0.65 >= 0.42, margin 0.23 (0.16 to 0.30)
	// train.loss[56] > 0.6: met, unsure: true
	//   0.65 > 0.60, margin 0.05 (-0.06 to 0.16)
	// test.error[56] < 10%: cannot be evaluated, unsure: false
}

// A claim about an arm that the sweep does not have is an error before anything is run.
func ExampleCheck() {
	fmt.Println(claims.Check("train.loss[50] < 1", depths()))
	// Output: column 1: train.loss: no arm [50]: depth has no label 50, want one of 20, 56
}
