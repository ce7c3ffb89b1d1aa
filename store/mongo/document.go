package mongo

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// The collections of resources.
const (
	resources = "resource" // the current version of each, deletions among them
	versions  = "version"  // the superseded ones
)

// document is one version of a resource as it is kept. Its names are short since
// MongoDB writes them into each document.
//
// Two things are said of a version: k is by what it is found, and only an index; t, n, d,
// q, w, g and c decide. So a predicate may leave the keys out, and only what it says of
// the others is what it means.
type document struct {
	ID string `bson:"_id"` // "Observation/1"; of a superseded version "Observation/1/3"
	Of string `bson:"of"`  // the resource: "Observation/1"
	// Set is what a search walks: the type of what is live, and with a minus that of
	// what is deleted. Superseded versions have none.
	Set     string `bson:"set,omitempty"`
	Type    string `bson:"type"`
	Version int64  `bson:"v"`
	Updated int64  `bson:"u"`               // milliseconds since 1970
	Ended   int64  `bson:"ended,omitempty"` // when the next version came
	Deleted bool   `bson:"deleted,omitempty"`
	Verb    int32  `bson:"verb,omitempty"`
	Created bool   `bson:"new,omitempty"`
	Sort    int64  `bson:"s"` // main clinical date, microseconds since 1970

	// Of a deletion the entries are those of the last live version before it, by
	// which it is judged.
	By entries `bson:",inline"`

	Size int64  `bson:"z"` // of the body
	Body []byte `bson:"b,omitempty"`
}

// entries are what a version is found and judged by.
type entries struct {
	Keys   []string `bson:"k,omitempty"`
	Words  []string `bson:"w,omitempty"`
	Values values   `bson:",inline"`
	Groups []group  `bson:"g,omitempty"`
	Charts []string `bson:"c,omitempty"` // logical ids of patients
}

// entryFields are the names of the fields of entries.
var entryFields = []string{"k", "w", "t", "n", "d", "q", "g", "c"}

// values are entries, each kind for itself: what an array holds is all of one type, by
// which an index of it is ordered.
type values struct {
	Terms      []termEntry     `bson:"t,omitempty"`
	Strings    []stringEntry   `bson:"n,omitempty"`
	Dates      []dateEntry     `bson:"d,omitempty"`
	Quantities []quantityEntry `bson:"q,omitempty"`
}

type termEntry struct {
	Param  string `bson:"p"`
	Code   string `bson:"c"`
	System string `bson:"y"`
}

type stringEntry struct {
	Param  string `bson:"p"`
	Folded string `bson:"l"`
	Exact  string `bson:"x"`
}

// dateEntry is [l, h) in microseconds since 1970.
type dateEntry struct {
	Param string `bson:"p"`
	Class int32  `bson:"w"` // of the width
	Low   int64  `bson:"l"`
	High  int64  `bson:"h"`
}

// quantityEntry is a number or quantity, [l, h].
type quantityEntry struct {
	Param  string  `bson:"p"`
	Unit   string  `bson:"w"` // unitKey
	Code   string  `bson:"c"`
	System string  `bson:"y"`
	Low    float64 `bson:"l"`
	High   float64 `bson:"h"`
}

// group is one element of a composite.
type group struct {
	Of     string `bson:"of"` // code of the composite
	Number int    `bson:"i"`
	Values values `bson:",inline"`
	// Point is the place on a sphere of radius one, if the element is a position: so a
	// distance takes no trigonometry where it is compared.
	Point *point `bson:"at,omitempty"`
}

// separator parts what a key is made of. The codes of parameters and logical ids do
// not have it, and what may have it comes last.
const separator = "\x1f"

// chartMark begins the keys of a chart.
const chartMark = "@"

// termKey is the key of all terms with a code.
func termKey(param, code string) string { return param + separator + code }

// chartKey is the key of the members of a chart.
func chartKey(patient string) string { return chartMark + patient }

// chartTermKey is the key of the members of a chart with a term of a code.
func chartTermKey(patient, param, code string) string {
	return chartMark + patient + separator + termKey(param, code)
}

// unitKey is by what quantities are told apart.
func unitKey(code, system string) string { return code + separator + system }

// inCharts tells whether terms of a parameter have keys in charts: not those that few
// resources have anyway.
func inCharts(p *search.Param) bool { return !p.Identifies && !isWord(p) && !isGrouped(p) }

// isWord tells that the terms of a parameter are the words of texts, if they have no
// system.
func isWord(p *search.Param) bool { return p.Kind == search.KindString }

// isGrouped tells that the entries of a parameter are in groups: it is a part of a
// composite.
func isGrouped(p *search.Param) bool { return strings.Contains(p.Code, "$") }

// compositeOf is the code of the composite whose part a parameter is.
func compositeOf(p *search.Param) string {
	code, _, _ := strings.Cut(p.Code, "$")
	return code
}

