package mongo

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/mongo/mongotest"
)

// Why a request may go through all resources of a type.
const (
	wanted    = "all of the type is what is asked for; the walk is in the order of the page and ends with it"
	lacking   = "no index tells what a resource does not have; the walk is in the order of the page and ends with it"
	positions = "no index is of positions; few types have any, and these few resources"
	grouped   = "no index is of the components of one element, and no part has an exact code"
	ordered   = "the sort key has no index: all matches are put in order"
)

// goldenRequests are examples of each class of search.
func goldenRequests() []asked {
	all := []asked{
		searching("all", "Patient?").walking(wanted),
		searching("all", "Patient,Observation?").walking(wanted),

		searching("token", "Observation?code=8480-6"),
		searching("token", "Observation?code=http://loinc.org|8480-6"),
		searching("token", "Observation?code=|8480-6"),
		searching("token", "Observation?code=http://loinc.org|"),
		searching("token", "Observation?code=a,b,http://loinc.org|c,http://loinc.org|d"),
		searching("token", "Observation?code=a&status=final"),
		searching("token", "Observation?code:not=8480-6").walking(lacking),
		searching("token", "Observation?code:missing=true").walking(lacking),
		searching("token", "Observation?code:missing=false").walking(lacking),
		searching("token", "Patient?identifier=http://x.org|12345"),
		searching("token", "Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|12345"),

		searching("reference", "Observation?subject=Patient/1"),
		searching("reference", "Observation?subject=1"),
		searching("reference", "Observation?subject:Patient=1"),
		searching("reference", "Observation?subject=http://elsewhere.org/fhir/Patient/1"),

		searching("string", "Patient?name=ann"),
		searching("string", "Patient?name:contains=ann"),
		searching("string", "Patient?name:exact=Ann"),
		searching("string", "Patient?name:missing=true").walking(lacking),
		searching("string", "Patient?name=ann&birthdate=1970-01-01"),

		searching("uri", "ValueSet?url=http://x.org/vs"),
		searching("uri", "ValueSet?url:below=http://x.org/"),
		searching("uri", "ValueSet?url:above=http://x.org/a/b"),

		searching("number", "RiskAssessment?probability=0.5"),
		searching("number", "RiskAssessment?probability=gt0.5"),
		searching("number", "RiskAssessment?probability=ne0.5"),
		searching("number", "RiskAssessment?probability=ap0.5"),

		searching("quantity", "Observation?value-quantity=5.4|http://unitsofmeasure.org|mg"),
		searching("quantity", "Observation?value-quantity=lt5.4||mg"),
		searching("quantity", "Observation?value-quantity=ge5.4"),

		searching("composite", "Observation?code-value-quantity=http://loinc.org|8480-6$gt140"),
		searching("composite", "Observation?component-code-value-quantity=http://loinc.org|8480-6$gt140"),
		searching("composite", "Observation?patient=Patient/1&component-code-value-quantity=8480-6$gt140"),
		searching("composite", "Observation?component-code-value-quantity=http://loinc.org|$gt140").walking(grouped),

		searching("near", "Location?near=42.25|-83.69|11.20|km").walking(positions),

		searching("id", "Patient?_id=1"),
		searching("id", "Patient?_id=1,2,3"),
		searching("id", "Patient?_id=1&gender=male"),
		searching("id", "Patient?_tag=http://x.org|vip"),
		searching("id", "Patient?_lastUpdated=gt2026-01-01"),

		searching("words", "Condition?_text=fever"),
		searching("words", "Condition?_content=fever cough"),

		searching("chart", "Observation?patient=Patient/1"),
		searching("chart", "Observation?patient=Patient/1&category=laboratory"),
		searching("chart", "Observation?patient=Patient/1&category=laboratory&date=ge2020"),
		searching("chart", "Observation?patient=Patient/1&code=a,b,c"),
		granted("chart", "Observation?code=a", "patient/Observation.s", search.Chart{Patient: "1"}),
		granted("chart", "Observation?", "patient/Observation.s", search.Chart{Patient: "1"}),

		searching("sort", "Patient?_sort=birthdate").walking(ordered),
		searching("sort", "Observation?_sort=-date").walking(wanted),
		searching("sort", "Patient?gender=male&_sort=-family,_id"),
		searching("sort", "Observation?code=a&_sort=status"),
		searching("sort", "Observation?code=a&_sort=value-quantity"),
		searching("sort", "Observation?code=a&_sort=subject"),
		searching("sort", "Patient,Practitioner?_sort=name").walking(ordered),

		searching("count", "Patient?gender=male&_summary=count"),
		searching("count", "Patient?_summary=count").walking("each resource of the type is counted"),
		searching("count", "Patient?gender=male&_total=estimate&_count=1"),
	}
	for _, prefix := range []string{"eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"} {
		all = append(all, searching("date", "Observation?date="+prefix+"2026-01-15"))
	}
	all = append(all, hops()...)
	return append(all, others()...)
}

