package api

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// What goes in comes out: the same names in the same order, and each value as it
// was written, whatever a number or a string might also be written as. Only white
// space between tokens goes, and id, meta.versionId and meta.lastUpdated are the
// server's.

// member is a name of an object and its value as it stands.
type member struct {
	name string
	raw  string
}

// members reads an object with the standard library, so that this test shares no
// code with what it tests.
func members(object []byte) ([]member, error) {
	dec := json.NewDecoder(bytes.NewReader(object))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return nil, fmt.Errorf("no object: %v, %w", open, err)
	}
	var all []member
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return nil, err
		}
		all = append(all, member{name.(string), string(raw)})
	}
	return all, nil
}

// leaving are the members but those of some names.
func leaving(all []member, names ...string) []member {
	return slices.DeleteFunc(slices.Clone(all), func(m member) bool { return slices.Contains(names, m.name) })
}

// value is the value of a name, "" where there is none.
func value(all []member, name string) string {
	for _, m := range all {
		if m.name == name {
			return m.raw
		}
	}
	return ""
}

// compact is the same JSON without white space between tokens.
func compact(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(text)); err != nil {
		t.Fatalf("%v: %.200s", err, text)
	}
	return b.String()
}

// cameOut compares what was sent with a version that came back.
func (w *world) cameOut(name, sent, got, id string, version int) {
	w.Helper()
	in, err := members([]byte(compact(w, sent)))
	w.must(err)
	out, err := members([]byte(got))
	w.must(err)
	if a, b := leaving(in, "id", "meta"), leaving(out, "id", "meta"); !slices.Equal(a, b) {
		w.Errorf("%s: sent %.2000v\ncame %.2000v", name, a, b)
	}
	if value(out, "id") != `"`+id+`"` {
		w.Errorf("%s: the id is %s, want %s", name, value(out, "id"), id)
	}
	var before []member
	if meta := value(in, "meta"); meta != "" {
		before, err = members([]byte(meta))
		w.must(err)
	}
	after, err := members([]byte(value(out, "meta")))
	w.must(err)
	if a, b := leaving(before, "versionId", "lastUpdated"), leaving(after, "versionId", "lastUpdated"); !slices.Equal(a, b) {
		w.Errorf("%s: meta sent %v, came %v", name, a, b)
	}
	if value(after, "versionId") != fmt.Sprintf(`"%d"`, version) || value(after, "lastUpdated") != `"2026-03-01T12:00:00.000Z"` {
		w.Errorf("%s: meta %v", name, after)
	}
	if compact(w, got) != got {
		w.Errorf("%s: there is white space between the tokens", name)
	}
	if value(in, "id") != "" && value(in, "meta") != "" { // both keep their places
		for i := range in {
			if in[i].name != out[i].name {
				w.Errorf("%s: %s stands where %s stood", name, out[i].name, in[i].name)
			}
		}
	}
}

// roundTrip sends a resource in by PUT and POST, and looks at it from all sides.
func (w *world) roundTrip(token, name, sent string) {
	w.Helper()
	all, err := members([]byte(sent))
	w.must(err)
	typ, id := strings.Trim(value(all, "resourceType"), `"`), strings.Trim(value(all, "id"), `"`)
	path := "/" + typ + "/" + id
	put := w.send(token, http.MethodPut, path, sent)
	if put.status != http.StatusCreated {
		w.Errorf("%s: PUT: %d %s", name, put.status, put.body)
		return
	}
	stored := put.body
	w.cameOut(name, sent, stored, id, 1)
	w.is(name+", read", w.get(token, path), 200, stored, `ETag: W/"1"`)
	w.is(name+", vread", w.get(token, path+"/_history/1"), 200, stored)
	for _, from := range []string{"/" + typ + "?_id=" + id, path + "/_history"} {
		if entries := w.bundle(w.get(token, from)).Entry; len(entries) != 1 || string(entries[0].Resource) != stored {
			w.Errorf("%s, %s: %s", name, from, entries)
		}
	}
	pretty := w.get(token, path+"?_pretty=true")
	if pretty.status != 200 || compact(w, pretty.body) != stored || !strings.Contains(pretty.body, "\n  \"") {
		w.Errorf("%s, pretty: %s", name, pretty.body)
	}
	// The same content makes no version, be it what was sent or what came out.
	for _, same := range []string{sent, stored, pretty.body} {
		w.is(name+", again", w.send(token, http.MethodPut, path, same), 200, stored, `ETag: W/"1"`)
	}
	post := w.send(token, http.MethodPost, "/"+typ, sent)
	if post.status != http.StatusCreated {
		w.Errorf("%s: POST: %d %s", name, post.status, post.body)
		return
	}
	other := strings.TrimSuffix(strings.TrimPrefix(post.header.Get("Location"), base+"/"+typ+"/"), "/_history/1")
	w.cameOut(name+", created", sent, post.body, other, 1)
}

// examples are the example resources of a package, by name.
func examples(t *testing.T, file string) map[string]string {
	t.Helper()
	archive, err := os.Open("../../shared/fhir/" + file)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("../shared/fhir is not there")
	}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	defer func() { must(archive.Close()) }()
	unzipped, err := gzip.NewReader(archive)
	must(err)
	all := make(map[string]string)
	for r := tar.NewReader(unzipped); ; {
		header, err := r.Next()
		if err == io.EOF {
			return all
		}
		must(err)
		if dir, name := path.Split(header.Name); dir == "package/example/" {
			text, err := io.ReadAll(r)
			must(err)
			all[name] = string(text)
		}
	}
}

func TestRoundTripOfUSCore(t *testing.T) {
	packages := map[string]int{"us_core_700.tgz": 214}
	if long() { // most of whose examples are in the later one too
		packages["us_core_610.tgz"] = 183
	}
	for file, count := range packages {
		t.Run(file, func(t *testing.T) {
			w := newWorld(t)
			token := w.all()
			all := examples(t, file)
			if len(all) != count {
				t.Errorf("%d examples, want %d", len(all), count)
			}
			for name, sent := range all {
				w.roundTrip(token, name, sent)
			}
		})
	}
}
