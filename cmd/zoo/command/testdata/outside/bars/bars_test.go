package bars

import (
	"testing"

	"zoo/datasets"
	"zoo/datasets/datasetstest"
)

func TestBars(t *testing.T) {
	s := datasets.Named("bars")
	o := s.Options().(*Options)
	o.Train, o.Val, o.Test = 40, 7, 5
	d, err := datasets.Open(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	datasetstest.Check(t, d)
}