func resourceID(key store.Key) string { return key.Type + "/" + key.ID }

func versionID(key store.Key, version int64) string {
	return resourceID(key) + "/" + strconv.FormatInt(version, 10)
}

func deletedSet(typ string) string { return "-" + typ }

// newDocument is what is kept of a live version.
func newDocument(v store.NewVersion) document {
	return document{
		ID: resourceID(v.Key), Of: resourceID(v.Key), Set: v.Type, Type: v.Type,
		Version: v.Version, Updated: v.Updated.UnixMilli(), Verb: int32(v.Verb), Sort: v.Entries.Sort,
		By: newEntries(v.Entries, v.Charts), Size: int64(len(v.Body)), Body: v.Body,
	}
}

// deletion is the document of a deletion that follows a version.
func (d document) deletion(version int64, updated time.Time) document {
	return document{
		ID: d.Of, Of: d.Of, Set: deletedSet(d.Type), Type: d.Type,
		Version: version, Updated: updated.UnixMilli(), Deleted: true, Verb: int32(store.DELETE), Sort: d.Sort,
		By: d.By,
	}
}

// superseded is the document of a version that another follows. What is only there to
// be found by is left out.
func (d document) superseded(ended time.Time) document {
	d.ID, d.Set, d.Ended, d.By.Keys = d.Of+"/"+strconv.FormatInt(d.Version, 10), "", ended.UnixMilli(), nil
	return d
}

// key is the resource.
func (d document) key() store.Key { return keyOf(d.Of) }

func keyOf(of string) store.Key {
	typ, id, _ := strings.Cut(of, "/")
	return store.Key{Type: typ, ID: id}
}

// resource is the version, with the body if that was read.
func (d document) resource() store.Resource {
	return store.Resource{
		Key: d.key(), Version: d.Version, Updated: time.UnixMilli(d.Updated).UTC(), Deleted: d.Deleted, Body: d.Body,
		Verb: store.Verb(d.Verb), Created: d.Created, Size: int(d.Size),
	}
}

func newEntries(e search.Entries, charts []string) entries {
	out := entries{Charts: unique(slices.Clone(charts))}
	groups := grouping{}
	in := func(p *search.Param, number int) *values {
		if isGrouped(p) {
			return groups.of(p, number)
		}
		return &out.Values
	}
	for _, patient := range out.Charts {
		out.Keys = append(out.Keys, chartKey(patient))
	}
	for _, t := range e.Terms {
		if isWord(t.Param) && t.System == "" {
			out.Words = append(out.Words, termKey(t.Param.Code, t.Code))
			continue
		}
		of := in(t.Param, t.Group)
		of.Terms = append(of.Terms, termEntry{t.Param.Code, t.Code, t.System})
		out.Keys = append(out.Keys, out.keysOf(t)...)
	}
	for _, s := range e.Strings {
		of := in(s.Param, s.Group)
		of.Strings = append(of.Strings, stringEntry{s.Param.Code, s.Folded, s.Exact})
	}
	for _, d := range e.Dates {
		of := in(d.Param, d.Group)
		of.Dates = append(of.Dates, dateEntry{d.Param.Code, classOf(d.Low, d.High), d.Low, d.High})
	}
	for _, q := range e.Quantities {
		of := in(q.Param, q.Group)
		of.Quantities = append(of.Quantities, quantityEntry{q.Param.Code, unitKey(q.Code, q.System), q.Code, q.System, q.Low, q.High})
	}
	out.Keys, out.Words, out.Groups = unique(out.Keys), unique(out.Words), groups.list()
	return out
}

func unique(texts []string) []string {
	slices.Sort(texts)
	return slices.Compact(texts)
}

// keysOf are the keys of a term: of all charts together, and in each.
func (e entries) keysOf(t search.TermEntry) []string {
	if isGrouped(t.Param) || isWord(t.Param) {
		return nil
	}
	keys := []string{termKey(t.Param.Code, t.Code)}
	if inCharts(t.Param) {
		for _, patient := range e.Charts {
			keys = append(keys, chartTermKey(patient, t.Param.Code, t.Code))
		}
	}
	return keys
}

// grouping collects the entries of composites by element.
type grouping map[string]map[int]*group

func (g grouping) of(p *search.Param, number int) *values {
	code := compositeOf(p)
	if g[code] == nil {
		g[code] = map[int]*group{}
	}
	if g[code][number] == nil {
		g[code][number] = &group{Of: code, Number: number}
	}
	return &g[code][number].Values
}

func (g grouping) list() []group {
	var all []group
	for _, elements := range g {
		for _, element := range elements {
			element.Point = pointOf(element.Values)
			all = append(all, *element)
		}
	}
	slices.SortFunc(all, func(a, b group) int {
		if c := strings.Compare(a.Of, b.Of); c != 0 {
			return c
		}
		return a.Number - b.Number
	})
	return all
}
