package images_test

import (
	"context"
	"fmt"

	"zoo/datasets"
	"zoo/datasets/images"
)

// Each dataset has its own options, with defaults.
func Example() {
	section := datasets.Named("digits")
	o := section.Options().(*images.Options)
	o.Val, o.Pad = 300, 2

	ctx := context.Background()
	digits, err := datasets.Open(ctx, section, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(digits.Len(datasets.Train), digits.Len(datasets.Val), digits.Len(datasets.Test))
	for b, err := range digits.Batches(ctx, datasets.Plan{Split: datasets.Val, Size: 128}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(b.X[0].Shape(), b.Y[0].Shape(), b.N)
	}
	// Output:
	// 1200 300 297
	// (128, 12, 12, 1) (128) 128
	// (128, 12, 12, 1) (128) 128
	// (128, 12, 12, 1) (128) 44
}
