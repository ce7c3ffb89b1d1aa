package seed

import (
	"strings"
	"testing"
)

func TestLines(t *testing.T) {
	text := `{"resourceType":"Patient","id":"a"}` + "\r\n" +
		"\n" +
		`{"resourceType":"Patient","id":` + "\n" +
		`{"resourceType":"Patient","id":"` + strings.Repeat("x", 200_000) + `"}` + "\n" +
		`{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:b","resource":{"resourceType":"Patient"}},{"resource":{"resourceType":"Patient"}}]}` + "\n" +
		`{"resourceType":"Patient"}` + "\n" +
		`{"resourceType":"Patient","id":"c"}`
	want := []string{
		`f.ndjson: line 1 Patient/a {"resourceType":"Patient","id":"a"}`,
		`f.ndjson: line 3: unexpected EOF at /id`,
		`f.ndjson: line 4: larger than 1000 bytes, the most that one resource may have`,
		`f.ndjson: line 5, Bundle.entry[0] Patient/b {"resourceType":"Patient","id":"b"}`,
		`f.ndjson: line 5, Bundle.entry[1] (Patient): it has no id: neither a fullUrl that gives one nor an id of its own`,
		`f.ndjson: line 6 (Patient): it has no id`,
		`f.ndjson: line 7 Patient/c {"resourceType":"Patient","id":"c"}`,
	}
	f := memoryFile("f.ndjson", []byte(text))
	f.limit = 1000
	check(t, f, want...)
	f = memoryFile("f.ndjson", zip(t, text))
	f.limit = 1000
	check(t, f, want...)
}

func TestLinesAtTheLimit(t *testing.T) {
	line := `{"resourceType":"Patient","id":"a"}`
	for _, end := range []string{"", "\n", "\r\n"} {
		f := memoryFile("f.ndjson", []byte(line+end))
		f.limit = len(line)
		check(t, f, "f.ndjson: line 1 Patient/a "+line)
		f.limit--
		check(t, f, "f.ndjson: line 1: larger than 34 bytes, the most that one resource may have")
	}
}

func TestLinesStopWhenAsked(t *testing.T) {
	line := `{"resourceType":"Patient","id":"a"}` + "\n" +
		`{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Patient","id":"b"}},{"resource":{"resourceType":"Patient","id":"c"}}]}`
	n := 0
	for range memoryFile("f.jsonl", []byte(line)).Resources() {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("%d resources", n)
	}
}
