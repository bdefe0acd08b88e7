package run

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestReadMetrics(t *testing.T) {
	line := func(step int) string {
		return fmt.Sprintf(`{"step":%d,"epoch":0,"split":"train","values":{"loss":1},"seconds":1}`+"\n", step)
	}
	for _, c := range []struct {
		name, text string
		records    int
		err        string
	}{
		{"nothing", "", 0, ""},
		{"two", line(1) + line(2), 2, ""},
		{"torn", line(1) + line(2)[:20], 1, ""},
		{"torn to nothing but its end", line(1) + line(2)[:len(line(2))-1], 1, ""},
		{"last line of zeros", line(1) + "\x00\x00\x00\n", 1, ""},
		{"nonsense within", line(1) + "nonsense\n" + line(3), 0, "line 2"},
		{"a value of a wrong type", line(1) + `{"values":{"loss":"low"}}` + "\n" + line(2), 0, `line 2: value "loss": have low`},
		{"two bad lines", "a\nb\n", 0, "line 1"},
	} {
		ms, err := ReadMetrics(strings.NewReader(c.text))
		if len(ms) != c.records || (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: have %d records, error %v, want %d, %q", c.name, len(ms), err, c.records, c.err)
		}
	}
}

func FuzzReadMetrics(f *testing.F) {
	f.Add(`{"step":1,"epoch":0,"split":"train","values":{"loss":1e-3,"x":"NaN","y":"+Inf","z":"-Inf"},"seconds":1}` + "\n")
	f.Add("{\"step\":1}\n{\"values\":{\"\":\"nan\"}}\n\n")
	f.Add(`{"values":null}` + "\n{\"st")
	f.Fuzz(func(t *testing.T, text string) {
		ms, err := ReadMetrics(strings.NewReader(text))
		if err != nil {
			return
		}
		var out strings.Builder
		for _, m := range ms {
			b, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			out.Write(append(b, '\n'))
		}
		again, err := ReadMetrics(strings.NewReader(out.String()))
		if err != nil || fmt.Sprint(again) != fmt.Sprint(ms) { // as text, for NaN equals NaN there
			t.Fatalf("a round trip changes %v to %v, %v", ms, again, err)
		}
	})
}
