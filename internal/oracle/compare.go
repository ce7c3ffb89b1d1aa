package oracle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/naive"
)

// Reply is what a server answers.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte

	body Object // decoded once
}

// Object is the body, nil if there is none.
func (r *Reply) Object() Object {
	if r.body == nil && len(r.Body) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(r.Body))
		decoder.UseNumber()
		if decoder.Decode(&r.body) != nil {
			r.body = Object{"not JSON": string(r.Body)}
		}
	}
	return r.body
}

// Next is the link to the next page, "" without one.
func (r *Reply) Next() string { return link(r.Object(), "next") }

func link(bundle Object, relation string) string {
	links, _ := bundle["link"].([]any)
	for _, l := range links {
		if l, _ := l.(Object); l["relation"] == relation {
			text, _ := l["url"].(string)
			return text
		}
	}
	return ""
}

// Chosen are the choices that a server made, as its answer tells.
func (s *State) Chosen(r Request, reply *Reply) Choices {
	if len(r.Entries) == 0 {
		location := reply.Header.Get("Location")
		return Choices{[]string{newID(location, s.World.Base, s)}, []bool{s.unchanged(r, location, reply.Header.Get("ETag"))},
			[]map[string]bool{s.shown(r, reply.Object)}}
	}
	c := Choices{make([]string, len(r.Entries)), make([]bool, len(r.Entries)), make([]map[string]bool, len(r.Entries))}
	for i, e := range entriesOf(reply.Object()) {
		response, _ := e["response"].(Object)
		location, _ := response["location"].(string)
		tag, _ := response["etag"].(string)
		if i < len(r.Entries) {
			c.IDs[i], c.Unchanged[i] = newID(location, s.World.Base, s), s.unchanged(r.Entries[i], location, tag)
			c.Shown[i] = s.shown(r.Entries[i], func() Object { body, _ := e["resource"].(Object); return body })
		}
	}
	return c
}

// shown are the keys of the matches, where which ones these are is the server's choice.
func (s *State) shown(r Request, body func() Object) map[string]bool {
	if r.Kind != Lastn && r.Kind != Docref {
		return nil
	}
	keys := map[string]bool{}
	for _, e := range entriesOf(body()) {
		if url, _ := e["fullUrl"].(string); mode(e) == "match" {
			keys[strings.TrimPrefix(url, s.World.Base+"/")] = true
		}
	}
	return keys
}

// mode is why an entry of a searchset is there.
func mode(entry Object) any {
	search, _ := entry["search"].(Object)
	return search["mode"]
}

// newID is the id of a resource that is created, unless there was one of that id.
func newID(location, base string, s *State) string {
	key, _, _ := strings.Cut(strings.TrimPrefix(location, base+"/"), "/_history/")
	if _, known := s.Versions[key]; known {
		return ""
	}
	_, id, _ := strings.Cut(key, "/")
	return id
}

// unchanged tells whether the answer to a write has the version that was current: by
// criteria, of where the answer says that it is.
func (s *State) unchanged(r Request, location, tag string) bool {
	key := r.key()
	if r.Conditional() {
		key, _, _ = strings.Cut(strings.TrimPrefix(location, s.World.Base+"/"), "/_history/")
	}
	current := s.Current(key)
	return current != nil && tag == etag(itoa(current.N))
}

func entriesOf(bundle Object) []Object {
	list, _ := bundle["entry"].([]any)
	entries := make([]Object, len(list))
	for i, e := range list {
		entries[i], _ = e.(Object)
	}
	return entries
}

// comparison compares answers with those of a server.
type comparison struct {
	base string
}

