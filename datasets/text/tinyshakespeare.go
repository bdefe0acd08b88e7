package text

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"io"

	"zoo/datasets"
	"zoo/internal/origin"
)

// shakespeareFile has 40,000 lines of Shakespeare's plays, which are in the public domain.
//
//go:embed tinyshakespeare.txt.gz
var shakespeareFile []byte

// What is known of the text.
const (
	shakespeareLength     = 1_115_394
	shakespeareVocabulary = 65
	shakespeareSum        = origin.Checksum("sha256:86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed")
)

func init() {
	register(source{
		info: datasets.Info{
			Name: "tinyshakespeare", Title: "Shakespeare, 40,000 lines of his plays",
			Classes: shakespeareVocabulary, From: "part of the program", Embedded: true,
			Licence: "public domain",
			Cite:    "Karpathy 2015, The unreasonable effectiveness of recurrent neural networks: char-rnn's tinyshakespeare",
		},
		read: readShakespeare,
	})
}

// readShakespeare unpacks and checks the text that is embedded.
func readShakespeare(context.Context, string) ([]document, error) {
	z, err := gzip.NewReader(bytes.NewReader(shakespeareFile))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	return []document{{origin.Embedded, string(text)}}, checkSum(shakespeareSum, string(text))
}
