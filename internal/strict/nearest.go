package strict

import "strings"

// Nearest is the known word that was probably meant by word, or "" if none is
// near enough. Letter case and the marks - and _ do not count; otherwise a third
// of the word's letters may be wrong (at least one), or the word may be the
// beginning of a known one. The first of equally near words wins.
func Nearest(word string, known []string) string {
	w := plainLetters(word)
	if len(w) == 0 || len(w) > 64 {
		return ""
	}
	limit := max(1, len(w)/3)
	best, bestDistance := "", limit+1
	for _, k := range known {
		p := plainLetters(k)
		if len(p) == 0 || len(p) > 64 {
			continue
		}
		d := distance(w, p)
		if d > limit && len(w) >= 3 && strings.HasPrefix(string(p), string(w)) {
			d = limit
		}
		// Of a word of one letter, one wrong letter leaves nothing.
		if d < bestDistance && d < max(len(w), len(p)) {
			best, bestDistance = k, d
		}
	}
	return best
}

func plainLetters(s string) []rune {
	return []rune(strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(s)))
}

// distance is the Damerau-Levenshtein distance in its restricted form (optimal
// string alignment): insertions, deletions, substitutions, and swaps of
// neighbours, no letter edited twice.
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			substitute := last[j]
			if a[i] != b[j] {
				substitute++
			}
			row[j+1] = min(substitute, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