// Compare says how the replies of a server, one for each page, differ from what is
// predicted; "" if they do not.
func Compare(base string, r Request, want Answer, pages []*Reply) string {
	c := comparison{base}
	first := pages[0]
	if first.Status != want.Status && (want.Or == 0 || first.Status != want.Or) {
		return fmt.Sprintf("status %d, not %d", first.Status, want.Status)
	}
	if text := c.headers(r, want, first); text != "" {
		return text
	}
	if r.Head {
		if len(first.Body) > 0 {
			return "HEAD has a body"
		}
		return ""
	}
	bodies := make([]Object, len(pages))
	for i, p := range pages {
		if bodies[i] = p.Object(); p.Status != first.Status {
			return fmt.Sprintf("page %d: status %d", i+1, p.Status)
		}
	}
	return c.bodies(r, want, bodies, true)
}

func (c comparison) headers(r Request, want Answer, got *Reply) string {
	tag, modified, location := "", "", ""
	if want.Version != nil {
		tag, modified = etag(itoa(want.Version.N)), want.Version.At.UTC().Format(http.TimeFormat)
	}
	if want.Location != "" {
		location = c.base + "/" + want.Location
	}
	for name, value := range map[string]string{"ETag": tag, "Last-Modified": modified, "Location": location} {
		if name == "Last-Modified" && want.Status == http.StatusNotModified {
			continue
		}
		if got.Header.Get(name) != value {
			return fmt.Sprintf("header %s is %q, not %q", name, got.Header.Get(name), value)
		}
	}
	return ""
}

// bodies compares the bodies of all pages, or of the first one alone.
func (c comparison) bodies(r Request, want Answer, got []Object, whole bool) string {
	switch {
	case want.Outcome:
		if got[0]["resourceType"] != "OperationOutcome" {
			return fmt.Sprintf("no OperationOutcome: %s", encode(got[0]))
		}
	case want.Checked:
		return c.checked(want, got[0])
	case want.Found != nil:
		return c.found(r, want.Found, got, whole)
	case want.Story != nil:
		return c.story(r, want.Story, got, whole)
	case want.Entries != nil:
		return c.answers(r, want.Entries, got[0])
	case !reflect.DeepEqual(got[0], want.Body):
		return fmt.Sprintf("body\n\t%s\nnot\n\t%s", encode(got[0]), encode(want.Body))
	}
	return ""
}

// answers compares the entries of a batch-response or transaction-response.
func (c comparison) answers(r Request, want []Answer, got Object) string {
	entries := entriesOf(got)
	if got["type"] != string(r.Kind)+"-response" || len(entries) != len(want) {
		return fmt.Sprintf("a Bundle of type %v with %d entries, not %d", got["type"], len(entries), len(want))
	}
	for i, e := range entries {
		if text := c.answer(r.Entries[i], want[i], e); text != "" {
			return fmt.Sprintf("entry %d: %s", i, text)
		}
	}
	return ""
}

func (c comparison) answer(r Request, want Answer, entry Object) string {
	response, _ := entry["response"].(Object)
	status, _ := response["status"].(string)
	if !strings.HasPrefix(status, itoa(want.Status)) && (want.Or == 0 || !strings.HasPrefix(status, itoa(want.Or))) {
		return fmt.Sprintf("status %s, not %d", status, want.Status)
	}
	expected := Object{"status": status}
	if want.Version != nil {
		expected["etag"], expected["lastModified"] = etag(itoa(want.Version.N)), want.Version.At.UTC().Format(Layout)
	}
	if want.Location != "" {
		expected["location"] = c.base + "/" + want.Location
	}
	body, _ := entry["resource"].(Object)
	if want.Outcome {
		body, _ = response["outcome"].(Object)
		expected["outcome"] = response["outcome"]
	}
	if !reflect.DeepEqual(response, expected) {
		return fmt.Sprintf("response\n\t%s\nnot\n\t%s", encode(response), encode(expected))
	}
	return c.bodies(r, want, []Object{body}, false)
}

