//go:build !amd64 || noasm

package f32

const vectorLanes = 0