func patients(n int) func(mongotest.Command) []bson.D {
	return of(resources, n, func(i int) bson.D { return bson.D{{Key: "_id", Value: fmt.Sprint("Patient/", i)}} })
}

// of finds n documents where a pipeline looks whether there are few, and nothing else.
func of(collection string, n int, document func(int) bson.D) func(mongotest.Command) []bson.D {
	return func(c mongotest.Command) []bson.D {
		if c.On() != collection || !isResolving(c) {
			return nil
		}
		var all []bson.D
		for i := range n {
			all = append(all, document(i+1))
		}
		return all
	}
}

func isResolving(c mongotest.Command) bool {
	stages, _ := c.Raw.Lookup("pipeline").ArrayOK()
	values, _ := stages.Values()
	for _, stage := range values {
		if limit, ok := stage.Document().Lookup("$limit").AsInt64OK(); ok && limit == few+1 {
			return true
		}
		if !stage.Document().Lookup("$group").IsZero() {
			return true
		}
	}
	return false
}

const followed = "more lead there than can be followed beforehand: each of the type is followed, in the order of the page, until it is full"

func hops() []asked {
	observations := func(n int) func(mongotest.Command) []bson.D {
		return of(resources, n, func(i int) bson.D {
			return bson.D{{Key: "_id", Value: fmt.Sprint("Observation/", i)}, {Key: "t", Value: bson.A{
				bson.D{{Key: "p", Value: "subject"}, {Key: "c", Value: "Patient/" + fmt.Sprint(i%3)}, {Key: "y", Value: ""}},
				bson.D{{Key: "p", Value: "patient"}, {Key: "c", Value: "Patient/" + fmt.Sprint(i%3)}, {Key: "y", Value: ""}},
			}}}
		})
	}
	charts := func(n int) func(mongotest.Command) []bson.D {
		return of(relationships, n, func(i int) bson.D { return bson.D{{Key: "_id", Value: fmt.Sprint("Patient/", i)}} })
	}
	panel := search.Panel{Party: "Practitioner/1"}
	organizations := search.Panel{Party: "Practitioner/1", Organizations: true}
	related := search.Related{Party: "Practitioner/1", Patient: "7", Organizations: true}
	provenance := func(r *recorder) search.Expr {
		target, _ := r.registry.Param("Provenance", "target")
		return search.All{Param: target, Where: map[string]search.Expr{"Observation": search.Chart{Patient: "1"}, "Patient": search.ID{"1"}}}
	}
	const chain, has = "Observation?subject:Patient.gender=male", "Patient?_has:Observation:subject:code=8480-6"
	return []asked{
		named("none", searching("chain", chain)),
		named("two", searching("chain", chain).finding(patients(2))),
		named("many", searching("chain", chain).finding(patients(few+1)).walking(followed)),
		named("many", searching("chain", "Observation?code=a&subject:Patient.gender=male").finding(patients(few+1))),
		named("two", searching("chain", "Observation?subject:Patient.general-practitioner.name=x").finding(patients(2))),

		named("three", searching("has", has).finding(observations(3))),
		named("many", searching("has", has).finding(observations(few+1)).walking(followed)),

		reading("all-of", "Provenance whose targets all are visible", func(ctx context.Context, r *recorder, s store.Snapshot) error {
			_, err := s.Search(ctx, []search.Select{{Type: "Provenance", Where: provenance(r)}}, nil, 11)
			return err
		}).walking("each of the type is followed, in the order of the page, until it is full"),

		named("two", granted("panel", "Observation?code=a", "a panel", panel).finding(charts(2))),
		named("many", granted("panel", "Observation?code=a", "a panel", panel).finding(charts(few+1))),
		named("two", granted("panel", "Observation?code=a", "a panel with organizations", organizations).finding(charts(2))),
		named("many", granted("panel", "Observation?code=a", "a panel with organizations", organizations).finding(charts(few+1))),
		granted("panel", "Practitioner?name=x", "who is in a panel", related),
		reading("panel", "Observation/1 in a panel with organizations", func(ctx context.Context, _ *recorder, s store.Snapshot) error {
			_, err := s.Current(ctx, store.Key{Type: "Observation", ID: "1"}, organizations)
			return err
		}),
	}
}

func named(how string, a asked) asked {
	a.name += "   that leads to " + how
	return a
}

