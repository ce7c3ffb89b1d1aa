package seed

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
)

// contentsOf are the contents of a file, each in one line.
func contentsOf(name, text string) []string {
	var lines []string
	for c, refusal := range memoryFile(name, []byte(text)).Contents() {
		switch {
		case refusal != nil:
			lines = append(lines, "refused: "+refusal.Error())
		case c.Bundle != nil:
			lines = append(lines, fmt.Sprintf("%s: %d %s in %s", c.At, c.Entry, c.Resource.Raw(), c.Bundle.Raw()))
		default:
			lines = append(lines, fmt.Sprintf("%s: %s", c.At, c.Resource.Raw()))
		}
	}
	return lines
}

func TestContents(t *testing.T) {
	const bundle = `{"entry":[{"fullUrl":"urn:uuid:a","resource":{"resourceType":"Patient"}},{"request":{"method":"DELETE","url":"Patient/1"}}],"type":"transaction","resourceType":"Bundle","id":"b"}`
	const first = `0 {"resourceType":"Patient"} in {"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:a","resource":{"resourceType":"Patient"}}]}`
	const second = `1  in {"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Patient/1"}}]}`
	const envelope = `{"type":"transaction","resourceType":"Bundle","id":"b"}`
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"p.json", ` {"resourceType": "Patient"} `, []string{`p.json: {"resourceType":"Patient"}`}},
		{"b.json", bundle, []string{"b.json: Bundle.entry[0]: " + first, "b.json: Bundle.entry[1]: " + second, "b.json: " + envelope}},
		{"b.ndjson", "{\"resourceType\":\"Patient\"}\n\n[]\n" + bundle, []string{`b.ndjson: line 1: {"resourceType":"Patient"}`, "refused: b.ndjson: line 3: not a JSON object",
			"b.ndjson: line 4, Bundle.entry[0]: " + first, "b.ndjson: line 4, Bundle.entry[1]: " + second, "b.ndjson: line 4: " + envelope}},
		{"x.json", `{"resourceType":"Patient",}`, []string{"refused: x.json: not valid JSON: invalid character ',' at start of value, at byte 25"}},
		{"d.json", `{"resourceType":"Patient","name":[{"family":"x","family":"y"}]}`, []string{`refused: d.json: duplicate object member name at /name/0/family`}},
		{"e.json", `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"a":1,"a":2}}]}`, []string{`refused: e.json: Bundle.entry[0]: duplicate object member name at /entry/0/resource/a`, `e.json: {"resourceType":"Bundle","type":"collection"}`}},
		{"n.json", "", []string{"refused: n.json: the file is empty"}},
	} {
		if got := contentsOf(c.name, c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %s\nwant %s", c.name, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
		}
	}
}

// Who has seen enough is not given more.
func TestContentsStop(t *testing.T) {
	const bundle = `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient"}},{"resource":{"resourceType":"Patient"}}]}`
	for name, text := range map[string]string{"b.json": bundle, "b.ndjson": bundle + "\n" + bundle} {
		n := 0
		for range memoryFile(name, []byte(text)).Contents() {
			n++
			break
		}
		if n != 1 {
			t.Error(n)
		}
	}
}

func TestContentsCompressed(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(`{"resourceType":"Patient"}`)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := contentsOf("p.json.gz", packed.String()); !slices.Equal(got, []string{`p.json.gz: {"resourceType":"Patient"}`}) {
		t.Error(got)
	}
}
