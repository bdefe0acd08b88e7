package use

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/datasets/images"
	"zoo/experiments/task"
	"zoo/experiments/weights"
	"zoo/nn"
)

// predictBatch is how many pictures go through the network at once.
const predictBatch = 8

// A Guess is a class with its probability, of a softmax.
type Guess struct {
	Class       int     `json:"class"`
	Label       string  `json:"label,omitempty"`
	Probability float64 `json:"probability"`
}

// A Prediction is what a network says of a picture, the likeliest first.
type Prediction struct {
	Image   string  `json:"image"`
	Guesses []Guess `json:"guesses"`
}

// A Preprocessor makes inputs of a network from pictures, and names its classes.
type Preprocessor struct {
	spec    datasets.Spec
	prepare func(images.Picture) []float32
	labels  []string // nil: they are not known
}

// Preprocessor returns that of a registered model: as its published weights take pictures,
// without labels, and for the model's own number of classes where classes is 0.
// That of an experiment or a run prepares pictures as for an evaluation on its data,
// which are opened.
func (r ModelReference) Preprocessor(ctx context.Context, classes int, progress datasets.Progress) (Preprocessor, error) {
	if r.Config != nil {
		data, err := datasets.Open(ctx, r.Config.Data, progress)
		if err != nil {
			return Preprocessor{}, err
		}
		p, ok := data.(images.Preparer)
		if !ok {
			return Preprocessor{}, fmt.Errorf("%s is not a data set of pictures", r.Config.Data.Name)
		}
		if n := data.Spec().Classes(); classes != 0 && classes != n {
			return Preprocessor{}, fmt.Errorf("have %d classes, and the data have %d", classes, n)
		}
		return Preprocessor{data.Spec(), p.Prepare, datasets.Classes(data)}, nil
	}
	m, _ := architectures.Lookup(r.Model.Name)
	p, known := m.Preparation()
	if in := m.Data.Inputs[0]; len(in.Shape) != 3 {
		return Preprocessor{}, fmt.Errorf("%s takes %s %v, want a network of pictures", m.Name, in.Name, tensor.Shape(in.Shape))
	}
	if !known {
		return Preprocessor{}, fmt.Errorf("nothing is published on how %s takes pictures: name a run or an experiment, which say it, or use zoo infer", m.Name)
	}
	spec, err := r.Spec([]int{p.Cut, p.Cut, 3}, classes)
	return Preprocessor{spec: spec, prepare: p.Prepare}, err
}

// Name gives the classes names.
func (prep *Preprocessor) Name(labels []string) error {
	if len(labels) != prep.spec.Classes() {
		return fmt.Errorf("have %d names, want one for each of %d classes", len(labels), prep.spec.Classes())
	}
	prep.labels = labels
	return nil
}

// Predict classifies picture files and returns the top classes of each. All files
// that cannot be read are reported at once.
func (r ModelReference) Predict(ctx context.Context, prep Preprocessor, w *weights.File, files []string, top int) ([]Prediction, error) {
	seen := make([][]float32, len(files))
	var errs []error
	for i, name := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		pic, err := images.ReadPicture(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		seen[i] = prep.prepare(pic)
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	p, pr, err := r.Build(ctx, nn.Infer, prep.spec, min(len(files), predictBatch))
	if err != nil {
		return nil, err
	}
	if err := w.Load(p, r.Model, prep.spec, false); err != nil {
		return nil, err
	}
	pr.HoldWeights(len(files) > pr.Batch)
	in := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(append([]int{pr.Batch}, prep.spec.Inputs[0].Shape...)...))
	predictions := make([]Prediction, 0, len(files))
	for from := 0; from < len(files); from += pr.Batch {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		x := in.Data().([]float32)
		clear(x)
		rows := seen[from:min(from+pr.Batch, len(files))]
		for _, row := range rows {
			x = x[copy(x, row):]
		}
		if _, err := pr.Run([]*tensor.Dense{in}, nil); err != nil {
			return nil, err
		}
		logits := pr.Logits().Data().([]float32)
		for i := range rows {
			g, err := prep.guesses(logits[i*prep.spec.Classes():(i+1)*prep.spec.Classes()], top)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", files[from+i], err)
			}
			predictions = append(predictions, Prediction{files[from+i], g})
		}
	}
	return predictions, nil
}

// guesses are the top classes by logits, of equal ones the first.
func (prep Preprocessor) guesses(logits []float32, top int) (g []Guess, err error) {
	for k, p := range task.Softmax(logits) {
		if p != p {
			return nil, errors.New("the network gives NaN for it: are these its weights?")
		}
		g = append(g, Guess{Class: k, Probability: p})
		if prep.labels != nil {
			g[k].Label = prep.labels[k]
		}
	}
	slices.SortStableFunc(g, func(a, b Guess) int {
		switch {
		case a.Probability > b.Probability:
			return -1
		case a.Probability < b.Probability:
			return 1
		}
		return 0
	})
	return g[:min(top, len(g))], nil
}