func others() []asked {
	keys := []store.Key{{Type: "Observation", ID: "1"}, {Type: "Observation", ID: "2"}}
	chart := func(string) search.Expr { return search.Chart{Patient: "1"} }
	portions := []store.Portion{{Type: "Observation", Where: search.Chart{Patient: "1"}}, {Type: "Patient", Where: search.True}}
	page := store.HistoryPage{Limit: 11, Since: testNow.Add(-time.Hour)}
	at := store.HistoryPage{Limit: 11, At: store.Interval{From: testNow.Add(-time.Hour), To: testNow}}
	params := func(r *recorder, typ, code string) []*search.Param {
		p, _ := r.registry.Param(typ, code)
		return []*search.Param{p}
	}
	return []asked{
		reading("read", "Observation/1 of a chart", func(ctx context.Context, _ *recorder, s store.Snapshot) error {
			_, err := s.Current(ctx, keys[0], chart(""))
			return err
		}),
		reading("read", "Observation/1/_history/3", func(ctx context.Context, r *recorder, s store.Snapshot) error {
			r.Finds(func(c mongotest.Command) []bson.D {
				return []bson.D{{{Key: "_id", Value: "Observation/1"}, {Key: "of", Value: "Observation/1"}, {Key: "v", Value: int64(5)}}}
			})
			_, err := s.Version(ctx, keys[0], 3, chart(""))
			return err
		}),
		reading("read", "Observation/1/_history", func(ctx context.Context, r *recorder, s store.Snapshot) error {
			r.Finds(func(c mongotest.Command) []bson.D {
				return []bson.D{{{Key: "_id", Value: "Observation/1"}, {Key: "of", Value: "Observation/1"}, {Key: "v", Value: int64(5)}}}
			})
			_, err := s.Versions(ctx, keys[0], chart(""), store.VersionPage{Limit: 11})
			return err
		}),
		reading("read", "two resources again, one of them settled", func(ctx context.Context, _ *recorder, s store.Snapshot) error {
			found := []store.Resource{{Key: keys[0], Version: 1}, {Key: store.Key{Type: "Patient", ID: "1"}, Version: 2}}
			_, err := s.Reread(ctx, found, chart, func(typ string) bool { return typ == "Patient" })
			return err
		}),
		reading("history", "Observation and Patient since an hour ago", func(ctx context.Context, _ *recorder, s store.Snapshot) error {
			_, err := s.History(ctx, portions, page)
			return err
		}),
		reading("history", "Observation and Patient an hour ago, until now", func(ctx context.Context, _ *recorder, s store.Snapshot) error {
			_, err := s.History(ctx, portions, at)
			return err
		}),
		reading("history", "the second page", func(ctx context.Context, _ *recorder, s store.Snapshot) error {
			after, err := bson.Marshal(moment{Updated: testNow.UnixMilli(), Of: "Observation/7", Version: 3})
			if err != nil {
				return err
			}
			_, err = s.History(ctx, portions[:1], store.HistoryPage{Limit: 11, After: after})
			return err
		}),
		reading("history", "how many", func(ctx context.Context, _ *recorder, s store.Snapshot) error {
			_, _, err := s.CountHistory(ctx, portions[:1], store.HistoryPage{}, store.CountLimit{Found: 100})
			return err
		}).walking("each version of the type is looked at, until there are more than are counted"),
		reading("include", "what two refer to", func(ctx context.Context, r *recorder, s store.Snapshot) error {
			r.Finds(func(c mongotest.Command) []bson.D {
				return []bson.D{{{Key: "_id", Value: "Observation/1"}, {Key: "type", Value: "Observation"}, {Key: "t", Value: bson.A{
					bson.D{{Key: "p", Value: "subject"}, {Key: "c", Value: "Patient/1"}, {Key: "y", Value: ""}},
					bson.D{{Key: "p", Value: "performer"}, {Key: "c", Value: "Practitioner/1"}, {Key: "y", Value: ""}},
				}}}}
			})
			all := append(params(r, "Observation", "subject"), params(r, "Observation", "performer")...)
			_, err := s.Forward(ctx, keys, all, "", chart, 100)
			return err
		}),
		reading("include", "what refers to two", func(ctx context.Context, r *recorder, s store.Snapshot) error {
			_, err := s.Reverse(ctx, keys, params(r, "Provenance", "target"), chart, 100)
			return err
		}),
		reading("page", "behind a position, by date", func(ctx context.Context, r *recorder, s store.Snapshot) error {
			after, err := position{Sort: 7, ID: "Observation/7"}.encode()
			if err != nil {
				return err
			}
			_, err = s.Search(ctx, r.parse("Observation?code=a").Selects, after, 11)
			return err
		}),
		reading("page", "behind a position of all", func(ctx context.Context, r *recorder, s store.Snapshot) error {
			after, err := position{Sort: 7, ID: "Observation/7"}.encode()
			if err != nil {
				return err
			}
			_, err = s.Search(ctx, r.parse("Observation?").Selects, after, 11)
			return err
		}),
		reading("page", "behind a position, by a key", func(ctx context.Context, r *recorder, s store.Snapshot) error {
			typ, value, err := bson.MarshalValue("final")
			if err != nil {
				return err
			}
			after, err := position{Keys: []bson.RawValue{{Type: typ, Value: value}}, Sort: 7, ID: "Observation/7"}.encode()
			if err != nil {
				return err
			}
			_, err = s.Search(ctx, r.parse("Observation?code=a&_sort=-status").Selects, after, 11)
			return err
		}),
	}
}
