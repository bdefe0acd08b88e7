package train

import (
	"context"
	"iter"
	"strings"
	"testing"

	"zoo/datasets"
	"zoo/experiments/task"
)

// oneView is a dataset that has no other views of its examples.
type oneView struct{}

func (oneView) Spec() datasets.Spec    { return datasets.Tokens(4, 3) }
func (oneView) Len(datasets.Split) int { return 1 }
func (oneView) Checksum() string       { return "" }
func (oneView) Batches(context.Context, datasets.Plan) iter.Seq2[datasets.Batch, error] {
	panic("nothing is read")
}

func TestViews(t *testing.T) {
	_, err := Evaluate(t.Context(), task.Named("classification"), nil, oneView{}, datasets.Test, 10)
	if want := "have 10 views of each example, want 1"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("have error %v, want %q", err, want)
	}
}
