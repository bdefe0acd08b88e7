package f32

// runColumns computes the product of a and b column by column, as depthwise
// convolutions do:
//
//	c[i·ldc + j] = Σ_s Σ_{l < depth} a[segments[s].a + i·row + l·step + j] · b[segments[s].b + l·ldb + j]
//
// It is the whole loop of depthwise convolutions and of both their gradients.
func (p *product[F]) runColumns() {
	for i := range p.rows {
		c := p.c[i*p.ldc:][:p.columns]
		if !p.accumulate {
			clear(c)
		}
		for _, s := range p.segments {
			for l := range p.depth {
				a, b := p.a[s.a+i*p.row+l*p.step:][:len(c)], p.b[s.b+l*p.ldb:][:len(c)]
				for j := range c {
					c[j] += a[j] * b[j]
				}
			}
		}
	}
}
