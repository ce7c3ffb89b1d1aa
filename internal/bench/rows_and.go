package bench

import (
	"net/url"
	"strings"
)

func (r *rows) and() {
	// A token that is in the same Observation as the place's code.
	tokens := func(p place) []string {
		return []string{"code", p.codes[0], "category", p.categories[0], "status", p.status, "_total", "none"}
	}
	places := r.draw(searches, func(o observation) bool { return len(o.codes) > 0 && len(o.categories) > 0 && o.status != "" })
	r.add(Row{
		Name: "AND of three tokens", Group: "and", Scope: Everything, want: wantMatches,
		About:    "Observation?code&category&status, any code that occurs, of all patients",
		Requests: paths(places, func(p place) string { return query("Observation", tokens(p)...) }),
	})
	codes := ranked(r.all, func(o observation) []string { return o.codes })
	r.add(Row{
		Name: "AND of ORs", Group: "and", Scope: Everything, want: wantMatches,
		About: "Observation?code=a,b,c&category=d,e&status, of all patients",
		Requests: paths(places, func(p place) string {
			other := func() string { return codes[r.random.IntN(len(codes))] }
			return query("Observation", "code", strings.Join([]string{p.codes[0], other(), other()}, ","),
				"category", p.categories[0]+","+r.category, "status", p.status, "_total", "none")
		}),
	})
}

// query is a search of a type by names and values.
func query(typ string, namesAndValues ...string) string {
	path := "/" + typ
	separator := "?"
	for i := 0; i < len(namesAndValues); i += 2 {
		path += separator + namesAndValues[i] + "=" + url.QueryEscape(namesAndValues[i+1])
		separator = "&"
	}
	return path
}
