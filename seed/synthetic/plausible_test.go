package synthetic

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// chartOf are the resources of a patient, by type, in their order.
func chartOf(t *testing.T, p Population, id string) map[string][]*fhirjson.Node {
	t.Helper()
	all := map[string][]*fhirjson.Node{}
	for r := range p.Resources() {
		if r.ID == id || strings.HasPrefix(r.ID, id+"-") {
			item, refusal := r.item()
			if refusal != nil {
				t.Fatal(refusal)
			}
			all[r.Type] = append(all[r.Type], item.Resource)
		}
	}
	return all
}

// values are the numbers of the Observations with a code, in the order of their dates.
func values(chart map[string][]*fhirjson.Node, code string) (all []float64) {
	observations := slices.Clone(chart["Observation"])
	slices.SortStableFunc(observations, func(a, b *fhirjson.Node) int {
		return strings.Compare(a.Get("effectiveDateTime").Text(), b.Get("effectiveDateTime").Text())
	})
	for _, o := range observations {
		value, err := strconv.ParseFloat(o.At("valueQuantity", "value").Text(), 64)
		if err == nil && o.At("code", "coding").Items()[0].Get("code").Text() == code {
			all = append(all, value)
		}
	}
	return all
}

func TestDwaynesHbA1cFalls(t *testing.T) {
	got := values(chartOf(t, sample(Personas), "dwayne-brooks"), "4548-4")
	if len(got) < 6 || got[0] < 7.5 || got[len(got)-1] > got[0]-0.7 {
		t.Errorf("HbA1c: %v", got)
	}
}

func TestMeiGrows(t *testing.T) {
	chart := chartOf(t, sample(Personas), "mei-chen")
	heights, weights := values(chart, "8302-2"), values(chart, "29463-7")
	for i := 1; i < len(heights); i++ {
		if heights[i] < heights[i-1] {
			t.Errorf("she shrinks: %v", heights)
		}
	}
	if len(heights) < 10 || heights[0] < 46 || heights[0] > 53 || heights[len(heights)-1] < 93 || heights[len(heights)-1] > 108 ||
		weights[0] < 2.6 || weights[len(weights)-1] < 13 || weights[len(weights)-1] > 20 {
		t.Errorf("heights %v, weights %v", heights, weights)
	}
	if len(chart["Immunization"]) < 20 {
		t.Errorf("%d vaccinations", len(chart["Immunization"]))
	}
}

func TestAlexGetsBetter(t *testing.T) {
	var sums []int
	for _, o := range chartOf(t, sample(Personas), "alex-begay")["Observation"] {
		if o.At("code", "coding").Items()[0].Get("code").Text() == "44261-6" {
			sum, err := strconv.Atoi(o.Get("valueInteger").Text())
			if err != nil {
				t.Error(err)
			}
			sums = append(sums, sum)
		}
	}
	if len(sums) < 4 || sums[0] < 14 || sums[len(sums)-1] > sums[0]-7 {
		t.Errorf("PHQ-9: %v", sums)
	}
}

// Nobody is seen before birth, after death, or tomorrow.
func TestVisitsAreInALife(t *testing.T) {
	births, ends := map[string]string{}, map[string]string{}
	for r := range population(60, 2000).Resources() {
		item, _ := r.item()
		n := item.Resource
		if r.Type == "Patient" {
			births[r.ID], ends[r.ID] = n.Get("birthDate").Text(), date(november)
			if death := n.Get("deceasedDateTime").Text(); death != "" {
				ends[r.ID] = death[:10]
			}
		}
		if r.Type != "Encounter" || n.Get("status").Text() != "finished" {
			continue
		}
		_, id, _ := strings.Cut(n.At("subject", "reference").Text(), "/")
		start := n.At("period", "start").Text()[:10]
		if start < births[id] || start > ends[id] {
			t.Errorf("%s on %s: born %s, until %s", r.ID, start, births[id], ends[id])
		}
	}
}

// Last week's visit is last week's, whatever day it is.
func TestStoriesAreRecent(t *testing.T) {
	for _, at := range []time.Time{november, on("2031-03-05"), on("2024-02-29")} {
		chart := chartOf(t, Population{Patients: Personas, AsOf: at}, "dwayne-brooks")
		latest := ""
		for _, e := range chart["Encounter"] {
			latest = max(latest, e.At("period", "start").Text()[:10])
		}
		if ago := days(on(latest), at); ago < 2 || ago > 10 {
			t.Errorf("on %s the last visit was %s", date(at), latest)
		}
	}
}

// A PDF's table says where its objects begin.
func TestPDF(t *testing.T) {
	text := pdf("A (very) long \\ title", strings.Repeat("Words for the page. ", 30))
	_, table, ok := strings.Cut(text, "startxref\n")
	at, err := strconv.Atoi(strings.TrimSuffix(table, "\n%%EOF\n"))
	if !ok || err != nil || !strings.HasPrefix(text[at:], "xref\n0 6\n0000000000 65535 f \n") {
		t.Fatalf("%v: %s", err, text)
	}
	for i := 1; i <= 5; i++ {
		entry := text[at+len("xref\n0 6\n")+20*i:][:20]
		start, err := strconv.Atoi(entry[:10])
		if err != nil || entry[10:] != " 00000 n \n" || !strings.HasPrefix(text[start:], strconv.Itoa(i)+" 0 obj\n") {
			t.Errorf("object %d: %q", i, entry)
		}
	}
	if !strings.Contains(text, `(A \(very\) long \\ title) Tj`) {
		t.Error(text)
	}
	_, stream, _ := strings.Cut(text, "stream\n")
	stream, _, _ = strings.Cut(stream, "\nendstream")
	if !strings.Contains(text, "<< /Length "+strconv.Itoa(len(stream))+" >>") {
		t.Errorf("%d bytes of text", len(stream))
	}
}

// Every oddity occurs, and about one resource in a thousand has one.
func TestOddities(t *testing.T) {
	found := map[string]int{}
	for r := range population(400, 2000).Resources() {
		text := string(r.JSON)
		for name, odd := range map[string]bool{
			"long name":  strings.Contains(text, "Wolfeschlegelstein-Wolfeschlegelstein-"),
			"beyond BMP": strings.Contains(text, "𠮷"),
			"birth time": strings.Contains(text, `"_birthDate":`),
			"no name":    r.Type == "Patient" && strings.Contains(text, `"name":[{"extension"`),
			"year alone": r.Type == "Condition" && strings.Contains(text, `"onsetDateTime":"`) && text[strings.Index(text, `"onsetDateTime":"`)+21] == '"',
			"zeros":      r.Type == "Observation" && strings.Contains(text, `000,"unit"`),
			"note":       r.Type == "Observation" && strings.Contains(text, "好的"),
			"contained":  strings.Contains(text, `"contained":`),
		} {
			if odd {
				found[name]++
				found["all"]++
			}
		}
		found["resources"]++
	}
	if len(found) != 10 {
		t.Errorf("some are missing: %v", found)
	}
	if share := found["resources"] / found["all"]; share < 400 || share > 2000 {
		t.Errorf("one in %d: %v", share, found)
	}
}
