// Package configs holds the named experiments that come with the program.
package configs

import "embed"

// FS holds the YAML files of this folder.
//
//go:embed *.yaml
var FS embed.FS
