//go:build !amd64 || noasm

package f32

// columnSets are the sets of products by columns that this machine can run: none
// in this build.
func columnSets() []*columnSet { return nil }

func groupSets() []*groupSet { return nil }
