package sweep

import "testing"

// The error of a process is the last line that it wrote, unless that is a notice, which
// is what a process that was killed may leave.
func TestLastLine(t *testing.T) {
	for said, want := range map[string]string{
		"":                                   "",
		"error: no data\n":                   "no data",
		"notice: damaged\nerror: no data\n":  "no data",
		"error: two\n  places\n":             "places",
		"notice: damaged\r\nerror: bad\r\n":  "bad",
		"panic: x\n\ngoroutine 1\nmain.go:3": "main.go:3",
		"error: early\nnotice: damaged\n":    "",
	} {
		if have := lastLine(said); have != want {
			t.Errorf("%q: have %q, want %q", said, have, want)
		}
	}
}
