package f32

import (
	"slices"
	"strings"
	"testing"
)

// eachISA runs a test with each set of instructions that the machine has, and with the
// plain loops.
func eachISA(t *testing.T, f func(t *testing.T)) {
	defer use(running)
	for _, s := range isas() {
		use(s)
		t.Run(s.name, f)
	}
}

// eachAssembly runs a test with each set that has vector loops, which it compares to the
// loops in Go. In a build without assembly that is the one set.
func eachAssembly(t *testing.T, f func(t *testing.T)) {
	eachISA(t, func(t *testing.T) {
		if vectorLanes > 0 {
			f(t)
		}
	})
}

// plain runs f without vector loops.
func plain(f func()) {
	defer use(running)
	use(plainISA)
	f()
}

func TestChooseISA(t *testing.T) {
	all := ISAs()
	if last := all[len(all)-1]; last != "plain" {
		t.Errorf("have %s as the last set, want plain", last)
	}
	for _, name := range all {
		if s, err := chooseISA(name); err != nil || s.name != name {
			t.Errorf("%s: have %s, %v", name, s.name, err)
		}
	}
	if s, err := chooseISA(""); err != nil || s.name != all[0] {
		t.Errorf("without a name: have %s, %v, want the fastest", s.name, err)
	}
	for _, name := range []string{"avx", "AVX2", " avx2", "sve", "none"} {
		_, err := chooseISA(name)
		if err == nil || !strings.Contains(err.Error(), strings.Join(all, ", ")) {
			t.Errorf("%q: have error %v, want one that names the sets", name, err)
		}
	}
	if !slices.Contains(all, ISA()) {
		t.Errorf("%s runs, which is none of %v", ISA(), all)
	}
}

// draws is how many random cases a test looks at: fewer in short mode, in which the tests
// also run on emulated processors.
func draws(n int) int {
	if testing.Short() {
		return n / 5
	}
	return n
}
