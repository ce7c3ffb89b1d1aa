package synthetic

import (
	"fmt"
	"strconv"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// A clinic looks after so many patients, together with the hospital, laboratory,
// pharmacy and payer of its region. A patient's clinic follows from the patient's
// number, so that more patients change nothing for those that there are.
const panel = 512

// clinic is where patients go, and who works there.
type clinic struct {
	towns                          []town
	organization, laboratory       *r4.Reference
	hospital, payer                *r4.Reference
	office, ward, emergency, store *r4.Reference // Locations
	family                         []*r4.Reference
	byTrade                        map[string]*r4.Reference // PractitionerRoles by specialty, of byRole
	people                         map[string]*r4.Reference // Practitioners by specialty
}

// town is where people live.
type town struct {
	city, state, zip, area string
	hours                  int // from UTC
	latitude, longitude    string
	clinic                 string
}

// readRegions reads cities.tsv: the towns of each region.
func readRegions() [][]town {
	var all [][]town
	for _, row := range rows("cities") {
		region := number(row[0])
		if region == len(all) {
			all = append(all, nil)
		}
		all[region] = append(all[region], town{row[1], row[2], row[3], row[4], number(row[5]), row[6], row[7], cell(row, 8)})
	}
	return all
}

// trade is what somebody at a clinic does: NUCC's code, the letters behind the name,
// and the role in a CareTeam (SNOMED CT).
type trade struct{ name, nucc, suffix, role string }

var trades = []trade{
	{"family-1", "207Q00000X", "MD", "453231000124104"},
	{"family-2", "207Q00000X", "MD", "453231000124104"},
	{"family-3", "363LF0000X", "NP", "453231000124104"},
	{"pediatrics", "208000000X", "MD", "453231000124104"},
	{"obstetrics", "207V00000X", "MD", "11935004"},
	{"cardiology", "207RC0000X", "MD", "17561000"},
	{"endocrinology", "207RE0101X", "MD", "61894003"},
	{"psychiatry", "2084P0800X", "MD", "80584001"},
	{"orthopedics", "207X00000X", "MD", "22731001"},
	{"nursing", "163W00000X", "RN", "224535009"},
	{"pharmacy", "183500000X", "PharmD", "46255001"},
	{"social-work", "104100000X", "LCSW", "106328005"},
}

// directories writes the clinics that the population needs.
func (w *world) directories() {
	w.riverside = homeClinic()
	for i := 0; i*panel < w.Patients-Personas && !w.done; i++ {
		w.clinics = append(w.clinics, w.clinic(i))
	}
}

// clinic writes one clinic with everything that belongs to it.
func (w *world) clinic(number int) *clinic {
	d := newDice(w.Seed, uint64(number), "clinic")
	c := &clinic{towns: regions()[number%len(regions())], byTrade: map[string]*r4.Reference{}, people: map[string]*r4.Reference{}}
	id := w.prefix + "c" + strconv.Itoa(number)
	main := c.towns[0]
	name := main.clinic
	if round := number / len(regions()); round > 0 {
		name = fmt.Sprintf("%s %d", name, round+1)
	}
	c.organization = w.organization(d, id, name, main, "prov", "")
	c.hospital = w.organization(d, id+"-hospital", main.city+" General Hospital", main, "prov", "")
	c.laboratory = w.organization(d, id+"-lab", main.city+" Reference Laboratory", main, "prov", "clia")
	c.payer = w.organization(d, id+"-payer", main.state+" Mutual Health", main, "pay", "naic")
	c.office = w.location(d, id+"-office", name+", main office", main, "OF", c.organization)
	c.ward = w.location(d, id+"-ward", main.city+" General Hospital, medicine", main, "HOSP", c.hospital)
	c.emergency = w.location(d, id+"-emergency", main.city+" General Hospital, emergency", main, "ER", c.hospital)
	c.store = w.location(d, id+"-pharmacy", main.city+" Pharmacy", main, "OUTPHARM", c.organization)
	endpoint := w.put(&r4.Endpoint{
		Resource: r4.Resource{ID: id + "-direct"}, Status: "active", Name: "Direct address",
		ConnectionType: coding("endpoint", "direct-project"), ManagingOrganization: c.organization,
		PayloadType: list(text("C-CDA documents")), Address: "mailto:care@direct." + slug(name) + ".example",
	})
	service := named(w.put(&r4.HealthcareService{
		Resource: r4.Resource{ID: id + "-primary-care"}, Active: ptr(true), ProvidedBy: c.organization, Name: "Primary care", Location: refs(c.office),
	}).Reference, "Primary care")
	for _, t := range trades {
		w.practitioner(d, c, id, t, endpoint, service)
	}
	for _, name := range []string{"family-1", "family-2", "family-3"} {
		c.family = append(c.family, c.people[name])
	}
	return c
}

func (w *world) organization(d dice, id, name string, at town, kind, number string) *r4.Reference {
	o := &r4.Organization{
		Resource:   r4.Resource{ID: id},
		Identifier: []r4.Identifier{{System: "http://hl7.org/fhir/sid/us-npi", Value: npi(d)}},
		Active:     ptr(true), Type: list(concept("organization-type", kind)), Name: name,
		Telecom: []r4.ContactPoint{{System: "phone", Value: phone(d, at), Use: "work"}, {System: "url", Value: "https://" + slug(name) + ".example"}},
		Address: []r4.Address{address(d, at)},
	}
	switch number {
	case "clia":
		o.Identifier = append(o.Identifier, r4.Identifier{System: "urn:oid:2.16.840.1.113883.4.7", Value: fmt.Sprintf("%02dD%07d", d.between(1, 99), d.below(10_000_000))})
	case "naic":
		o.Identifier = append(o.Identifier, r4.Identifier{System: "urn:oid:2.16.840.1.113883.6.300", Value: fmt.Sprintf("%05d", d.between(10_000, 99_999))})
	}
	return named(w.put(o, canonical("us-core-organization")).Reference, name)
}

func (w *world) location(d dice, id, name string, at town, kind string, of *r4.Reference) *r4.Reference {
	where := address(d, at)
	return named(w.put(&r4.Location{
		Resource:   r4.Resource{ID: id},
		Identifier: []r4.Identifier{{System: "https://granary.example/sites", Value: id}},
		Status:     "active", Name: name, Mode: "instance", Type: list(concept("v3-RoleCode", kind)),
		Telecom: []r4.ContactPoint{{System: "phone", Value: phone(d, at), Use: "work"}}, Address: &where,
		Position:             &r4.Position{Longitude: degrees(at.longitude), Latitude: degrees(at.latitude)},
		ManagingOrganization: of,
	}, canonical("us-core-location")).Reference, name)
}

// practitioner writes somebody who works at a clinic, and the role.
func (w *world) practitioner(d dice, c *clinic, id string, t trade, endpoint, service *r4.Reference) {
	gender := pick(d, []string{"female", "male"})
	kin := drawCulture(d)
	family, given := pick(d, kin.family), pick(d, kin.given(gender))
	display := given + " " + family + ", " + t.suffix
	mail := r4.ContactPoint{System: "email", Value: slug(given+" "+family) + "@" + slug(c.organization.Display) + ".example", Use: "work"}
	direct := mail // for messages between clinicians (us-core-direct)
	direct.Value, direct.Extension = slug(given+" "+family)+"@direct."+slug(c.organization.Display)+".example", []r4.Extension{{URL: usCore + "us-core-direct", ValueBoolean: ptr(true)}}
	state := concept("state", c.towns[0].state)
	licence := r4.Identifier{System: "https://granary.example/licences", Value: fmt.Sprintf("%s-%05d", c.towns[0].state, d.below(100_000)),
		Extension: []r4.Extension{{URL: usCore + "us-core-jurisdiction", ValueCodeableConcept: state}}}
	person := named(w.put(&r4.Practitioner{
		Resource:   r4.Resource{ID: id + "-" + t.name},
		Identifier: []r4.Identifier{{System: "http://hl7.org/fhir/sid/us-npi", Value: npi(d)}, licence},
		Active:     ptr(true), Name: []r4.HumanName{{Use: "official", Family: family, Given: []string{given}, Suffix: []string{t.suffix}}},
		Telecom: []r4.ContactPoint{{System: "phone", Value: phone(d, c.towns[0]), Use: "work"}, mail, direct},
		Address: []r4.Address{address(d, c.towns[0])}, Gender: gender,
		Qualification: []r4.Qualification{{Code: concept("nucc", t.nucc)}},
	}, canonical("us-core-practitioner")).Reference, display)
	at := c.office
	if t.name == "pharmacy" {
		at = c.store
	}
	c.people[t.name] = person
	c.byTrade[t.name] = named(w.put(&r4.PractitionerRole{
		Resource: r4.Resource{ID: id + "-" + t.name + "-role"}, Active: ptr(true),
		Practitioner: person, Organization: c.organization,
		Code: list(concept("nucc", t.nucc)), Specialty: list(concept("nucc", t.nucc)), Location: refs(at),
		Telecom: []r4.ContactPoint{{System: "phone", Value: phone(d, c.towns[0]), Use: "work"}, mail}, Endpoint: refs(endpoint), HealthcareService: refs(service),
	}, canonical("us-core-practitionerrole")).Reference, display)
}
