// Package rules has no code: its test reads the source of the whole module and
// pins which package may import which, and which of Gorgonia's functions must not
// be used because their results are wrong.
package rules
