package exec

import (
	G "gorgonia.org/gorgonia"

	"zoo/internal/blas"
)

// Gorgonia reads which BLAS it uses without a lock: it is set before anything runs.
func init() { G.Use(blas.Implementation{}) }
