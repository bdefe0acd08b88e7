// Package configs holds the named experiments that come with the program: YAML files, each
// with the paper, the figure and the claim that it reproduces. It has no code.
package configs

import "embed"

// FS holds the YAML files of this folder.
//
//go:embed *.yaml
var FS embed.FS
