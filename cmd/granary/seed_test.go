package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSeedTwiceChangesNothing(t *testing.T) {
	data := t.TempDir()
	args := []string{"seed", "--data", data, "--patients", "13", "--as-of", "2026-11-30"}
	first := lastLine(must(t, args...))
	again := lastLine(must(t, args...))
	total := strings.Fields(first)[1]
	if want := []string{"total", "0", "0", total, "0"}; !slices.Equal(strings.Fields(again), want) || len(total) < 4 {
		t.Errorf("first %q, then %q", first, again)
	}
	// A day later some things are as they were, and some are not.
	later := strings.Fields(lastLine(must(t, append(args, "--as-of", "2026-12-01")...)))
	if len(later) != 5 || later[2] == "0" || later[3] == "0" {
		t.Errorf("a day later: %v", later)
	}
}

func TestSeedOverHTTP(t *testing.T) {
	s := serveTest(t, "--data", t.TempDir(), "--auth=off", "--no-sandbox")
	args := []string{"seed", "--url", s.base, "--patients", "7", "--as-of", "2024-11-06"}
	if out := lastLine(must(t, args...)); strings.Join(strings.Fields(out), " ") != "total 156 0 0 0" {
		t.Errorf("%q", out)
	}
	if out := lastLine(must(t, args...)); strings.Fields(out)[3] != "156" {
		t.Errorf("again: %q", out)
	}
	if status, body := s.get(t, "", "/Patient?_summary=count"); status != 200 || !strings.Contains(body, `"total":7`) {
		t.Errorf("%d %s", status, body)
	}
}

// What is written to a folder is what import reads from it.
func TestSeedToAFolder(t *testing.T) {
	data := t.TempDir()
	args := []string{"seed", "--patients", "12", "--as-of", "2026-11-30"}
	total := strings.Fields(lastLine(must(t, append(args, "--data", data)...)))[1]
	for format, file := range map[string]string{"ndjson": "Patient.ndjson", "bundles": "ruth-goldberg.json"} {
		out := filepath.Join(t.TempDir(), "new")
		if got := strings.Fields(lastLine(must(t, append(args, "--out", out, "--format", format)...)))[1]; got != total {
			t.Errorf("%s: %s resources, want %s", format, got, total)
		}
		if _, err := os.Stat(filepath.Join(out, file)); err != nil {
			t.Error(err)
		}
		if got := strings.Fields(lastLine(must(t, "import", "--data", data, out))); got[3] != total {
			t.Errorf("%s, imported: %v, want %s unchanged", format, got, total)
		}
		if code, _, errs := granary(t, append(args, "--out", out)...); code != exitUsage || !strings.Contains(errs, "is not empty") {
			t.Errorf("among other files: exit code %d, %s", code, errs)
		}
	}
}

func TestSeedRefusesWhatDoesNotGoTogether(t *testing.T) {
	for line, want := range map[string]string{
		"--patients 6":                     "--patients or --as-of: 6 patients: wants 7 or more, since the first personas belong together; all of them are 12",
		"--as-of 30.11.2026":               `--as-of: "30.11.2026" is not a date such as 2026-11-30`,
		"--format bundles":                 "--format is for --out",
		"--out x --data y":                 "--data and --out: one place to write to, please",
		"--out x --url http://localhost/f": "--url and --out: one place to write to, please",
	} {
		code, _, errs := granary(t, append([]string{"seed"}, strings.Fields(line)...)...)
		if code != exitUsage || errs != "granary: "+want+"\n" {
			t.Errorf("%s: exit code %d, %s", line, code, errs)
		}
	}
}

// The sandbox that users get has twenty patients, and everybody who logs in is there.
func TestWholeSandbox(t *testing.T) {
	wholeSandbox(t)
	data := t.TempDir()
	s := serveTest(t, "--data", data)
	if n := serverCount(t, s, data); n != "20" {
		t.Errorf("%s patients", n)
	}
	out := must(t, "user", "list", "--data", data)
	for _, name := range []string{"amara", "helen", "elena", "dwayne", "priya", "lihua", "alex", "ruth"} {
		if !strings.Contains(out, "\n"+name+" ") {
			t.Errorf("%s is not in\n%s", name, out)
		}
	}
}
