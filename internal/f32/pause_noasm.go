//go:build (!amd64 && !arm64) || noasm

package f32

// pause lets n moments pass.
func pause(n int) {
	for range n {
	}
}
