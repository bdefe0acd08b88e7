package f32

import (
	"fmt"
	"os"
	"strings"
)

// An isa is a set of instructions, with the kernels that are written in it.
type isa struct {
	name    string
	lanes   int      // of a vector, in the vector loops; 0 for the loops in Go
	tiles   *tileSet // nil for the loop in Go, as the two that follow
	columns *columnSet
	groups  *groupSet
	fma     fmaLoop
}

// plainISA is what every machine can run.
var plainISA = isa{name: "plain", fma: fmaPlain}

// What runs: the vector loops' lanes, and the products' kernels.
var (
	vectorLanes int
	tiles       *tileSet
	byColumns   *columnSet
	byGroups    *groupSet
	running     isa
)

// use chooses what runs.
func use(s isa) {
	running = s
	vectorLanes, tiles, byColumns, byGroups = s.lanes, s.tiles, s.columns, s.groups
}

// ISA is the set of instructions that the kernels use: avx512, avx2, neon or plain. It is
// the fastest of ISAs unless the environment variable ZOO_ISA names another.
func ISA() string { return running.name }

// ISAs are the sets of instructions for which there are kernels in this build and that
// this processor has, the fastest first. The last one is plain: Go's own loops.
func ISAs() (names []string) {
	for _, s := range isas() {
		names = append(names, s.name)
	}
	return names
}

func init() {
	s, err := chooseISA(os.Getenv("ZOO_ISA"))
	if err != nil {
		// No caller can do better than stop: with other kernels than those asked for,
		// it would compute other bytes.
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
	use(s)
}

// chooseISA returns the set of that name, or the fastest for no name.
func chooseISA(name string) (isa, error) {
	all := isas()
	if name == "" {
		return all[0], nil
	}
	for _, s := range all {
		if s.name == name {
			return s, nil
		}
	}
	return isa{}, fmt.Errorf("ZOO_ISA: have %q, want a set of instructions that this processor and this build of zoo have: %s", name, strings.Join(ISAs(), ", "))
}
