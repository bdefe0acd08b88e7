package memory

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestOfGroups(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"memory.max":                               "max\n",
		"a/memory.max":                             "3000\n",
		"a/b/memory.max":                           "5000\n",
		"memory/memory.limit_in_bytes":             "9223372036854771712\n",
		"memory/docker/x/memory.limit_in_bytes":    "4000\n",
		"cpu,cpuacct/docker/memory.limit_in_bytes": "1\n",
	} {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		list string
		want []uint64
	}{
		{"", nil},
		{"no list", nil},
		{"0::/\n", nil},
		{"0::/a/b\n", []uint64{5000, 3000}},
		{"0::/a/gone\n", []uint64{3000}},
		{"5:cpu,cpuacct:/docker\n4:memory:/docker/x\n", []uint64{4000, 9223372036854771712}},
	} {
		if have := ofGroups(root, c.list); !slices.Equal(have, c.want) {
			t.Errorf("%q: have %d, want %d", c.list, have, c.want)
		}
	}
}
