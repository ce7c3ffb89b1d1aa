package naive

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Documents is what a $docref asks for, as docs/fhir-operations.md has it.
type Documents struct {
	Patient    string // "a" or "Patient/a"
	Types      []string
	Start, End time.Time // the beginning of the one, the end of the other; zero without
	OnDemand   bool
}

// Dated tells whether it is about care in some time, and not about what is current.
func (d Documents) Dated() bool { return !d.Start.IsZero() || !d.End.IsZero() }

var isID = regexp.MustCompile(`^[A-Za-z0-9.-]{1,64}$`)

// ReadDocuments reads the parameters of a $docref; it is not ok where they are refused.
func ReadDocuments(base string, asked []Pair) (d Documents, ok bool) {
	seen := map[string]bool{}
	for _, p := range asked {
		if seen[p.Name] && p.Name != "type" {
			return d, false
		}
		seen[p.Name], ok = true, true
		switch p.Name {
		case "patient":
			d.Patient = strings.TrimPrefix(p.Value, base+"/")
			ok = isID.MatchString(strings.TrimPrefix(d.Patient, "Patient/"))
		case "start":
			d.Start, _, ok = parseDate(p.Value)
		case "end":
			_, d.End, ok = parseDate(p.Value)
		case "type":
			d.Types = append(d.Types, p.Value)
		case "on-demand":
			d.OnDemand = p.Value == "true"
			ok = d.OnDemand || p.Value == "false"
		default:
			ok = false
		}
		if !ok {
			return d, false
		}
	}
	return d, seen["patient"]
}

// ccd is the type of a Continuity of Care Document.
const ccd = "http://loinc.org|34133-9"

// Documents finds what a $docref asks for, among what the caller may search. Which of
// several documents is the newest, where they are of the same time, is as shown says.
func (o *Oracle) Documents(d Documents, shown map[string]bool) (map[string]*Resource, error) {
	types := d.Types
	if len(types) == 0 && !d.Dated() {
		types = []string{ccd}
	}
	found := map[string]*Resource{}
	if d.OnDemand {
		return found, nil
	}
	of, err := o.documents(Pair{"patient", d.Patient})
	if err != nil {
		return nil, err
	}
	if len(types) == 0 {
		return within(of, o.inCare(d)), nil
	}
	var newest [][]*Resource
	for _, typ := range types {
		is, err := o.asking().criterion("DocumentReference", "type", typ)
		if err != nil {
			return nil, err
		}
		if d.Dated() {
			for _, r := range within(within(of, is), o.inCare(d)) {
				found[r.Key()] = r
			}
			continue
		}
		if tied := o.newest(within(within(of, is), isCurrent)); len(tied) > 0 {
			newest = append(newest, tied)
		}
	}
	chosen, _ := choose(newest, shown, nil)
	for _, r := range chosen {
		found[r.Key()] = r
	}
	return found, nil
}

// documents are those of which the caller may learn by a search.
func (o *Oracle) documents(filter Pair) (map[string]*Resource, error) {
	answer, err := o.Ask(Query{Types: []string{"DocumentReference"}, Criteria: []Pair{filter}})
	return answer.Matches, err
}

func within(all map[string]*Resource, test Test) map[string]*Resource {
	kept := map[string]*Resource{}
	for key, r := range all {
		if test(r) {
			kept[key] = r
		}
	}
	return kept
}

func isCurrent(r *Resource) bool { return str(r.JSON, "status") == "current" }

// inCare is the test of documents about care in the time that is asked for: by the
// period of the care, without one by the document's own date.
func (o *Oracle) inCare(d Documents) Test {
	return func(r *Resource) bool {
		dates := o.world.find(r, params["DocumentReference"]["period"])
		if len(dates) == 0 {
			dates = o.world.find(r, params["DocumentReference"]["date"])
		}
		if str(r.JSON, "status") == "entered-in-error" || len(dates) == 0 {
			return false
		}
		return overlaps(dates[0].date, d.Start, d.End)
	}
}

// overlaps tells whether something lasted at some time between two, each of which may
// be zero for none.
func overlaps(s span, start, end time.Time) bool {
	begins := end.IsZero() || s.low == nil || s.low.Before(end)
	ends := start.IsZero() || s.high == nil || s.high.After(start)
	return begins && ends
}

// newest are the documents of the latest date, all of one time; without dates, all.
func (o *Oracle) newest(all map[string]*Resource) []*Resource {
	var newest []*Resource
	var latest *time.Time
	for _, r := range all {
		var date *time.Time
		if dates := o.world.find(r, params["DocumentReference"]["date"]); len(dates) > 0 {
			date = dates[0].date.low
		}
		switch order := later(date, latest); {
		case len(newest) == 0 || order < 0:
			newest, latest = []*Resource{r}, date
		case order == 0:
			newest = append(newest, r)
		}
	}
	return newest
}

// choose takes one of each list: so that all that is shown is taken, where that can be.
func choose(lists [][]*Resource, shown map[string]bool, taken []*Resource) (all []*Resource, ok bool) {
	if len(lists) == 0 {
		left := maps.Clone(shown)
		for _, r := range taken {
			delete(left, r.Key())
		}
		return taken, len(left) == 0
	}
	options := slices.DeleteFunc(slices.Clone(lists[0]), func(r *Resource) bool { return !shown[r.Key()] })
	if len(options) == 0 {
		options = lists[0][:1]
	}
	for _, r := range options {
		if all, ok = choose(lists[1:], shown, append(slices.Clip(taken), r)); ok {
			break
		}
	}
	return all, ok
}
