//go:build !amd64 || noasm

package f32

// tileSets are the sets of tiles that this machine can run: none in this build.
func tileSets() []*tileSet { return nil }