// story compares the pages of a history.
func (c comparison) story(r Request, want []Told, got []Object, whole bool) string {
	size := r.Count
	if size == 0 {
		size = 50
	}
	at, byName := 0, named(want)
	for i, page := range got {
		if text := c.page("history", page, i, len(want), size, at, whole || len(got) > 1); text != "" {
			return text
		}
		entries := entriesOf(page)
		if at+len(entries) > len(want) {
			return fmt.Sprintf("page %d: %d versions, and there are %d", i+1, at+len(entries), len(want))
		}
		if text := c.told(want[at:], byName, entries); text != "" {
			return fmt.Sprintf("page %d: %s", i+1, text)
		}
		at += len(entries)
	}
	if whole && at != len(want) {
		return fmt.Sprintf("%d versions, not %d; missing %s", at, len(want), name(want[at]))
	}
	return ""
}

func name(t Told) string { return t.Key() + " version " + itoa(t.N) }

// told compares entries with the next versions; those of one moment may stand in any
// order, but those of one resource not.
func (c comparison) told(rest []Told, byName map[string]*Told, entries []Object) string {
	last := map[string]int{} // key -> the version that stood before
	for i, e := range entries {
		next := byName[c.nameOf(e)]
		if next == nil || !next.At.Equal(rest[i].At) || !reflect.DeepEqual(e, c.version(*next)) {
			return fmt.Sprintf("entry\n\t%s\nnot\n\t%s", encode(e), encode(c.version(rest[i])))
		}
		if before := last[next.Key()]; before != 0 && before <= next.N {
			return fmt.Sprintf("%s comes after version %d", name(*next), before)
		}
		last[next.Key()] = next.N
	}
	return ""
}

// named are versions by name.
func named(all []Told) map[string]*Told {
	byName := make(map[string]*Told, len(all))
	for i := range all {
		byName[name(all[i])] = &all[i]
	}
	return byName
}

// nameOf is the name of the version that an entry is about.
func (c comparison) nameOf(entry Object) string {
	url, _ := entry["fullUrl"].(string)
	response, _ := entry["response"].(Object)
	tag, _ := response["etag"].(string)
	return strings.TrimPrefix(url, c.base+"/") + " version " + strings.TrimSuffix(strings.TrimPrefix(tag, `W/"`), `"`)
}

// version is an entry of a history (bundle.html#history).
func (c comparison) version(t Told) Object {
	url := t.Key()
	if t.Verb == http.MethodPost {
		url = t.Type
	}
	entry := Object{"fullUrl": c.base + "/" + t.Key(), "request": Object{"method": t.Verb, "url": url},
		"response": Object{"status": itoa(t.Status), "etag": etag(itoa(t.N)), "lastModified": t.At.UTC().Format(Layout)}}
	if t.Live != nil {
		entry["resource"] = t.Live.JSON
	}
	return entry
}

// page compares what pages of both kinds have: type, total, size, a next link where
// there is more.
func (c comparison) page(typ string, page Object, i, total, size, before int, more bool) string {
	n := 0
	for _, e := range entriesOf(page) {
		if mode(e) != "include" && mode(e) != "outcome" {
			n++
		}
	}
	next := link(page, "next") != ""
	switch {
	case page["resourceType"] != "Bundle" || page["type"] != typ:
		return fmt.Sprintf("page %d is a %v of type %v", i+1, page["resourceType"], page["type"])
	case page["total"] != nil && fmt.Sprint(page["total"]) != itoa(total):
		return fmt.Sprintf("page %d says that there are %v, not %d", i+1, page["total"], total)
	case n != min(size, total-before):
		return fmt.Sprintf("page %d has %d of %d with _count=%d, after %d", i+1, n, total, size, before)
	case more && next != (before+n < total):
		return fmt.Sprintf("page %d: next is %v, after %d of %d", i+1, next, before+n, total)
	}
	return ""
}

