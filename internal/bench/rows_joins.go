package bench

import (
	"slices"
	"strconv"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
)

// joins are the searches that go from one resource to another.
func (r *rows) joins() {
	named := func(o observation) bool { return r.withCode(o) && r.census.patients[o.patient] != "" }
	r.add(Row{
		Name: "chained", Group: "joins", Scope: Everything, want: wantMatches,
		About: "Observation?patient.name&code, all patients whose family name begins so",
		Requests: paths(r.draw(searches, named), func(p place) string {
			return query("Observation", "patient.name", escaped(r.census.patients[p.observation.patient]), "code", r.code, "_total", "none")
		}),
	})
	r.add(Row{
		Name: "_has", Group: "joins", Scope: Everything, want: wantMatches,
		About: "Patient?_has:Observation:patient:code, any code that occurs",
		Requests: paths(r.draw(searches, func(o observation) bool { return len(o.codes) > 0 }), func(p place) string {
			return query("Patient", "_has:Observation:patient:code", p.codes[0], "_total", "none")
		}),
	})
	visited := func(o observation) bool { return r.inCategory(o) && o.encounter }
	places := r.draw(searches, visited)
	r.add(Row{
		Name: "_include", Group: "joins", Scope: Everything, want: wantIncludes,
		About: "Observation?patient&category&_include=Observation:encounter&_include=Observation:subject",
		Requests: paths(places, func(p place) string {
			return query("Observation", "patient", p.patientLink(), "category", r.category,
				"_include", "Observation:encounter", "_include", "Observation:subject", "_total", "none")
		}),
	})
	r.add(Row{
		Name: "_revinclude", Group: "joins", Scope: Everything, want: wantIncludes,
		About: "Encounter?patient&_revinclude=Observation:encounter&_count=10",
		Requests: paths(places, func(p place) string {
			return query("Encounter", "patient", p.patientLink(), "_revinclude", "Observation:encounter", "_count", "10", "_total", "none")
		}),
	})
}

func (r *rows) total() {
	r.add(Row{
		Name: "exact total", Group: "total", Scope: Everything, want: wantTotal,
		About: "Observation?code&_summary=count, any code that occurs",
		Requests: paths(r.draw(searches, func(o observation) bool { return len(o.codes) > 0 }), func(p place) string {
			return query("Observation", "code", p.codes[0], "_summary", "count")
		}),
	})
}

// chart is the whole chart of a patient: as one page, and as $everything makes it.
func (r *rows) chart() {
	page := Row{
		Name: "chart", Group: "chart", Scope: Everything, Floor: true, want: wantMatches,
		About: "Patient/id/*?_count=1000&_type=..., the whole of a large chart, as it was loaded",
	}
	// Without the types, what the audit records of these very requests would be in it.
	whole := "/*?_count=" + strconv.Itoa(ChartSize) + "&_total=none&_type=" + strings.Join(r.chartTypes(), ",")
	everything := page
	everything.Name, everything.About = "$everything", "Patient/id/$everything of the same charts, with what they refer to"
	for i := range r.data.charts {
		u := r.data.chart(i, 0)
		patient := "/" + u.naming.link(u.family.patient)
		page.Requests = append(page.Requests, get(patient+whole))
		everything.Requests = append(everything.Requests, get(patient+"/$everything"))
	}
	r.add(page)
	r.add(everything)
}

// chartTypes are the types of the data that a Patient compartment is searched
// for. Of AuditEvent nothing is asked: the server's records are not the data's.
func (r *rows) chartTypes() []string {
	inCompartment := map[string]bool{}
	for _, compartment := range definitions.Compartments() {
		for _, member := range compartment.Members {
			if compartment.Code == "Patient" {
				inCompartment[member.Type] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(r.census.types), func(typ string) bool {
		return !inCompartment[typ] || typ == "AuditEvent"
	})
}

// growth are searches that find the same on the small data set as on the whole.
// One client asks, so that the time is that of the search and not that of a
// queue.
func (r *rows) growth() {
	small := Row{Group: "growth", Scope: Everything, Clients: 1, Small: true}
	draw := func(n int, ok func(observation) bool) []place {
		return r.data.places(r.census, r.random, r.data.small, n, ok)
	}
	read, category, codeDate := small, small, small
	read.Name, read.want = "growth: read", wantResource
	read.About = "as read, of the patients that were loaded first, one client"
	read.Requests = paths(draw(reads, r.inCategory), observationPath)
	category.Name, category.want = "growth: patient+category", wantMatches
	category.About = "as patient+category, of the patients that were loaded first, one client"
	category.Requests = paths(r.fullPages(r.data.small), r.patientCategoryPath)
	codeDate.Name, codeDate.want = "growth: patient+code+date", wantMatches
	codeDate.About = "as patient+code+date, of the patients that were loaded first, one client"
	codeDate.Requests = paths(draw(searches, r.withCode), r.patientCodeDatePath)
	r.made = append(r.made, read, category, codeDate)
}
