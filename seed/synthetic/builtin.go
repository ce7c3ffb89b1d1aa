package synthetic

import (
	"bytes"
	"regexp"
	"sync"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/seed"
	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// WrittenOn is the day on which it is now in the files of seed.BuiltIn: the day after
// the last thing that happened in them. With this AsOf their dates stay as they are.
var WrittenOn = time.Date(2024, time.November, 6, 0, 0, 0, 0, time.UTC)

// builtIn are the resources of seed.BuiltIn, the clinic's first. They are checked by
// the tests of that package, so that none is refused.
var builtIn = sync.OnceValue(func() []seed.Item {
	var first, last []seed.Item
	for _, file := range seed.BuiltIn() {
		for item, refusal := range file.Resources() {
			switch {
			case refusal != nil:
				panic(refusal) // the files are embedded
			case item.Key.Type == "AuditEvent":
				// What was done is recorded by the server on which it is done.
			case file.Name == "data/clinic.json":
				first = append(first, item)
			default:
				last = append(last, item)
			}
		}
	}
	return append(first, last...)
})

// staff and patients of the files, as if they had been written today.
func (w *world) builtIn() {
	by := days(WrittenOn, w.today)
	for _, item := range builtIn() {
		if w.done {
			return
		}
		if item.Key.Type == "Patient" {
			w.members = append(w.members, item.Key.ID)
		}
		text := item.Resource.Raw()
		if by != 0 {
			text = shifted(item.Resource, "", by)
		}
		w.write(Resource{item.Key.Type, item.Key.ID, bytes.Clone(text)})
	}
}

// shifted is the JSON with every date moved by whole days. Times of day, and their
// distance from UTC, stay; a month or a year becomes the one in which its middle
// comes to lie.
func shifted(n *fhirjson.Node, name string, by int) []byte {
	switch n.Kind() {
	case fhirjson.Object:
		var b fhirjson.Builder
		for _, m := range n.Members() {
			b.Add(m.Name, shifted(m.Value, m.Name, by))
		}
		return b.Bytes()
	case fhirjson.Array:
		var values [][]byte
		for _, item := range n.Items() {
			values = append(values, shifted(item, name, by))
		}
		return fhirjson.List(values...)
	case fhirjson.String:
		return fhirjson.Quote(shiftText(n.Text(), name, by))
	}
	return n.Raw()
}

var (
	wholeDate = regexp.MustCompile(`^\d{4}-\d\d-\d\d(T.*)?$`)
	partDate  = regexp.MustCompile(`^(\d{4})(-\d\d)?$`)
	wordDate  = regexp.MustCompile(`\b\d{1,2} (January|February|March|April|May|June|July|August|September|October|November|December) \d{4}\b`)
	// dated are the names of elements in the files that hold a year or a month; elsewhere
	// four digits are something else.
	dated = regexp.MustCompile(`^(start|end|birthDate|\w*Date|\w*DateTime)$`)
)

func shiftText(text, name string, by int) string {
	switch {
	case wholeDate.MatchString(text):
		return move("2006-01-02", text[:10], by) + text[10:]
	case dated.MatchString(name) && partDate.MatchString(text):
		if len(text) == 4 {
			return move("2006-01-02", text+"-07-01", by)[:4]
		}
		return move("2006-01-02", text+"-15", by)[:7]
	case name == "div":
		return wordDate.ReplaceAllStringFunc(text, func(d string) string { return move("2 January 2006", d, by) })
	}
	return text
}

// move is a date in a layout, moved by days; what is no date stays as it is.
func move(layout, text string, by int) string {
	t, err := time.Parse(layout, text)
	if err != nil {
		return text
	}
	return t.AddDate(0, 0, by).Format(layout)
}

// homeClinic is the clinic of the built-in files, where the personas go.
func homeClinic() *clinic {
	riverside := named("Organization/riverside-clinic", "Riverside Family Clinic")
	main := named("Location/riverside-main", "Riverside Family Clinic, main building")
	helen := named("Practitioner/helen-park", "Helen Park, MD")
	c := &clinic{
		towns:        []town{{"Springfield", "MA", "01103", "413", -5, "42.1015", "-72.5898", ""}, {"Holyoke", "MA", "01040", "413", -5, "42.2043", "-72.6162", ""}},
		organization: riverside, hospital: riverside, laboratory: named("Organization/harbor-lab", "Harbor Laboratory"),
		payer:  named("Organization/prairie-health-plan", "Prairie Health Plan"),
		office: main, ward: main, emergency: main, store: main, family: []*r4.Reference{helen},
		people: map[string]*r4.Reference{
			"pediatrics": helen, "psychiatry": helen, "endocrinology": helen, "orthopedics": helen,
			"cardiology": named("Practitioner/samuel-diallo", "Samuel Diallo, MD"), "obstetrics": named("Practitioner/lucia-navarro", "Lucía Navarro, CNM"),
		},
		byTrade: map[string]*r4.Reference{
			"family-1":   named("PractitionerRole/helen-park-family-medicine", "Helen Park, MD"),
			"cardiology": named("PractitionerRole/samuel-diallo-cardiology", "Samuel Diallo, MD"), "obstetrics": named("PractitionerRole/lucia-navarro-midwifery", "Lucía Navarro, CNM"),
		},
	}
	return c
}
