package images

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"zoo/datasets"
	"zoo/internal/origin"
)

// digitsFile has a row for each image: 64 pixels 0 to 16, row by row, and the
// digit. It is the test part of the UCI optical recognition of handwritten digits
// set (CC BY 4.0), by 13 writers.
//
//go:embed digits.csv.gz
var digitsFile []byte

// Which examples are for testing is our choice, as there is no official one: the
// last of the file. Neighbours in the file are by the same writer, so that most
// writers of test examples wrote no training example.
const (
	digitsTrain = 1500
	digitsTest  = 297
)

func init() {
	datasets.Register("digits", imageSource{
		info: datasets.Info{
			Name: "digits", Title: "UCI optical digits, 8×8 grey",
			Train: digitsTrain, Test: digitsTest, Shape: []int{8, 8, 1}, Classes: 10,
			From:     "part of the program; its first 1,500 examples train, the last 297 test",
			Licence:  "CC BY 4.0",
			Cite:     "Alpaydin and Kaynak 1998, UCI Machine Learning Repository, doi:10.24432/C50P49",
			Embedded: true,
		},
		read: func(context.Context, origin.Place, datasets.Options, datasets.Progress) (contents, error) {
			return readDigits(bytes.NewReader(digitsFile))
		},
	})
}

func readDigits(r io.Reader) (decodedSet, error) {
	p := decodedSet{h: 8, w: 8, c: 1, max: 16, classes: tenDigits}
	z, err := gzip.NewReader(r)
	if err != nil {
		return p, err
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		return p, err
	}
	for i, row := range rows {
		values := make([]uint8, len(row))
		for j, s := range row {
			v, err := strconv.ParseUint(s, 10, 8)
			if err != nil || v > 16 {
				return p, fmt.Errorf("row %d, column %d: have %q, want 0 to 16", i+1, j+1, s)
			}
			values[j] = uint8(v)
		}
		if len(values) != 65 || values[64] > 9 {
			return p, fmt.Errorf("row %d: want 64 pixels and a digit", i+1)
		}
		part := &p.train
		if i >= digitsTrain {
			part = &p.test
		}
		part.add(values[:64:64], int(values[64]))
	}
	return p, nil
}

var tenDigits = []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}
