// Package metric holds the names that the numbers of an evaluation have, with what is
// known of each: which way is better, and whether it is a share. Whatever prints,
// compares, selects or claims asks here.
package metric

import (
	"fmt"
	"slices"
	"strings"
)

// A Metric is a number of an evaluation, such as accuracy. In summaries, claims and
// figures its name follows the part of the data: test.accuracy.
type Metric struct {
	Name   string // a lower-case word
	Doc    string // what it is, in a phrase
	Label  string // before its value on a screen
	Higher bool   // more is better; otherwise less is
	Share  bool   // from 0 to 1, written as percent
	// Of is the metric that this one is 1 minus of, as error is of accuracy: it is computed
	// from that, and not recorded.
	Of string
	// Where says on which data it is recorded, if not on all of the task.
	Where string
}

// What the tasks of this program record.
var (
	Loss       = Metric{Name: "loss", Label: "loss", Doc: "mean loss: nats, those of a token in a text, or the mean squared error of numbers"}
	Accuracy   = Metric{Name: "accuracy", Label: "accuracy", Doc: "share of the targets that are predicted right", Higher: true, Share: true}
	Error      = Metric{Name: "error", Label: "error", Doc: "1 minus accuracy", Share: true, Of: "accuracy"}
	Top5       = Metric{Name: "top5", Label: "top-5", Doc: "share of the examples whose class is among the five likeliest", Higher: true, Share: true, Where: "of more than ten classes"}
	Exact      = Metric{Name: "exact", Label: "exact", Doc: "share of the sequences that are right at every position", Higher: true, Share: true}
	Perplexity = Metric{Name: "perplexity", Label: "perplexity", Doc: "e to the loss: among how many equally likely tokens the choice would be as hard"}
	Bits       = Metric{Name: "bits", Label: "bits", Doc: "the loss in bits a character of the text, whatever a token is; of data that are no text, bits a token"}
	MAE        = Metric{Name: "mae", Label: "mae", Doc: "mean absolute error"}
)

var known []Metric

func init() {
	for _, m := range []Metric{Loss, Accuracy, Error, Top5, Exact, Perplexity, Bits, MAE} {
		Register(m)
	}
}

// Register makes a metric known. Call it from the init of the file that defines the task
// which records it. It panics if the name is taken.
func Register(m Metric) {
	if _, ok := Lookup(m.Name); ok || m.Name == "" || strings.ContainsAny(m.Name, ". ") {
		panic(fmt.Sprintf("metric: name %q is empty, has a full stop or a space, or is registered twice", m.Name))
	}
	known = append(known, m)
}

// Names are the names of all metrics.
func Names() []string {
	var names []string
	for _, m := range known {
		names = append(names, m.Name)
	}
	return names
}

// Lookup finds a metric by its name, or by its name after that of a part of the data, such
// as test.accuracy.
func Lookup(name string) (Metric, bool) {
	name = name[strings.LastIndexByte(name, '.')+1:]
	i := slices.IndexFunc(known, func(m Metric) bool { return m.Name == name })
	if i < 0 {
		return Metric{}, false
	}
	return known[i], true
}

// Parts are the parts of the data that metrics are of.
var Parts = []string{"train", "val", "test"}

// Known tells whether a name is that of a metric on a part of the data: test.accuracy.
func Known(name string) bool {
	part, of, dotted := strings.Cut(name, ".")
	_, ok := Lookup(of)
	return dotted && ok && slices.Contains(Parts, part) && !strings.Contains(of, ".")
}

// Share tells whether a number is a share, from 0 to 1: of metrics, those that are, and
// besides them the share of diverged runs and that of dead units.
func Share(name string) bool {
	m, _ := Lookup(name)
	return m.Share || slices.Contains([]string{"diverged", "dead"}, name[strings.LastIndexByte(name, '.')+1:])
}

// Complement is the metric that is 1 minus this one, as error is of accuracy; ok is false
// if there is none.
func (m Metric) Complement() (c Metric, ok bool) {
	i := slices.IndexFunc(known, func(c Metric) bool { return c.Of == m.Name && m.Name != "" })
	if i < 0 {
		return Metric{}, false
	}
	return known[i], true
}
