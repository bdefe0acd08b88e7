package experiments

import (
	"runtime"
	"strings"
	"testing"
)

func TestMachine(t *testing.T) {
	name, ok := strings.CutSuffix(machine(), runtime.GOOS+"/"+runtime.GOARCH)
	if !ok {
		t.Errorf("%s is without a platform", machine())
	}
	if amd64 := runtime.GOARCH == "amd64" && (runtime.GOOS == "linux" || runtime.GOOS == "windows"); amd64 && len(strings.Trim(name, ", ")) < 5 {
		t.Errorf("%q names no processor", machine())
	}
}
