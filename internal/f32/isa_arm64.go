//go:build !noasm

package f32

// assembly says that the vector loops of this build are assembly.
const assembly = true

// isas are the sets of instructions that this machine has, the fastest first. Every
// arm64 processor has NEON.
func isas() []isa {
	return []isa{{
		name: "neon", lanes: 4,
		tiles:   &tileSet{"NEON", 4, []tile{{8, neonx4}, {8, neonx8}, {7, neonx12}, {5, neonx16}}, copyPanel},
		columns: &columnSet{"NEON", 4, []columnTile{{1, 12, neoncolumns4}, {2, 12, neoncolumns8}, {4, 6, neoncolumns16}}, columnTile{1, 12, neoncolumns}},
		groups:  newGroupSet("NEON", 4, neongrouped, neongrouped4, neongrouped8),
		fma:     fmaLoop{"NEON", 24 * 4, func(n int, sums []float32) { neonFma(n, &sums[0]) }},
	}, plainISA}
}
