package synthetic

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/validation"
	"github.com/granary-fhir/granary/store"
)

var november = time.Date(2026, time.November, 30, 0, 0, 0, 0, time.UTC)

func sample(patients int) Population { return Population{Patients: patients, Seed: 1, AsOf: november} }

// population is a sample of so many patients, or of more with GRANARY_LONG.
func population(short, long int) Population {
	if os.Getenv("GRANARY_LONG") != "" {
		return sample(long)
	}
	return sample(short)
}

// digest is the hash of all resources of a population, and how many there are.
func digest(p Population) (string, int) {
	hash, n := sha256.New(), 0
	for r := range p.Resources() {
		hash.Write(r.JSON)
		hash.Write([]byte{'\n'})
		n++
	}
	return hex.EncodeToString(hash.Sum(nil))[:16], n
}

// The bytes are the same for ever and everywhere. Whoever changes a module changes this
// value, and with it every population that is seeded again.
func TestPopulationIsPinned(t *testing.T) {
	const want = "6bad2f10a85f28cd"
	if got, n := digest(sample(40)); got != want {
		t.Errorf("digest %q of %d resources, want %q", got, n, want)
	}
}

// Patient i is the same whatever the number of patients is: only the Group and the
// clinics differ.
func TestPatientsDoNotDependOnTheirNumber(t *testing.T) {
	few := map[string]string{}
	for r := range sample(17).Resources() {
		few[r.Type+"/"+r.ID] = string(r.JSON)
	}
	for r := range population(40, 2*panel+40).Resources() {
		key := r.Type + "/" + r.ID
		if was, ok := few[key]; ok && was != string(r.JSON) && key != "Group/s1-everybody" {
			t.Errorf("%s became another one:\n%s\n%s", key, was, r.JSON)
		}
		delete(few, key)
	}
	for _, key := range slices.Sorted(maps.Keys(few)) {
		t.Errorf("%s is not there any more", key)
	}
}

// A seed makes other people, but for the personas; a date moves what happened.
func TestSeedAndDateMatter(t *testing.T) {
	of := func(p Population) map[string]string {
		all := map[string]string{}
		for r := range p.Resources() {
			all[r.Type+"/"+r.ID] = string(r.JSON)
		}
		return all
	}
	one, two := of(sample(14)), of(Population{Patients: 14, Seed: 2, AsOf: november})
	if one["Patient/ruth-goldberg"] != two["Patient/ruth-goldberg"] {
		t.Error("a persona depends on the seed")
	}
	if two["Patient/s1-p12"] != "" || strings.ReplaceAll(one["Patient/s1-p12"], "s1-", "s2-") == two["Patient/s2-p12"] {
		t.Error("the seed does not matter")
	}
	later := of(Population{Patients: 14, Seed: 1, AsOf: november.AddDate(0, 0, 400)})
	if one["Patient/s1-p12"] == later["Patient/s1-p12"] {
		t.Error("nobody was born later")
	}
}

// A seventeenth resource that nobody wants is not made.
func TestResourcesStop(t *testing.T) {
	n := 0
	for range sample(30).Resources() {
		if n++; n == 17 {
			break
		}
	}
	if n != 17 {
		t.Error(n)
	}
}

func TestCheck(t *testing.T) {
	for name, p := range map[string]Population{
		"6 patients: wants 7 or more, since the first personas belong together; all of them are 12": {Patients: 6, AsOf: november},
		"2000000 patients: wants 1000000 or fewer":                                                  {Patients: 2_000_000, AsOf: november},
		"the date must be between 1980 and 2200":                                                    {Patients: 12},
	} {
		if err := p.Check(); err == nil || err.Error() != name {
			t.Errorf("%v, want %s", err, name)
		}
	}
	if err := sample(7).Check(); err != nil {
		t.Error(err)
	}
}

// Every resource is valid R4, has an id of its own, and refers to what is there.
func TestResourcesAreValid(t *testing.T) {
	nodes, order := map[string]*fhirjson.Node{}, []string{}
	for r := range population(30, 600).Resources() {
		item, refusal := r.item()
		if refusal != nil {
			t.Fatal(refusal)
		}
		key := item.Key.String()
		if nodes[key] != nil || !store.ValidID(r.ID) {
			t.Errorf("%s is there twice, or has no id", key)
		}
		for _, issue := range validation.Resource(r.Type, item.Resource) {
			t.Errorf("%s: %v", key, issue)
		}
		nodes[key], order = item.Resource, append(order, key)
	}
	for _, key := range order {
		for _, to := range references(nodes[key]) {
			if to[0] != '#' && !strings.HasPrefix(to, "https://county.granary.example/") && nodes[to] == nil {
				t.Errorf("%s refers to %s, which is not there", key, to)
			}
		}
	}
}

// references are the literal references in a resource.
func references(n *fhirjson.Node) []string {
	var all []string
	for _, m := range n.Members() {
		if m.Name == "reference" && m.Value.Kind() == fhirjson.String {
			all = append(all, m.Value.Text())
		}
		for _, item := range m.Value.Items() {
			all = append(all, references(item)...)
		}
	}
	return all
}

// A code that a module uses is in codes.tsv. CPT has no displays in the packages.
func TestEveryCodeHasADisplay(t *testing.T) {
	own := map[string]bool{}
	for _, item := range builtIn() {
		own[item.Key.String()] = true
	}
	missing := map[string]string{}
	for r := range population(80, 1000).Resources() {
		item, _ := r.item()
		if own[item.Key.String()] {
			continue
		}
		codings(item.Resource, func(system, code, display string) {
			if display == "" && system != systems["cpt"] && system != "http://unitsofmeasure.org" {
				missing[system+"|"+code] = item.Key.String()
			}
		})
	}
	for _, code := range slices.Sorted(maps.Keys(missing)) {
		t.Errorf("%s, of %s, has no display", code, missing[code])
	}
}

func codings(n *fhirjson.Node, see func(system, code, display string)) {
	if system, code := n.Get("system").Text(), n.Get("code").Text(); system != "" && code != "" {
		see(system, code, n.Get("display").Text())
	}
	for _, m := range n.Members() {
		for _, item := range m.Value.Items() {
			codings(item, see)
		}
	}
}

func BenchmarkGenerate(b *testing.B) {
	resources, bytes := 0, 0
	for range b.N {
		for r := range sample(1000).Resources() {
			resources++
			bytes += len(r.JSON)
		}
	}
	b.SetBytes(int64(bytes / b.N))
	b.ReportMetric(float64(resources)/b.Elapsed().Seconds(), "resources/s")
	b.ReportMetric(float64(resources/b.N), "resources")
}
