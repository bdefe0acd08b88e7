package generate_test

import (
	"context"
	"fmt"

	"zoo/nn/generate"
)

// A source in which 0 is followed by 1, 1 by 2, and 2 by 0 again.
func ExampleSample() {
	s := &bigram{rows: make([]int, 1), logits: [][]float32{{0, 9, 0}, {0, 0, 9}, {9, 0, 0}}}
	for tokens, err := range generate.Sample(context.Background(), s, [][]int{{0}}, 5, generate.Sampling{}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(tokens[0], " ")
	}
	// Output: 1 2 0 1 2
}
