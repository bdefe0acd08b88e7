//go:build !amd64 || noasm

package f32

// hasTiles says that there is assembly for this machine.
const hasTiles = false

func gemmTiles(bool, int, int, int, []float32, int, []float32, int, []float32, int, bool) {
	panic("f32: no assembly in this build")
}
