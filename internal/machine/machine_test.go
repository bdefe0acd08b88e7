package machine

import (
	"runtime"
	"strings"
	"testing"
)

func TestName(t *testing.T) {
	name, ok := strings.CutSuffix(Name(), runtime.GOOS+"/"+runtime.GOARCH)
	if !ok {
		t.Errorf("%s is without a platform", Name())
	}
	if amd64 := runtime.GOARCH == "amd64" && (runtime.GOOS == "linux" || runtime.GOOS == "windows"); amd64 && len(strings.Trim(name, ", ")) < 5 {
		t.Errorf("%q names no processor", Name())
	}
}
