package naive

import "testing"

func TestOpposite(t *testing.T) {
	for _, c := range []struct {
		a, b Pair
		want bool
	}{
		{Pair{"status:not", "final"}, Pair{"status", "final"}, true},
		{Pair{"status:not", "final"}, Pair{"status", "amended,final"}, true},
		{Pair{"status:not", "final"}, Pair{"status", "amended"}, false},
		{Pair{"status:not", "final,amended"}, Pair{"status", "final"}, false},
		{Pair{"status:not", "final"}, Pair{"code", "final"}, false},
		{Pair{"status:not", "final"}, Pair{"status:not", "final"}, false},
		{Pair{"date:missing", "true"}, Pair{"date:missing", "false"}, true},
		{Pair{"date:missing", "true"}, Pair{"date:missing", "true"}, false},
		{Pair{"date:missing", "true"}, Pair{"code:missing", "false"}, false},
		{Pair{"encounter.class:not", "AMB"}, Pair{"encounter.class", "AMB"}, false},
		{Pair{"status", "final"}, Pair{"status", "final"}, false},
	} {
		if got := opposite(c.a, c.b); got != c.want {
			t.Errorf("%v and %v: %t", c.a, c.b, got)
		}
	}
}
