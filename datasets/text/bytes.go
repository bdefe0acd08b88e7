package text

// byteVocabulary has the 256 bytes as its tokens.
type byteVocabulary struct{}

// Size is the number of bytes.
func (byteVocabulary) Size() int { return 256 }

// Encode returns the bytes of a text. It never fails.
func (v byteVocabulary) Encode(text string) ([]int, error) { return widened(v.tokens(text)), nil }

// Decode returns the bytes, and U+FFFD for a number that is not a token.
func (byteVocabulary) Decode(tokens []int) string {
	return decode(tokens, 256, func(t int) string { return string([]byte{byte(t)}) })
}

func (byteVocabulary) tokens(part string) []int32 {
	tokens := make([]int32, len(part))
	for i := range len(part) {
		tokens[i] = int32(part[i])
	}
	return tokens
}

// characters implements tokenizer.
func (byteVocabulary) characters(isUTF8 bool) []float64 {
	of := make([]float64, 256)
	for i := range of {
		of[i] = charactersIn(string([]byte{byte(i)}), isUTF8)
	}
	return of
}
