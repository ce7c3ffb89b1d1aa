package seed

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
)

// readAll reads a file and writes down what came of it: "Type/id json" for each
// resource, "place: reason" for each refusal.
func readAll(f File) []string {
	var lines []string
	for item, refusal := range f.Resources() {
		if refusal != nil {
			lines = append(lines, refusal.Error())
			continue
		}
		lines = append(lines, fmt.Sprintf("%s %s %s", item.At, item.Key, item.Resource.Raw()))
	}
	return lines
}

func check(t *testing.T, f File, want ...string) {
	t.Helper()
	if got := readAll(f); !slices.Equal(got, want) {
		t.Errorf("read\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func zip(t *testing.T, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestResources(t *testing.T) {
	const bundle = `{"resourceType":"Bundle","type":"transaction","entry":[`
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"single", `{"resourceType": "Patient", "id": "a", "active": true}`,
			[]string{`f.json Patient/a {"resourceType":"Patient","id":"a","active":true}`}},
		{"transaction with a reference forward and one back",
			bundle + `{"fullUrl":"urn:uuid:u1","resource":{"resourceType":"Observation","subject":{"reference":"urn:uuid:u2"}}},` +
				`{"fullUrl":"urn:uuid:u2","resource":{"resourceType":"Patient","id":"other","link":[{"other":{"reference":"urn:uuid:u1"}}]}}]}`,
			[]string{
				`f.json: Bundle.entry[0] Observation/u1 {"resourceType":"Observation","id":"u1","subject":{"reference":"Patient/u2"}}`,
				`f.json: Bundle.entry[1] Patient/u2 {"resourceType":"Patient","id":"u2","link":[{"other":{"reference":"Observation/u1"}}]}`}},
		{"the members of the Bundle in another order",
			`{"entry":[{"resource":{"resourceType":"Patient"},"fullUrl":"urn:uuid:u1"}],"type":"collection","resourceType":"Bundle"}`,
			[]string{`f.json: Bundle.entry[0] Patient/u1 {"resourceType":"Patient","id":"u1"}`}},
		{"ids: PUT before URN before URL before the resource's own",
			bundle + `{"fullUrl":"urn:uuid:u1","resource":{"resourceType":"Patient"},"request":{"method":"PUT","url":"Patient/p"}},` +
				`{"fullUrl":"http://x/fhir/Patient/q","resource":{"resourceType":"Patient","id":"other"}},` +
				`{"fullUrl":"http://x/fhir/Thing/r","resource":{"resourceType":"Patient","id":"own"}},` +
				`{"resource":{"resourceType":"Patient"}}]}`,
			[]string{
				`f.json: Bundle.entry[0] Patient/p {"resourceType":"Patient","id":"p"}`,
				`f.json: Bundle.entry[1] Patient/q {"resourceType":"Patient","id":"q"}`,
				`f.json: Bundle.entry[2] Patient/own {"resourceType":"Patient","id":"own"}`,
				`f.json: Bundle.entry[3] (Patient): it has no id: neither a fullUrl that gives one nor an id of its own`}},
		{"search results without the remarks on them",
			`{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"OperationOutcome"},"search":{"mode":"outcome"}},` +
				`{"fullUrl":"http://x/Patient/a","resource":{"resourceType":"Patient","id":"a"},"search":{"mode":"match"}}]}`,
			[]string{`f.json: Bundle.entry[1] Patient/a {"resourceType":"Patient","id":"a"}`}},
		{"an empty Bundle", bundle + `]}`, nil},
		{"one bad entry costs no other",
			bundle + `{"fullUrl":"urn:uuid:u1","resource":{"resourceType":"Patient","active":true,"active":false}},` +
				`{"resource":{"resourceType":"Patiant","id":"a"}},` +
				`{"resource":{"id":"a"}},` +
				`{"resource":{"resourceType":"Patient","id":"a/b"}},` +
				`{"request":{"method":"DELETE","url":"Patient/1"}},` +
				`{"fullUrl":"urn:uuid:u7"},` +
				`{"resource":5},` +
				`{"fullUrl":"urn:uuid:u1","resource":{"resourceType":"Patient"}},` +
				`{"fullUrl":"urn:uuid:u8","resource":{"resourceType":"Patient","generalPractitioner":[{"reference":"urn:uuid:u9"}]}}]}`,
			[]string{
				`f.json: Bundle.entry[0] (Patient/u1): duplicate object member name at /resource/active`,
				`f.json: Bundle.entry[1] (Patiant/a): "Patiant" is not a resource type of FHIR R4`,
				`f.json: Bundle.entry[2]: it has no resourceType`,
				`f.json: Bundle.entry[3] (Patient/a/b): "a/b" is not an id: 1 to 64 letters, digits, '-' and '.'`,
				`f.json: Bundle.entry[4]: DELETE without a resource; only resources are imported`,
				`f.json: Bundle.entry[5]: the entry has no resource`,
				`f.json: Bundle.entry[6]: not an entry of a Bundle: /resource must not be a JSON number`,
				`f.json: Bundle.entry[7] (Patient/u1): the same resource as Bundle.entry[0]`,
				`f.json: Bundle.entry[8] Patient/u8 {"resourceType":"Patient","id":"u8","generalPractitioner":[{"reference":"urn:uuid:u9"}]}`}},
		{"history", `{"resourceType":"Bundle","type":"history","entry":[{"resource":{"resourceType":"Patient","id":"a"}}]}`,
			[]string{`f.json: a Bundle of type history holds versions of resources, not resources to import`}},
		{"cut off", bundle + `{"fullUrl":"urn:uuid:u1","resource":{"resourceType":"Patient"}},{"fullUrl":"urn`,
			[]string{`f.json: not valid JSON: unexpected EOF in /entry/1/fullUrl, at byte 134`}},
		{"duplicate member of the Bundle", bundle + `],"entry":[]}`, []string{`f.json: duplicate object member name at /entry`}},
		{"two values", `{"resourceType":"Patient","id":"a"} {"resourceType":"Patient","id":"b"}`,
			[]string{`f.json: more than one JSON value; a file with one resource a line is named .ndjson`}},
		{"no object", `[1]`, []string{`f.json: not a JSON object`}},
		{"not JSON", `<Patient/>`, []string{`f.json: not valid JSON: invalid character '<' at start of value, at byte 0`}},
		{"nothing", ``, []string{`f.json: the file is empty`}},
		{"duplicate name", `{"resourceType":"Patient","id":"a","name":[{"family":"x","family":"y"}]}`,
			[]string{`f.json: duplicate object member name at /name/0/family`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			check(t, memoryFile("f.json", []byte(c.text)), c.want...)
			check(t, memoryFile("f.json", zip(t, c.text)), c.want...)
		})
	}
}

