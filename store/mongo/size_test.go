package mongo

import (
	"cmp"
	"compress/gzip"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// size is what resources take: documents as BSON, bodies, and entries and bytes of each
// index, before MongoDB compresses any of it.
type size struct {
	resources, document, body int
	entries, keys             map[string]int // by index
}

func (s *size) add(d document, raw bson.Raw) {
	s.resources++
	s.document += len(raw)
	s.body += len(d.Body)
	if s.entries == nil {
		s.entries, s.keys = map[string]int{}, map[string]int{}
	}
	for _, i := range indexesOf(resources) {
		n, bytes := entriesIn(i, raw)
		s.entries[i.name] += n
		s.keys[i.name] += bytes
	}
}

// entriesIn are the entries that a document has in an index, and their bytes: those of the
// values, and some ten of what an index adds.
func entriesIn(i index, raw bson.Raw) (n, bytes int) {
	fixed, distinct := 10, map[string]bool{"": true}
	for _, key := range i.keys {
		field, sub, nested := strings.Cut(key.Key, ".")
		value := raw.Lookup(field)
		array, isArray := value.ArrayOK()
		if !isArray {
			fixed += len(value.Value)
			continue
		}
		values, _ := array.Values()
		next := map[string]bool{}
		for at, v := range values {
			name := string(v.Value)
			if nested { // of one element together
				v = v.Document().Lookup(sub)
				name = string(v.Value)
			}
			for before := range distinct {
				if !nested || before == "" || strings.HasPrefix(before, string(rune(at))+"|") {
					if nested && before == "" {
						next[string(rune(at))+"|"+name] = true
					} else {
						next[before+name] = true
					}
				}
			}
		}
		if len(next) == 0 {
			next[""] = true
		}
		distinct = next
	}
	for key := range distinct {
		bytes += fixed + len(key)
	}
	return len(distinct), bytes
}

// TestSizes tells what docs/mongodb.md says of sizes: go test ./store/mongo -run Sizes -v.
func TestSizes(t *testing.T) {
	files, err := filepath.Glob("../../../shared/data/synthea-r4/*.json.gz")
	if err != nil || len(files) == 0 {
		t.Skip("../shared/data/synthea-r4 is not there")
	}
	registry, err := registryOnce()
	if err != nil {
		t.Fatal(err)
	}
	charts, err := compartments.New(registry)
	if err != nil {
		t.Fatal(err)
	}
	byType, all := map[string]*size{}, &size{}
	for _, file := range files[:min(len(files), 3)] {
		for _, body := range resourcesIn(t, file) {
			d := sized(t, registry, charts, body)
			raw, err := bson.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			if byType[d.Type] == nil {
				byType[d.Type] = &size{}
			}
			byType[d.Type].add(d, raw)
			all.add(d, raw)
		}
	}
	show := func(name string, s *size) {
		total, bytes := 0, 0
		for _, i := range slices.Sorted(maps.Keys(s.entries)) {
			total, bytes = total+s.entries[i], bytes+s.keys[i]
		}
		t.Logf("%-26s %6d resources: document %6d bytes, body %6d; index entries %5.1f, %6d bytes", name, s.resources,
			s.document/s.resources, s.body/s.resources, float64(total)/float64(s.resources), bytes/s.resources)
	}
	types := slices.SortedFunc(maps.Keys(byType), func(a, b string) int { return cmp.Compare(byType[b].resources, byType[a].resources) })
	for _, typ := range types {
		show(typ, byType[typ])
	}
	show("all", all)
	for _, i := range indexesOf(resources) {
		t.Logf("index %-10s %5.1f entries, %5d bytes of a resource", i.name, float64(all.entries[i.name])/float64(all.resources), all.keys[i.name]/all.resources)
	}
	if all.document <= all.body {
		t.Error("a document is no more than its body")
	}
}

// sized is the document of a resource under an id of its own.
func sized(t *testing.T, registry *search.Registry, charts *compartments.Compartments, body []byte) document {
	t.Helper()
	resource, err := fhirjson.Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	typ, id := resource.Get("resourceType").Text(), resource.Get("id").Text()
	entries, err := registry.Extract(typ, resource, testBase)
	if err != nil {
		t.Fatal(err)
	}
	entries = registry.Stamp(typ, entries, testNow)
	return newDocument(store.NewVersion{
		Resource: store.Resource{Key: store.Key{Type: typ, ID: id}, Version: 1, Updated: testNow, Body: body},
		Entries:  entries, Charts: charts.Charts(typ, id, entries),
	})
}

// resourcesIn are those of a Bundle, their references to each other made such as the
// server makes them.
func resourcesIn(t *testing.T, file string) (bodies [][]byte) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var bundle struct {
		Entry []struct {
			FullURL  string
			Resource json.RawMessage
		}
	}
	if err := json.NewDecoder(unzipped).Decode(&bundle); err != nil {
		t.Fatal(err)
	}
	var pairs []string
	for _, e := range bundle.Entry {
		var is struct{ ResourceType, ID string }
		if err := json.Unmarshal(e.Resource, &is); err != nil {
			t.Fatal(err)
		}
		pairs = append(pairs, `"`+e.FullURL+`"`, `"`+is.ResourceType+"/"+is.ID+`"`)
	}
	local := strings.NewReplacer(pairs...)
	for _, e := range bundle.Entry {
		bodies = append(bodies, []byte(local.Replace(string(e.Resource))))
	}
	return bodies
}
