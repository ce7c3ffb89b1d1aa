package sqlite_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/sqlite"
)

// The benchmarks' world has the size of a real one: an Observation as Synthea
// makes them has about 18 terms, 9 of them words, and 7 other entries.
const (
	benchPatients     = 40
	benchObservations = 500 // of each patient
	benchTransaction  = 300
)

func benchParam(code string, kind search.Kind) *search.Param {
	return &search.Param{Type: "Observation", Code: code, Kind: kind}
}

var (
	benchCode     = benchParam("code", search.KindToken)
	benchCategory = benchParam("category", search.KindToken)
	benchStatus   = benchParam("status", search.KindToken)
	benchSubject  = benchParam("subject", search.KindReference)
	benchPatient  = benchParam("patient", search.KindReference)
	benchVisit    = benchParam("encounter", search.KindReference)
	benchProfile  = benchParam("_profile", search.KindURI)
	benchWords    = benchParam("_content", search.KindString)
	benchText     = benchParam("code:text", search.KindString)
	benchDate     = benchParam("date", search.KindDate)
	benchUpdated  = benchParam("_lastUpdated", search.KindDate)
	benchValue    = benchParam("value-quantity", search.KindQuantity)
	benchBody     = bytes.Repeat([]byte(`{"resourceType":"Observation"}`), 46) // 1,380 bytes
)

func benchObservation(i int, now time.Time) store.NewVersion {
	patient := fmt.Sprintf("patient-%04d", i/benchObservations)
	date := int64(1.5e15) + int64(i*7919%1_000_003)*1e8
	updated := now.UnixMicro() + int64(i)*1000
	v := store.NewVersion{
		Resource: store.Resource{Key: store.Key{Type: "Observation", ID: fmt.Sprintf("observation-%08d", i)}, Version: 1, Updated: now, Body: benchBody},
		Charts:   []string{patient},
		Entries: search.Entries{
			Sort: date,
			Terms: []search.TermEntry{
				{Param: benchCode, System: "http://loinc.org", Code: fmt.Sprint("code-", i%40)},
				{Param: benchCategory, System: "http://terminology.hl7.org/CodeSystem/observation-category", Code: []string{"vital-signs", "laboratory", "survey"}[i%3]},
				{Param: benchStatus, System: "http://hl7.org/fhir/observation-status", Code: "final"},
				{Param: benchSubject, Code: "Patient/" + patient}, {Param: benchPatient, Code: "Patient/" + patient},
				{Param: benchVisit, Code: fmt.Sprint("Encounter/encounter-", i/10)},
				{Param: benchProfile, Code: "http://hl7.org/fhir/us/core/StructureDefinition/us-core-vital-signs"},
			},
			Strings: []search.StringEntry{{Param: benchText, Folded: "body height", Exact: "Body Height"}, {Param: benchText, Folded: "height", Exact: "Height"}},
			Dates:   []search.DateEntry{{Param: benchDate, Low: date, High: date + 1e6}, {Param: benchUpdated, Low: updated, High: updated + 1000}},
		},
	}
	for w := range 9 {
		v.Entries.Terms = append(v.Entries.Terms, search.TermEntry{Param: benchWords, Code: fmt.Sprint("word-", (i*31+w*17)%2000)})
	}
	for _, system := range []string{"http://unitsofmeasure.org", "", search.CanonicalUnits} {
		v.Entries.Quantities = append(v.Entries.Quantities, search.QuantityEntry{Param: benchValue, System: system, Code: "cm", Low: float64(i % 977), High: float64(i%977) + 1})
	}
	return v
}

func benchOpen(b *testing.B) *sqlite.Backend {
	b.Helper()
	backend, err := sqlite.Open(b.TempDir(), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := backend.Close(); err != nil {
			b.Error(err)
		}
	})
	return backend
}

// benchLoad puts n Observations in transactions.
func benchLoad(b *testing.B, backend *sqlite.Backend, n int) {
	b.Helper()
	now := backend.Now()
	for from := 0; from < n; from += benchTransaction {
		err := backend.Write(b.Context(), func(tx store.Writer) error {
			for i := from; i < min(n, from+benchTransaction); i++ {
				if err := tx.Put(b.Context(), benchObservation(i, now)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoad is durable transactions of 300 resources.
func BenchmarkLoad(b *testing.B) {
	const n = benchPatients * benchObservations
	for b.Loop() {
		benchLoad(b, benchOpen(b), n)
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "resources/s")
}

// BenchmarkPage is pages of 50.
func BenchmarkPage(b *testing.B) {
	backend := benchOpen(b)
	benchLoad(b, backend, benchPatients*benchObservations)
	chart := search.Chart{Patient: "patient-0007"}
	vital := search.Term{Param: benchCategory, System: search.Is("http://terminology.hl7.org/CodeSystem/observation-category"), Code: search.Is("vital-signs")}
	code := search.Term{Param: benchCode, Code: search.Is("code-3")}
	subject := search.Term{Param: benchSubject, System: search.Is(""), Code: search.Is("Patient/patient-0007")}
	lastUpdated := []search.SortKey{{Param: benchUpdated, Descending: true}}
	for _, page := range []struct {
		name string
		search.Select
	}{
		{"chart", search.Select{Where: chart}},
		{"chart and term", search.Select{Where: search.And{chart, vital}}},
		{"chart, term and subject", search.Select{Where: search.And{chart, vital, subject}}},
		{"chart, sorted", search.Select{Where: chart, Sort: lastUpdated}},
		{"type", search.Select{Where: search.True}},
		{"term", search.Select{Where: code}},
		{"two terms", search.Select{Where: search.And{code, vital}}},
		{"type, sorted", search.Select{Where: search.True, Sort: lastUpdated}},
	} {
		page.Type = "Observation"
		b.Run(page.name, func(b *testing.B) {
			for b.Loop() {
				err := backend.Read(b.Context(), func(s store.Snapshot) error {
					found, err := s.Search(b.Context(), []search.Select{page.Select}, nil, 50)
					if err == nil && len(found) == 0 {
						b.Fatal("nothing found")
					}
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRead is a read by id.
func BenchmarkRead(b *testing.B) {
	backend := benchOpen(b)
	benchLoad(b, backend, 1000)
	key := store.Key{Type: "Observation", ID: "observation-00000500"}
	for b.Loop() {
		err := backend.Read(b.Context(), func(s store.Snapshot) error {
			_, err := s.Current(b.Context(), key, search.True)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
