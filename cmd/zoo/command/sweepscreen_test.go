package command

import (
	"testing"

	"zoo/experiments/run"
)

func TestUnderWay(t *testing.T) {
	s := &sweepScreen{
		total: 36, before: 10, ended: map[string]int{run.Complete: 1, run.Failed: 1},
		running: []string{"plain s1", "残差 s1", "plain s2"},
		at:      map[string]string{"plain s1": "plain s1 20/300", "残差 s1": "残差 s1 5/300", "plain s2": "plain s2 0/300"},
	}
	for _, c := range []struct {
		room int
		want string
	}{
		{80, "11/36, 1 failed | plain s1 20/300 | 残差 s1 5/300 | plain s2 0/300"},
		{66, "11/36, 1 failed | plain s1 20/300 | 残差 s1 5/300 | plain s2 0/300"},
		{65, "11/36, 1 failed | plain s1 20/300 | 残差 s1 5/300 +1"},
		{52, "11/36, 1 failed | plain s1 20/300 | 残差 s1 5/300 +1"},
		{51, "11/36, 1 failed | plain s1 20/300 +2"},
		{20, "11/36, 1 failed +3"},
		{0, "11/36, 1 failed +3"},
	} {
		if have := s.underWay(c.room); have != c.want {
			t.Errorf("%d columns: have %q, want %q", c.room, have, c.want)
		}
	}
}
