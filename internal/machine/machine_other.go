//go:build !linux && !windows

package machine

// processor is empty: the name of the processor is not known here.
func processor() string { return "" }