// found compares the pages of a search.
func (c comparison) found(r Request, want *Found, got []Object, whole bool) string {
	total := got[0]["total"]
	switch {
	case r.Counted && (len(entriesOf(got[0])) > 0 || fmt.Sprint(total) != itoa(len(want.Matches))):
		return fmt.Sprintf("counts %v, not %d", total, len(want.Matches))
	case r.Counted:
		return ""
	case r.Total == "accurate" && total == nil:
		return "no total"
	case r.Total == "none" && total != nil:
		return "a total"
	}
	size := r.Count
	switch {
	case size == 0 && r.operation():
		size = len(want.Matches)
	case size == 0:
		size = 50
	}
	var all []*naive.Resource
	for i, page := range got {
		if text := c.page("searchset", page, i, len(want.Matches), size, len(all), true); text != "" {
			return text + c.lists(want, got)
		}
		matches, text := c.matches(want, page, all)
		if text != "" {
			return fmt.Sprintf("page %d: %s", i+1, text) + c.lists(want, got)
		}
		all = append(all, matches...)
	}
	if whole && len(all) != len(want.Matches) {
		return fmt.Sprintf("%d matches, not %d", len(all), len(want.Matches)) + c.lists(want, got)
	}
	if want.Record != nil {
		return want.Oracle.CheckInTurn(*want.Record, all)
	}
	if want.Ranked {
		return want.Oracle.CheckRanks(all)
	}
	if len(want.Query.Types) == 1 {
		if err := want.Oracle.CheckSorted(want.Query.Sort, all); err != nil {
			return err.Error()
		}
	}
	return ""
}

// matches are those of a page, compared with those that there are, and what the page
// brings along.
func (c comparison) matches(want *Found, page Object, before []*naive.Resource) (matches []*naive.Resource, text string) {
	brought := map[string]Object{}
	warned := false
	for _, e := range entriesOf(page) {
		url, _ := e["fullUrl"].(string)
		key := strings.TrimPrefix(url, c.base+"/")
		body, _ := e["resource"].(Object)
		if mode(e) == "outcome" {
			if warned = warned || !want.Warned || body["resourceType"] != "OperationOutcome"; warned {
				return nil, fmt.Sprintf("the outcome %s", encode(body))
			}
			warned = true
			continue
		}
		if mode(e) == "include" {
			if brought[key] != nil {
				return nil, key + " is included twice"
			}
			brought[key] = body
			continue
		}
		match := want.Matches[key]
		switch {
		case match == nil:
			return nil, key + " is too many"
		case slices.Contains(before, match) || slices.Contains(matches, match):
			return nil, key + " is there twice"
		case !reflect.DeepEqual(e, Object{"fullUrl": url, "resource": match.JSON, "search": Object{"mode": "match"}}):
			return nil, fmt.Sprintf("entry\n\t%s\nnot\n\t%s", encode(e), encode(match.JSON))
		}
		matches = append(matches, match)
	}
	if warned != want.Warned {
		return nil, "no warning"
	}
	included := want.included(matches)
	for key, r := range included {
		if !reflect.DeepEqual(brought[key], r.JSON) {
			return nil, fmt.Sprintf("included %s is\n\t%s\nnot\n\t%s", key, encode(brought[key]), encode(r.JSON))
		}
	}
	for key := range brought {
		if included[key] == nil {
			return nil, fmt.Sprintf("included, and should not be:\n\t%s", encode(brought[key]))
		}
	}
	return matches, ""
}

// included are what a page of matches brings along.
func (f *Found) included(page []*naive.Resource) map[string]*naive.Resource {
	if f.Record != nil {
		return f.Oracle.Along(*f.Record, page)
	}
	included, err := f.Oracle.Included(f.Query.Includes, page)
	if err != nil {
		panic(err)
	}
	return included
}

// lists are the matches of both, for who reads that they differ.
func (c comparison) lists(want *Found, got []Object) string {
	var mine, theirs []string
	for key := range want.Matches {
		mine = append(mine, key)
	}
	for _, page := range got {
		for _, e := range entriesOf(page) {
			url, _ := e["fullUrl"].(string)
			if mode(e) == "match" {
				theirs = append(theirs, strings.TrimPrefix(url, c.base+"/"))
			}
		}
	}
	only := func(a, b []string) []string {
		return slices.DeleteFunc(slices.Clone(a), func(key string) bool { return slices.Contains(b, key) })
	}
	return fmt.Sprintf("\nthe server alone finds %v, the model alone %v", only(theirs, mine), only(mine, theirs))
}
