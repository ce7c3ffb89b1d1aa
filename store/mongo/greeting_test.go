package mongo

import (
	"errors"
	"testing"
)

func TestGreetings(t *testing.T) {
	for name, c := range map[string]struct {
		is         greeting
		standalone bool // permitted
		want       error
	}{
		"a replica set":                 {greeting{SetName: "rs0", MaxWireVersion: 17}, false, nil},
		"a mongos":                      {greeting{Msg: "isdbgrid", MaxWireVersion: 25}, false, nil},
		"a single server":               {greeting{MaxWireVersion: 17}, false, errStandalone},
		"a single server, as permitted": {greeting{MaxWireVersion: 17}, true, nil},
		"5.0":                           {greeting{SetName: "rs0", MaxWireVersion: 13}, false, errTooOld},
		"5.0 alone":                     {greeting{MaxWireVersion: 13}, true, errTooOld},
	} {
		if err := c.is.check(Options{Standalone: c.standalone}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
