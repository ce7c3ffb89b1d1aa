package bench

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

func builtInRows(t *testing.T) (*Data, []Row) {
	t.Helper()
	d, err := NewData(builtIn(t), 200, 2000)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := NewRows(d)
	if err != nil {
		t.Fatal(err)
	}
	return d, rows
}

// Whatever a row reads by id is in the data set, and what is also measured on
// the small one is there.
func TestRowsAskForWhatIsThere(t *testing.T) {
	d, rows := builtInRows(t)
	small, all := make(map[string]bool), make(map[string]bool)
	for w := range d.Small() {
		small["/"+w.Type+"/"+w.ID] = true
	}
	for _, w := range written(d) {
		all["/"+w.Type+"/"+w.ID] = true
	}
	for _, row := range rows {
		there := all
		if row.Small {
			there = small
		}
		for _, request := range row.Requests {
			path, query, searches := strings.Cut(request.Path, "?")
			values, err := url.ParseQuery(query)
			if err != nil {
				t.Fatalf("%s: %s: %v", row.Name, request.Path, err)
			}
			path = strings.TrimSuffix(path, "/$everything")
			if request.Method == http.MethodGet && !searches && !there[path] {
				t.Errorf("%s reads %s, which is not there", row.Name, path)
			}
			if patient := values.Get("patient"); patient != "" && !there["/"+patient] {
				t.Errorf("%s asks for %s, which is not there", row.Name, patient)
			}
		}
	}
}

func TestScopedRowsAskTheSame(t *testing.T) {
	_, rows := builtInRows(t)
	byName := make(map[string]Row)
	scoped := 0
	for _, row := range rows {
		byName[row.Name] = row
		if row.SameAs == "" {
			continue
		}
		scoped++
		same := byName[row.SameAs]
		if row.Group != same.Group || len(row.Requests) != len(same.Requests) || row.Requests[0].Path != same.Requests[0].Path || (row.Scope == same.Scope) != row.Open {
			t.Errorf("%s is not %s under another scope, or under none", row.Name, same.Name)
		}
	}
	if scoped != 12 {
		t.Errorf("%d rows under scopes", scoped)
	}
}

func TestTransactionsLinkWithinThemselves(t *testing.T) {
	_, rows := builtInRows(t)
	for _, row := range rows {
		if row.want != wantWritten {
			continue
		}
		for _, request := range row.Requests {
			var bundle struct {
				Entry []struct {
					FullURL  string
					Resource json.RawMessage
				}
			}
			if err := json.Unmarshal(request.Body, &bundle); err != nil {
				t.Fatal(err)
			}
			known := make(map[string]bool)
			for _, e := range bundle.Entry {
				known[e.FullURL] = true
			}
			if len(known) != TransactionSize {
				t.Errorf("%d entries", len(known))
			}
			for _, e := range bundle.Entry {
				node, err := fhirjson.Parse(e.Resource)
				if err != nil {
					t.Fatal(err)
				}
				for _, link := range references(node) {
					if strings.HasPrefix(link, "urn:uuid:") && !known[link] {
						t.Errorf("%s refers to %s", e.FullURL, link)
					}
				}
			}
		}
	}
}

func TestUpdatesChange(t *testing.T) {
	_, rows := builtInRows(t)
	for _, row := range rows {
		if row.Name != "update" {
			continue
		}
		source, random := row.sources()(0), rand.New(rand.NewPCG(1, 1))
		seen := make(map[string]bool)
		for range 100 {
			request := source.Next(random)
			node, err := fhirjson.Parse(request.Body)
			if err != nil {
				t.Fatalf("%s: %v", request.Body, err)
			}
			if request.Method != http.MethodPut || request.Path != "/Observation/"+node.Get("id").Text() || seen[string(request.Body)] {
				t.Errorf("%s %s %s", request.Method, request.Path, request.Body)
			}
			seen[string(request.Body)] = true
		}
	}
}

func TestCRUDMix(t *testing.T) {
	_, rows := builtInRows(t)
	row := rows[len(rows)-1]
	source, random := row.sources()(0), rand.New(rand.NewPCG(1, 1))
	count, own := make(map[string]int), make(map[string]bool)
	for i := range 10_000 {
		request := source.Next(random)
		count[request.Method]++
		var answer Answer
		switch request.Method {
		case http.MethodPost:
			path := "/Observation/" + string(rune('a'+i%26)) + strings.Repeat("x", i%50)
			answer.Location, own[path] = "http://127.0.0.1:1/fhir"+path+"/_history/1", true
		case http.MethodDelete:
			if !own[request.Path] {
				t.Fatalf("deletes %s, which it did not create", request.Path)
			}
		}
		source.Done(answer)
	}
	for method, want := range map[string]int{http.MethodPost: 1000, http.MethodGet: 6000, http.MethodPut: 2500, http.MethodDelete: 500} {
		if got := count[method]; got < want*9/10 || got > want*11/10 {
			t.Errorf("%d times %s, want about %d", got, method, want)
		}
	}
}

func TestNothingToAsk(t *testing.T) {
	d, err := NewData(parse(t, `{"resourceType":"Patient","id":"p"}`), 1, 10)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewRows(d); err == nil || err.Error() != "the data have no Observation with a category, a code and a date" {
		t.Error(err)
	}
}
