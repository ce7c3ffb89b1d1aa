package main

import (
	"regexp"
	"strings"
	"testing"
)

// rows are the cells of granary keys list, without the head of the table.
func rows(t *testing.T, data string) [][]string {
	t.Helper()
	var rows [][]string
	for i, line := range strings.Split(strings.TrimSpace(must(t, "keys", "list", "--data", data)), "\n") {
		if i > 0 {
			rows = append(rows, strings.Fields(line))
		}
	}
	return rows
}

func TestKeys(t *testing.T) {
	data := t.TempDir()
	must(t, "token", "--data", data, "--scope", "system/*.rs") // makes the store
	first := rows(t, data)
	if len(first) != 1 || first[0][1] != "signing" || first[0][4] != "-" || !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\dZ$`).MatchString(first[0][3]) {
		t.Fatalf("%v", first)
	}
	next := strings.TrimSpace(must(t, "keys", "rotate", "--data", data))
	if got := rows(t, data); len(got) != 2 || got[0][1] != "signing" || got[0][4] == "-" || got[1][0] != next || got[1][1] != "next" {
		t.Errorf("rotated: %v", got)
	}
	code, out, errs := granary(t, "keys", "rotate", "--data", data)
	if code != exitFailure || out != "" || !strings.HasPrefix(errs, "granary: the next key is published already, and signs from ") || !strings.HasSuffix(errs, ": "+next+"; with --now another one signs at once\n") {
		t.Errorf("rotated again: %d %q %q", code, out, errs)
	}
	now := strings.TrimSpace(must(t, "keys", "rotate", "--now", "--data", data))
	if got := rows(t, data); len(got) != 2 || got[0][0] != first[0][0] || got[0][1] != "retired" || got[1][0] != now || got[1][1] != "signing" {
		t.Errorf("rotated now: %v", got)
	}
	for kid, why := range map[string]string{now: "this key signs; rotate first, so that another one does", next: "there is no such key"} {
		if code, _, errs := granary(t, "keys", "remove", "--data", data, kid); code != exitFailure || errs != "granary: "+kid+": "+why+"\n" {
			t.Errorf("remove %s: %d %q", kid, code, errs)
		}
	}
	must(t, "keys", "remove", "--data", data, "--", first[0][0])
	if got := rows(t, data); len(got) != 1 || got[0][0] != now {
		t.Errorf("removed: %v", got)
	}
}

// A look at a store that is not there makes none.
func TestKeysWithoutAStore(t *testing.T) {
	nowhere := t.TempDir() + "/nowhere"
	for _, args := range [][]string{{"list"}, {"rotate"}, {"remove", "a"}} {
		code, out, errs := granary(t, append(append([]string{"keys"}, args...), "--data", nowhere)...)
		if code != exitUsage || out != "" || errs != "granary: --data "+nowhere+": there is no store\n" {
			t.Errorf("%v: %d %q %q", args, code, out, errs)
		}
	}
}
