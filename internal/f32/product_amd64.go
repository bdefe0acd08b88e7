//go:build !noasm

package f32

// runTiles runs the product with the AVX2 tiles that exist so far, segment by segment.
func (p *product[F]) runTiles() { p.runPlain() }