func TestResourcesRefusesWhatIsTooLarge(t *testing.T) {
	const bundle = `{"resourceType":"Bundle","type":"collection","entry":[`
	small := `{"resource":{"resourceType":"Patient","id":"a"}}`
	large := func(n int) string {
		return `{"resource":{"resourceType":"Patient","id":"b","language":"` + strings.Repeat("x", n) + `"}}`
	}
	const reason = "larger than 1000 bytes, the most that one resource may have"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"single", `{"resourceType":"Patient","id":"b","language":"` + strings.Repeat("x", 1000) + `"}`, []string{"f.json: " + reason}},
		{"an entry", bundle + small + "," + large(5000) + `]}`, []string{"f.json: in Bundle.entry[1]: " + reason}},
		{"a name", `{"` + strings.Repeat("x", 100_000) + `":1}`, []string{"f.json: " + reason}},
		{"white space", strings.Repeat(" ", 100_000) + bundle + small + `]}`, []string{"f.json: " + reason}},
		{"many small entries", bundle + strings.Repeat(`{"search":{"mode":"outcome"}},`, 1000) + small + `]}`,
			[]string{`f.json: Bundle.entry[1000] Patient/a {"resourceType":"Patient","id":"a"}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := memoryFile("f.json", zip(t, c.text))
			f.limit = 1000
			check(t, f, c.want...)
		})
	}
}

// A Bundle with one resource that never ends.
func TestResourcesStopsReadingABomb(t *testing.T) {
	var read int64
	f := memoryFile("f.json", nil)
	f.limit = 1 << 20
	f.open = func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(`{"resourceType":"Bundle","entry":[{"resource":{"language":"`), zeros{})), nil
	}
	f.read = func(n int64) { read += n }
	check(t, f, "f.json: in Bundle.entry[0]: larger than 1048576 bytes, the most that one resource may have")
	if read > 8<<20 {
		t.Errorf("read %d bytes before it gave up", read)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func TestResourcesStopsWhenAsked(t *testing.T) {
	f := memoryFile("f.json", []byte(`{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Patient","id":"a"}},{"resource":{"resourceType":"Patient","id":"b"}}]}`))
	for item, refusal := range f.Resources() {
		if refusal != nil || item.Key.ID != "a" {
			t.Fatal(item.Key, refusal)
		}
		break
	}
}

func FuzzResources(f *testing.F) {
	f.Add(`{"resourceType":"Bundle","type":"batch","entry":[{"fullUrl":"urn:uuid:a","resource":{"resourceType":"Patient","id":"a"}}]}`)
	f.Add(`{"resourceType":"Patient","id":"a","text":{"div":"<a href='urn:uuid:a'/>"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, name := range []string{"f.json", "f.ndjson"} {
			for item, refusal := range memoryFile(name, []byte(text)).Resources() {
				if refusal == nil && item.Resource.Get("id").Text() != item.Key.ID {
					t.Errorf("%s has the id %q", item.Key, item.Resource.Get("id").Text())
				}
			}
		}
	})
}
