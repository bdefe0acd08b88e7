package f32

import (
	"fmt"
	"testing"
)

// BenchmarkProduct runs the tiles on what the nearest cache holds: with three
// segments, as three lines of a filter make them.
func BenchmarkProduct(b *testing.B) {
	const depth = 48
	defer use(running)
	for _, s := range isas()[:len(isas())-1] {
		use(s)
		for width, tile := range tiles.tiles {
			columns := (width + 1) * tiles.lanes
			for _, rows := range []int{tile.most, tile.most - 1, (tile.most + 1) / 2, 1} {
				for _, layout := range []string{"rows", "columns", "neither"} {
					p := product[float32]{rows: rows, columns: columns, depth: depth, row: 3 * depth, step: 1, ldb: columns, ldc: columns}
					switch layout {
					case "columns":
						p.row, p.step = 1, rows
					case "neither":
						p.row, p.step = 2*3*depth, 2
					}
					for s := range 3 {
						p.segments = append(p.segments, segment{s * depth * p.step, s * depth * columns})
					}
					p.a, p.b, p.c = make([]float32, 2*3*depth*rows), make([]float32, 3*depth*columns), make([]float32, rows*columns)
					b.Run(fmt.Sprintf("%s/%dx%d/%s", s.name, rows, columns, layout), func(b *testing.B) {
						for b.Loop() {
							p.run()
						}
						b.ReportMetric(2*float64(3*depth*rows*columns)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
					})
				}
			}
		}
	}
}
